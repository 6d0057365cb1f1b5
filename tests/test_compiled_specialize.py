"""Claims about specialized rules: smaller, and no different."""

from __future__ import annotations

import copy
import gc
import json
import tracemalloc
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from notifyrules import UNKNOWN, FactsError, Rules, load
from notifyrules.compiled.facts_reader import Extras
from notifyrules.graph.model import FanOut, First, Question
from tests.charts import OUTCOMES, rules_of

RULES = """\
notifyrules: 1
facts:
  message.kind: dm | group | channel
  message.text: text = ""
  message.urgent: bool = false
  user.muted: bool = false
  user.words: list of text = []
  user.limit: int | null = null
  user.name: text = "you"
flow:
  muted:
    if: user.muted and not message.urgent
    then: {to: "no", because: "{user.name} muted {message.kind}"}
    else: kind
  kind: {switch: message.kind, cases: {dm: "yes", group: fan, channel: table}}
  fan: {ask: q, any: [urgent, word, limit], else: "no"}
  table: {first: [{if: message.urgent, to: "yes"}, {if: "has_word(message.text, user.words)", to: "yes"}], else: "no"}
  urgent: {if: message.urgent, then: "yes", else: "no"}
  word: {if: "has_word(message.text, user.words)", then: "yes", else: "no"}
  limit: {if: user.limit is not null and user.limit > 3, then: hold, else: "no"}
"""


@pytest.fixture
def rules() -> Rules:
    """Load rules about messages and users."""
    return rules_of(RULES + OUTCOMES)


DM = {"message": {"kind": "dm", "text": "", "urgent": False}}
GROUP = {"message": {"kind": "group", "text": "deploy now", "urgent": False}}
ANN = {"user": {"name": "Ann"}}


@dataclass(slots=True)
class Message:
    """The facts about a message that an object has."""

    kind: str


@dataclass
class User:
    """Those about a user."""

    limit: int
    name: str = "you"


@dataclass
class Whole:
    """Both of them."""

    message: Message
    user: User


class TestDeciding:
    @pytest.mark.parametrize(
        "user", [{}, {"muted": True}, {"words": ["deploy"]}, {"limit": 5}, {"limit": None}], ids=str
    )
    @pytest.mark.parametrize("message", [DM, GROUP], ids=["dm", "group"])
    def test_is_no_different(self, rules: Rules, message: dict[str, object], user: dict[str, object]) -> None:
        """The outcome, the reason, the steps with their facts and the words are those of the whole rules."""
        smaller = rules.specialize(message)
        whole = rules.should_notify({**message, "user": user})
        for given in ({"user": user}, smaller.facts({"user": user}), {**message, "user": user}, whole.facts):
            decision = smaller.should_notify(given)

            assert (decision.outcome, decision.reason) == (whole.outcome, whole.reason)
            assert decision.passage == whole.passage
            assert decision.facts == whole.facts
            assert list(decision.facts) == list(rules.graph.facts)
            assert decision.to_dict() == whole.to_dict()
            assert decision.explain(reader="engineer") == whole.explain(reader="engineer")

    def test_has_the_same_api(self, rules: Rules) -> None:
        """Facts, needs, schema, pictures and further specializing go on with what is left."""
        smaller = rules.specialize(GROUP)
        smallest = smaller.specialize({"user.muted": False, "user.words": []})

        assert smaller.needs({}) == ("user.muted",)
        assert smaller.needs({"user.muted": False}) == ("user.words",)
        assert list(smaller.facts_schema()["properties"]) == ["user"]
        assert smaller.known_facts == {"message.kind": "group", "message.text": "deploy now", "message.urgent": False}
        assert smallest.needs({}) == ("user.limit",)
        assert smallest.should_notify({"user.limit": 4}).outcome == "hold"
        assert (smaller.name, smaller.digest, smaller.graph) == (rules.name, rules.digest, rules.graph)
        assert rules.known_facts == {}

    def test_facts_may_be_asked_for_or_unknown(self, rules: Rules) -> None:
        """What is left may be given like any facts."""
        smaller = rules.specialize(GROUP)
        asked: list[str] = []

        def muted() -> bool:
            asked.append("muted")
            return True

        decision = smaller.should_notify({"user": {"muted": muted}})

        assert decision.because == "you muted group"
        assert asked == ["muted"]
        assert smaller.should_notify({"user": {"muted": True, "words": UNKNOWN}}).reason == "muted.then"
        with pytest.raises(FactsError, match=r"user\.words: is needed"):
            smaller.should_notify({"user.words": UNKNOWN})

    def test_known_facts_stay_what_they_were(self, rules: Rules) -> None:
        """Given again they must be the same; the caller's own dict may change."""
        message = copy.deepcopy(GROUP)
        smaller = rules.specialize(message)
        message["message"]["kind"] = "dm"

        assert smaller.should_notify({}).facts["message.kind"] == "group"
        assert smaller.should_notify({"message.kind": "group"}).outcome == "no"
        with pytest.raises(FactsError) as refused:
            smaller.should_notify({"message.kind": "dm", "message.urgent": "yes"})
        assert [str(problem).splitlines()[0] for problem in refused.value.problems] == [
            'message.kind: is group in these specialized rules, found the text "dm"',
            'message.urgent: is false in these specialized rules, found the text "yes"',
        ]

    @pytest.mark.parametrize(
        ("known", "given"),
        [
            (GROUP, {"message": {"kind": "dm"}}),
            (GROUP, {"message.kind": "dm", "user": {"limit": 9}}),
            (GROUP, {"user": {"muted": False, "words": [], "limit": 9, "name": "Ann", "x": 1}, "message.kind": "dm"}),
            (ANN, {"user": {"name": "Bob"}, "message": {"kind": "dm"}}),
            (ANN, {"user": {"name": "Bob", "muted": True, "words": [], "limit": 9}, "message": DM["message"]}),
            (ANN, {"user.name": "Bob", "message": {"kind": "dm"}}),
        ],
        ids=["a group", "dotted", "beside others", "in a group", "in a whole group", "dotted beside a group"],
    )
    def test_known_facts_are_not_ignored(
        self, rules: Rules, known: dict[str, object], given: dict[str, object]
    ) -> None:
        """Whoever ignores what belongs to others is told all the same of a known fact that is another, in any form."""
        smaller = rules.specialize(known)

        for ask in (
            lambda: smaller.should_notify(given, "ignore"),
            lambda: smaller.facts(given, extras="ignore"),
            lambda: smaller.should_notify(OrderedDict(given), "ignore"),
            lambda: smaller.decide_json(json.dumps(given), "ignore"),
        ):
            with pytest.raises(FactsError, match="in these specialized rules, found"):
                ask()

    @pytest.mark.parametrize("extras", ["forbid", "ignore"])
    def test_known_facts_of_objects_are_looked_at(self, rules: Rules, extras: Extras) -> None:
        """An object that has a known fact is refused where that is another, and taken where it is the same."""
        for known, given, same in (
            (GROUP, Whole(Message("dm"), User(9)), Whole(Message("group"), User(9))),
            (GROUP, {"message": Message("dm")}, {"message": Message("group")}),
            (ANN, Whole(Message("dm"), User(9, "Bob")), Whole(Message("dm"), User(9, "Ann"))),
            (ANN, {"message": Message("dm"), "user": User(9, "Bob")}, {"message.kind": "dm", "user": User(9, "Ann")}),
        ):
            smaller = rules.specialize(known)
            for _ in range(2):
                with pytest.raises(FactsError, match="in these specialized rules, found"):
                    smaller.should_notify(given, extras)
                assert smaller.should_notify(same, extras).facts["user.limit"] in (9, None)

    def test_facts_of_others_are_read_anew(self, rules: Rules) -> None:
        """Facts that belong to rules specialized for something else do not pass for these rules' own."""
        one, other = rules.specialize(GROUP), rules.specialize(DM)

        with pytest.raises(FactsError, match=r"message\.kind: is dm in these specialized rules"):
            other.should_notify(one.facts({}))
        again = rules.specialize(GROUP)
        assert again.should_notify(one.facts({"user.limit": 9})).outcome == "hold"


class TestKnownFacts:
    def test_are_validated(self, rules: Rules) -> None:
        """Like any facts; absent ones stay open, and must be values."""
        with pytest.raises(FactsError, match=r"message\.kind: expected one of"):
            rules.specialize({"message.kind": "dn"})
        with pytest.raises(FactsError, match="nothing: is not a fact"):
            rules.specialize({"nothing": 1})
        with pytest.raises(FactsError, match=r"user\.muted: is a callable; what is known before is a value"):
            rules.specialize({"user.muted": lambda: True})
        assert rules.specialize({"nothing": 1}, extras="ignore") is rules

    def test_none_leave_the_rules_as_they_are(self, rules: Rules) -> None:
        """So does a fact that is given as unknown."""
        assert rules.specialize({}) is rules
        assert rules.specialize({"user.muted": UNKNOWN}) is rules

    def test_all_leave_nothing_to_ask(self, rules: Rules) -> None:
        """Then the decision stands before it is asked for."""
        facts = dict(rules.facts(GROUP))
        settled = rules.specialize(facts)

        assert settled.program.graph.nodes == {}
        assert settled.should_notify({}).passage == rules.should_notify(facts).passage


class TestWhatIsLeft:
    def test_is_smaller(self, rules: Rules) -> None:
        """Settled questions are gone, settled parts of conditions and tables too, and branches that surely refuse."""
        left = rules.specialize(GROUP).program.graph
        muted, fan = left.nodes["muted"], left.nodes["fan"]

        assert set(left.nodes) == {"muted", "fan", "word", "limit"}
        assert isinstance(muted, Question)
        assert isinstance(fan, FanOut)
        assert muted.rows[0].condition.span.text == "user.muted"
        assert muted.otherwise.target == "fan"
        assert [branch.target for branch in fan.branches] == ["word", "limit"]

    def test_reasons_stay_the_arrows_of_the_chart(self, rules: Rules) -> None:
        """An arrow that leads past settled questions is the last of them."""
        left = rules.specialize({"message.kind": "dm"}).program.graph
        muted = left.nodes["muted"]

        assert isinstance(muted, Question)
        assert (muted.rows[0].arrow.id, muted.otherwise.id) == ("muted.then", "kind.dm")

    def test_tables_end_at_a_row_that_holds(self, rules: Rules) -> None:
        """Rows behind it can never be reached, rows that never hold are left out."""
        table = rules.specialize({"message.kind": "channel", "message.urgent": False}).program.graph.nodes["table"]

        assert isinstance(table, First)
        assert [row.arrow.id for row in table.rows] == ["table.2"]
        assert "table" not in rules.specialize({"message.kind": "channel", "message.urgent": True}).program.graph.nodes

    def test_is_compiled_once_for_all_that_leave_the_same(self, rules: Rules) -> None:
        """Texts that settle nothing do not make other code."""
        texts = ["deploy", "hello", "déjà vu"]
        codes = {
            rules.specialize({"message": {"kind": "group", "text": text, "urgent": False}}).should_notify.__code__  # type: ignore[attr-defined]
            for text in texts
        }

        assert len(codes) == 1

    @pytest.mark.slow
    def test_slack_leaves_few_charts(self) -> None:
        """Hundreds of messages leave a handful of charts, so that compiling is paid for once."""
        rules = load("slack")
        flags = ["in_thread", "is_dm", "mentions_user", "has_highlight_word", "overrides_dnd", "comments_on_own_file"]
        codes = set()
        for number in range(2 ** len(flags)):
            message = {flag: bool(number >> place & 1) for place, flag in enumerate(flags)}
            for broadcast in ("none", "here", "everyone"):
                smaller = rules.specialize({"message": {**message, "broadcast": broadcast}})
                codes.add(smaller.should_notify.__code__)  # type: ignore[attr-defined]

        assert len(codes) < 100  # of 192

    @pytest.mark.slow
    def test_what_is_kept_is_bounded(self, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many sets of facts are known, memory stays; the longest unused is compiled again, to the same."""
        monkeypatch.setattr("notifyrules.compiled.specialize._KEPT", 20_000)
        names = ["user.muted", "message.urgent", "user.words", "user.limit", "user.name"]
        values = {"user.muted": False, "message.urgent": False, "user.words": [], "user.limit": 5, "user.name": "x"}
        sets = [names[:end] for end in range(1, 6)] + [names[start:] for start in range(1, 5)]

        def code(known: list[str]) -> object:
            smaller = rules.specialize({name: values[name] for name in known})
            return smaller.should_notify.__code__  # type: ignore[attr-defined]

        first = code(sets[0])
        sizes = []
        tracemalloc.start()
        for _ in range(3):
            for known in sets:
                code(known)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()

        assert sizes[2] < 1.05 * sizes[1] < 20 * 20_000
        assert code(sets[0]) is not first
        assert code(sets[0]) is code(sets[0])

    def test_threads_may_specialize_at_once(self, rules: Rules) -> None:
        """They get the same code, also where there is room for only one."""
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _: rules.specialize(GROUP), range(40)))

        assert len({one.should_notify.__code__ for one in made}) == 1  # type: ignore[attr-defined]
        assert {one.should_notify({"user.limit": 9}).outcome for one in made} == {"hold"}
