"""Hold what shipped charts promise of all media of one message to messages that are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notifyrules import strategies
from notifyrules.evaluation.walk import keeps
from notifyrules.language.evaluator import evaluate
from notifyrules.prove.guarantees import is_broken
from notifyrules.rules import Rules, load
from notifyrules.shipped import shipped_names

pytestmark = pytest.mark.slow

RULES = {name: load(name) for name in shipped_names() if load(name).graph.media is not None}


def test_three_charts_name_their_media() -> None:
    """Each promises something of them, and has cases that say what each medium is to have."""
    assert set(RULES) == {"rocketchat", "slack", "team_chat"}
    for name, rules in RULES.items():
        assert any(one.together is not None for one in rules.graph.guarantees)
        assert "{each: {" in Path(f"rules/{name}.cases.yaml").read_text("utf-8")


def broken(rules: Rules, shared: dict[str, object], own: dict[str, dict[str, object]]) -> list[str]:
    """Decide for each medium, and name the promises that are broken; the message must be one that exists."""
    media = rules.graph.media
    assert media is not None
    decisions = rules.should_notify_each(shared, own)
    facts = {one: rules.facts({**shared, **own.get(one, {}), media.fact: one}) for one in media.names}
    assume(all(keeps(rules.graph, one) for one in facts.values()))
    found = []
    for guarantee in rules.graph.guarantees:
        if (promised := guarantee.together) is None:
            continue
        holds = [
            guarantee.condition is None or evaluate(guarantee.condition, facts[one], {}) is True
            for one in promised.ends
        ]
        met = [decisions[one].outcome in ends for one, ends in promised.ends.items()]
        if all(holds) and is_broken(promised.form, met):
            found.append(guarantee.name)
    return found


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=150)
@given(data=st.data())
def test_no_message_breaks_a_promise(name: str, data: st.DataObject) -> None:
    """Whatever differs between its media."""
    rules = RULES[name]
    media = rules.graph.media
    assert media is not None
    drawn = strategies.facts(rules)
    shared = {fact: value for fact, value in data.draw(drawn).items() if fact != media.fact}
    each = {one: data.draw(drawn) for one in media.names}
    own = {one: {fact: facts[fact] for fact in media.per_medium if fact in facts} for one, facts in each.items()}

    assert broken(rules, shared, own) == []
