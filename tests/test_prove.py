"""Prove guarantees, and find what no facts reach and what changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import z3

from notifyrules import rules
from notifyrules.diagnostics.codes import PROVED, Code
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.errors import UsageError
from notifyrules.language.types import MAX_DATE, MAX_INT
from notifyrules.limit import Limit
from notifyrules.prove.results import Judged, Proofs, Standing
from notifyrules.shipped import shipped_names
from notifyrules.solver import Solver, SolverAnswer, World
from tests.cli import run

pytestmark = pytest.mark.slow

END = """
outcomes:
  "yes": {notify: true}
  hold: {notify: later}
  "no": {notify: false}
"""

OPEN = ", with the outcome that you want"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def proofs_of(text: str, **files: str) -> Proofs:
    """Prove a chart that ends like the others here."""
    for name, content in files.items():
        Path(f"{name}.yaml").write_text(content, "utf-8")
    Path("chart.yaml").write_text("notifyrules: 1\n" + text + END, "utf-8")
    return rules.prove("chart.yaml")


def findings_of(text: str, **files: str) -> list[Diagnostic]:
    """List what is found, but for the outcomes, facts and words that a small chart has no use for."""
    passed_over = (Code.UNUSED_FACT, Code.UNUSED_OUTCOME, Code.NO_WORDS)
    return [one for one in proofs_of(text, **files).diagnostics if one.code not in passed_over]


def found(text: str, **files: str) -> list[tuple[str, str]]:
    """List the kind and place of what is found."""
    return [(one.code.value, one.span.text) for one in findings_of(text, **files)]


def judged(text: str, **files: str) -> Judged:
    """Give what became of the only guarantee."""
    proofs = proofs_of(text, **files)

    assert [one for one in proofs.diagnostics if one.is_error and one.code is not Code.BROKEN_GUARANTEE] == []
    return proofs.judged[0]


def promise(facts: str, asked: str, promised: str) -> str:
    """Write a chart of one question with one guarantee."""
    declared = "".join(f"\n  {fact}" for fact in facts.split("; "))
    flow = f'flow: {{q: {{ask: Q?, if: \'{asked}\', then: "yes", else: "no"}}}}'
    return f"facts:{declared}\n{flow}\nguarantees: [{{name: it, {promised}}}]"


class TestConditions:
    @pytest.mark.parametrize(
        ("facts", "asked"),
        [
            ("x: int = 0", "x + 1 >= x"),
            ("x: int = 0", "x - 1 <= x and --x == x"),
            ("x: int = 0; y: int = 0", "x <= y or y < x"),
            ("x: int | null = null", "x is null or x > 0 or x <= 0"),
            ("x: int | null = null", "(x ?? 5) == 5 or x is not null"),
            ("now: instant", "now + 1h >= now and now - now == 0s"),
            ("d: duration = 1h", "d + 1m >= d"),
            ("d: date", "d + 1 >= d and d - d == 0 and d - 7 <= d"),
            ("d: date; e: date", "d - e == 0 or d != e"),
            ("d: date", "1 <= day_of(d) <= 31 and month_of(d) < 13 and year_of(d) >= 1969"),
            ("d: date", "d < 2026-12-24 or d + 1 > 2026-12-24"),
            ('t: time = "08:00"', "00:00 <= t <= 23:59:59"),
            ("c: red | green = red", 'c in ["red", "green"]'),
            ("c: red | green | null = null", 'c is null or c == "red" or c == "green"'),
            ("c: {type: low | mid | high, ordered: true, default: low}", 'c >= "mid" or c == "low"'),
            ("a: red | green = red; b: green | blue = blue", 'a != b or a == "green"'),
            ('t: text = ""', 't == "a" or t != "a"'),
            ('t: text = ""', 't not in ["a", "b"] or t in ["b", "a", "c"]'),
            ('t: text = ""', 'not starts_with(t, "ab") or starts_with(t, "a")'),
            ('t: text = ""', 'not (starts_with(t, "a") and starts_with(t, "b"))'),
            ('t: text = ""', 't != "Ada" or lower(t) == "ada"'),
            ('t: text = ""', 't != "ada@x" or before(t, "@") == "ada"'),
            ('t: text = ""', 'not matches(t, "m.room.*") or matches(t, "m.*")'),
            ('t: text = ""', 'not has_word(t, "Go") or has_word(t, ["stop", "go"])'),
            ('t: text = ""', 'not has_word(t, " Cafe\u0301") or has_word(t, "CAF\u00c9 ")'),
            ('t: text = ""', 'not has_glob_word(t, "ADA*") or has_glob_word(t, "ada*")'),
            ('t: text = ""', 'has_glob_word(t, "*")'),
            ('t: text = ""', 'not (matches(t, "m.room.*") and matches(t, "m.call.*"))'),
            ('t: text = ""', 'len(t) > 0 or t == ""'),
            ("l: list of text = []", '"a" not in l or len(l) > 0'),
            ("l: list of text = []", 'overlaps(l, ["a", "b"]) or "a" not in l'),
            ("l: list of (push | badge) = []", 'len(l) == 0 or "push" in l or "badge" in l'),
            ("l: list of int = []", "not contains_all(l, [1, 2]) or 2 in l"),
            ("now: instant; z: timezone; s: schedule", "within(now, z, s) or window_end(now, z, s) is null"),
            (
                "now: instant; z: timezone; s: schedule",
                "not within(now, z, s) or (window_end(now, z, s) ?? now) >= now",
            ),
            ("now: instant; z: timezone; s: schedule", "not within(now, z, s) or window_start(now, z, s) is null"),
            ("s: schedule; p: schedule", "s + p == s + p"),
            ("l: list of int = []", "3 in [1] + [3] and l + l == l + l"),
            (
                "now: instant; z: timezone; s: schedule",
                "window_start(now, z, s) is null or (window_start(now, z, s) ?? now) > now",
            ),
            ("now: instant; z: timezone", 'weekday(now, z) != "sat" or weekday(now, z) in ["sat", "sun"]'),
        ],
    )
    def test_what_always_holds_is_proved(self, facts: str, asked: str) -> None:
        """A question that is true for all facts never leads to the other outcome."""
        assert judged(promise(facts, asked.replace("'", "''"), 'always: ["yes"]')).standing is Standing.PROVED

    @pytest.mark.parametrize(
        ("facts", "asked", "broken_by"),
        [
            ("x: int = 0", "x + 1 > x", {"x": MAX_INT}),
            ("x: int = 0", "x - 1 < x", {"x": -MAX_INT}),
            ("d: date", "d + 1 > d", {"d": MAX_DATE}),
            ("d: date", "d - 2026-12-24 != 7", {"d": date(2026, 12, 31)}),
            ("d: date", "day_of(d) < 29 or month_of(d) != 2", {"d": date(2028, 2, 29)}),
            ("now: instant; z: timezone", "local_date(now, z) != 2027-12-24", None),
            ("now: instant; z: timezone", "now < instant_at(2027-12-24, 09:00, z)", None),
            ("c: red | green = red", 'c == "red"', {"c": "green"}),
            ("x: int | null", "x is not null and x < 8", {"x": None}),
            ('t: text = "a"', 'not starts_with(t, "sys") or not ends_with(t, "room")', {"t": "sys room"}),
            ('t: text = "a"', 'not has_word(t, "deploy")', {"t": "deploy"}),
            ('t: text = "a"', 'not has_word(t, "番茄") or t == "番茄"', None),
            ('t: text = "a"', 'matches(t, "*")', {"t": "\n"}),
            ('t: text = "a"', 'not has_glob_word(t, "ß") or has_glob_word(t, "ss")', {"t": "ß"}),
            ('t: text = "a"', 'len(t) < 7 or t != "exactly"', {"t": "exactly"}),
            ("l: list of (push | badge) = []", 'not ("push" in l and "badge" in l)', {"l": ("push", "badge")}),
            ("l: list of text = []", "len(l) < 3", None),
            ("z: timezone; y: list of timezone; l: list of text", 'z not in y and overlaps(l, ["a"])', None),
            ("c: red | green = red", 'starts_with(c, "r")', {"c": "green"}),
            ('t: text = ""; c: red | green = red', 'not starts_with(c, "g") or len(t) < 3', None),
            ('t: text = ""; b: bool = false', 'not has_word("x" if b else t, "deploy")', {"t": "deploy", "b": False}),
            ("now: instant; z: timezone; s: schedule", "not within(now, z, s)", None),
            ("now: instant; z: timezone", 'weekday(now, z) != "sun"', None),
            ("now: instant; z: timezone", "local_time(now, z) < 22:00", None),
        ],
    )
    def test_what_fails_for_some_facts_is_shown(
        self, facts: str, asked: str, broken_by: dict[str, object] | None
    ) -> None:
        """Facts that break the promise are found, and the walk that is shown is theirs."""
        one = judged(promise(facts, asked.replace("'", "''"), 'always: ["yes"]'))

        assert one.standing is Standing.BROKEN
        assert one.example is not None
        assert one.example.passage.outcome == "no"
        assert broken_by in (None, dict(one.example.facts))

    def test_what_nobody_knows_is_undecided(self) -> None:
        """A guarantee about what no text can be, and the prover does not know it, is neither proved nor broken."""
        text = promise('{t: text = ""}', 'contains(lower(t), "A")', 'never: ["yes"]')

        assert judged(text).standing is Standing.UNDECIDED


class TestGuarantees:
    CHART = """
facts:
  muted: bool = false
  dnd: bool = false
  level: {type: low | mid | high, ordered: true, default: low}
  size: int = 0
  name: text
flow:
  dnd: {ask: DnD?, if: dnd, then: {to: hold, because: "later, {name}"}, else: muted}
  muted: {ask: Muted?, if: muted, then: level, else: "yes"}
  level: {ask: High?, if: 'level == "high"', then: "yes", else: size}
  size: {ask: Small?, if: size < 10, then: "yes", else: "no"}
guarantees:
  - """

    @pytest.mark.parametrize(
        "promised",
        [
            '{name: it, if: dnd, never: ["yes", "no"]}',
            "{name: it, if: dnd, always: [hold]}",
            "{name: it, if: not dnd, never: [hold]}",
            "{name: it, independent_of: name}",
            '{name: it, if: not muted or level == "high", independent_of: size}'.replace("if: ", "if: '").replace(
                '"high"', '"high"\''
            ),
            "{name: it, monotone: level}",
            "{name: it, reachable: hold}",
            '{name: it, if: size > 3 and muted, reachable: "no"}',
        ],
    )
    def test_proved(self, promised: str) -> None:
        """Each form is proved where it holds."""
        assert judged(self.CHART + promised).standing is Standing.PROVED

    @pytest.mark.parametrize(
        ("promised", "message", "case"),
        [
            (
                '{name: it, if: not dnd, always: ["yes"]}',
                "`it` is broken: `no` by `size.else`",
                ': `- {name: "it", given: {muted: true, size: 10, name: "ada"}, expect: "yes"}`',
            ),
            (
                '{name: it, never: ["no"]}',
                "`it` is broken: `no` by `size.else`",
                f'{OPEN}: `- {{name: "it", given: {{muted: true, size: 10, name: "ada"}}, expect: "yes"}}`',
            ),
            (
                '{name: it, always: ["yes", hold]}',
                "`it` is broken: `no` by `size.else`",
                f'{OPEN}: `- {{name: "it", given: {{muted: true, size: 10, name: "ada"}}, expect: "yes"}}`',
            ),
            (
                "{name: it, if: not dnd, independent_of: size}",
                "`it` is broken: `yes` by `size.then` with size = 0, `no` by `size.else` with size = 10",
                (
                    f'{OPEN}: `- {{name: "it", given: {{muted: true, name: "ada"}}, each: {{size: [0, 10]}}, '
                    'expect: "yes"}`'
                ),
            ),
            (
                "{name: it, monotone: size}",
                "`it` is broken: `yes` by `size.then` with size = 0, `no` by `size.else` with size = 10",
                (
                    f'{OPEN}: `- {{name: "it", given: {{muted: true, name: "ada"}}, each: {{size: [0, 10]}}, '
                    'expect: "yes"}`'
                ),
            ),
            (
                "{name: it, monotone: dnd}",
                "`it` is broken: `yes` by `muted.else` with dnd = false, `hold` by `dnd.then` with dnd = true",
                f'{OPEN}: `- {{name: "it", given: {{name: "ada"}}, each: {{dnd: [false, true]}}, expect: "yes"}}`',
            ),
        ],
    )
    def test_broken(self, promised: str, message: str, case: str) -> None:
        """
        The facts that break a guarantee are few, and come as a case to paste that fails until it is mended.

        Where several outcomes would keep the promise, the one that stands there is not said to be right.
        """
        [finding] = findings_of(self.CHART + promised)

        assert finding.code is Code.BROKEN_GUARANTEE
        assert finding.message == message
        assert f"to hold it as a case{case}" in finding.help

    @pytest.mark.parametrize(
        ("fact", "chart", "note"),
        [
            ("size", "", "both with muted = true, name = ada"),
            ("size", 'name: text = ""', "both with muted = true"),
            ("dnd", 'name: text = ""', "both with all other facts at their defaults"),
        ],
    )
    def test_a_change_is_shown_with_what_stays(self, fact: str, chart: str, note: str) -> None:
        """The facts that a change leaves as they are do not read as part of the value that changes."""
        [finding] = findings_of(
            self.CHART.replace("name: text", chart or "name: text") + f"{{name: it, monotone: {fact}}}"
        )

        assert finding.notes == (note,)

    @pytest.mark.parametrize(
        ("promised", "expected"),
        [
            ('never: ["no"]', 'to hold it as a case: `- {name: "it", given: {muted: true}, expect: {notify: true}}`'),
            (
                "never: [badge]",
                'to hold it as a case, with the outcome that you want: `- {name: "it", expect: "no"}`',
            ),
        ],
    )
    def test_a_case_expects_no_more_than_was_promised(self, promised: str, expected: str) -> None:
        """Where all outcomes that keep the promise mean the same, the case leaves open which of them it is."""
        chart = "facts: {muted: bool = false}\nflow:\n  one: {if: muted, then: 'no', else: badge}\n"
        end = 'outcomes: {badge: {notify: true}, "yes": {notify: true}, "no": {notify: false}}\n'
        Path("chart.yaml").write_text(f"notifyrules: 1\n{chart}{end}guarantees: [{{name: it, {promised}}}]\n", "utf-8")
        [finding] = (one for one in rules.prove("chart.yaml").diagnostics if one.code is Code.BROKEN_GUARANTEE)

        assert finding.help[1] == expected

    def test_a_pasted_case_fails(self) -> None:
        """The case of a broken guarantee is one that the test runner reads, and that fails."""
        [finding] = findings_of(self.CHART + '{name: it, never: ["no"]}')
        case = next(one for one in finding.help if "case" in one).partition("`")[2].rstrip("`")
        Path("chart.cases.yaml").write_text(f"notifyrules-cases: 1\nrules: chart.yaml\ncases:\n  {case}\n", "utf-8")

        assert run("check", "chart.cases.yaml").code == 0
        assert run("test", "chart.cases.yaml").code == 1

    def test_nobody_gets_what_was_promised(self) -> None:
        """An outcome that was to be reachable and is not breaks its guarantee, without facts to show."""
        one = judged(self.CHART + '{name: it, if: dnd, reachable: "no"}')

        assert (one.standing, one.example) == (Standing.BROKEN, None)

    def test_a_changed_fact_keeps_to_the_condition(self) -> None:
        """`if` limits both sides of a change."""
        assert judged(self.CHART + "{name: it, if: size >= 10, independent_of: size}").standing is Standing.PROVED

    def test_assumptions_are_kept(self) -> None:
        """Facts that do not exist break nothing."""
        chart = self.CHART.replace("flow:", "assume: [not muted]\nflow:")

        assert judged(chart + '{name: it, never: ["no"]}').standing is Standing.PROVED


class TestVacuousGuarantees:
    @pytest.mark.parametrize(
        ("promised", "expected"),
        [
            ("if: a and b and not a", "`a` and `not a` are never true together"),
            ("if: b and (a and size > 1) and size < 0", "`size > 1` and `size < 0` are never true together"),
            ("if: b and c", "`c` is never true, because `assume` says `not c or d` and `not d`"),
            ("if: both", "`both` is never true"),
            ("if: a and b", None),
        ],
    )
    @pytest.mark.parametrize("form", ["never: [hold]", "always: ['yes', 'no']", "independent_of: d", "monotone: d"])
    def test_the_part_that_cannot_hold_is_named(self, promised: str, expected: str | None, form: str) -> None:
        """Nothing of the `if` that could be left out, and what is assumed where that contradicts it."""
        text = f"""
facts: {{a: bool = false, b: bool = false, c: bool = false, d: bool = false, size: int = 0}}
assume: [not c or d, not d]
let: {{both: a and not a}}
flow: {{q: {{ask: Q?, if: a and b and size > 3, then: "yes", else: "no"}}}}
guarantees: [{{name: it, {promised}, {form}}}]
"""
        vacuous = [one.message for one in findings_of(text) if one.code is Code.VACUOUS_GUARANTEE]

        assert vacuous == ([] if expected is None else [f"`it` promises nothing: {expected}"])

    def test_without_an_if_it_speaks_of_all(self) -> None:
        """What is promised for all facts is promised for some."""
        assert found(promise("a: bool = false", "a", 'always: ["yes", "no"]')) == []

    def test_an_outcome_for_nobody_is_broken_and_no_more(self) -> None:
        """That no facts get an outcome says it all."""
        text = promise("a: bool = false", "a", "if: a and not a, reachable: 'yes'")

        assert [code for code, _ in found(text)] == ["broken-guarantee"]


class TestLists:
    def test_null_is_none_of_the_items(self) -> None:
        """A value that may be null, looked for in a list, says nothing of the list where it is null."""
        facts = "facts:\n  x: a | b | c | null = null\n  xs: {type: list of (a | b | c), default: [c]}\n"
        flow = (
            "flow:\n  q1: {if: x is not null and x in xs, then: 'yes', else: q2}\n"
            "  q2: {if: '\"c\" in xs', then: 'no', else: q3}\n  q3: {if: x is null, then: hold, else: 'no'}\n"
        )

        one = judged(f"{facts}{flow}guarantees: [{{name: never held, never: [hold]}}]\n")

        assert one.standing is Standing.BROKEN

    def test_lists_of_several_kinds(self) -> None:
        """Lists of numbers, times and words beside each other are kept apart."""
        facts = (
            "facts:\n  text: text\n  words: {type: list of text, default: []}\n"
            "  levels: {type: list of int, default: [1]}\n  times: list of time\n"
        )
        flow = (
            "flow:\n  q1: {if: 'has_word(text, words)', then: 'yes', else: q2}\n"
            "  q2: {if: 22:00 in times, then: q3, else: 'no'}\n"
            f"  q3: {{if: {MAX_INT - 1} in levels, then: hold, else: 'no'}}\n"
        )

        one = judged(f"{facts}{flow}guarantees: [{{name: never held, never: [hold]}}]\n")

        assert one.standing is Standing.BROKEN


class TestCalls:
    CALLEE = """
notifyrules: 1
facts: {quiet: bool = false, loud: bool = false, limit: int = 3}
assume: [not quiet]
flow:
  quiet: {ask: Quiet?, if: quiet and limit > 2, then: held, else: loud}
  loud: {ask: Loud?, if: loud, then: free, else: free}
outcomes: {held: {}, free: {}}
"""
    CALLER = """
facts: {loud: bool = false, dnd: bool = false}
flow:
  ask: {ask: Held?, call: callee.yaml, with: {quiet: "dnd and not loud"}, cases: {held: "no", free: "yes"}}
guarantees: [{name: it, %s}]
"""

    @pytest.mark.parametrize(
        ("promised", "standing"),
        [
            ('if: dnd and not loud, always: ["no"]', Standing.PROVED),
            ('if: loud, always: ["yes"]', Standing.PROVED),
            ('always: ["yes"]', Standing.BROKEN),
            ("monotone: loud", Standing.PROVED),
            ("independent_of: dnd", Standing.BROKEN),
        ],
    )
    def test_a_called_chart_is_looked_into(self, promised: str, standing: Standing) -> None:
        """What the call binds counts, defaults too; what the called chart assumes does not."""
        assert judged(self.CALLER % promised, callee=self.CALLEE).standing is standing

    def test_what_null_would_be_asked(self) -> None:
        """A fact of a called chart that is null for everybody is asked nothing, in whatever order that is ruled out."""
        callee = self.CALLEE.replace("int = 3", "int | null = null").replace(
            "quiet and limit > 2", "'limit > 2 if limit is not null else quiet'"
        )

        assert judged(self.CALLER % 'if: dnd and not loud, always: ["no"]', callee=callee).standing is Standing.PROVED

    def test_an_answer_that_never_comes(self) -> None:
        """An outcome that a call never gives here is reported at its case."""
        text = self.CALLER.replace("dnd and not loud", "dnd and not dnd") % 'reachable: "yes"'

        assert ("dead-arrow", '"no"') in found(text, callee=self.CALLEE)

    UNBOUND = """
notifyrules: 1
facts: {quiet: bool = false, urgent: bool = false, limit: int = 3, name: text = ""}
flow:
  quiet: {ask: Quiet?, if: quiet and limit > 5 and limit > 2, then: held, else: urgent}
  urgent: {ask: Urgent?, if: urgent and name == "" and not quiet, then: hurried, else: free}
outcomes: {held: {}, hurried: {}, free: {}}
"""

    @pytest.mark.parametrize(
        ("bound", "expected"),
        [
            (
                "quiet: dnd, urgent: dnd",
                {
                    "held": "only its own default sets `limit` at `3`",
                    "hurried": "it is so for all facts",
                },
            ),
            ("quiet: dnd, limit: size, urgent: not dnd", {}),
            (
                "limit: size, urgent: dnd",
                {"held": "only its own default sets `quiet` at `false`"},
            ),
            (
                "quiet: dnd, limit: size",
                {"hurried": "only its own default sets `urgent` at `false`"},
            ),
        ],
    )
    def test_a_default_that_keeps_it_from_an_answer(self, bound: str, expected: dict[str, str]) -> None:
        """The fact that nothing binds is named, and how to bind it; where other values would not help, it is not."""
        caller = f"""
facts: {{dnd: bool = false, size: int = 0}}
flow:
  size: {{ask: Large?, if: size > 9, then: "yes", else: ask}}
  ask: {{call: callee.yaml, with: {{{bound}}}, cases: {{held: hold, hurried: "yes", free: "no"}}}}
"""
        dead = [one for one in findings_of(caller, callee=self.UNBOUND) if one.code is Code.DEAD_ARROW]
        words = "`callee.yaml` never answers `{}` here, because {}"

        assert [one.message for one in dead] == [words.format(*item) for item in expected.items()]
        for one in dead:
            name = one.message.split("`")[5] if "default" in one.message else None
            assert (one.help[0] == f"say what it is here: `with: {{{name}: ...}}`") is (name is not None)
            assert [label.span.text for label in one.labels if "default" in label.text] == ([name] if name else [])


class TestReasons:
    def test_the_answers_that_force_it(self) -> None:
        """A known answer names the arrows that settle it and no others."""
        [finding] = findings_of("""
facts: {a: bool = false, b: bool = false, c: bool = false}
flow:
  one: {ask: 1?, if: a, then: two, else: "no"}
  two: {ask: 2?, if: b, then: three, else: hold}
  three: {ask: 3?, if: c, then: four, else: "no"}
  four: {ask: 4?, if: a and c, then: "yes", else: "no"}
""")

        assert finding.message == (
            "`a and c` is always true here, because every way here takes `one.then` and `three.then`"
        )

    def test_ways_that_settle_it_each_for_itself(self) -> None:
        """Where no answer is common to all ways, each way is told."""
        [finding] = findings_of("""
facts: {a: bool = false, x: int = 0}
flow:
  one: {ask: 1?, if: a, then: low, else: high}
  low: {ask: Low?, if: x > 9, then: again, else: "no"}
  high: {ask: High?, if: x > 20, then: again, else: hold}
  again: {ask: Again?, if: x > 5, then: "yes", else: "no"}
""")

        assert finding.message == "`x > 5` is always true here, because every way here settles it"
        assert set(finding.notes) == {"one way takes `low.then`", "one way takes `high.then`"}

    def test_assumptions(self) -> None:
        """What `assume` says is quoted."""
        findings = findings_of("""
facts: {a: bool = false, b: bool = false}
assume: [a or not b]
flow:
  one: {ask: 1?, if: a, then: "yes", else: two}
  two: {ask: 2?, if: b, then: hold, else: "no"}
""")

        assert [one.message for one in findings if one.code is Code.KNOWN_ANSWER] == [
            "`b` is always false here, because every way here takes `one.else`, and `assume` says `a or not b`"
        ]

    def test_branches_tried_before(self) -> None:
        """A branch is tried where those before it refused."""
        [finding] = findings_of("""
facts: {a: bool = false, b: bool = false}
flow:
  any: {ask: Any?, any: [one, two], else: "no"}
  one: {ask: 1?, if: a or b, then: "yes", else: "no"}
  two: {ask: 2?, if: b, then: "yes", else: "no"}
""")

        assert finding.message == "`b` is always false here, because every way here takes `any.two`"


class TestUnwrittenExits:
    CHART = """
facts: {b: bool = false}
otherwise: "no"
flow: {q: {first: [{if: b, to: "yes"}, {if: not b, to: "yes"}]%s}}
"""

    @pytest.mark.parametrize(
        ("ending", "told"), [("", []), (", else: {because: nothing}", [("dead-arrow", "{because: nothing}")])]
    )
    def test_words_that_nobody_reads(self, ending: str, told: list[tuple[str, str]]) -> None:
        """An exit that is not written is never reported, but its words are if no facts take it."""
        assert [one for one in found(self.CHART % ending) if one[0] == "dead-arrow"] == told


class TestEffects:
    CHART = """
facts: {a: bool = false, name: text = x, size: int = 0, now: instant, wait: duration = 1h}
data: {n: int = 0}
flow: {q: {ask: Q?, if: a, then: {to: hold, because: "%s"}, else: "no"}}
outcomes:
  hold: {notify: later, data: {n: {expr: %s}}, recheck: %s}
  "no": {notify: false}
"""

    @pytest.mark.parametrize(
        ("words", "data", "recheck", "ineffective"),
        [
            ("{name}", "size", "wait", []),
            ("{name if name == name else name}", "size", "wait", []),
            ("{'y' if name == 'x' else 'y'}", "size", "wait", ["name"]),
            ("{name}", "size if size == 3 else 3", "wait", ["size"]),
            ("{name}", "size", "wait if wait == 1h else 1h", ["wait"]),
            ("{name}", "size", "now + wait - wait if wait == 0s else now", ["wait"]),
        ],
    )
    def test_words_data_and_recheck_count(
        self, folder: Path, words: str, data: str, recheck: str, ineffective: list[str]
    ) -> None:
        """A fact that changes nothing but one of them is not reported."""
        (folder / "chart.yaml").write_text("notifyrules: 1" + self.CHART % (words, data, recheck), "utf-8")
        findings = rules.prove("chart.yaml").diagnostics

        assert [one.span.text for one in findings if one.code is Code.INEFFECTIVE_FACT] == ineffective

    def test_what_a_known_answer_makes_ineffective_is_not_told_again(self) -> None:
        """One mistake is one finding."""
        text = """
facts: {a: bool = false, b: bool = false}
flow:
  one: {ask: 1?, if: a and b, then: two, else: "no"}
  two: {ask: 2?, if: b, then: "yes", else: hold}
"""

        assert found(text) == [("known-answer", "b"), ("unobtainable-outcome", "hold")]


class TestAllowing:
    CHART = """
facts: {a: bool = false}
flow:
  one: {ask: 1?, if: a, then: two, else: "no"}
  two: {ask: 2?, if: a, then: "yes", else: "no"%s}
"""

    def test_an_allowance_silences(self) -> None:
        """On the node, with its reason."""
        assert found(self.CHART % ", allow: {known-answer: the real system asks twice}") == []

    def test_the_help_of_a_value_that_is_never_met_can_be_followed(self) -> None:
        """Where every value must be named, the allowance that the help shows silences it."""
        chart = (
            "facts: {level: low | mid | high = low}\nflow:\n"
            "  one: {if: level == 'low', then: 'yes', else: two}\n"
            "  two: {switch: level, cases: {low: 'yes', mid: 'yes', high: 'no'}%s}\n"
        )
        [unmet] = [one for one in findings_of(chart % "") if one.code is Code.UNMET_VALUE]

        assert "`allow: {unmet-value: why}` on the node" in unmet.help[0]
        assert found(chart % ", allow: {unmet-value: why}") == []

    def test_one_that_nothing_needs_is_reported(self) -> None:
        """As soon as there are proofs."""
        assert found(self.CHART % ", allow: {shadowed-row: none}") == [
            ("known-answer", "a"),
            ("unused-allow", "shadowed-row"),
        ]

    def test_without_proofs_nobody_can_tell(self) -> None:
        """A check without proofs does not call the allowance unused."""
        proofs_of(self.CHART % ", allow: {known-answer: the real system asks twice}")

        assert [one for one in rules.check("chart.yaml") if one.code is Code.UNUSED_ALLOW] == []

    def test_a_broken_guarantee_cannot_be_allowed(self) -> None:
        """A promise that does not hold is to be withdrawn."""
        codes = {code for code, _ in found(self.CHART % ", allow: {broken-guarantee: never mind}")}

        assert "unknown-code" in codes


class Stopped:
    """A solver that is stopped while it works."""

    def __init__(self, reason: str) -> None:
        """Be stopped for a reason."""
        self.reason = reason

    def set(self, *_: object) -> None:
        """Take any option."""

    def add(self, *_: object) -> None:
        """Take anything for granted."""

    def check(self, *_: object) -> z3.CheckSatResult:
        """Find out nothing."""
        return z3.unknown

    def reason_unknown(self) -> str:
        """Say why."""
        return self.reason


class TestInterrupts:
    @pytest.mark.parametrize("reason", ["canceled", "interrupted from keyboard"])
    def test_stop_the_whole_proof(self, reason: str) -> None:
        """The solver takes Ctrl-C for itself and only says it was stopped; nobody waits for the time limit then."""
        solver = Solver(World(), (), Limit(60))
        solver._solver = Stopped(reason)  # noqa: SLF001 - what stops a real one comes from outside

        with pytest.raises(KeyboardInterrupt):
            solver.ask(solver.world.formulas.true)

    def test_giving_up_is_no_interrupt(self) -> None:
        """What the solver gives up on is not known."""
        solver = Solver(World(), (), Limit(60))
        solver._solver = Stopped("incomplete quantifiers")  # noqa: SLF001 - the same

        assert solver.ask(solver.world.formulas.true) is SolverAnswer.UNKNOWN


class TestLimit:
    def test_no_end(self) -> None:
        """There may be no limit."""
        Path("chart.yaml").write_text(
            "notifyrules: 1\nfacts: {b: bool}\nflow: {q: {if: b, then: 'yes'}}\notherwise: 'no'" + END
        )

        assert rules.prove("chart.yaml", limit=Limit(float("inf"))).judged == ()

    def test_no_time_no_claims(self) -> None:
        """When the time is up nothing is called proved, broken or dead, and that is reported."""
        Path("chart.yaml").write_text(
            "notifyrules: 1" + TestGuarantees.CHART + '{name: it, never: ["no"]}' + END, "utf-8"
        )
        proofs = rules.prove("chart.yaml", limit=Limit(0))

        assert [one.standing for one in proofs.judged] == [Standing.UNDECIDED]
        assert {one.code for one in proofs.diagnostics} & PROVED == {Code.UNDECIDED}
        assert any("within the time limit of 0 s" in one.message for one in proofs.diagnostics)

    def test_time_that_runs_out_on_the_way(self) -> None:
        """What was found by then is told."""
        ticks = iter(range(10_000))
        Path("chart.yaml").write_text("notifyrules: 1" + TestAllowing.CHART % "" + END, "utf-8")
        proofs = rules.prove("chart.yaml", limit=Limit(9, clock=lambda: float(next(ticks))))

        assert Code.UNDECIDED in {one.code for one in proofs.diagnostics}


class TestFiles:
    @pytest.mark.parametrize("name", shipped_names())
    def test_all_guarantees_of_shipped_files_are_proved(self, name: str) -> None:
        """And nothing in them is never reached, or changes nothing, without a reason that is given."""
        proofs = rules.prove(name)

        assert proofs.diagnostics == ()
        assert proofs.judged
        assert proofs.proved == len(proofs.judged)

    def test_a_file_with_errors_is_not_proved(self) -> None:
        """Its errors are told, and nothing else."""
        assert found("facts: {a: bool = false}\nflow: {q: {ask: Q?, if: b, then: 'yes', else: 'no'}}") == [
            ("unknown-fact", "b")
        ]

    def test_a_file_of_cases_is_checked(self) -> None:
        """There is nothing to prove in it."""
        proofs_of(TestAllowing.CHART % "")
        Path("chart.cases.yaml").write_text(
            'notifyrules-cases: 1\nrules: chart.yaml\ncases: [{name: x, expect: "maybe"}]\n', "utf-8"
        )

        assert [one.code for one in rules.prove("chart.cases.yaml").diagnostics] == [Code.UNKNOWN_OUTCOME]


class TestCommand:
    @pytest.fixture(autouse=True)
    def broken(self, folder: Path) -> None:
        """Write a chart with a broken guarantee."""
        text = "notifyrules: 1\nname: chat" + TestGuarantees.CHART + '{name: it, never: ["no"]}' + END
        (folder / "chart.yaml").write_text(text, "utf-8")

    def test_a_broken_guarantee_fails_the_check(self) -> None:
        """With the solver installed, proofs are part of it."""
        result = run("check", "chart.yaml")

        assert result.code == 1
        assert "error[broken-guarantee]" in result.out

    def test_proofs_can_be_left_out(self) -> None:
        """Then only what needs no solver is found."""
        assert run("check", "--no-prove", "chart.yaml").code == 0

    def test_paths_are_drawn(self, folder: Path) -> None:
        """`--pictures` draws the chart with the path of the facts that break a guarantee."""
        result = run("check", "chart.yaml", "--pictures", "drawn")

        assert "drawn/chat.1.svg" in result.err
        assert "Decision: no" in (folder / "drawn" / "chat.1.svg").read_text("utf-8")

    def test_the_time_limit_is_told(self) -> None:
        """`--timeout` limits all proofs together."""
        assert "within the time limit of 0 s" in run("check", "chart.yaml", "--timeout", "0").out

    def test_without_the_solver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A check does without; who asks for proofs is told what to install."""
        monkeypatch.setattr(rules, "can_prove", lambda: False)

        assert run("check", "chart.yaml").code == 0
        assert "pip install 'notifyrules[prove]'" in run("check", "chart.yaml", "--prove").err
        with pytest.raises(UsageError, match="need the solver"):
            rules.prove("chart.yaml")


def codes(findings: Sequence[Diagnostic]) -> set[str]:
    """Name the kinds of some findings."""
    return {one.code.value for one in findings}


class TestPlantedFaults:
    """Faults in a shipped chart are found, one at a time."""

    @pytest.mark.parametrize(
        ("written", "planted", "expected"),
        [
            ('if: message.broadcast == "here"', 'if: message.broadcast == "here" and channel.muted', set()),
            ("if: user.in_dnd\n    then: dnd_override", "if: user.in_dnd\n    then: broadcast", {"broken-guarantee"}),
            ("if: message.overrides_dnd", "if: message.overrides_dnd and not user.in_dnd", {"known-answer"}),
            ("    else: channel_pref\n  threads", "    else: global_pref\n  threads", {"broken-guarantee"}),
        ],
        ids=["harmless", "a promise broken", "an override that never is", "a quiet re-route"],
    )
    def test_found(self, written: str, planted: str, expected: set[str]) -> None:
        """What the fault breaks is among the findings, and a harmless change makes none."""
        shipped = Path(rules.__file__).parents[1] / "rules" / "slack.yaml"
        text = shipped.read_text("utf-8")
        Path("slack.yaml").write_text(text.replace(written, planted, 1), "utf-8")
        found_codes = codes(rules.prove("./slack.yaml").diagnostics)

        assert written in text
        assert expected <= found_codes
        assert bool(found_codes) is bool(expected)
