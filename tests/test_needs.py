"""Claims about `needs`: which facts are needed next, and that nothing else is."""

from __future__ import annotations

import pytest

from notifyrules import UNKNOWN, FactsError, Rules, UsageError, load
from tests.charts import OUTCOMES, rules_of

RULES = """\
notifyrules: 1
facts:
  cheap: bool = false
  dear: {type: bool, default: false, cost: 9}
  middling: {type: bool, default: false, cost: 3}
  kind: dm | group | channel = dm
  limit: int | null = null
  name: text = "it"
flow:
  both: {if: dear and middling and cheap, then: "yes", else: kind}
  kind: {switch: kind, cases: {dm: "yes", group: table, channel: {to: "no", because: "not for {name}"}}}
  table: {first: [{if: limit is null, to: fan}, {if: (limit ?? 0) > 3 or dear, to: hold}], else: "no"}
  fan: {ask: q, any: [left, right], else: hold}
  left: {if: middling, then: "yes", else: "no"}
  right: {if: "cheap and name == 'x'", then: "yes", else: "no"}
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules with every kind of node, whose facts cost differently."""
    return rules_of(RULES + OUTCOMES)


class TestNeeds:
    @pytest.mark.parametrize(
        ("known", "needed"),
        [
            ({}, ("cheap", "middling", "dear")),
            ({"cheap": True}, ("middling", "dear")),
            ({"middling": True, "dear": True}, ("cheap",)),
            ({"dear": False}, ("kind",)),
            ({"cheap": False}, ("kind",)),
            ({"cheap": False, "kind": "dm"}, ()),
            ({"cheap": False, "kind": "group"}, ("limit",)),
            ({"cheap": False, "kind": "group", "limit": 9}, ()),
            ({"cheap": False, "kind": "group", "limit": 1}, ("dear",)),
            ({"cheap": False, "kind": "group", "limit": None}, ("middling",)),
            ({"cheap": False, "kind": "group", "limit": None, "middling": False}, ()),
            ({"cheap": True, "kind": "group", "limit": None, "middling": False}, ("name",)),
            ({"cheap": False, "kind": "channel"}, ()),
        ],
    )
    def test_the_first_open_question(self, rules: Rules, known: dict[str, object], needed: tuple[str, ...]) -> None:
        """Its facts are needed that are not known, cheapest first; no default stands for a fact that is not known."""
        assert rules.needs(known) == needed

    def test_nothing_more_is_needed_to_decide(self, rules: Rules) -> None:
        """What `needs` leaves open is never read: the decision is made without it."""
        known = {"cheap": False, "kind": "group", "limit": 9}
        decision = rules.should_notify(rules.facts(known, absent="unknown"))

        assert (decision.outcome, [step.arrow for step in decision.steps]) == (
            "hold",
            ["both.else", "kind.group", "table.2"],
        )

    def test_words_may_need_more(self, rules: Rules) -> None:
        """Whoever wants the texts asks for what they need as well."""
        known: dict[str, object] = {"cheap": False, "kind": "channel"}

        assert rules.needs(known) == ()
        assert rules.needs(known, until="explanation") == ("name",)
        assert rules.needs({**known, "name": "you"}, until="explanation") == ()

    @pytest.mark.parametrize(
        ("until", "advice"),
        [("foo", "the choices are `decision`, `explanation`"), ("explanations", "did you mean `explanation`?")],
    )
    def test_they_are_needed_for_one_of_two_things(self, rules: Rules, until: str, advice: str) -> None:
        """Anything else is refused, whatever is known."""
        with pytest.raises(UsageError) as refused:
            rules.needs({}, until=until)  # type: ignore[arg-type]

        assert str(refused.value).splitlines() == [f"facts cannot be needed until `{until}`", f"  help: {advice}"]

    def test_callables_are_not_asked(self, rules: Rules) -> None:
        """A fact that is given as a callable is not known, and neither is one given as unknown."""
        assert rules.needs({"cheap": lambda: 1 / 0, "dear": UNKNOWN, "middling": True}) == ("cheap", "dear")
        assert rules.needs(rules.facts({"cheap": lambda: 1 / 0, "dear": False})) == ()

    def test_what_is_given_is_validated(self, rules: Rules) -> None:
        """A wrong value is no less wrong while others are missing."""
        with pytest.raises(FactsError, match="cheap: expected true or false"):
            rules.needs({"cheap": 1})
        with pytest.raises(FactsError, match="chep: is not a fact of these rules"):
            rules.needs({"chep": True})
        assert rules.needs({"chep": True}, extras="ignore") == ("cheap", "middling", "dear")

    def test_called_charts_need_what_they_are_bound_to(self) -> None:
        """The caller's facts are named, not those of the chart that it calls."""
        rules = load("team_chat")
        known = {
            "sender.id": "a",
            "user.id": "b",
            "user.has_read": False,
            "channel.muted": False,
            "sender.is_bot": False,
        }

        assert rules.needs(known) == ("preferences.device",)
        assert rules.needs({**known, "preferences.device": None}) == ("preferences.channel",)

    def test_one_at_a_time_is_enough(self) -> None:
        """Whoever gets only the first fact each time ends at the same decision, having asked for few facts."""
        rules = load("slack")
        facts = {name: fact.default for name, fact in rules.graph.facts.items()}
        known: dict[str, object] = {}
        while names := rules.needs(known):
            known[names[0]] = facts[names[0]]

        assert rules.should_notify(rules.facts(known, absent="unknown")).reason == rules.should_notify(facts).reason
        assert len(known) < len(facts)
