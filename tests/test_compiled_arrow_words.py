"""Claims about words that are told without steps: settled by an arrow, or found by going the way again."""

from __future__ import annotations

import pytest

from notifyrules import Decision, Rules
from notifyrules.compiled.arrow_words import ON_THE_WAY, settled_words
from notifyrules.evaluation.walk import walk
from tests.charts import rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool = false
  name: text = "here"
  kind: dm | group | channel = dm
  level: int = 0
flow:
  muted: {if: muted, then: {to: kind, because: {held | refused: "you muted {name}", notified: it is loud}}, else: kind}
  kind: {switch: kind, cases: {dm: {to: "yes", because: a message to you}, group: tries, channel: asked}}
  tries: {any: [first, second], else: "no"}
  first: {if: level > 1, then: {to: hold, because: later}, else: {to: "no", because: nobody hears this}}
  second: {if: level > 0, then: hold, else: "no"}
  asked: {call: other.yaml, with: {level: level + 1}, cases: {high: "yes", low: "no"}}
outcomes:
  "yes": {notify: true, because: it is for you}
  hold: {notify: later, because: "held for {name}"}
  "no": {notify: false, because: nothing for you}
"""
OTHER = """\
notifyrules: 1
facts: {level: int, name: text}
flow:
  level: {if: level > 2, then: high, else: {to: low, because: {refused: "{name} is too quiet, at {level}"}}}
outcomes: {high: {}, low: {because: low}}
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules with words of every kind."""
    return rules_of(RULES, other=OTHER)


class TestWords:
    @pytest.mark.parametrize("muted", [False, True])
    @pytest.mark.parametrize("kind", ["dm", "group", "channel"])
    @pytest.mark.parametrize("level", [0, 1, 2, 3])
    def test_are_those_of_the_walk(self, rules: Rules, muted: bool, kind: str, level: int) -> None:  # noqa: FBT001
        """The words in force are the same without the steps, from every form of facts, also in specialized rules."""
        facts = {"muted": muted, "kind": kind, "level": level, "name": "#random"}
        expected = walk(rules.graph, rules.facts(facts)).because
        special = rules.specialize({"muted": muted, "name": "#random"})

        assert rules.should_notify(facts).because == expected
        assert rules.should_notify(rules.facts(facts)).because == expected
        assert special.should_notify({"kind": kind, "level": level}).because == expected

    def test_of_most_arrows_are_settled(self, rules: Rules) -> None:
        """Where all ways say the same, or the arrow itself speaks, no way is gone again."""
        settled = {arrow: said for arrow, said in settled_words(rules.graph).items() if said is not ON_THE_WAY}

        assert set(settled) == {"kind.dm", "first.then", "first.else"}

    def test_that_are_settled_walk_nothing(self, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither the walk nor any code goes the way for words that are settled."""
        monkeypatch.setattr(Decision, "passage", None)
        decision = rules.should_notify({"kind": "dm"})

        assert (decision.because, dict(decision.data)) == ("a message to you", {})

    def test_ask_no_fact_but_those_of_the_way(self, rules: Rules) -> None:
        """Facts that nobody asked for are not asked for by a called chart's words."""
        asked: list[str] = []

        def level() -> int:
            asked.append("level")
            return 0

        decision = rules.should_notify({"kind": "dm", "level": level})

        assert (decision.because, asked) == ("a message to you", [])
