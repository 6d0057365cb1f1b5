"""Make the cases that files lack: what is made, what is proved not to be possible, and what stays as it was."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notifyrules.answers.test import record
from notifyrules.answers.test import test as run_all
from notifyrules.cases.runner import Selection
from notifyrules.cases.splicing import NewCase
from notifyrules.cases.writing import flow_case, write_case
from notifyrules.coverage.recorder import Recorder
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.fill.new_cases import Unmade, make
from notifyrules.graph.model import Graph
from notifyrules.language.types import BOOL
from notifyrules.language.values import FactValues, Value
from notifyrules.limit import Limit
from notifyrules.rules import load, read_cases
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source
from tests.cli import run
from tests.suites import write_cases

CHART = """\
notifyrules: 1
facts: {muted: bool = false, size: int, kind: dm | group = dm}
flow:
  muted: {ask: Muted?, if: muted, then: {to: "no", because: you muted it}, else: size}
  size: {ask: Small?, if: size < 5 and kind == "group", then: {to: "yes", because: it is small}, else: "no"}
outcomes: {"yes": {notify: true, label: Told}, "no": {notify: false, label: Silent}}
"""
HEAD = "notifyrules-cases: 1\nrules: chat.yaml\n"
ONE = '  - {name: large, given: {size: 9}, expect: "no"}\n'
WHOLE = """\
notifyrules: 1
facts: {a: bool = false, b: bool = false, c: bool | null = null, d: bool, k: x | y | z = x}
assume: [not (a and b)]
let: {either: a or b, sure: c ?? d}
flow:
  any: {ask: Any?, any: [one, two], else: "no"}
  one: {ask: One?, if: either and k == "y", then: sure, else: {to: "no", because: "k is {k if a else 'odd'}"}}
  sure: {ask: Sure?, if: sure, then: "yes", else: never}
  never: {ask: Never?, if: a and b, then: "yes", else: rows}
  rows: {ask: Which?, first: [{if: b, to: held}, {if: 'k == "x"', to: "yes"}], else: "no"}
  two: {ask: What?, switch: k, cases: {x: held, y: "no", z: sure}}
outcomes: {"yes": {notify: true}, held: {notify: later}, "no": {notify: false}}
"""
"""A chart of few facts, with a fan-out, lets, nulls, an assumption, and what cannot be."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def every(graph: Graph) -> Iterator[FactValues]:
    """Enumerate the facts of a chart that keep to what it assumes."""
    axes: list[list[Value]] = []
    for fact in graph.facts.values():
        values: tuple[Value, ...] = (False, True) if fact.type.base is BOOL.base else ("x", "y", "z")
        axes.append([*values, *([None] if fact.type.nullable else [])])
    for values in itertools.product(*axes):
        facts = dict(zip(graph.facts, values, strict=True))
        if keeps(graph, facts):
            yield facts


def covered(cases: str, *, rules: str = CHART) -> int:
    """Count what is not covered."""
    Path("chat.yaml").write_text(rules, "utf-8")
    Path("chat.cases.yaml").write_bytes(cases.encode())
    suites = [read_cases("chat.cases.yaml")]
    tested = run_all(suites, Selection(), record(suites, ()))
    assert not tested.failed
    assert tested.covered is not None
    return sum(len(file.gaps) for file in tested.covered)


class TestMaking:
    def test_against_all_facts(self, folder: Path) -> None:
        """What some facts walk is walked by the cases made; for the rest there is a proof."""
        (folder / "chat.yaml").write_text(WHOLE, "utf-8")
        graph, recorder = load("chat.yaml").graph, Recorder()
        recorder.learn(graph)

        made = list(make(graph, {}, recorder, (), Limit(60)))

        whole = Recorder()
        for facts in every(graph):
            whole.walk(graph, facts)
        left = [one for one in made if isinstance(one, Unmade)]
        assert left
        assert all(one.because for one in left)
        assert not [one.goal.said for one in left if one.goal.count(whole)]
        assert {file: (set(+tally.arrows), set(+tally.tried)) for file, tally in recorder.tallies.items()} == {
            file: (set(+tally.arrows), set(+tally.tried)) for file, tally in whole.tallies.items()
        }
        for file, tally in whole.tallies.items():
            for atom, sight in tally.atoms.items():
                seen = recorder.tallies[file].atoms[atom]
                assert (bool(seen.true), bool(seen.false)) == (bool(sight.true), bool(sight.false))

    def test_cases_are_true_and_minimal(self, folder: Path) -> None:
        """A case says what is decided, and no part of its facts would walk what it was made for."""
        (folder / "chat.yaml").write_text(WHOLE, "utf-8")
        graph, recorder = load("chat.yaml").graph, Recorder()
        recorder.learn(graph)
        given: FactValues = {"k": "y"}
        usual = {**{fact.name: fact.default for fact in graph.facts.values() if fact.has_default}, **given}

        for one in make(graph, given, recorder, (), Limit(60)):
            if isinstance(one, Unmade):
                continue
            facts = {**usual, **one.given}
            passage = walk(graph, facts)
            assert one.expect == {"outcome": passage.outcome, "reason": passage.reasons[0]}
            changed = [name for name in one.given if name in usual]
            walked = _walked(graph, facts)
            for fewer in (changed[:number] + changed[number + 1 :] for number in range(len(changed))):
                smaller = {name: one.given[name] for name in one.given if name in fewer or name not in usual}
                assert not keeps(graph, {**usual, **smaller}) or _walked(graph, {**usual, **smaller}) != walked

    @pytest.mark.parametrize(
        ("top", "flow", "goal", "because"),
        [
            (
                "assume: [not a]",
                "q: {if: a, then: up, else: down}",
                "arrow `q.then` is taken",
                "`assume` says `not a`",
            ),
            (
                "",
                "p: {if: a, then: q, else: down}\n  q: {if: a or b, then: up, else: down}",
                "arrow `q.else` is taken",
                "every way here takes `p.then`",
            ),
            (
                "",
                "q: {first: [{if: a, to: up}, {if: b, to: down}, {if: a and b, to: up}], else: down}",
                "arrow `q.3` is taken",
                "`q.1` takes everything that it would",
            ),
            (
                "",
                "q: {first: [{if: a, to: up}, {if: not a, to: down}, {if: b, to: up}], else: down}",
                "arrow `q.3` is taken",
                "`q.1` and `q.2` together take everything that it would",
            ),
            (
                "",
                "p: {if: a and not a, then: q, else: down}\n  q: {if: b, then: up, else: down}",
                "arrow `q.then` is taken",
                "nothing reaches `q`: `p.then` is never taken, because what is asked there rules it out",
            ),
            (
                "assume: [not a or b]",
                "p: {if: a, then: q, else: r}\n  r: {if: b, then: q, else: down}\n  q: {if: b, then: up, else: down}",
                "condition `b` is false",
                (
                    "every way here settles it: "
                    "one way takes `p.then`, and `assume` says `not a or b`; one way takes `r.then`"
                ),
            ),
            (
                "assume: [not b]",
                "p: {if: a, then: {to: up, because: '{1 if b else 2}'}, else: down}",
                "condition `b` is true",
                "`assume` says `not b`",
            ),
            (
                "assume: [not b]",
                "p: {any: [r, q], else: down}\n  r: {if: b, then: up, else: down}\n  q: {if: a, then: up, else: down}",
                "branch `p.r` wins",
                "`assume` says `not b`",
            ),
        ],
        ids=["assumed", "guard", "row", "rows", "unreached", "several-ways", "words", "branch"],
    )
    def test_why_not(self, folder: Path, top: str, flow: str, goal: str, because: str) -> None:
        """Of what cannot be walked it is said which guard, row or assumption forbids it."""
        ends = "outcomes: {up: {notify: true}, down: {notify: false}}"
        text = f"notifyrules: 1\nfacts: {{a: bool = false, b: bool = false}}\n{top}\nflow:\n  {flow}\n{ends}\n"
        (folder / "chat.yaml").write_text(text, "utf-8")

        made = make(load("chat.yaml").graph, {}, _learnt("chat.yaml"), (), Limit(60))

        assert {one.goal.said: one.because for one in made if isinstance(one, Unmade)}[goal] == because

    @pytest.mark.parametrize("name", ["slack", "team_chat", "rocketchat", "campfire"])
    @pytest.mark.slow
    def test_shipped_charts(self, name: str) -> None:
        """Without any case, all of a shipped chart is covered by those that are made."""
        graph, recorder = load(name).graph, Recorder()
        recorder.learn(graph)

        made = list(make(graph, {}, recorder, (), Limit(60)))

        assert not [one.goal.said for one in made if isinstance(one, Unmade)]
        names = [one.name for one in made if isinstance(one, NewCase)]
        assert len(set(names)) == len(names)


def _learnt(file: str) -> Recorder:
    recorder = Recorder()
    recorder.learn(load(file).graph)
    return recorder


def _walked(graph: Graph, facts: FactValues) -> object:
    recorder = Recorder()
    recorder.walk(graph, facts)
    tally = recorder.tallies[graph.path]
    return tally.arrows, tally.tried, [(sight.true, sight.false) for sight in tally.atoms.values()]


class TestLayouts:
    @pytest.mark.parametrize(
        "before",
        [
            HEAD + "cases:\n" + ONE,
            HEAD + "cases:\n" + ONE.rstrip("\n"),
            HEAD + "cases:\n" + ONE + "\n  # a comment\n\n# another\n",
            HEAD + "cases:\n" + ONE.rstrip("\n") + "  # behind it\nabout: more\n",
            (HEAD + "cases:\n" + ONE + "\n# end\n").replace("\n", "\r\n"),
            "\ufeff" + HEAD + "cases:\n" + ONE,
            "\ufeff" + (HEAD + "cases:\n" + ONE + "# größer 😀 &a *b\n").replace("\n", "\r\n"),
            HEAD + "cases:\n  - {name: \"groß 😀 &a *b\", given: {size: 9}, expect: 'no'} # \u00e4 &anchor *alias\n",
            HEAD + "cases:\n" + ONE.removeprefix("  "),
            HEAD + "cases:\n      " + ONE,
            HEAD + "cases:\n- name: large\n  given:\n    size: 9 # nine\n  # here\n  expect: 'no'\n\nabout: x\n",
            HEAD
            + 'cases:\n  - name: large\n    given: {size: 9}\n    expect: "no"\n    tags: [\n  a\n    ]\nabout: x\n',
            HEAD
            + 'cases:\n  - name: a\n    given: {size: 9}\n    skip: |+\n      why\n\n\n    expect: "no"\nabout: x\n',
            HEAD + 'cases:\n  - given: {size: 9}\n    expect: "no"\n    name: |+\n      large\n\n\nabout: x\n',
            HEAD + 'cases:\n  - given: {size: 9}\n    expect: "no"\n    name: |\n      large\n',
            HEAD + 'cases: [{name: large, given: {size: 9}, expect: "no"}]\n',
            HEAD + 'cases: [\n  {name: large, given: {size: 9}, expect: "no"}, # one\n]\nabout: x\n',
            '{notifyrules-cases: 1, rules: chat.yaml, cases: [{name: a, given: {size: 9}, expect: "no"}], about: x}\n',
            "{notifyrules-cases: 1, rules: chat.yaml, cases: []}",
            "{notifyrules-cases: 1, rules: chat.yaml, about: x # y\n}\n",
            HEAD,
            HEAD.rstrip("\n"),
            HEAD + "given: {size: 3}\n# nothing yet\n",
            HEAD + "given:\n  size: 3 # three\n...\n",
            HEAD + "cases:\n",
            HEAD + "cases:",
            HEAD + "cases: # none yet\nabout: x\n",
            HEAD + "cases: [] # none yet\nabout: x\n",
            HEAD + "cases: ~\n",
        ],
    )
    def test_nothing_else_is_touched(self, before: str) -> None:
        """Cases are put in as one piece; all bytes around it are those that were there, whatever the layout."""
        Path("chat.yaml").write_text(CHART, "utf-8")
        Path("chat.cases.yaml").write_bytes(before.encode())

        done = run("test", "chat.cases.yaml", "--fill")

        after = Path("chat.cases.yaml").read_bytes().decode()
        assert done.code == 0, done.err
        for empty in ("[]", "~"):
            before = before.replace(f"cases: {empty}", "cases: ")
        same = next(n for n in range(len(before) + 1) if before[n : n + 1] != after[n : n + 1] or n == len(before))
        assert any(after.endswith(before[start:]) for start in range(same + 1))
        assert covered(after) == 0
        assert ("\r\n" in before) is ("\r\n" in after)
        assert after.count("\r\n") in (0, after.count("\n"))

    def test_twice(self, folder: Path) -> None:
        """What is filled has nothing to add, and stays as it is to the byte."""
        path = write_cases(folder, ONE, rules=CHART)
        run("test", "--fill")
        filled = path.read_bytes()

        done = run("test", "--fill")

        assert done.out.startswith("chat.cases.yaml: no case to add\n")
        assert path.read_bytes() == filled


class TestCommand:
    def test_told(self, folder: Path) -> None:
        """The cases are named by question, answer and words; then all are run."""
        path = write_cases(folder, ONE, rules=CHART)

        done = run("test", "--fill")

        assert (done.code, done.out) == (
            0,
            """\
chat.cases.yaml: 3 cases added
  + Muted? Yes (you muted it)
  + Small? Yes (it is small)
  + Small? No (Silent)
4 passed
""",
        )
        assert path.read_text("utf-8").partition(ONE)[2] == (
            """\
  - name: Muted? Yes (you muted it)
    given: {muted: true, size: 0}
    expect: {outcome: "no", reason: muted.then}
  - name: Small? Yes (it is small)
    given: {size: 0, kind: group}
    expect: {outcome: "yes", reason: size.then}
  - name: Small? No (Silent)
    given: {size: 0}
    expect: {outcome: "no", reason: size.else}
"""
        )

    def test_what_cannot_be_covered(self, folder: Path) -> None:
        """It is said that no facts do it, and that this is proved; it is no failure."""
        write_cases(folder, ONE, rules=CHART.replace("flow:", "assume: [not muted]\nflow:"))

        done = run("test", "--fill")

        assert done.code == 0
        place = "chat.yaml:5:46: arrow `muted.then` is taken"
        assert f"  not covered: {place}: for no facts, proved, because `assume` says `not muted`\n" in done.out

    def test_json(self, folder: Path) -> None:
        """Programs read the results alone; what was filled is told beside them."""
        write_cases(folder, ONE, rules=CHART)

        done = run("test", "--fill", "--format", "json")

        assert json.loads(done.out)["passed"] == 4
        assert "3 cases added" in done.err

    def test_a_file_that_cannot_be_run(self, folder: Path) -> None:
        """Nothing is written into a file with errors."""
        path = write_cases(folder, ONE + "  - {name: b, given: {size: 3}, expect: none}\n", rules=CHART)
        before = path.read_bytes()

        done = run("test", "--fill")

        assert done.code == 1
        assert "`chat.cases.yaml` cannot be run" in done.err
        assert path.read_bytes() == before

    def test_without_the_solver(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What would be needed is said first."""
        write_cases(folder, ONE, rules=CHART)
        monkeypatch.setattr("notifyrules.rules.can_prove", lambda: False)

        done = run("test", "--fill")

        assert done.code == 2
        assert "pip install 'notifyrules[prove]'" in done.err


@pytest.mark.parametrize(
    "text", ["a \"b\" 'c'", "a\n\tb", "\u00a0\u0085\u2028", "# x: [y]", "yes", "", "1h", " a ", "\\n", "😀\x7f"]
)
@pytest.mark.parametrize("write", [lambda one: write_case(*one), lambda one: f"- {flow_case(*one)}"])
def test_texts_of_any_kind(write: Callable[[tuple[str, FactValues, FactValues]], str], text: str) -> None:
    """Names and texts are written so that they are read again."""
    tree, problems = read_yaml(Source("text", write((text, {"a": text}, {"outcome": text}))))

    assert problems == ()
    assert tree is not None
    assert tree.plain() == [{"name": text, "given": {"a": text}, "expect": {"outcome": text}}]
