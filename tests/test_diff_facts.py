"""Compare versions whose facts, assumptions and data are declared otherwise: what is compared, what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diff.edit_words import carried
from notifyrules.diff.model import Finding
from tests.versions import asking, compared, regions


class TestTypes:
    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            (("f: a | b", 'f == "a"'), ("f: a | b | c", 'f != "b"'), []),
            (("f: a | b | c", 'f == "a"'), ("f: b | c | d", 'f == "b"'), [("no->yes", 'f == "b"')]),
            (("f: a | b", 'f == "a"'), ("f: text", 'starts_with(f, "a")'), []),
            (("f: text", 'f == "a"'), ("f: a | b", "true"), [("no->yes", 'f != "a"')]),
            (("f: int", "f > 3"), ("f: int | null", "f is null or f > 3"), []),
            (("f: int | null", "f is null or f > 3"), ("f: int", "f > 2"), [("no->yes", "f <= 3 and f > 2")]),
            (("f: a | b | null", "f is null"), ("f: a | b", 'f == "a"'), [("no->yes", 'f == "a"')]),
            (
                ("f: list of (a | b)", '"a" in f'),
                ("f: list of (a | b | c)", '"a" in f and "c" not in f'),
                [],
            ),
            (("f: list of (a | b)", "len(f) > 1"), ("f: list of text", '"z" in f'), [("yes->no", "len(f) > 1")]),
            (("f: {type: a | b | c, ordered: true}", 'f < "c"'), ("f: a | b", "true"), []),
        ],
    )
    def test_only_values_of_both_are_compared(
        self, tmp_path: Path, was: tuple[str, str], now: tuple[str, str], expected: list[tuple[str, str]]
    ) -> None:
        """A caller of the old version and one of the new could both give them; it is told so."""
        told = compared(tmp_path, asking(*was), asking(*now))

        assert regions(told) == expected
        assert told.open == ()
        assert told.finding is (Finding.CHANGED if expected else Finding.EQUIVALENT)
        if "ordered" not in was[0]:
            assert told.inputs[0].startswith("the fact `f` was `")
            assert told.inputs[0].endswith("`; only values of both are compared")

    @pytest.mark.parametrize(
        ("was", "now"),
        [(("f: int", "f > 3"), ("f: bool", "f")), (("f: a | b", 'f == "a"'), ("f: c | d", 'f == "c"'))],
        ids=["other kinds", "other values"],
    )
    def test_where_no_value_is_of_both_all_are_compared(
        self, tmp_path: Path, was: tuple[str, str], now: tuple[str, str]
    ) -> None:
        """Nobody knows what is given now in place of what was given; the two are told apart."""
        told = compared(tmp_path, asking(*was), asking(*now))

        assert {one.change for one in told.examples} == {"yes->no", "no->yes"}
        assert all(set(one.facts) == {"f (before)", "f (now)"} for one in told.examples)
        assert told.inputs[0].endswith("`; every value before is compared with every value now")

    @pytest.mark.parametrize(
        ("was", "now"),
        [
            ("f: a | b", "types: {grade: a | b}; f: grade"),
            ("types: {grade: a | b}; f: grade", "types: {rank: a | b}; f: rank"),
            ("f: a | b | null", "types: {grade: '\"a\"'}; f: grade | b | null"),
            ("types: {grade: a}; f: 'a | b'", "types: {a: int}; f: '\"a\" | b'"),
            ("f: list of (a | b)", "types: {grade: a | b}; f: list of grade"),
            ("f: {type: a | b, ordered: true}", "types: {grade: {type: a | b, ordered: true}}; f: grade"),
            ("f: text", "types: {grade: text}; f: grade"),
        ],
    )
    def test_the_name_of_a_type_is_no_difference(self, tmp_path: Path, was: str, now: str) -> None:
        """A type that gets a name, or another one, changes nothing: there is nothing to tell."""
        versions = []
        for facts in (was, now):
            *types, fact = facts.split("; ")
            types = [line.replace("a}", "'\"a\"'}") if line.endswith(": a}") else line for line in types]
            condition = "len(f) > 1" if "list" in was or "text" in was else 'f == "a"'
            versions.append(asking(fact, condition, top="".join(f"{line}\n" for line in types)))
        told = compared(tmp_path, *versions)

        assert told.finding is Finding.EQUIVALENT
        assert (told.inputs, told.lost, told.same_inputs) == ((), {}, True)

    def test_values_tell_how_a_named_type_differs(self, tmp_path: Path) -> None:
        """Where a type has other values by the same name, the values are told."""
        was, now = (
            asking("f: grade", 'f == "a"', top=f"types: {{grade: {values}}}\n") for values in ("a | b", "a | c")
        )
        told = compared(tmp_path, was, now)

        assert told.inputs[0] == "the fact `f` was `a | b` and is `a | c`; only values of both are compared"
        assert told.lost == {"facts:refused": ("the fact `f` no longer takes `b`",)}

    def test_what_can_be_given_is_shown(self, tmp_path: Path) -> None:
        """An example is one that both versions take, whatever else one of them would take."""
        told = compared(tmp_path, asking("f: list of (a | b)", "f == []"), asking("f: list of text", "true"))

        assert [set(one.facts["f"]) <= {"a", "b"} for one in told.examples] == [True]  # type: ignore[arg-type]


class TestDefaults:
    def test_who_leaves_a_fact_out_gets_another_default(self, tmp_path: Path) -> None:
        """Nothing changes for those who give it."""
        told = compared(tmp_path, asking("f: bool = false", "f"), asking("f: bool = true", "f"))
        [example] = told.examples

        assert regions(told) == [("no->yes", "true")]
        assert told.edits[0].answers[0].where[0].left_out == ("f",)
        assert (example.change, dict(example.facts)) == ("no->yes", {})
        assert told.inputs == ("the fact `f` is true by default, where it was false",)

    def test_the_new_value_stands_for_the_fact(self, tmp_path: Path) -> None:
        """Whoever leaves it out has a default, so that is what the conditions say."""
        told = compared(tmp_path, asking("f: int = 5; i: int", "f > i"), asking("f: int = 3; i: int", "f > i"))

        assert regions(told) == [("yes->no", "5 > i and 3 <= i")]

    @pytest.mark.parametrize(
        ("was", "now", "note"),
        [
            ("f: int = 1", "f: int", "the fact `f` must be given now; by default it was 1"),
            ("f: int", "f: int = 1", "the fact `f` may be left out now, and is 1 then"),
            ("g: int", "g: int; f: int = 3", "the fact `f` is new, by default 3"),
            ("g: int", "g: int; f: int", "the fact `f` is new, and has no default"),
            ("g: int; f: int | null = null", "g: int", "the fact `f` is gone, by default null"),
        ],
    )
    def test_what_callers_have_to_know(self, tmp_path: Path, was: str, now: str, note: str) -> None:
        """How to call has changed, though no decision has."""
        told = compared(tmp_path, asking(was, "true"), asking(now, "true"))

        assert told.finding is Finding.EQUIVALENT
        assert told.inputs == (note,)

    def test_another_type_with_another_default(self, tmp_path: Path) -> None:
        """Who leaves it out gets a value of either type."""
        old, new = asking("f: a | b = a", 'f == "a"'), asking('f: text = "z"', 'f == "a"')
        [example] = compared(tmp_path, old, new).examples

        assert (example.change, "f" in example.facts) == ("yes->no", False)


class TestAssumptions:
    def test_what_either_version_allows_is_compared(self, tmp_path: Path) -> None:
        """Assuming more must not hide a change."""
        facts = "b: bool; c: bool"
        told = compared(tmp_path, asking(facts, "b"), asking(facts, "b and c", top="assume: [c]\n"))

        assert regions(told) == [("yes->no", "b and not c")]
        assert told.inputs == ("`assume` says something else; facts that either version allows are compared",)

    def test_what_both_assume_is_assumed(self, tmp_path: Path) -> None:
        """In other words too."""
        facts = "b: bool; c: bool"
        old = asking(facts, "b", top="assume: [b or c]\n")
        told = compared(tmp_path, old, asking(facts, "b or not c", top="assume: [not (not b and not c)]\n"))

        assert (told.finding, told.inputs) == (Finding.EQUIVALENT, ())

    def test_without_time_nobody_knows(self, tmp_path: Path) -> None:
        """That the assumptions differ is no more claimed than that they are the same."""
        old = asking("b: bool; c: bool", "b", top="assume: [b]\n")
        told = compared(tmp_path, old, asking("b: bool; c: bool", "c", top="assume: [c]\n"), seconds=0)

        assert told.inputs == (
            "it is not known whether `assume` says something else; facts that either version allows are compared",
        )


def carrying(value: str, declared: str = "int = 0", *, rechecked: str = "null") -> str:
    """Write a rule file whose only decision carries something."""
    end = (
        f"\ndata:\n  v: {declared}\noutcomes:\n  'yes': {{notify: true, data: {{v: {value}}}, recheck: {rechecked}}}\n"
    )
    facts = "n: int; b: bool; at: instant | null; now: instant"
    return asking(facts, "b", end=f"{end}  'no': {{notify: true, data: {{v: {value}}}}}\n").replace(
        "else: 'no'", "else: 'yes'"
    )


class TestCarried:
    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            (carrying("1"), carrying("2"), [("v", "1", "2")]),
            (carrying("{expr: n + 1}"), carrying("{expr: n + 2}"), [("v", "1", "2")]),
            (carrying("{expr: n + 1}"), carrying("{expr: n + 2 - 1}"), None),
            (carrying("1", "int"), carrying("1", "int | null"), []),
            (carrying("1"), carrying("one", "text"), [("v", "1", "one")]),
            (carrying("1"), carrying("true", "bool"), [("v", "1", "true")]),
            (carrying("[1]", "list of int"), carrying("[true]", "list of bool"), [("v", "[1]", "[true]")]),
            (carrying("null", "int | null"), carrying("null", "text | null"), []),
            (carrying("a", "a | b"), carrying("a", "text"), []),
            (carrying("1"), carrying("1", rechecked="at"), [("recheck", "null", "2026-01-05T13:00:00Z")]),
            (
                carrying("1", rechecked="15m"),
                carrying("1", rechecked="1h"),
                [("recheck", "2026-01-05T12:15:00Z", "2026-01-05T13:00:00Z")],
            ),
            (carrying("1", rechecked="15m"), carrying("1", rechecked="now + 15m"), []),
        ],
        ids=[
            "a value",
            "computed",
            "saturating earlier",
            "nullable",
            "a text for a number",
            "true for one",
            "true for one in a list",
            "nothing for nothing",
            "a text for a value",
            "an instant",
            "a duration",
            "the same instant",
        ],
    )
    def test_what_decisions_carry(
        self, tmp_path: Path, was: str, now: str, expected: list[tuple[str, str, str]] | None
    ) -> None:
        """The outcome stays; what it carries, and when to ask again, is held to the value and its type."""
        told = compared(tmp_path, was, now)

        if expected == []:
            assert told.finding is Finding.EQUIVALENT
        else:
            assert told.changes == ("yes->yes",)
            assert all(region.before.notify is region.after.notify for region in told.examples)
            if expected is not None:
                assert list(carried(told.examples[0])) == expected

    @pytest.mark.parametrize(
        ("was", "now", "note"),
        [
            ("int = 0", "int | null = 0", "the data `v` was `int` and is `int | null`"),
            ("int | null = null", "text | null = null", "the data `v` was `int | null` and is `text | null`"),
        ],
    )
    def test_another_type_is_told(self, tmp_path: Path, was: str, now: str, note: str) -> None:
        """Though every value stays, who reads it has to know."""
        versions = [asking("b: bool", "b", top=f"data:\n  v: {declared}\n") for declared in (was, now)]
        told = compared(tmp_path, *versions)

        assert (told.finding, told.inputs) == (Finding.EQUIVALENT, (note,))

    def test_data_that_is_new_or_gone(self, tmp_path: Path) -> None:
        """It is told apart: no decision carries another value of it."""
        versions = [asking("b: bool", "b", top=f"data: {{{name}: int = 0}}\n") for name in ("v", "w")]
        told = compared(tmp_path, *versions)

        assert told.finding is Finding.EQUIVALENT
        assert told.inputs == ("the data `w` is new",)
        assert told.lost == {"data:gone": ("the data `v` is gone",)}

    def test_another_meaning_is_a_change(self, tmp_path: Path) -> None:
        """An outcome of the same name that notifies otherwise is another decision."""
        old = asking("b: bool", "b")
        told = compared(tmp_path, old, old.replace("notify: false", "notify: later"))

        [example] = told.examples

        assert example.change == "no(false)->no(later)"
        assert example.before.notify is not example.after.notify
