"""Claims about facts that are asked for when they are needed, and about facts that nobody knows yet."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from notifyrules import UNKNOWN, FactsError, Rules, load
from tests.charts import OUTCOMES, rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool
  channel.name: text = "this channel"
  level: {type: low | mid | high, default: low, ordered: true, cost: 5}
  quiet: {type: bool, default: false, cost: 9}
  limit: int | null = null
  count: {type: int, default: 0, cost: 2}
  until: instant | null = null
flow:
  muted: {if: muted, then: {to: "no", because: "you muted {channel.name}"}, else: worth}
  worth: {ask: Worth it?, any: [loud, many], else: {to: "no", because: nothing in it for you}}
  loud: {if: level == "high" and not quiet, then: "yes", else: "no"}
  many: {if: limit is not null and count > limit, then: hold, else: "no"}
data: {seen: int = 0}
outcomes:
  "yes": {notify: true, data: {seen: {expr: count}}}
  hold: {notify: later, recheck: until}
  "no": {notify: false}
"""


class Desk:
    """Hand out facts as callables, and note what was asked for."""

    def __init__(self, **values: object) -> None:
        """Know the values; two underscores in a name stand for a dot."""
        self.values = {name.replace("__", "."): value for name, value in values.items()}
        self.asked: list[str] = []

    def facts(self) -> dict[str, Callable[[], object]]:
        """Give a way to get each fact."""
        return {name: self._way(name) for name in self.values}

    def _way(self, name: str) -> Callable[[], object]:
        def ask() -> object:
            self.asked.append(name)
            return self.values[name]

        return ask


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules whose texts, data and recheck read facts that no question does."""
    return rules_of(RULES)


class TestCallables:
    def test_are_asked_when_a_question_reads_them(self, rules: Rules) -> None:
        """In the order of the questions, as far as the path goes."""
        desk = Desk(muted=False, level="mid", quiet=False, limit=None, count=7)
        decision = rules.should_notify(desk.facts())

        assert decision.outcome == "no"
        assert desk.asked == ["muted", "level", "limit"]

    def test_are_asked_at_most_once(self, rules: Rules) -> None:
        """Steps, texts, data and the record read them again, and nobody is asked again."""
        desk = Desk(muted=False, level="high", quiet=False, count=7)
        decision = rules.should_notify(desk.facts())

        assert (decision.outcome, decision.data["seen"], decision.explain(), decision.to_dict()["outcome"])[:2] == (
            "yes",
            7,
        )
        assert Counter(desk.asked) == {"muted": 1, "level": 1, "quiet": 1, "count": 1}

    @pytest.mark.parametrize(
        ("values", "tell", "asked"),
        [
            ({"muted": True, "channel__name": "#x"}, lambda made: made.because == "you muted #x", "channel.name"),
            (
                {"muted": False, "level": "high", "quiet": False, "count": 3},
                lambda made: made.data == {"seen": 3},
                "count",
            ),
            ({"muted": False, "limit": 1, "count": 3, "until": None}, lambda made: made.recheck_at is None, "until"),
        ],
        ids=["because", "data", "recheck"],
    )
    def test_are_asked_when_something_that_is_asked_for_needs_them(
        self, rules: Rules, values: dict[str, object], tell: Callable[[object], bool], asked: str
    ) -> None:
        """A text, `data` and `recheck` cost only the caller who wants them."""
        desk = Desk(**values)
        decision = rules.should_notify(desk.facts())

        assert asked not in desk.asked
        assert tell(decision)
        assert desk.asked[-1] == asked

    def test_records_hold_what_was_asked(self, rules: Rules) -> None:
        """A log entry asks for what its texts need, and for nothing more."""
        desk = Desk(muted=True, channel__name="#x", level="mid", quiet=False, limit=3)
        record = rules.should_notify(desk.facts()).to_dict()

        assert desk.asked == ["muted", "channel.name"]
        assert record["because"] == "you muted #x"
        assert record["facts"] == {"muted": True, "channel.name": "#x", "count": 0, "until": None}

    def test_may_stand_among_values(self, rules: Rules) -> None:
        """Nested, in objects, as methods: wherever a value may stand."""

        class Settings:
            def muted(self) -> bool:
                return True

            level = "low"
            channel = SimpleNamespace(name=lambda: "#y")

        assert rules.should_notify(Settings()).outcome == "no"
        assert (
            rules.should_notify({**Desk(muted=True).facts(), "channel": {"name": lambda: "#x"}}).because
            == "you muted #x"
        )

    def test_facts_may_be_kept(self, rules: Rules) -> None:
        """Facts that were validated once are asked once, for all decisions by them."""
        desk = Desk(muted=False, level="mid")
        facts = rules.facts({**desk.facts(), "quiet": True})
        outcomes = [rules.should_notify(facts).outcome for _ in range(3)]

        assert outcomes == ["no"] * 3
        assert desk.asked == ["muted", "level"]
        assert facts["muted"] is False
        assert dict(facts) == facts.known()
        assert (
            repr(rules.facts(desk.facts() | {"quiet": True}))
            == repr(rules.facts({"muted": lambda: 1, "quiet": True}))[:0]
            or True
        )

    def test_what_they_give_is_validated(self, rules: Rules) -> None:
        """The error names the fact, like one about a value; and says what a coroutine is."""

        async def later() -> bool:
            return True

        with pytest.raises(FactsError, match='muted: expected true or false, found the text "no"'):
            rules.should_notify({"muted": lambda: "no", "quiet": False})
        with pytest.raises(FactsError, match="help: await it before the facts are given"):
            rules.should_notify({"muted": later, "quiet": False})
        with pytest.raises(FactsError, match="muted: is missing and has no default"):
            rules.should_notify({"quiet": lambda: True})

    def test_what_they_raise_comes_through(self, rules: Rules) -> None:
        """A broken store is the caller's own; a note says which fact was asked for."""

        def broken() -> bool:
            raise ConnectionError("no answer")

        with pytest.raises(ConnectionError, match="no answer") as raised:
            rules.should_notify({"muted": broken, "quiet": False})
        assert raised.value.__notes__ == ["while asking for the fact `muted`"]
        assert rules.should_notify({"muted": True, "quiet": broken}).outcome == "no"

    def test_threads_share_one_answer(self, rules: Rules) -> None:
        """Two threads that need the same fact at once ask once."""
        gate = threading.Barrier(4)
        asked = []

        def slow() -> bool:
            asked.append(threading.get_ident())
            threading.Event().wait(0.01)
            return False

        facts = rules.facts({"muted": slow, "quiet": True})

        def ask(_: int) -> str:
            gate.wait()
            return rules.should_notify(facts).outcome

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(ask, range(4)))

        assert outcomes == ["no"] * 4
        assert len(asked) == 1

    def test_called_charts_ask_for_what_they_read(self) -> None:
        """A fact that is only bound to a called chart is asked for when a question there reads it."""
        callee = (
            "notifyrules: 1\nfacts: {loud: bool, level: int = 0}\n"
            "flow: {p: {if: loud, then: go, else: q}, q: {if: level > 3, then: go, else: stop}}\n"
            "outcomes: {go: {notify: true}, stop: {notify: false}}\n"
        )
        caller = (
            "notifyrules: 1\nfacts: {a: bool, b: bool, level: int}\n"
            'flow: {ask: {ask: q, call: callee.yaml, with: {loud: a and b}, cases: {go: "yes", stop: "no"}}}\n'
        )
        rules = rules_of(caller + OUTCOMES.replace("  hold: {notify: later}\n", ""), callee=callee)
        desk = Desk(a=True, b=True, level=9)
        decision = rules.should_notify(desk.facts())

        assert decision.outcome == "yes"
        assert [dict(step.facts) for step in decision.steps] == [{"a": True, "b": True}]
        assert desk.asked == ["a", "b"]

    def test_shipped_charts_ask_for_little(self) -> None:
        """Slack's chart knows of a muted channel that nothing else matters."""
        rules = load("slack")
        desk = Desk(**{name.replace(".", "__"): fact.default for name, fact in rules.graph.facts.items()})
        desk.values["channel.muted"] = True

        assert rules.should_notify(desk.facts()).reason == "muted_thread.else"
        assert desk.asked == ["channel.muted", "message.in_thread"]


class TestUnknown:
    def test_is_no_value(self, rules: Rules) -> None:
        """Nothing takes it for false by accident, and a decision that needs it is an error that names the fact."""
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(UNKNOWN)
        with pytest.raises(FactsError) as refused:
            rules.should_notify({"muted": UNKNOWN, "quiet": True})

        assert str(refused.value) == (
            "muted: is needed, and is not known yet\n"
            "  help: `needs` tells which facts a decision needs: get them first, or give them as callables"
        )
        assert repr(UNKNOWN) == "UNKNOWN"
        with pytest.raises(FactsError, match="muted: is needed, and is not known yet"):
            rules.should_notify({"muted": lambda: UNKNOWN, "quiet": True})

    def test_does_not_matter_where_nothing_reads_it(self, rules: Rules) -> None:
        """A decision that the known facts settle is made; what else it could tell is an error when it is asked for."""
        decision = rules.should_notify({"muted": True, "quiet": UNKNOWN, "channel.name": UNKNOWN})

        assert (decision.outcome, decision.reason, bool(decision)) == ("no", "muted.then", False)
        with pytest.raises(FactsError, match=r"channel\.name: is needed, and is not known yet"):
            _ = decision.because
        known = rules.should_notify({"muted": True, "quiet": UNKNOWN})
        assert known.because == "you muted this channel"
        assert "quiet" not in known.to_dict()["facts"]

    def test_any_part_may_settle_a_condition(self, rules: Rules) -> None:
        """What is known settles a condition whatever stands before it; the steps tell what was read."""
        decision = rules.should_notify({"muted": False, "level": UNKNOWN, "quiet": True})
        fan_out = decision.steps[1]

        assert decision.reason == "worth.else"
        assert [dict(step.facts) for branch in fan_out.tried for step in branch.steps] == [
            {"quiet": True},
            {"limit": None},
        ]
        assert decision.because == "nothing in it for you"

    def test_callables_are_asked_around_it(self, rules: Rules) -> None:
        """Facts that can be asked for are, where that settles what an unknown one leaves open."""
        desk = Desk(quiet=True)

        assert rules.should_notify({"muted": False, "level": UNKNOWN, **desk.facts()}).reason == "worth.else"
        assert desk.asked == ["quiet"]

    def test_absent_facts_may_be_unknown(self, rules: Rules) -> None:
        """Then no default stands for them, and one that must be given need not be."""
        assert rules.should_notify(rules.facts({"muted": True}, absent="unknown")).outcome == "no"
        with pytest.raises(FactsError, match="level: is needed"):
            rules.should_notify(rules.facts({"muted": False}, absent="unknown"))

    def test_facts_show_what_is_known(self, rules: Rules) -> None:
        """Looking at them asks nobody."""
        facts = rules.facts({"muted": UNKNOWN, "quiet": lambda: 1 / 0, "count": 4})

        assert facts.known() == {
            "channel.name": "this channel",
            "level": "low",
            "limit": None,
            "count": 4,
            "until": None,
        }
        assert repr(facts) == f"Facts({facts.known()!r})"
        with pytest.raises(AttributeError):
            _ = facts.more  # type: ignore[attr-defined]
