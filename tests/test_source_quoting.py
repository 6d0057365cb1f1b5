"""Claims about where the code points of a scalar's value stand in the file, however the scalar is written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.source.located import Map, Scalar
from notifyrules.source.quoting import offsets_in_double_quotes, quote_yaml, quoted_form, written_width
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source

STYLES = {
    "plain": "key: one two three\n",
    "plain on several lines": "key: one\n  two\n\n  three\n",
    "single quotes": "key: 'one two three'\n",
    "single quotes on several lines": "key: 'one\n\n  two\n  three'\n",
    "double quotes": 'key: "one two three"\n',
    "double quotes on several lines": 'key: "one \\\n    two\n\n  three"\n',
    "folded": "key: >-\n  one\n  two\n\n  three\n",
    "literal": "key: |\n  one\n    two\n  three\n",
    "literal with an indentation": "key: |2-\n   one\n   two three\n",
    "flow": "{key: one two three}\n",
    "flow on several lines": "{key: [one\n  two\n  three]}\n",
    "in a list": "key:\n  - one\n    two three\n",
}


def scalar_in(text: str) -> Scalar:
    """Read the one scalar value of a file."""
    tree, problems = read_yaml(Source("x.yaml", text))
    assert problems == ()
    assert isinstance(tree, Map)
    value = tree[next(iter(tree))]
    found = value if isinstance(value, Scalar) else value[0]  # type: ignore[index]
    assert isinstance(found, Scalar)
    return found


class TestPart:
    @pytest.mark.parametrize("word", ["one", "two", "three"])
    @pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
    @pytest.mark.parametrize("text", STYLES.values(), ids=STYLES)
    def test_every_style(self, text: str, ends: str, word: str) -> None:
        """A word of the value is found in the file, whatever the style of the scalar and the ends of its lines."""
        scalar = scalar_in(text.replace("\n", ends))
        start = scalar.index(word)

        assert word == scalar.part(start, start + len(word)).text

    @pytest.mark.parametrize(
        ("text", "value", "start", "end", "expected"),
        [
            ("key: 'it''s so'", "it's so", 2, 4, "''s"),
            ("key: 'it''s so'", "it's so", 5, 7, "so"),
            ('key: "a\\tb\\x41 \\u00e9"', "a\tbA é", 3, 4, "\\x41"),
            ('key: "a\\tb\\x41 \\u00e9"', "a\tbA é", 5, 6, "\\u00e9"),
            ('key: "\\ttab \\"in\\" it"', '\ttab "in" it', 6, 8, "in"),
            ('key: "say \\"hi\\""', 'say "hi"', 4, 8, '\\"hi\\"'),
            ('key: "a  \\\n  \\ b"', "a   b", 4, 5, "b"),
            ("key: a\u00a0b", "a\u00a0b", 2, 3, "b"),
        ],
    )
    def test_escapes(self, text: str, value: str, start: int, end: int, expected: str) -> None:
        """A code point that is written as an escape is underlined as a whole."""
        scalar = scalar_in(text)

        assert value == str(scalar)
        assert expected == scalar.part(start, end).text

    def test_empty_stretch(self) -> None:
        """A stretch without code points has a place and no text."""
        span = scalar_in("key: abc").part(1, 1)

        assert (span.start, span.text) == (6, "")

    def test_byte_order_mark(self) -> None:
        """Offsets count from behind a byte order mark, which reading the file takes off."""
        assert scalar_in("key: abc").part(0, 3).text == "abc"


PIECES = (
    "a",
    "b",
    " ",
    "\t",
    "\n",
    "\n\n",
    "\\t",
    "\\n",
    '\\"',
    "\\\\",
    "\\ ",
    "\\\n",
    " \\\n",
    "\\x41",
    "\\u00e9",
    "é",
    "😀",
)


class TestDoubleQuotes:
    @settings(max_examples=300)
    @given(st.lists(st.sampled_from(PIECES), max_size=10))
    def test_one_offset_a_code_point(self, pieces: list[str]) -> None:
        """However escapes, blanks and line ends mix, each code point of the value has an offset, letters their own."""
        text = 'key: "x' + "".join(pieces).replace("\n", "\n  ") + 'y"\n'
        scalar = scalar_in(text)
        offsets = offsets_in_double_quotes(text, scalar.span.start + 1, scalar.span.end - 1)

        assert len(scalar) == len(offsets)
        for character, offset in zip(scalar, offsets, strict=True):
            if character in "xyab":
                assert character == text[offset]

    @pytest.mark.parametrize(("text", "expected"), [("a", 1), ("\\n", 2), ("\\x41", 4), ("\\u00e9", 6), ("", 1)])
    def test_width(self, text: str, expected: int) -> None:
        """An escape is as wide as it is written."""
        assert expected == written_width(text, 0)


class TestQuote:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("you muted #general", '"you muted #general"'),
            ('"here" was used', "'\"here\" was used'"),
            ("it's", '"it\'s"'),
            ('"it\'s"', "'\"it''s\"'"),
            ("a\\b", "'a\\b'"),
        ],
    )
    def test_quote(self, value: str, expected: str) -> None:
        """A text is put into the quotes that need the fewest changes, and YAML reads it back."""
        assert expected == quote_yaml(value)
        assert value == str(scalar_in(f"key: {expected}"))

    @pytest.mark.parametrize(
        ("text", "word", "expected"),
        [
            ("  because: @here was used", "@", '"@here was used"'),
            ("  because: you: muted", ": muted", '"you: muted"'),
            ("{a: b, because: [x] was used, else: c}", "was", '"[x] was used"'),
            ("{a: b, because: {x} was used}", "was", '"{x} was used"'),
            ('{if: t in ["a", "b"], then: c}', '["a"', '\'t in ["a", "b"]\''),
            ('{if: f(a, b) in ["a"], then: c}', '["a"', "'f(a, b) in [\"a\"]'"),
            ('{then: c, if: f(a, ["a"])}', '["a"', "'f(a, [\"a\"])'"),
            ("{because: a, b}", "b}", '"b"'),
            ("  - &here was used", "&", '"&here was used"'),
            ("because: " + "x" * 100, "x", ""),
        ],
    )
    def test_quoted_form(self, text: str, word: str, expected: str) -> None:
        """The value around a place is shown as it would stand in quotes, unless it is too long to be shown."""
        assert expected == quoted_form(Source("x.yaml", text), text.index(word))
