"""Match the boxes and arrows of two versions: what a reader of the picture sees change."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diff.model import Finding
from notifyrules.diff.report import chart_changes
from notifyrules.diff.structure import match
from notifyrules.rules import load
from tests.charts import chart
from tests.versions import compared, edited

CHART = chart(
    """
muted: {ask: Muted?, if: b, then: kind, else: loud}
kind: {ask: Which kind?, switch: kind, cases: {dm: "yes", group: {to: hold, label: later}, channel: loud}}
loud: {ask: Loud?, any: [wanted, urgent], else: {to: "no", because: "nothing for {t}"}}
wanted: {ask: Wanted?, if: c, then: "yes", else: "no"}
urgent:
  ask: Urgent?
  first:
    - {if: i > 5, to: "yes", name: very}
    - {if: i > 3, to: hold}
    - {if: i > 1, to: "no"}
  else: "no"
"""
)
CALLING = chart("asks: {ask: Quiet?, call: quiet.yaml, with: {x: b}, cases: {held: hold, free: 'yes'}}")
QUIET = "notifyrules: 1\nname: quiet\nfacts: {x: bool}\nflow: {q: {if: x, then: held, else: free}}\n"
QUIET += "outcomes: {held: {}, free: {}}\n"


def changes(folder: Path, old: str, new: str, **others: str) -> list[tuple[str, str]]:
    """List what a reader sees change."""
    for name, text in {"old": old, "new": new, **others}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    graphs = [load(folder / f"{name}.yaml").graph for name in ("old", "new")]
    return list(chart_changes(match(graphs[0], graphs[1])))


class TestNodes:
    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([], []),
            ([("Muted?", "Is it muted?")], [("reworded", "`muted`: “Is it muted?”, before “Muted?”")]),
            ([("if: b,", "if: not b,")], [("asked", "`muted` asks `not b`, where it asked `b`")]),
            (
                [("switch: kind", "switch: (kind if b else kind)")],
                [("asked", "`kind` asks `kind if b else kind`, where it asked `kind`")],
            ),
            (
                [("i > 3", "i > 4")],
                [("asked", "`urgent` asks `i > 5; i > 4; i > 1`, where it asked `i > 5; i > 3; i > 1`")],
            ),
            (
                [("[wanted, urgent]", "[urgent, wanted]")],
                [("asked", "`loud` asks `urgent, wanted`, where it asked `wanted, urgent`")],
            ),
            (
                [
                    ("muted: {ask", "silenced: {ask"),
                    ("then: kind, else: loud}", "then: sort, else: loud}"),
                    ("kind: {ask", "sort: {ask"),
                ],
                [("renamed", "`muted` is called `silenced`"), ("renamed", "`kind` is called `sort`")],
            ),
            (
                [("loud: {ask", "noisy: {ask"), ("else: loud}", "else: noisy}"), ("channel: loud", "channel: noisy")],
                [("renamed", "`loud` is called `noisy`")],
            ),
            (
                [("wanted: {ask: Wanted?, if: c", "asked_for: {ask: Wanted?, if: not c"), ("[wanted,", "[asked_for,")],
                [
                    ("renamed", "`wanted` is called `asked_for`"),
                    ("asked", "`asked_for` asks `not c`, where it asked `c`"),
                ],
            ),
            (
                [("else: loud}", "else: extra}\nextra: {ask: Extra?, if: c, then: loud, else: loud}")],
                [("added", "node `extra`"), ("moved", "`muted.else` leads to `extra`, where it led to `loud`")],
            ),
        ],
        ids=[
            "nothing",
            "reworded",
            "a question",
            "a switch",
            "a table",
            "the order of branches",
            "renamed",
            "a fan-out renamed",
            "renamed and asked otherwise",
            "added",
        ],
    )
    def test_what_a_reader_sees(
        self, tmp_path: Path, edits: list[tuple[str, str]], expected: list[tuple[str, str]]
    ) -> None:
        """What was edited is told, and nothing else."""
        new = edited(CHART, *((was, now.replace("\n", "\n  ")) for was, now in edits))

        assert changes(tmp_path, CHART, new) == expected

    def test_what_is_gone(self, tmp_path: Path) -> None:
        """A removed node is told by its old name, and the arrow that led there as led elsewhere."""
        new = edited(
            CHART, ("[wanted, urgent]", "[urgent]"), ('  wanted: {ask: Wanted?, if: c, then: "yes", else: "no"}\n', "")
        )

        assert changes(tmp_path, CHART, new) == [("removed", "node `wanted`"), ("removed", "arrow `loud.wanted`")]

    def test_another_start(self, tmp_path: Path) -> None:
        """Where the chart begins is an arrow too."""
        old = chart("a: {ask: A?, if: b, then: c_, else: c_}\nc_: {ask: C?, if: c, then: 'yes', else: 'no'}")
        new = chart("c_: {ask: C?, if: c, then: 'yes', else: 'no'}")

        assert changes(tmp_path, old, new) == [
            ("removed", "node `a`"),
            ("moved", "the chart begins with `c_`, where it began with `a`"),
        ]

    def test_two_that_have_nothing_in_common(self, tmp_path: Path) -> None:
        """Nodes that only stand at the same place are two."""
        old = chart("a: {ask: A?, if: b, then: 'yes', else: 'no'}")
        new = chart("z: {ask: Z?, if: c, then: 'yes', else: 'no'}")

        assert changes(tmp_path, old, new) == [
            ("added", "node `z`"),
            ("removed", "node `a`"),
            ("moved", "the chart begins with `z`, where it began with `a`"),
        ]

    def test_a_name_that_another_node_took_over(self, tmp_path: Path) -> None:
        """A node whose kind changed is the same box, asking something else."""
        new = edited(CHART, ('if: c, then: "yes", else: "no"}', 'switch: c, cases: {true: "yes", false: "no"}}'))

        assert ("asked", "`wanted` asks `c`, where it asked `c`") in changes(tmp_path, CHART, new)

    def test_no_decision_changes_by_names(self, tmp_path: Path) -> None:
        """Names and words are told, and the decisions are proved to be the same."""
        new = edited(CHART, ("muted: {ask: Muted?", "silenced: {ask: Is it muted?"))
        told = compared(tmp_path, CHART, new)

        assert told.finding is Finding.EQUIVALENT
        assert told.structure.renamed == {"muted": "silenced"}
        assert [one.what for one in told.structure.reworded] == ["silenced"]


class TestArrows:
    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([("else: loud}", "else: kind}")], [("moved", "`muted.else` leads to `kind`, where it led to `loud`")]),
            (
                [('{dm: "yes"', "{dm: hold")],
                [("moved", "`kind.dm` leads to `hold`, where it led to `yes`")],
            ),
            ([("label: later", "label: soon")], [("reworded", "`kind.group`: “soon”, before “later”")]),
            ([(", label: later", "")], [("reworded", "`kind.group`: nothing, before “later”")]),
            (
                [("nothing for {t}", "nothing for {t} yet")],
                [("reworded", "`loud.else`: “nothing for {t} yet”, before “nothing for {t}”")],
            ),
            (
                [
                    ("[wanted, urgent]", "[wanted, urgent, late]"),
                    ("  wanted: {", "  late: {if: c, then: hold, else: hold}\n  wanted: {"),
                ],
                [("added", "node `late`"), ("added", "arrow `loud.late`")],
            ),
            (
                [('i > 5, to: "yes", name: very', 'i > 6, to: "yes", name: very')],
                [("asked", "`urgent` asks `i > 6; i > 3; i > 1`, where it asked `i > 5; i > 3; i > 1`")],
            ),
            (
                [("      - {if: i > 3, to: hold}\n", "")],
                [
                    ("removed", "arrow `urgent.2`"),
                    ("asked", "`urgent` asks `i > 5; i > 1`, where it asked `i > 5; i > 3; i > 1`"),
                ],
            ),
            (
                [("    - {if: i > 3, to: hold}\n", "    - {if: i > 3, to: hold}\n      - {if: c, to: hold}\n")],
                [
                    ("added", "arrow `urgent.3`"),
                    ("asked", "`urgent` asks `i > 5; i > 3; c; i > 1`, where it asked `i > 5; i > 3; i > 1`"),
                ],
            ),
            (
                [("hold: {notify: later}", "hold: {notify: later, label: wait}")],
                [("reworded", "`hold`: “wait”, before “hold”")],
            ),
            (
                [("hold: {notify: later}", "hold: {notify: later, because: a, label: hold}")],
                [("reworded", "`hold`: “a”, before nothing")],
            ),
        ],
        ids=[
            "re-routed",
            "a case re-routed",
            "a label",
            "a label gone",
            "words",
            "a branch added",
            "a row with a name",
            "a row gone",
            "a row added",
            "the label of an outcome",
            "the words of an outcome",
        ],
    )
    def test_what_a_reader_sees(
        self, tmp_path: Path, edits: list[tuple[str, str]], expected: list[tuple[str, str]]
    ) -> None:
        """What was edited is told, and nothing else; rows are known by their name or what they ask."""
        assert changes(tmp_path, CHART, edited(CHART, *edits)) == expected

    def test_a_switch_with_other_values(self, tmp_path: Path) -> None:
        """A value that has its own way now is an arrow more."""
        old = chart('s: {switch: kind, cases: {dm: "yes", group: hold}, else: "no"}')
        new = chart('s: {switch: kind, cases: {dm: "yes", channel: hold}, else: "no"}')

        assert changes(tmp_path, old, new) == [("added", "arrow `s.channel`"), ("removed", "arrow `s.group`")]


class TestCalls:
    @pytest.mark.parametrize(
        ("edit", "expected"),
        [
            (("x: b", "x: c"), [("asked", "`asks` asks `quiet.yaml, x: c`, where it asked `quiet.yaml, x: b`")]),
            (
                ("call: quiet.yaml", "call: other.yaml"),
                [("asked", "`asks` asks `other.yaml, x: b`, where it asked `quiet.yaml, x: b`")],
            ),
            (("free: 'yes'", "free: 'no'"), [("moved", "`asks.free` leads to `no`, where it led to `yes`")]),
        ],
        ids=["bound otherwise", "another chart", "re-routed"],
    )
    def test_what_a_reader_sees(self, tmp_path: Path, edit: tuple[str, str], expected: list[tuple[str, str]]) -> None:
        """What a call asks, of whom, and where its answers lead."""
        other = QUIET.replace("name: quiet", "name: other")

        assert changes(tmp_path, CALLING, edited(CALLING, edit), quiet=QUIET, other=other) == expected
