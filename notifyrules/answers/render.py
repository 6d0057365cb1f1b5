"""Draw charts in every format."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from notifyrules.diagram.model import Diagram
    from notifyrules.evaluation.walk import Passage
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


def render(graph: Graph, picture_format: str, passage: Passage | None = None, *, expand: bool = False) -> Rendered:
    """
    Draw a chart.

    Args:
        graph: The chart.
        picture_format: One of :data:`FORMATS`.
        passage: The path of a decision, which is lit.
        expand: Whether called charts are opened.

    Raises:
        UsageError: No layout program is to be found.
    """
    from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

    return write_picture(diagram.draw(graph, passage=passage, expand=expand), picture_format)


def write_picture(picture: Diagram, picture_format: str) -> Rendered:
    """Write a picture in one of :data:`FORMATS`."""
    from notifyrules import diagram  # noqa: PLC0415 - drawing is heavy

    caveats: Iterable[str] = ()
    match picture_format:
        case "png":
            content = diagram.to_png(picture)
            caveats = diagram.png_caveats(picture)
        case "dot":
            content = diagram.to_dot(picture).encode()
        case "mermaid":
            text = diagram.to_mermaid(picture)
            content, caveats = text.encode(), diagram.mermaid_caveats(picture, text)
        case _:
            content = diagram.to_svg(picture).encode()
    return Rendered(picture_format, content, tuple(caveats))


def format_of(suffix: str) -> str | None:
    """Tell a format by its suffix; None for a suffix that stands for none."""
    return next((name for name, suffixes in FORMATS.items() if suffix.lower() in suffixes), None)
