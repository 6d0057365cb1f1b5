"""Say for whom a decision changes: conditions as a rule file would hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diff.model import Finding
from tests.charts import chart
from tests.versions import asking, compared, regions

pytestmark = pytest.mark.slow

ORDERED = "{type: a | b | c, ordered: true}"
TABLE = {
    "a bool": ("b: bool", "b", "b"),
    "a bool that may be null": ("b: bool | null", "b == true", "b == true"),
    "false, not null": ("b: bool | null", "b == false", "b == false"),
    "null": ("b: bool | null", "b is null", "b is null"),
    "anything but null": ("b: bool | null", "not (b is null)", "b is not null"),
    "true unless false": ("b: bool | null", "b ?? true", "b ?? true"),
    "false unless true": ("b: bool | null", "not (b ?? false)", "not (b ?? false)"),
    "one value": ("k: a | b | c", 'k == "a"', 'k == "a"'),
    "two of four": ("k: a | b | c | d", 'k in ["a", "b"]', 'k in ["a", "b"]'),
    "all but one": ("k: a | b | c", 'k in ["a", "b"]', 'k in ["a", "b"]'),
    "a value that may be null": ("k: a | b | c | null", 'k == "a"', 'k == "a"'),
    "no value": ("k: a | b | null", "k is null", "k is null"),
    "any value": ("k: a | b | null", 'k in ["a", "b"]', 'k in ["a", "b"]'),
    "null among values": ("k: a | b | c | null", 'k is null or k == "a"', 'k is null or k == "a"'),
    "null and all but one": ("k: a | b | null", 'k is null or k == "a"', 'k is null or k == "a"'),
    "an order": (f"k: {ORDERED}", 'k > "a"', 'k > "a"'),
    "two in order": (f"k: {ORDERED}; m: {ORDERED}", "k > m", "k > m"),
    "a number": ("i: int", "i == 3", "i == 3"),
    "a number that may be null": ("i: int | null", "i is not null and i > 3", "i is not null and i > 3"),
    "null or a number": ("i: int | null", "i is null or i > 3", "i is null or i > 3"),
    "a number or another": ("i: int | null", "(i ?? 5) > 3", "i ?? 5 > 3"),
    "a sum": ("i: int; j: int", "i - (j - 1) > -3", "i - (j - 1) > -3"),
    "a sign": ("i: int", "-i > 3", "-i > 3"),
    "a range": ("i: int", "0 <= i < 9", "0 <= i and i < 9"),
    "a text": ("t: text", r't == "say \"x\""', r't == "say \"x\""'),
    "some texts": ("t: text", 't in ["a", "b"]', 't in ["a", "b"]'),
    "a text function": ("t: text", 'starts_with(lower(t), "a")', 'starts_with(lower(t), "a")'),
    "a length": ("t: text", "len(t) <= 3", "len(t) <= 3"),
    "a text that may be null": (
        "t: text | null",
        't is not null and contains(t, "a")',
        't is not null and contains(t, "a")',
    ),
    "two sets": ("l: list of (x | y)", 'contains_all(l, ["x", "y"])', 'contains_all(l, ["x", "y"])'),
    "an item": ("l: list of text; t: text", "t not in l", "t not in l"),
    "an empty list": ("l: list of int", "l == []", "l == []"),
    "instants": ("at: instant; now: instant", "at < now - 15m", "at < now - 15m"),
    "instants that may be null": ("at: instant | null; now: instant", "(at ?? now) < now", "at ?? now < now"),
    "a time": ("w: time", "w >= 22:00", "w >= 22:00"),
    "a duration": ("d: duration", "d > 36h", "d > 1d12h"),
    "a weekday": (
        "z: timezone; now: instant",
        'weekday(now, z) in ["sat", "sun"]',
        'weekday(now, z) in ["sat", "sun"]',
    ),
    "a window": (
        "z: timezone; s: schedule; now: instant",
        "window_end(now, z, s) is not null and window_end(now, z, s) > now + 1h",
        "window_end(now, z, s) is not null and window_end(now, z, s) > now + 1h",
    ),
    "a choice": ("b: bool; i: int", "(i if b else 3) > 4", "(i if b else 3) > 4"),
    "a choice that may be null": (
        "b: bool; i: int | null",
        "(i if b else 3) is not null and (i if b else 3) > 4",
        "(i if b else 3) is not null and (i if b else 3) > 4",
    ),
    "the first that is not null": (
        "i: int | null; j: int | null",
        "(i ?? j) is not null and (i ?? j) > 2",
        "i ?? j is not null and i ?? j > 2",
    ),
    "both": ("b: bool; c: bool", "b and c", "b and c"),
}


class TestWords:
    @pytest.mark.parametrize(("facts", "condition", "told"), TABLE.values(), ids=TABLE)
    def test_who_gets_it_no_more(self, tmp_path: Path, facts: str, condition: str, told: str) -> None:
        """The condition that was taken away is told, test by test, as it is written."""
        comparison = compared(tmp_path, asking(facts, condition), asking(facts, "false"))

        assert regions(comparison) == [("yes->no", told)]
        assert all(one.exact for one in comparison.edits[0].answers)

    @pytest.mark.parametrize(
        ("facts", "was", "now", "expected"),
        [
            ("i: int", "i > 3", "i > 5", [("yes->no", "i > 3 and i <= 5")]),
            ("w: time", "w >= 22:00", "w > 22:30", [("yes->no", "w >= 22:00 and w <= 22:30")]),
            ("b: bool", "b", "not b", [("yes->no", "b"), ("no->yes", "not b")]),
            ("i: int | null", "i is null", "i == 3", [("no->yes", "i == 3"), ("yes->no", "i is null")]),
            ("b: bool; c: bool", "b == c", "false", [("yes->no", "not b and not c"), ("yes->no", "b and c")]),
            ("b: bool; c: bool", "b or c", "false", [("yes->no", "b"), ("yes->no", "c")]),
            (
                "b: bool; c: bool",
                "b if c else not b",
                "false",
                [("yes->no", "not c and not b"), ("yes->no", "c and b")],
            ),
        ],
    )
    def test_only_the_difference(
        self, tmp_path: Path, facts: str, was: str, now: str, expected: list[tuple[str, str]]
    ) -> None:
        """What both versions do alike is not told."""
        assert sorted(regions(compared(tmp_path, asking(facts, was), asking(facts, now)))) == sorted(expected)

    def test_a_let_that_changed_is_written_out(self, tmp_path: Path) -> None:
        """It means something else in the other version, so its words are told."""
        facts = "i: int | null"
        told = compared(
            tmp_path,
            asking(facts, "big", top="let: {value: i, big: value is not null and value > 3}\n"),
            asking(facts, "big", top="let: {big: i is not null and i > 5}\n"),
        )

        assert regions(told) == [("true->false", "i is not null and value > 3 and i <= 5")]


class TestSwitches:
    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            ("kind", "maybe_kind ?? kind", 'kind == "group" and maybe_kind ?? kind != "group"'),
            ("kind", '"dm" if b else kind', 'kind == "group" and ("dm" if b else kind) != "group"'),
        ],
    )
    def test_the_values_met(self, tmp_path: Path, was: str, now: str, expected: str) -> None:
        """Which values of what is asked go another way."""
        cases = "{dm: 'yes', group: 'no', channel: 'no'}"
        told = compared(tmp_path, *(chart(f"s: {{switch: '{one}', cases: {cases}}}") for one in (was, now)))

        assert expected in {condition for _, condition in regions(told)}


CALLEE = """\
notifyrules: 1
facts: {k: x | y | z = x, n: int = 0, b: bool = false}
flow:
  s: {switch: k, cases: {x: asked, y: free, z: held}}
  asked: {if: n > 3 or b, then: held, else: free}
outcomes: {held: {}, free: {}}
"""


class TestCalls:
    @pytest.mark.parametrize(
        ("bound", "was", "now", "expected"),
        [
            ("{n: i, b: b}", "n > 3", "n > 4", "not b and i > 3 and i <= 4"),
            ("{n: i + 1, b: 'false'}", "n > 3", "n > 4", "i + 1 > 3 and i + 1 <= 4"),
            ("{k: \"'z' if b else 'x'\", n: i}", "z: held", "z: free", "b"),
            ("{k: \"'z' if b else 'x'\"}", "n > 3", "n > -3", "not b"),
            ("{n: 5, b: 'false'}", "n > 3", "n > 7", "true"),
        ],
        ids=["facts", "a sum", "values", "a default", "a constant"],
    )
    def test_the_caller_is_spoken_of(self, tmp_path: Path, bound: str, was: str, now: str, expected: str) -> None:
        """What a called chart asks is told in the facts of its caller."""
        flow = f"c: {{call: callee.yaml, with: {bound}, cases: {{held: hold, free: 'yes'}}}}"
        new = CALLEE.replace(was, now)
        assert new != CALLEE
        old_flow, new_flow = chart(flow.replace("callee", "before")), chart(flow.replace("callee", "after"))
        told = compared(tmp_path, old_flow, new_flow, before=CALLEE, after=new)

        assert told.finding is Finding.CHANGED
        assert [condition for _, condition in regions(told)] == [expected]

    @pytest.mark.parametrize(
        ("kind", "asked"),
        [
            ("int", "n > 3"),
            ("int", "0 - n > 3"),
            ("instant", "n > now"),
            ("time", "n > 12:00"),
            ("text", "len(n) > 3"),
            ("list of text", '"a" in n'),
            ("list of (x | y)", 'overlaps(n, ["x"])'),
            ("x | y", 'n == "x"'),
        ],
    )
    @pytest.mark.parametrize("bound", ["", "with: {n: 'null'}, "], ids=["by default", "by the call"])
    def test_what_is_null_whatever_the_caller_gives(self, tmp_path: Path, kind: str, asked: str, bound: str) -> None:
        """What a called chart asks of a fact that nobody binds is never asked."""
        callee = (
            f"notifyrules: 1\nfacts: {{n: '{kind} | null = null', now: instant}}\n"
            f"flow: {{q: {{if: 'n is not null and ({asked})', then: held, else: free}}}}\n"
            "outcomes: {held: {}, free: {}}\n"
        )
        flow = f"c: {{call: callee.yaml, {bound}cases: {{held: hold, free: 'yes'}}}}"
        versions = [chart(flow.replace("'yes'", now)) for now in ("'yes'", "'no'")]

        told = compared(tmp_path, *versions, callee=callee)

        assert [region.change for _, _, region in told.regions] == ["yes->no"]
