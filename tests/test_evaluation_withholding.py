"""Keep what is private out of a log, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from notifyrules.answers.decisions import explain_logged, log_record
from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.withholding import masking
from notifyrules.language.values import Value
from notifyrules.rules import Rules, load

CALLED = """notifyrules: 1
facts:
  word: text
flow:
  long: {ask: Long?, if: len(word) > 3, then: {to: "yes", because: "{word} is long"}, else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false, because: "{word} is short"}}
"""
CHART = """notifyrules: 1
facts:
  user.name: {type: text, private: true}
  user.level: {type: int, default: 3}
  user.free_at: {type: instant, default: "2026-11-29T10:00:00Z", private: true}
data: {greeting: text = "", level: int = 0}
flow:
  named: {ask: Named?, if: 'user.name != ""', then: asked, else: "no"}
  asked:
    call: called.yaml
    with: {word: user.name}
    cases: {"yes": {to: later, because: "{user.name} waits"}, "no": {to: "no", because: nothing for you}}
outcomes:
  later: {notify: later, recheck: user.free_at, data: {greeting: {expr: user.name}, level: {expr: user.level}}}
  "no": {notify: false}
"""
NAME = "Ada Lovelace"


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """Load rules with private facts, which they hand to a chart that they call, and quote."""
    (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
    (tmp_path / "chart.yaml").write_text(CHART, "utf-8")
    return load(tmp_path / "chart.yaml")


def leave_out(_name: str, _value: Value) -> None:
    """Keep nothing."""


def logged(rules: Rules, facts: Mapping[str, object]) -> Record:
    """Decide, and leave private facts out."""
    return log_record(rules, rules.decide(facts), leave_out)


class TestWithhold:
    @pytest.mark.parametrize("name", [NAME, "Ada"])
    def test_nothing_private_is_left(self, rules: Rules, name: str) -> None:
        """No value of a private fact is left, quoted, carried, handed to a called chart, or as when to ask again."""
        written = json.dumps(logged(rules, {"user.name": name}).to_dict())

        assert name not in written
        assert "10:00:00Z" not in written

    def test_the_rest_stays(self, rules: Rules) -> None:
        """What was decided, other facts, other texts and other data stay, and what is withheld is named."""
        record = logged(rules, {"user.name": "Ada"})

        assert (record.outcome, record.reason, record.because) == ("no", "asked.no", "nothing for you")
        assert record.facts == {"user.level": 3}
        assert record.withheld == ("user.name", "user.free_at")
        assert logged(rules, {"user.name": NAME}).data == {"level": 3}

    def test_words_of_an_arrow_stay_beside_a_private_outcome(self, tmp_path: Path) -> None:
        """What an arrow says of other facts stays, though its outcome would have quoted a private one."""
        chart = CHART.replace('because: "{user.name} waits"', 'because: "level {user.level}"')
        (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
        (tmp_path / "chart.yaml").write_text(
            chart.replace("{notify: later,", '{notify: later, because: "{user.name}",'), "utf-8"
        )

        assert logged(load(tmp_path / "chart.yaml"), {"user.name": NAME}).because == "level 3"

    def test_an_empty_key_is_refused(self) -> None:
        """A hash without a secret hides nothing that can be guessed; a secret may be bytes."""
        with pytest.raises(UsageError, match="the key of hashes is empty"):
            masking("")
        assert masking(b"secret")("user.name", NAME) == masking("secret")("user.name", NAME)

    def test_a_mask_takes_the_place(self, rules: Rules) -> None:
        """What the mask gives stands where a value stood."""
        record = log_record(rules, rules.decide({"user.name": NAME}), lambda name, _: f"masked {name}")

        assert record.facts["user.name"] == "masked user.name"
        assert record.passage.steps[0].facts == {"user.name": "masked user.name"}

    def test_rules_without_private_facts(self) -> None:
        """Where nothing is private, the record is that of the decision."""
        slack = load("slack")
        decision = slack.decide({"channel.muted": True})

        assert log_record(slack, decision, leave_out) == decision.record()

    def test_it_is_read_back(self, rules: Rules) -> None:
        """What was withheld from is a record like any other."""
        record = logged(rules, {"user.name": NAME})

        assert Record.from_dict(json.loads(json.dumps(record.to_dict()))) == record


class TestExplained:
    def test_today_is_not_guessed(self, rules: Rules, tmp_path: Path) -> None:
        """Where facts are withheld, what changed rules decide today is not decided by defaults."""
        record = logged(rules, {"user.name": NAME})
        (tmp_path / "chart.yaml").write_text(CHART.replace("Named?", "A name?"), "utf-8")

        explained = explain_logged(record, load(tmp_path / "chart.yaml"), "support")

        assert explained.today is None
        assert (
            "What they decide today is not known: the log keeps nothing of user.name, user.free_at." in explained.words
        )
