"""Claims about conditions written out: parentheses stand where they must, and nowhere else."""

from __future__ import annotations

import pytest

from notifyrules.language import terms as t
from notifyrules.language.printing import negated, spell
from tests.conditions import check

COMPARED = ("==", "!=", "<", "<=", ">", ">=")
BOOLS = (
    *("b", "not b", "b and b", "b or b", "b if b else b", "maybe_i is null", "maybe_i is not null"),
    *("i in [1]", "i not in [1]", "maybe_b ?? b", *(f"i {word} 1" for word in COMPARED)),
)
INTS = ("i", "-i", "i + i", "i - i", "maybe_i ?? i", "i if b else i")
NULLABLE = ("maybe_i", "maybe_i ?? maybe_i", "maybe_i if b else i")
PLACES = {
    "{} if b else b": BOOLS,
    "b if {} else b": BOOLS,
    "b if b else {}": BOOLS,
    **dict.fromkeys(("b and {}", "{} and b", "b or {}", "{} or b"), BOOLS),
    **dict.fromkeys(("{} == b", "b == {}", "{} != b", "b != {}"), BOOLS),
    **dict.fromkeys(("{} in [b]", "{} not in [b]"), BOOLS),
    **{form: INTS for word in COMPARED for form in (f"{{}} {word} 1", f"1 {word} {{}}")},
    **dict.fromkeys(("{} in ints", "{} not in ints", "len(t) in [{}]"), INTS),
    **dict.fromkeys(("{} + i", "i + {}", "{} - i", "i - {}", "-{}", "maybe_i ?? {}"), INTS),
    **dict.fromkeys(("{} is null", "{} is not null", "{} ?? i"), NULLABLE),
}
"""Where something may stand, and what may stand there."""


def shape(term: t.Term) -> object:
    """Say what a term is made of, wherever it was written."""
    detail = [getattr(term, name) for name in ("value", "name", "operator", "minus", "every") if hasattr(term, name)]
    return type(term), detail, [shape(part) for part in t.parts(term)]


def read(text: str) -> tuple[object, bool]:
    """Say what a condition is made of, and whether nothing is to be said of it."""
    term, found = check(text)
    return term and shape(term), not found


class TestSpell:
    @pytest.mark.parametrize("place", PLACES)
    def test_is_read_as_what_was_written(self, place: str) -> None:
        """Whatever stands anywhere is read again as what it was, and has parentheses only where it would not be."""
        for inner in PLACES[place]:
            full, bare = place.format(f"({inner})"), place.format(inner)
            term, _ = check(full)
            assert term is not None, full
            told = spell(term)
            needless = read(bare) == (shape(term), True)

            assert read(told)[0] == shape(term), full
            # Inside of `and` and `or` they stand also where they could be left out: readers disagree.
            assert not needless or told == bare or " and " in place or " or " in place, full

    @pytest.mark.parametrize("text", ["b or (b and b)", "(b and b) or b", "(b or b) and b", "b and (b or b)"])
    def test_and_in_or_has_parentheses(self, text: str) -> None:
        """Where `and` and `or` meet, nobody has to know which binds tighter."""
        term, _ = check(text)
        assert term is not None

        assert spell(term) == text


class TestNegated:
    @pytest.mark.parametrize(
        ("text", "opposite"),
        [
            ("b", "not b"),
            ("not b", "b"),
            ("b and b", "not (b and b)"),
            ("b == b and b", "not (b == b and b)"),
            ("b if b else b", "not (b if b else b)"),
            ("i < 1", "i >= 1"),
            ("i >= 1", "i < 1"),
            ("i <= 1", "i > 1"),
            ("i > 1", "i <= 1"),
            ("i == 1", "i != 1"),
            ("i != 1", "i == 1"),
            ("i in [1]", "i not in [1]"),
            ("maybe_i is null", "maybe_i is not null"),
            ("its_b", "not b"),
        ],
    )
    def test_is_the_shortest_opposite(self, text: str, opposite: str) -> None:
        """The opposite of a test is a test, and that of `not` is what stands behind it."""
        term, _ = check(text, its_b="b")
        assert term is not None

        assert negated(term)[0] == opposite
