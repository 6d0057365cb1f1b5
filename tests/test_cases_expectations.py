"""Read expectations: what no arrow leads to is found before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from notifyrules import strategies
from notifyrules.cases.expectations import WrittenExpectation, read_expectation
from notifyrules.cases.model import CasesChart
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.rules import Rules, load
from notifyrules.source.text import Source, Span
from tests.suites import CHAT, codes, found

NAMES = ("slack", "zulip", "rocketchat", "team_chat")
RULES = {name: load(name) for name in NAMES}
CHARTS = {name: CasesChart.of(rules.graph) for name, rules in RULES.items()}


def expecting(folder: Path, expect: str, rules: str = CHAT) -> list[str]:
    """Name the findings of one expectation."""
    return codes(folder, f"  - {{name: x, given: {{message.kind: dm}}, expect: {expect}}}\n", rules=rules)


class TestNames:
    @pytest.mark.parametrize(
        ("expect", "expected"),
        [
            ("yess", "unknown-outcome: yess"),
            ("{outcome: muted}", "unknown-outcome: muted"),
            ("{reason: muted.yes}", "unknown-arrow: muted.yes"),
            ("{reason: muted}", "unknown-arrow: muted"),
            ("{reason: somewhere.else.entirely}", "unknown-arrow: somewhere.else.entirely"),
            ("{through: [muted, kin]}", "unknown-node: kin"),
            ('{through: ["no"]}', 'unknown-node: "no"'),
            ("{data: {vai: [push]}}", "unknown-data: vai"),
            ("{data: {via: push}}", "type-mismatch: via"),
            ("{notify: no}", "wrong-shape: no"),
            ("{recheck: 1h}", "type-mismatch: 1h"),
            ("{recheck: 2026-11-23}", "type-mismatch: 2026-11-23"),
            ("{recheck: [now]}", "type-mismatch: recheck"),
            ("{notify: 1}", "wrong-shape: 1"),
            ("{data: [via]}", "wrong-shape: [via]"),
        ],
    )
    def test_what_the_rules_do_not_have_is_found(self, tmp_path: Path, expect: str, expected: str) -> None:
        """Each at the narrowest place."""
        assert expecting(tmp_path, expect) == [expected]

    def test_a_length_of_time_is_no_instant(self, tmp_path: Path) -> None:
        """A case expects the instant that a decision tells, however the rules write it."""
        [finding] = found(tmp_path, "  - {name: x, given: {message.kind: dm}, expect: {recheck: 1h}}\n")

        assert finding.help == ("write the instant itself, as a decision tells it",)

    def test_the_arrows_of_the_node_are_offered(self, tmp_path: Path) -> None:
        """A reason that names an answer which the node does not have is told which it has."""
        [finding] = found(tmp_path, "  - {name: x, given: {message.kind: dm}, expect: {reason: kind.others}}\n")

        assert finding.help == ("the arrows of `kind` are `kind.dm`, `kind.group`, `kind.channel`",)


class TestArrows:
    @pytest.mark.parametrize(
        "expect",
        [
            '{outcome: "yes", notify: false}',
            '{outcome: "no", reason: kind.dm}',
            "{reason: muted.else}",
            "{reason: kind.dm, notify: later}",
            "{reason: mention.else}",
            "{reason: limit.then}",
            "{through: [kind, muted]}",
            "{through: [muted, muted]}",
            "{through: [worth_it], reason: kind.dm}",
            '{through: [limit], outcome: "yes"}',
            '{through: [limit], outcome: "no"}',
            "{through: [thread, mention]}",
        ],
        ids=[
            "another notify",
            "an arrow to elsewhere",
            "an arrow on the way",
            "an arrow with another notify",
            "a refusal inside a branch",
            "a refusal deep inside a branch",
            "against the arrows",
            "twice",
            "past the arrow",
            "past the outcome",
            "a refusal behind a branch",
            "two branches",
        ],
    )
    def test_what_no_arrow_leads_to_is_found(self, tmp_path: Path, expect: str) -> None:
        """Conditions are not looked at: arrows alone show that it can never pass."""
        assert [one.partition(":")[0] for one in expecting(tmp_path, expect)] == ["impossible-expectation"]

    @pytest.mark.parametrize(
        "expect",
        [
            '{outcome: "no", reason: worth_it.else}',
            "{reason: limit.else, notify: later}",
            "{through: [worth_it, thread, limit], outcome: held}",
            '{through: [muted, worth_it], outcome: "no"}',
            "{notify: later}",
            '{outcome: "no", reason: muted.then, through: [muted]}',
        ],
    )
    def test_what_arrows_lead_to_is_in_order(self, tmp_path: Path, expect: str) -> None:
        """Whether some facts fulfil it is for the run to tell."""
        assert expecting(tmp_path, expect) == []

    def test_a_node_that_comes_earlier_is_told_so(self, tmp_path: Path) -> None:
        """The help says that the order is wrong, and the rule file is shown."""
        [finding] = found(tmp_path, "  - {name: x, given: {message.kind: dm}, expect: {through: [worth_it, kind]}}\n")

        assert finding.message == "no arrows lead from `worth_it` to `kind`"
        assert finding.help == ("`kind` comes before `worth_it` on the chart; list the nodes in the order of the path",)
        assert finding.labels[0].span.text == "kind"

    @pytest.mark.parametrize("expect", ["{reason: lost.then}", "{through: [lost]}"])
    def test_a_node_that_nothing_leads_to(self, tmp_path: Path, expect: str) -> None:
        """Neither it nor its arrows can be expected."""
        rules = CHAT.replace("\ndata:\n", '\n  lost: {if: channel.muted, then: "yes", else: "no"}\ndata:\n')

        assert [one.partition(":")[0] for one in expecting(tmp_path, expect, rules)] == ["impossible-expectation"]

    def test_a_meaning_that_no_outcome_has(self, tmp_path: Path) -> None:
        """A chart that never waits cannot be expected to."""
        rules = CHAT.replace("notify: later", "notify: true")

        assert expecting(tmp_path, "{notify: later}", rules) == ["impossible-expectation: later"]

    def test_an_outcome_that_nothing_leads_to(self, tmp_path: Path) -> None:
        """It is declared, and all the same no case can expect it."""
        rules = CHAT + "  lost: {notify: true}\n"

        assert expecting(tmp_path, "lost", rules) == ["impossible-expectation: lost"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_what_was_decided_can_be_expected(name: str) -> None:
    """Whatever a decision is, an expectation of all of it has no findings."""
    rules, chart = RULES[name], CHARTS[name]

    @given(strategies.facts(rules))
    def holds(facts: dict[str, object]) -> None:
        findings = Findings()
        read_expectation(_decided(rules, facts), chart, findings)

        assert list(findings) == []

    holds()


def _decided(rules: Rules, facts: dict[str, object]) -> WrittenExpectation:
    """Expect exactly what is decided."""
    decision = rules.should_notify(facts)
    expected = {
        "outcome": decision.outcome,
        "notify": "later" if decision.later else decision.notify,
        "reason": decision.reason,
        "through": [step.node for step in decision.steps],
    }
    return WrittenExpectation(expected, lambda _key, _item: Span(Source("here", ""), 0, 0))
