"""Claims about the tables of the grammar that are made ahead: they are of this grammar, and read as it does."""

from __future__ import annotations

from pathlib import Path

import lark
import pytest

from notifyrules.language import grammar

FOLDER = Path(grammar.__file__).parent
TABLES = FOLDER / "grammar.tables"
BUILT = grammar.build()
TEXTS = [
    ("condition", "not a and b.c in [\"x\", 'y'] or f(1, 2d) if d is not null else 2026-12-24 < e ?? -3"),
    ("condition", "09:30 + 1h30m == (a - b)"),
    ("condition", "a and"),
    ("condition", "a b"),
    ("condition", "a $ b"),
    ("condition", ""),
    ("declaration", "list of (push | badge) | null = [push]"),
    ("declaration", "bool = "),
    ("declaration", "int = 5 6"),
    ("case_key", "mentions | -1 | 'all of it'"),
    ("case_key", "a |"),
]


def read(parser: lark.Lark, rule: str, text: str) -> str:
    """Write the tree with the places of its tokens, or what refused it, where, and what was expected instead."""
    try:
        tree = parser.parse(text, start=rule)
    except lark.UnexpectedToken as error:
        return f"{error.token!r} {error.token.start_pos} {sorted(error.accepts or error.expected)}"
    except lark.UnexpectedCharacters as error:
        return f"{error.char} {error.pos_in_stream}"
    tokens = tree.scan_values(lambda value: isinstance(value, lark.Token))
    return f"{tree.pretty()} {[(token.type, token.start_pos, token.end_pos) for token in tokens]}"


class TestTables:
    def test_of_this_grammar(self, request: pytest.FixtureRequest) -> None:
        """They hold the text that they were made from: `pytest --update-golden` makes them anew."""
        if request.config.getoption("--update-golden"):
            TABLES.write_bytes(grammar.tables())

        kept = TABLES.read_bytes().partition(b"\0")[0].decode().partition("\n")[2]

        assert kept == (FOLDER / "grammar.lark").read_text("utf-8"), "run `pytest --update-golden`"

    @pytest.mark.parametrize(("rule", "text"), TEXTS)
    def test_read_as_the_grammar_does(self, rule: str, text: str) -> None:
        """Trees, places and refusals are those of a parser that is built from the grammar."""
        assert read(grammar.parser(), rule, text) == read(BUILT, rule, text)

    @pytest.mark.parametrize(("version", "source"), [(lark.__version__, "<deserialized>"), ("0", "<string>")])
    def test_of_this_lark(self, version: str, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Tables are read where this version of lark has saved them; any other builds its own."""
        tmp_path.joinpath("grammar.lark").write_bytes((FOLDER / "grammar.lark").read_bytes())
        tmp_path.joinpath("grammar.tables").write_bytes(grammar.tables())
        monkeypatch.setattr(grammar, "files", lambda _package: tmp_path)
        monkeypatch.setattr(lark, "__version__", version)

        made = grammar.parser.__wrapped__()

        assert (made.source_path, read(made, *TEXTS[0])) == (source, read(BUILT, *TEXTS[0]))
