"""The parser of the language: its tables are made ahead from `grammar.lark` and kept beside it in `grammar.tables`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark


@lru_cache(maxsize=1)
def parser() -> Lark:
    """Give the parser, by the tables made ahead where they are of this grammar and of this version of lark."""
    from lark import Lark  # noqa: PLC0415 - 40 ms, and only loading needs it

    made, head = files("notifyrules.language").joinpath("grammar.tables").read_bytes(), _head()
    return Lark.load(BytesIO(made.removeprefix(head))) if made.startswith(head) else build()


def build() -> Lark:
    """Build the parser from the grammar, which takes ten times as long as reading its tables."""
    from lark import Lark  # noqa: PLC0415

    return Lark(_text(), parser="lalr", start=["condition", "declaration", "case_key"], maybe_placeholders=False)


def tables() -> bytes:
    """Make what is kept in `grammar.tables`: whose tables they are, and what lark saves."""
    saved = BytesIO()
    build().save(saved)
    return _head() + saved.getvalue()


def _head() -> bytes:
    from lark import __version__  # noqa: PLC0415

    return f"{__version__}\n{_text()}\0".encode()


def _text() -> str:
    return files("notifyrules.language").joinpath("grammar.lark").read_text("utf-8")
