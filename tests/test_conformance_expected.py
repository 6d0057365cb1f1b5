"""Expected differences: conditions with reasons in a file that is reviewed, and what an old function answers."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest

from notifyrules.conformance.answers import Answers, Level, OldAnswer
from notifyrules.conformance.expected import ExpectedDifferences, read_expected
from notifyrules.errors import RulesError, UsageError
from notifyrules.graph.model import Notify
from notifyrules.rules import Rules, find_place, load

HEAD = "notifyrules-differences: 1\ndifferences:\n"
CHART = """\
notifyrules: 1
facts: {muted: bool = false, size: int = 9, known: bool = false}
let: {small: size < 5}
flow:
  muted: {ask: Muted?, if: muted, then: {to: "no", because: you muted it}, else: size}
  size: {ask: Small?, if: small and known, then: told, else: held}
outcomes: {told: {notify: true}, held: {notify: later}, "no": {notify: false}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """Load a chart of two questions."""
    (tmp_path / "chart.yaml").write_text(CHART)
    return load(tmp_path / "chart.yaml")


def read(rules: Rules, text: str) -> ExpectedDifferences:
    """Read a file of expected differences that stands beside the chart."""
    path = Path(rules.graph.path).with_name("expected.yaml")
    path.write_text(text)
    return read_expected(find_place(path, None), rules.graph)


class TestReading:
    """Mistakes are told at their place, with a way out."""

    @pytest.mark.parametrize(
        ("text", "place", "message", "advice"),
        [
            ("  - {if: mutd, why: it is}\n", "3:10", "`mutd` is not a declared fact", "did you mean `muted`?"),
            ("  - {if: size, why: it is}\n", "3:10", "found `int`", "`size > 0`"),
            ("  - {if: muted, chart: tld, why: it is}\n", "3:24", "`tld` is no outcome of `chart`", "`told`"),
            ("  - {if: muted, old: [a], why: it is}\n", "3:22", "expected an answer as `old`, found a list", "several"),
            (
                "  - {if: muted, old: tld, why: it is}\n",
                "3:22",
                "`tld` is nothing that the old function",
                "mean `told`?",
            ),
            (
                "  - {if: muted, old: nope, why: it is}\n",
                "3:22",
                "`nope` is nothing that the",
                "a meaning by the mapping",
            ),
            ('  - {if: muted, why: " "}\n', "3:22", "an expected difference needs a reason", "why the chart is right"),
            ("  - {if: muted}\n", "3:6", "item 1 of `differences` has no `why`", ""),
            ("  - {if: muted, wy: it is}\n", "3:17", "`wy` is not a key of an expected difference", "`why`"),
        ],
        ids=["fact", "type", "outcome", "answer", "misspelt", "old", "reason", "no reason", "key"],
    )
    def test_each_mistake_has_a_place(self, rules: Rules, text: str, place: str, message: str, advice: str) -> None:
        """A mistake is told to line and column, with help."""
        with pytest.raises(RulesError) as raised:
            read(rules, HEAD + text)
        told = str(raised.value)

        assert f"expected.yaml:{place}\n" in told
        assert message in told
        assert advice in told

    def test_the_header_is_needed(self, rules: Rules) -> None:
        """A file without the header may be of any other version."""
        with pytest.raises(RulesError, match="the header `notifyrules-differences: 1` is missing"):
            read(rules, "differences: []\n")

    def test_a_file_that_is_not_there(self, rules: Rules) -> None:
        """A file that cannot be opened is told like any other finding."""
        with pytest.raises(RulesError, match="`missing`"):
            read_expected(find_place("missing", None), rules.graph)

    def test_none_is_in_order(self, rules: Rules) -> None:
        """A file may be kept when the last difference is gone."""
        assert read(rules, "notifyrules-differences: 1\ndifferences: []\n").listed == ()


class TestCovering:
    """An expected difference covers facts by its condition, and answers by its words."""

    @pytest.mark.parametrize(
        ("written", "facts", "outcome", "old", "covered"),
        [
            ("if: small", {"size": 3}, "told", "false", True),
            ("if: small", {"size": 5}, "told", "false", False),
            ("if: small, chart: told", {"size": 3}, "told", "false", True),
            ("if: small, chart: held", {"size": 3}, "told", "false", False),
            ("if: small, chart: later", {"size": 3}, "held", "false", True),
            ("if: small, chart: true", {"size": 3}, "held", "false", False),
            ("if: small, old: false", {"size": 3}, "told", "false", True),
            ("if: small, old: raises KeyError", {"size": 3}, "told", "false", False),
            ("if: small, old: gives no answer", {"size": 3}, "told", "gives no answer", True),
            ("if: small, old: ends its process", {"size": 3}, "told", "ends its process", True),
            ("if: small, old: null", {"size": 3}, "told", "null", True),
            ("if: small, old: size.else", {"size": 3}, "told", "size.else", True),
        ],
        ids=[
            "holds",
            "does not",
            "outcome",
            "another",
            "later",
            "not true",
            "old",
            "another old",
            "late",
            "ended",
            "null",
            "arrow",
        ],
    )
    def test_what_is_covered(
        self, rules: Rules, written: str, facts: dict[str, object], outcome: str, old: str, *, covered: bool
    ) -> None:
        """All that is written must fit."""
        expected = read(rules, f"{HEAD}  - {{{written}, why: it is meant}}\n")
        found = expected.covering(rules.facts(facts), outcome, old)

        assert (found is not None) is covered

    def test_the_first_that_covers_counts(self, rules: Rules) -> None:
        """Of two that cover, the first is told."""
        expected = read(rules, f"{HEAD}  - {{if: small, why: one}}\n  - {{if: small, why: two}}\n")
        found = expected.covering(rules.facts({"size": 3}), "told", "false")

        assert found is not None
        assert found.why == "one"


class Kind(Enum):
    """An enumeration of the old function's own."""

    HELD = "held"


class TestAnswers:
    """What an old function answers is compared as far as it says something."""

    @pytest.mark.parametrize(
        ("given", "said", "level"),
        [
            (True, "true", Level.NOTIFY),
            (False, "false", Level.NOTIFY),
            (Notify.LATER, "later", Level.NOTIFY),
            ("later", "later", Level.NOTIFY),
            ("told", "told", Level.OUTCOME),
            (Kind.HELD, "held", Level.OUTCOME),
            ("muted.then", "muted.then", Level.REASON),
            ("sent", "told", Level.OUTCOME),
            (None, "null", Level.OTHER),
            (1, "the number 1", Level.OTHER),
            ((1, 2), "a tuple", Level.OTHER),
            ("?", "?", Level.OTHER),
        ],
    )
    def test_what_is_read(self, rules: Rules, given: object, said: str, level: Level) -> None:
        """An answer is a bool, a kind of end, an outcome, an arrow, or something else."""
        read = Answers(rules.graph, {"sent": "told"}).read(given)

        assert (read.said, read.level) == (said, level)

    @pytest.mark.parametrize(
        ("answer", "agrees"),
        [
            (OldAnswer("true", Level.NOTIFY), True),
            (OldAnswer("later", Level.NOTIFY), False),
            (OldAnswer("told", Level.OUTCOME), True),
            (OldAnswer("size.then", Level.REASON), True),
            (OldAnswer("size.else", Level.REASON), False),
            (OldAnswer("told", Level.OTHER), False),
        ],
    )
    def test_what_agrees(self, rules: Rules, answer: OldAnswer, *, agrees: bool) -> None:
        """Only what is said is compared."""
        assert answer.agrees(rules.graph, "told", "size.then") is agrees

    def test_a_mapping_to_nothing(self, rules: Rules) -> None:
        """What a word stands for is something that the chart can decide."""
        with pytest.raises(UsageError, match="the mapping makes `tld` of `sent`, which is no answer"):
            Answers(rules.graph, {"sent": "tld"})

    def test_a_decision_is_an_outcome(self, rules: Rules) -> None:
        """A function may itself ask rules."""
        assert Answers(rules.graph).read(rules.decide({})) == OldAnswer("held", Level.OUTCOME)

    def test_an_exception_is_an_answer_of_its_kind(self, rules: Rules) -> None:
        """Whatever it says, its type tells what it is."""
        assert Answers(rules.graph).raised(KeyError("size")) == OldAnswer("raises KeyError", Level.OTHER)
