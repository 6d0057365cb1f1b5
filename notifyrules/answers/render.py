"""Draw charts in every format."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from notifyrules.diagram.drawing import Lit
    from notifyrules.diagram.model import Diagram
    from notifyrules.graph.model import Graph

FORMATS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"svg": (".svg",), "dot": (".dot", ".gv"), "mermaid": (".mmd", ".mermaid"), "png": (".png",)}
)
"""The formats of pictures, and the suffixes that stand for them, the usual one first."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture, written in one format."""

    picture_format: str
    content: bytes
    caveats: tuple[str, ...]
    """What the format cannot show of it."""

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON; a PNG, which is no text, in base64."""
        written = base64.b64encode(self.content) if self.picture_format == "png" else self.content
        return {"format": self.picture_format, "picture": written.decode(), "caveats": list(self.caveats)}


def render(graph: Graph, picture_format: str, passage: Lit = None, *, expand: bool = False) -> Rendered:
    """Draw a chart in one of :data:`FORMATS`, one path lit or those of several media; *expand* opens called charts."""
    from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

    return write_picture(diagram.draw(graph, passage=passage, expand=expand), picture_format)


def write_picture(picture: Diagram, picture_format: str) -> Rendered:
    """Write a picture in one of :data:`FORMATS`."""
    from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

    match picture_format:
        case "png":
            return Rendered("png", diagram.to_png(picture), tuple(diagram.png_caveats(picture)))
        case "mermaid":
            text = diagram.to_mermaid(picture)
            return Rendered("mermaid", text.encode(), tuple(diagram.mermaid_caveats(picture, text)))
        case "dot":
            return Rendered("dot", diagram.to_dot(picture).encode(), ())
        case _:
            return Rendered(picture_format, diagram.to_svg(picture).encode(), ())


def format_of(suffix: str) -> str | None:
    """Tell a format by its suffix; None for a suffix that stands for none."""
    return next((name for name, suffixes in FORMATS.items() if suffix.lower() in suffixes), None)
