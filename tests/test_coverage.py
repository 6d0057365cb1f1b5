"""Measure what cases walk: figures that can be counted by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules import strategies
from notifyrules.coverage.figures import CoverageFigure, FileCoverage, coverage_data, format_coverage, measure
from notifyrules.coverage.overlay import overlay
from notifyrules.coverage.recorder import Recorder, WalkTally
from notifyrules.diagram import to_svg
from notifyrules.diagram.boxes import label as letter_label
from notifyrules.diagram.drawing import draw_overlaid
from notifyrules.diagram.model import Emphasis, Mark
from notifyrules.evaluation.walk import walk
from notifyrules.graph.model import Graph
from notifyrules.language.evaluator import watched
from notifyrules.rules import load

Facts = dict[str, object]


def covered(path: Path, *walked: Facts) -> dict[str, FileCoverage]:
    """Walk a chart for some facts and measure it, file by file, by the names of the files."""
    rules = load(path)
    recorder = Recorder()
    recorder.learn(rules.graph)
    for facts in walked:
        recorder.walk(rules.graph, rules.facts(facts))
    return {Path(file.file).name: file for file in measure(recorder.tallies)}


def chart(folder: Path, text: str, name: str = "chart.yaml") -> Path:
    """Write a chart."""
    path = folder / name
    path.write_text(f"notifyrules: 1\n{text}", "utf-8")
    return path


def gaps(file: FileCoverage, kind: str) -> list[str]:
    """Tell what of one kind is not covered."""
    return [f"{gap.name} {gap.missing}" for gap in file.gaps if gap.kind == kind]


def atoms(folder: Path, condition: str, *walked: Facts, more: str = "") -> tuple[int, list[str]]:
    """Count the atoms of one question, and tell what they never were."""
    facts = "a: bool = false, b: bool = false, c: bool = false, n: bool | null = null, i: int = 0, t: text = x"
    quoted = condition.replace("'", "''")
    path = chart(
        folder,
        f"facts: {{{facts}}}\n{more}flow: {{q: {{if: '{quoted}', then: yes_, else: no_}}}}\n"
        "outcomes: {yes_: {notify: true}, no_: {notify: false}}\n",
    )
    file = covered(path, *walked)["chart.yaml"]
    return file.figures["atoms"].total, gaps(file, "atoms")


class TestNodesArrowsAndOutcomes:
    TEXT = (
        "facts: {a: bool = false, kind: x | y | z = x, n: int = 0}\n"
        "otherwise: quiet\n"
        "flow:\n"
        "  first: {if: a, then: kinds}\n"
        "  kinds: {switch: kind, cases: {x: rows, y | z: loud}}\n"
        "  rows: {first: [{if: n < 1, to: loud}, {name: many, if: n > 9, to: loud}]}\n"
        "outcomes: {loud: {notify: true}, quiet: {notify: false}}\n"
    )

    def test_each_answer_value_and_row_is_an_arrow(self, tmp_path: Path) -> None:
        """Exits that are not written are arrows too: two of a question, three values, two rows and their else."""
        file = covered(chart(tmp_path, self.TEXT))["chart.yaml"]

        assert {kind: figure.total for kind, figure in file.figures.items()} == {
            "nodes": 3,
            "arrows": 8,
            "outcomes": 2,
            "atoms": 3,
        }
        assert file.total == CoverageFigure(0, 16)

    def test_what_was_walked_is_covered(self, tmp_path: Path) -> None:
        """The rest is told in the order of the file."""
        file = covered(chart(tmp_path, self.TEXT), {"a": True, "n": 5})["chart.yaml"]

        assert (file.figures["nodes"], file.figures["arrows"], file.figures["outcomes"]) == (
            CoverageFigure(3, 3),
            CoverageFigure(3, 8),
            CoverageFigure(1, 2),
        )
        assert gaps(file, "arrows") == [
            "first.else (to `quiet`) was never taken",
            "kinds.y (to `loud`) was never taken",
            "kinds.z (to `loud`) was never taken",
            "rows.1 (to `loud`) was never taken",
            "rows.many (to `loud`) was never taken",
        ]
        assert gaps(file, "outcomes") == ["loud was never reached"]

    def test_a_node_that_nothing_leads_to_is_not_covered(self, tmp_path: Path) -> None:
        """What no case can walk is not passed over."""
        path = chart(tmp_path, self.TEXT + "allow: {unreachable-node: kept for later}\n")
        path.write_text(path.read_text("utf-8").replace("outcomes:", "  lost: {if: a, then: loud}\noutcomes:"), "utf-8")

        assert gaps(covered(path)["chart.yaml"], "nodes")[-1] == "lost was never asked"


class TestFanOuts:
    TEXT = (
        "facts: {a: bool = false, b: bool = false}\n"
        "otherwise: quiet\n"
        "flow:\n"
        "  worth: {any: [one, two, three]}\n"
        "  one: {if: a, then: loud}\n"
        "  two: {if: b, then: loud}\n"
        "  three: {if: a, then: loud, else: soft}\n"
        "outcomes: {loud: {notify: true}, soft: {notify: later}, quiet: {notify: false}}\n"
    )

    def test_a_branch_has_won_and_was_tried_in_vain(self, tmp_path: Path) -> None:
        """It is one arrow, covered when both have happened, as far as its arrows can end so."""
        path = chart(tmp_path, self.TEXT)

        assert gaps(covered(path, {"a": True})["chart.yaml"], "arrows") == [
            "worth.else (to `quiet`) was never taken",
            "worth.one (to `one`) was never tried in vain",
            "worth.two (to `two`) never won and was never tried in vain",
            "worth.three (to `three`) never won",
            "one.else (to `quiet`) was never taken",
            "two.else (to `quiet`) was never taken",
            "two.then (to `loud`) was never taken",
            "three.then (to `loud`) was never taken",
            "three.else (to `soft`) was never taken",
        ]
        assert gaps(covered(path, {"a": True}, {"b": True}, {})["chart.yaml"], "arrows") == [
            "worth.else (to `quiet`) was never taken",
            "three.then (to `loud`) was never taken",
        ]

    def test_what_a_branch_walked_in_vain_is_walked(self, tmp_path: Path) -> None:
        """Its nodes, arrows and atoms count, the refusal it ended in does not."""
        file = covered(chart(tmp_path, self.TEXT), {})["chart.yaml"]

        assert gaps(file, "nodes") == []
        assert gaps(file, "outcomes") == ["loud was never reached", "quiet was never reached"]


class TestAtoms:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("a", 1),
            ("not a", 1),
            ("a and b", 2),
            ("a and (b or not c)", 3),
            ("a and a", 2),
            ("i == 1", 1),
            ("1 < i < 5", 1),
            ("i + 1 < 5 and i - 1 > 0", 2),
            ("a == b", 1),
            ("a in [b, c]", 1),
            ("i not in [1, 2]", 1),
            ("n is null", 1),
            ("n is not null and n", 2),
            ("n ?? a", 2),
            ("b if a else c", 3),
            ('t == ("x" if a else "y")', 2),
            ('contains(t, "x")', 1),
            ('len(t) > 2 and starts_with(t, "y")', 2),
            ("(a and b) == c", 3),
        ],
    )
    def test_are_bool_facts_comparisons_and_bool_calls_as_written(
        self, tmp_path: Path, condition: str, expected: int
    ) -> None:
        """A fact that is compared or passed to a function is part of that atom."""
        assert atoms(tmp_path, condition)[0] == expected

    @pytest.mark.parametrize(
        ("condition", "walked", "expected"),
        [
            ("a", {}, ["a was never true"]),
            ("a", {"a": True}, ["a was never false"]),
            ("not a", {}, ["a was never true"]),
            ("a and b", {}, ["a was never true", "b was never true and never false"]),
            ("a or b", {"a": True}, ["a was never false", "b was never true and never false"]),
            ("n is not null", {}, ["n is not null was never true"]),
            ("i not in [1, 2]", {}, ["i not in [1, 2] was never false"]),
            ("1 < i < 5", {}, ["1 < i < 5 was never true"]),
            ("n ?? a", {}, ["n was never true and never false", "a was never true"]),
            ("n ?? a", {"n": True}, ["n was never false", "a was never true and never false"]),
            ("b if a else c", {}, ["b was never true and never false", "a was never true", "c was never true"]),
        ],
    )
    def test_are_seen_when_they_are_evaluated(
        self, tmp_path: Path, condition: str, walked: Facts, expected: list[str]
    ) -> None:
        """What an earlier part has settled is not seen, and null is neither true nor false."""
        assert atoms(tmp_path, condition, walked)[1] == expected

    def test_of_a_let_stand_once_where_it_is_declared(self, tmp_path: Path) -> None:
        """However often it is used, and however it is spelt there."""
        more = "let:\n  both: a and b\n  either(x): x or i > 3\n"
        total, missing = atoms(
            tmp_path, "both and (both or either(c)) and either(n ?? a)", {"a": True, "b": True}, more=more
        )

        # a and b of `both`, i > 3 of `either`, and c, n and a where they are passed.
        assert total == 6
        assert "i > 3 was never true and never false" in missing

    def test_of_what_is_said_and_carried_count(self, tmp_path: Path) -> None:
        """The conditions of texts, data and rechecks have atoms, and those of assumptions and guarantees have none."""
        path = chart(
            tmp_path,
            "facts: {a: bool = false, b: bool = false, i: int = 0}\nassume: [a or i < 5]\n"
            'flow: {q: {if: a, then: {to: x, because: "{\\"one\\" if b else \\"two\\"}"}, else: y}}\n'
            "data:\n  many: bool = false\n"
            "outcomes: {x: {notify: true, data: {many: {expr: i > 3}}}, y: {notify: false}}\n"
            "guarantees: [{name: g, if: b, never: [x]}]\n",
        )

        assert covered(path)["chart.yaml"].figures["atoms"].total == 3

    def test_of_what_is_said_are_seen_where_it_is_said(self, tmp_path: Path) -> None:
        """Texts of the way, those of called charts included, and data and recheck of the end that is reached."""
        called = "facts: {p: bool = false, r: bool = false}\nflow: {q: {if: p, then: x, else: y}}\n"
        chart(tmp_path, f'{called}outcomes: {{x: {{because: "{{r}}"}}, y: {{}}}}\n', "called.yaml")
        path = chart(
            tmp_path,
            "facts: {a: bool = false, b: bool = false, c: bool = false, now: instant = 2026-11-23T22:00:00Z}\n"
            "data: {many: bool = false}\n"
            "flow: {q: {call: called.yaml, with: {p: a, r: b}, cases: {x: held, y: done}}}\n"
            "outcomes:\n  held: {notify: later, recheck: 5m if c else 9m}\n"
            "  done: {notify: true, data: {many: {expr: c}}}\n",
        )
        files = covered(path, {"a": True, "b": True, "c": True}, {"a": True}, {"c": True})

        assert gaps(files["called.yaml"], "atoms") == []
        assert gaps(files["chart.yaml"], "atoms") == ["c was never false"]


class TestFiles:
    CALLED = (
        "facts: {busy: bool = false, m: bool = false}\n"
        "flow: {q: {if: busy and m, then: x, else: y}}\noutcomes: {x: {}, y: {}}\n"
    )
    CALLING = (
        "include: [common.yaml]\nfacts: {m: bool = false}\n"
        "flow:\n"
        "  first: {if: late, then: ask, else: other}\n"
        "  ask: {call: called.yaml, with: {busy: a and m}, cases: {x: loud, y: quiet}}\n"
        "  other: {call: called.yaml, with: {busy: late}, cases: {x: loud, y: quiet}}\n"
        "outcomes: {loud: {notify: true}, quiet: {notify: false}}\n"
    )

    def test_a_called_chart_counts_in_its_own_file(self, tmp_path: Path) -> None:
        """Once, however many nodes call it; what is passed to it and what is included count where they are written."""
        chart(tmp_path, self.CALLED, "called.yaml")
        chart(tmp_path, "facts: {a: bool = false}\nlet: {late: a}\n", "common.yaml")

        files = covered(chart(tmp_path, self.CALLING), {"a": True}, {"m": True})

        totals = {name: {kind: figure.total for kind, figure in file.figures.items()} for name, file in files.items()}
        assert totals == {
            "called.yaml": {"nodes": 1, "arrows": 2, "outcomes": 2, "atoms": 2},
            "chart.yaml": {"nodes": 3, "arrows": 6, "outcomes": 2, "atoms": 2},
            "common.yaml": {"nodes": 0, "arrows": 0, "outcomes": 0, "atoms": 1},
        }
        assert gaps(files["called.yaml"], "arrows") == ["q.then (to `x`) was never taken"]
        assert gaps(files["common.yaml"], "atoms") == []


class TestFigures:
    @pytest.mark.parametrize(
        ("figure", "percent"),
        [
            (CoverageFigure(0, 0), "100%"),
            (CoverageFigure(0, 3), "0.0%"),
            (CoverageFigure(2, 3), "66.6%"),
            (CoverageFigure(1999, 2000), "99.9%"),
            (CoverageFigure(99_999, 100_000), "99.9%"),
            (CoverageFigure(5, 5), "100%"),
        ],
    )
    def test_are_never_rounded_up(self, figure: CoverageFigure, percent: str) -> None:
        """Only what is wholly covered is 100%."""
        assert figure.percent == percent

    @given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
    def test_a_share_shown_never_claims_more(self, counts: tuple[int, int]) -> None:
        """What is shown, taken as a threshold, is always met."""
        figure = CoverageFigure(*counts)

        assert not figure.is_under(Fraction(figure.percent.removesuffix("%")))
        assert figure.is_under(Fraction(100)) == (figure.covered < figure.total)

    def test_the_report_adds_up(self, tmp_path: Path) -> None:
        """The total of a file is the sum of its kinds, that of all files the sum of theirs."""
        chart(tmp_path, TestFiles.CALLED, "called.yaml")
        chart(tmp_path, "facts: {a: bool = false}\nlet: {late: a}\n", "common.yaml")
        files = tuple(covered(chart(tmp_path, TestFiles.CALLING), {"a": True}).values())

        data = coverage_data(files)

        table = format_coverage(files).partition("\n\n")[0].splitlines()
        assert [line.split()[-4:-1] for line in table[1:]] == [
            [str(file.total.covered), "of", str(file.total.total)] for file in files
        ] + [[str(sum(file.total.covered for file in files)), "of", str(sum(file.total.total for file in files))]]
        assert isinstance(data["total"], dict)
        assert data["total"]["covered"] == sum(file.total.covered for file in files)


@pytest.mark.parametrize("name", ["slack", "matrix", "team_chat", "blocks/quiet_hours"])
def test_a_watched_walk_is_the_same_walk(name: str) -> None:
    """Coverage sees the steps that decided: watching changes nothing, and each node and arrow on the way is counted."""
    rules = load(name)

    @given(strategies.facts(rules))
    def holds(facts: Facts) -> None:
        recorder = Recorder()
        valid = rules.facts(facts)
        recorder.walk(rules.graph, valid)
        passage = walk(rules.graph, valid)
        seen: list[object] = []
        tally = recorder.tallies[rules.graph.path]

        assert walk(rules.graph, valid, watched(lambda term, value: seen.append((term, value)))) == passage
        assert seen
        assert tally.outcomes == {passage.outcome: 1}
        assert {step.node for step in passage.steps} <= set(tally.nodes)
        assert {step.arrow for step in passage.steps} <= set(tally.arrows)

    holds()


class TestChart:
    def test_walked_arrows_are_broader_and_others_are_missed(self, tmp_path: Path) -> None:
        """The number of times stands on every arrow, also on those that are not written."""
        often: Facts = {"a": True}
        walked = [often] * 9 + [{**often, "kind": "y"}]
        graph, tally, file = recorded(tmp_path, TestNodesArrowsAndOutcomes.TEXT, *walked)

        marks = overlay(file, tally, graph).marks

        assert (marks["first.then"].notes, marks["first.then"].breadth) == (("10x",), 6.0)
        assert (marks["kinds.y"].notes, marks["kinds.y"].breadth) == (("1x, none for z",), 1.4)
        assert marks["kinds.z"] == Mark(Emphasis.MISSED, ("1x, none for z",))
        assert marks["rows.else"] == Mark(Emphasis.MISSED, ("0x",))
        assert marks["quiet"].emphasis is Emphasis.MISSED
        assert "rows" not in marks

    @pytest.mark.parametrize(
        ("kinds", "label"), [("xyyzz", "y, z: 4x"), ("xyyy", "y, z: 3x, none for z"), ("x", "y, z: 0x")]
    )
    def test_arrows_that_are_drawn_as_one_are_counted_as_one(self, tmp_path: Path, kinds: str, label: str) -> None:
        """Their label says once how often they were walked, and which of them never was."""
        walked: list[Facts] = [{"a": True, "kind": kind} for kind in kinds]
        graph, tally, file = recorded(tmp_path, TestNodesArrowsAndOutcomes.TEXT, *walked)
        drawn = draw_overlaid(graph, overlay(file, tally, graph))
        shared = next(arrow for arrow in drawn.arrows if "kinds.z" in arrow.ids)

        assert " ".join(letter_label(shared.label, shared.mark.notes).lines) == label

    def test_null_is_called_not_set(self, tmp_path: Path) -> None:
        """As on the arrows themselves."""
        text = TestNodesArrowsAndOutcomes.TEXT.replace("x | y | z = x", "x | y | null = null").replace(
            "y | z", "y | null"
        )
        graph, tally, file = recorded(tmp_path, text, {"a": True, "kind": "y"})

        assert overlay(file, tally, graph).marks["kinds.null"].notes == ("1x, none for not set",)

    def test_branches_tell_how_often_they_won_and_were_tried(self, tmp_path: Path) -> None:
        """One that has not done both is marked."""
        graph, tally, file = recorded(tmp_path, TestFanOuts.TEXT, {"a": True}, {})

        marks = overlay(file, tally, graph).marks

        assert marks["worth.one"] == Mark(Emphasis.PLAIN, ("won 1x, tried in vain 1x",), 1.4)
        assert marks["worth.two"] == Mark(Emphasis.MISSED, ("won 0x, tried in vain 1x",))

    def test_is_drawn(self, tmp_path: Path) -> None:
        """The figure stands above the chart, and every arrow is there."""
        graph, tally, file = recorded(tmp_path, TestNodesArrowsAndOutcomes.TEXT, {"a": True})

        svg = to_svg(draw_overlaid(graph, overlay(file, tally, graph)))

        assert "Coverage: 7 of 16, 43.7% (dashed: not covered)" in svg
        assert 'data-arrow="first.else"' in svg
        assert "nr-missed" in svg


def recorded(folder: Path, text: str, *walked: Facts) -> tuple[Graph, WalkTally, FileCoverage]:
    """Walk one chart, and give everything that is needed to draw its coverage."""
    rules = load(chart(folder, text))
    recorder = Recorder()
    for facts in walked:
        recorder.walk(rules.graph, rules.facts(facts))
    [file] = measure(recorder.tallies)
    return rules.graph, recorder.tallies[file.file], file
