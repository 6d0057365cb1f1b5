"""Hold what shipped charts promise of all media of one message to messages that are drawn."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notifyrules import strategies
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Status, run
from notifyrules.diagnostics.codes import Code
from notifyrules.evaluation.walk import keeps
from notifyrules.language.evaluator import evaluate
from notifyrules.prove.guarantees import is_broken
from notifyrules.rules import Rules, load, new_charts, read_cases
from notifyrules.shipped import shipped_names

pytestmark = pytest.mark.slow

RULES = {name: load(name) for name in shipped_names() if load(name).graph.media is not None}
CHARTS = new_charts()


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


def draw_message(rules: Rules, data: st.DataObject) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Draw what all media of a message share, and what each has of its own."""
    media = rules.graph.media
    assert media is not None
    drawn = strategies.facts(rules)
    shared = {fact: value for fact, value in data.draw(drawn).items() if fact != media.fact}
    each = {one: data.draw(drawn) for one in media.names}
    own = {one: {fact: facts[fact] for fact in media.per_medium if fact in facts} for one, facts in each.items()}
    return shared, own


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=150)
@given(data=st.data())
def test_no_message_breaks_a_promise(name: str, data: st.DataObject) -> None:
    """Whatever differs between its media."""
    assert broken(RULES[name], *draw_message(RULES[name], data)) == []


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=25)
@given(data=st.data())
def test_a_row_of_what_was_decided_for_each_passes(name: str, data: st.DataObject) -> None:
    """Cases and rows mean by `per_medium` what `should_notify_each` means by it."""
    rules = RULES[name]
    shared, own = draw_message(rules, data)
    decisions = rules.should_notify_each(shared, own)
    each = {
        medium: {"outcome": one.outcome, "reason": one.reason}
        | ({} if one.because is None else {"because": one.because})
        for medium, one in decisions.items()
    }
    row = {"facts": shared, "per_medium": own, "expect": {"each": each}}
    with TemporaryDirectory() as folder:
        cases = Path(folder, "x.cases.yaml")
        text = f"notifyrules-cases: 1\nrules: notifyrules:{name}\ncases: [{{name: drawn, rows: x.jsonl}}]\n"
        cases.write_text(text, "utf-8")
        cases.with_name("x.jsonl").write_text(json.dumps(row), "utf-8")
        results = [run(one) for one in read_cases(str(cases), root=Path(folder), charts=CHARTS)]
    unread = [one.case for one in results if isinstance(one.case, BadRow)]
    assume(not any(finding.code is Code.BREAKS_ASSUME for one in unread for finding in one.findings))

    assert [one.status for one in results] == [Status.PASSED] * len(decisions)
