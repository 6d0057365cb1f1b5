"""Ask what would have to change for another outcome, as each reader is told it."""

from __future__ import annotations

from pathlib import Path

import pytest

import notifyrules
from notifyrules.errors import FactsError, UsageError
from notifyrules.rules import Rules, load
from tests.charts import chart, rules_of
from tests.cli import run
from tests.test_witnesses import Golden

GOLDEN = Path(__file__).parent / "golden" / "why_not"
GIVEN = {
    "now": "2026-11-23T22:00:00Z",
    "message.kind": "channel",
    "message.sent_at": "2026-11-23T21:59:00Z",
    "sender.id": "bob",
    "user.id": "ada",
}
SNOOZED: dict[str, object] = {
    "message.mentions": ["ada"],
    "user.snoozed_until": "2026-11-24T07:00:00Z",
    "user.timezone": "Europe/Berlin",
}
ASKED: dict[str, tuple[dict[str, object], str, list[str] | None]] = {
    "muted": ({"channel.muted": True}, "notify", None),
    "ordinary": ({}, "notify", None),
    "read": ({"user.has_read": True, "message.kind": "dm"}, "notify", None),
    "turned_off": ({"preferences.device": "nothing"}, "notify", None),
    "snoozed": (SNOOZED, "notify", None),
    "muted_preferences": ({"channel.muted": True}, "notify", ["preferences.*"]),
    "ordinary_channel": ({}, "notify", ["channel.*"]),
    "by_mail": ({}, "mail", None),
    "silenced": ({"message.kind": "dm"}, "no", ["channel.*", "preferences.*"]),
    "already": ({"message.kind": "dm"}, "notify", None),
    "mailed": ({"device.kind": "mail", "message.kind": "dm"}, "mail", None),
}


@pytest.fixture(scope="module")
def team_chat() -> Rules:
    """Load the chart of a team chat."""
    return load("team_chat")


class TestTold:
    """What would have to change is told by question and answer, in the words of the chart."""

    @pytest.mark.parametrize("name", ASKED)
    def test_readers(self, name: str, team_chat: Rules, golden: Golden) -> None:
        """Each reader is told as the file shows."""
        facts, wanted, may_change = ASKED[name]
        why = team_chat.why_not({**GIVEN, **facts}, wanted, may_change)
        told = (f"--- {reader}\n{why.explain(reader)}\n" for reader in ("user", "support", "engineer"))
        golden(GOLDEN / f"{name}.txt", "\n".join(told))

    def test_no_such_reader(self, team_chat: Rules) -> None:
        """A reader that there is not is named."""
        with pytest.raises(UsageError, match="there is no reader `boss`"):
            team_chat.why_not(GIVEN).explain("boss")

    def test_more_than_three(self) -> None:
        """Where more facts would have to change than are looked at, that is said, and nothing is called impossible."""
        facts = "facts: {a: bool = false, b: bool = false, c: bool = false, d: bool = false}\n"
        rules = rules_of(chart('q: {if: a and b and c and d, then: "yes", else: "no"}', facts=facts))
        why = rules.why_not({}, "yes")

        assert why.barred is None
        assert why.explain("user") == "You would be notified by no change of up to 3 facts."

    def test_assumed(self) -> None:
        """A fact that no question reads, and that must change because of what the rules assume, is told to support."""
        facts = "facts: {a: bool = false, b: bool = false}\n"
        rules = rules_of(chart('q: {if: a, then: "yes", else: "no"}', facts=facts, top="assume: [not a or b]\n"))

        assert rules.why_not({}, "yes").explain() == (
            "Not notified: no.\n\n"
            "It would be yes by “a”: Yes instead of No (a: false -> true); as the rules\n"
            "assume, b: false -> true. Then yes."
        )

    def test_whatever(self) -> None:
        """An outcome that no facts get is told as such."""
        rules = rules_of(chart('q: {if: b, then: "yes", else: "no"}'))

        assert rules.why_not({}, "hold").explain("user") == (
            "No such change helps: nothing leads there, whatever the facts.\nWaiting does not help."
        )


class TestFound:
    """What may change is what changes."""

    def test_smallest_first(self, team_chat: Rules) -> None:
        """Small sets come first, those of facts without a default last; time is none of them."""
        why = team_chat.why_not({**GIVEN, "channel.muted": True})
        required = [
            any(not team_chat.graph.facts[name].has_default for name in one.changes) for one in why.alternatives
        ]
        sizes = [len(one.changes) for one, late in zip(why.alternatives, required, strict=True) if not late]

        assert required == sorted(required)
        assert sizes == sorted(sizes)
        assert not any({"now", "device.kind"} & one.changes.keys() for one in why.alternatives)

    def test_known_facts_stay(self, team_chat: Rules) -> None:
        """Of specialized rules, what is known stays, and what is barred is barred by it."""
        why = team_chat.specialize({"user.has_read": True}).why_not(GIVEN, "notify", ["user.*"])

        assert why.alternatives == ()
        assert why.barred is not None
        assert (why.barred.facts, why.barred.reasons) == (("user.has_read",), ("own.then", "read.then"))

    def test_until(self, team_chat: Rules) -> None:
        """From when on time alone would do is exact."""
        until = team_chat.why_not({**GIVEN, **SNOOZED}).until

        assert until is not None
        assert until.at is not None
        assert until.at.isoformat() == "2026-11-24T07:00:00+00:00"
        assert until.passage is not None
        assert until.passage.outcome == "notify"

    @pytest.mark.parametrize(
        "asked", ["now - asked >= 5m", "now >= asked + 5m", "within(now - (now - asked), zone, quiet)"]
    )
    def test_until_guarded(self, asked: str) -> None:
        """A test of the clock that is asked of nobody, because of a null before it, turns at no time."""
        facts = "now: instant, asked: instant | null = null, zone: timezone = UTC, quiet: {type: schedule, default: []}"
        question = f'q: {{if: \'asked is not null and {asked}\', then: "yes", else: "no"}}'
        rules = rules_of(chart(question, facts=f"facts: {{{facts}}}\n"))
        until = rules.why_not({"now": "2026-01-05T12:00:00Z"}, "yes").until

        assert until is not None
        assert until.at is None

    def test_any_that_notifies(self) -> None:
        """Where no outcome is called `notify`, each that notifies will do."""
        why = load("slack").why_not({}, "notify")

        assert {one.passage.outcome for one in why.alternatives} == {"yes"}

    @pytest.mark.parametrize(
        ("asked", "message"),
        [
            ({"wanted": "notfy"}, "`notfy` is no outcome of `team_chat`\n  help: did you mean `notify`?"),
            ({"may_change": ["prefs.*"]}, "`prefs.*` fits no fact of `team_chat`"),
        ],
    )
    def test_no_such(self, asked: dict[str, object], message: str, team_chat: Rules) -> None:
        """An outcome or facts that are not there are named."""
        with pytest.raises(UsageError) as raised:
            team_chat.why_not(GIVEN, **asked)  # type: ignore[arg-type]

        assert str(raised.value).startswith(message)

    def test_invalid_facts(self, team_chat: Rules) -> None:
        """Facts are checked as for a decision."""
        with pytest.raises(FactsError, match="is missing"):
            team_chat.why_not({})


class TestCommand:
    """The command says what Python does."""

    SET = ("--set", "channel.muted=true", "--may-change", "channel.*", "--may-change", "message.*")

    def test_words(self) -> None:
        """It prints the words for one reader, and exits with 0."""
        ran = run("why-not", "slack", "--reader", "user", *self.SET)
        why = load("slack").why_not({"channel.muted": True}, "notify", ["channel.*", "message.*"])

        assert ran.code == 0
        assert ran.out == f"{why.explain('user')}\n"

    def test_json(self) -> None:
        """Programs get the words, and all that was found."""
        why = load("slack").why_not({"channel.muted": True}, "notify", ["channel.*", "message.*"])

        assert run("why-not", "slack", "--json", *self.SET).json == {"explanation": why.explain(), **why.to_dict()}

    @pytest.mark.slow
    def test_picture(self, tmp_path: Path) -> None:
        """Both paths are drawn, with a legend."""
        run("why-not", "slack", "-o", str(tmp_path / "why.svg"), *self.SET)
        drawn = (tmp_path / "why.svg").read_text("utf-8")
        rules = load("slack")

        assert "now: NO" in drawn
        assert "changed: YES" in drawn
        assert drawn == rules.to_svg(rules.why_not({"channel.muted": True}, "notify", ["channel.*", "message.*"]))


def test_without_the_solver(monkeypatch: pytest.MonkeyPatch, team_chat: Rules) -> None:
    """Without the solver it is said how to get it."""
    monkeypatch.setattr(notifyrules.rules, "can_prove", lambda: False)

    with pytest.raises(UsageError, match="need the solver"):
        team_chat.why_not(GIVEN)
