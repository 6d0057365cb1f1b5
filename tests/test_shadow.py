"""Stand before an old function: answer as it does, compare beside it, and harm nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from notifyrules import Decision, RulesError, Shadow, Watched, load

MUTED = {"channel.muted": True}
HELD = """notifyrules: 1
facts: {busy: bool = false}
flow: {busy: {ask: Busy?, if: busy, then: held, else: told}}
outcomes: {held: {notify: later, recheck: null}, told: {notify: true}}
"""
LOUD = {"preferences.channel": "everything"}


def old(facts: dict[str, Any]) -> bool:
    """Decide like Slack's chart, but for muted channels."""
    if facts.get("channel.muted") is True:
        return True
    return bool(facts.get("preferences.channel") == "everything")


def counted(shadow: Shadow) -> dict[tuple[str, str], int]:
    """Compare what waits, and give the counts."""
    shadow.flush()
    return {(kind, what): number for (kind, what), number in shadow.counts.items()}


class TestAnswers:
    def test_as_the_function_does(self) -> None:
        """The caller is answered by the function, and what differs is counted by arrow, with a few receipts."""
        shadow = Shadow(old, load("slack"))
        answers = [shadow(facts) for facts in (LOUD, MUTED, MUTED, MUTED, MUTED, {})]

        assert answers == [True, True, True, True, True, False]
        assert counted(shadow) == {
            ("match", "mobile.else"): 1,
            ("unexpected", "muted_thread.else"): 4,
            ("match", "global_mentions.else"): 1,
        }
        kept = shadow.receipts["unexpected", "muted_thread.else"]
        assert [(one["facts"], one["old"]) for one in kept] == [(MUTED, "true")] * 3

    @pytest.mark.parametrize(
        ("answers", "kind"), [((False, False), "match"), (("later", False), "unexpected")], ids=["bools", "words"]
    )
    def test_what_the_chart_holds(self, tmp_path: Path, answers: tuple[object, object], kind: str) -> None:
        """A function that said nothing but true and false says of it that it is not notified now."""
        (tmp_path / "held.yaml").write_text(HELD, "utf-8")
        said = iter(answers)
        shadow = Shadow(lambda _: next(said), load(tmp_path / "held.yaml"))
        for _ in answers:
            shadow({"busy": True})

        assert counted(shadow)[kind, "busy.then"] >= 1

    def test_expected(self, tmp_path: Path) -> None:
        """A difference that a file expects is told apart."""
        file = tmp_path / "differences.yaml"
        file.write_text(
            "notifyrules-differences: 1\ndifferences:\n"
            "  - {if: channel.muted, chart: 'no', old: 'true', why: muted means muted}\n",
            "utf-8",
        )
        shadow = Shadow(old, load("slack"), expected=file)
        shadow(MUTED)

        assert counted(shadow) == {("expected", "muted_thread.else"): 1}

    def test_expected_ones_that_are_wrong(self, tmp_path: Path) -> None:
        """A file that is not in order is told at once."""
        with pytest.raises(RulesError):
            Shadow(old, load("slack"), expected=tmp_path / "nowhere.yaml")

    def test_what_the_function_raises(self) -> None:
        """It goes on to the caller, and is counted."""

        def fail(facts: dict[str, Any]) -> bool:
            return bool(facts["nothing"])

        shadow = Shadow(fail, load("slack"))
        with pytest.raises(KeyError):
            shadow(MUTED)

        assert counted(shadow) == {("error", "old: KeyError"): 1}

    @pytest.mark.parametrize("facts", [{"channel.muted": "no"}, {"channel": 3}, None])
    def test_facts_that_the_chart_refuses(self, facts: Any) -> None:  # noqa: ANN401 - anything
        """What the chart cannot decide is counted, and the caller hears nothing of it."""
        shadow = Shadow(lambda _: "as ever", load("slack"))

        assert shadow(facts) == "as ever"
        assert counted(shadow) == {("error", "rules: FactsError"): 1}

    def test_what_the_chart_refuses_is_told(self, tmp_path: Path) -> None:
        """What is wrong with facts stands where the receipts do, without the value of a private one."""
        facts = "facts: {busy: bool, pin: {type: int, private: true}, user.name: {type: text, private: true}}"
        (tmp_path / "held.yaml").write_text(HELD.replace("facts: {busy: bool = false}", facts), "utf-8")
        shadow = Shadow(lambda _: False, load(tmp_path / "held.yaml"))
        shadow({"pin": "1234", "user": "eve"})
        shadow.flush()

        assert shadow.receipts["error", "rules: FactsError"] == [
            {
                "problems": [
                    "busy: is missing and has no default",
                    "pin: is not what the rules take",
                    "user: is not what the rules take",
                ]
            }
        ]

    def test_a_function_that_changes_its_facts(self) -> None:
        """Facts are copied before the function runs."""

        def spoil(facts: dict[str, Any]) -> bool:
            facts["channel.muted"] = False
            return False

        shadow = Shadow(spoil, load("slack"))
        shadow(dict(MUTED))

        assert counted(shadow) == {("match", "muted_thread.else"): 1}

    def test_arguments(self) -> None:
        """A function with parameters is compared by the facts that they take."""

        def notify(channel: dict[str, Any], preference: str = "default", *, who: str = "") -> str:
            return "yes" if preference == "everything" and not channel["muted"] else f"no{who}"

        shadow = Shadow(notify, load("slack"), arguments={"channel": "channel", "preference": "preferences.channel"})
        shadow({"muted": True})
        shadow({"muted": False}, preference="everything")

        assert counted(shadow) == {("match", "muted_thread.else"): 1, ("match", "mobile.else"): 1}

    def test_async(self) -> None:
        """A function that is awaited stays one."""

        async def later(facts: dict[str, Any]) -> bool:
            await asyncio.sleep(0)
            return old(facts)

        shadow = Shadow(later, load("slack"))

        assert asyncio.run(shadow(MUTED)) is True
        assert counted(shadow) == {("unexpected", "muted_thread.else"): 1}


class TestLimits:
    def test_a_full_queue(self) -> None:
        """What finds the queue full is answered, dropped and counted."""
        shadow = Shadow(old, load("slack"), most_waiting=2)
        with shadow._lock:  # noqa: SLF001 - as while the thread is busy
            answers = [shadow(MUTED) for _ in range(5)]

        assert answers == [True] * 5
        assert (sum(counted(shadow).values()), shadow.dropped) == (2, 3)

    def test_a_sample(self) -> None:
        """Of a share of the calls the rest is only answered."""
        shadow = Shadow(old, load("slack"), sample=0.0)
        shadow(MUTED)

        assert counted(shadow) == {}

    def test_the_thread(self) -> None:
        """A thread compares without being asked to."""
        done: list[str] = []
        shadow = Shadow(old, load("slack"), on_decision=lambda decision: done.append(decision.reason))
        shadow(MUTED)
        for _ in range(200):
            if done:
                break
            asyncio.run(asyncio.sleep(0.05))

        assert done == ["muted_thread.else"]


class TestOtherWayRound:
    def test_by_rules(self) -> None:
        """The rules answer their share of the calls, and the old function is the shadow."""
        shadow = Shadow(old, load("slack"), share=1.0)

        assert shadow(MUTED) is False
        assert counted(shadow) == {("unexpected", "muted_thread.else"): 1}

    def test_for_some(self) -> None:
        """Whose turn it is may be told by what is given, and the answer have any form."""
        shadow = Shadow(
            old,
            load("slack"),
            share=lambda facts: facts.get("channel.name") == "#a",
            answer=lambda decision: decision.outcome,
        )

        assert [shadow({**MUTED, "channel.name": name}) for name in ("#a", "#b")] == ["no", True]

    def test_facts_that_the_chart_refuses(self) -> None:
        """Where the rules cannot, the old function answers."""
        shadow = Shadow(old, load("slack"), share=1.0)

        assert shadow({"channel.muted": "no", **LOUD}) is True
        assert shadow.failed == 1


class TestWatched:
    @pytest.fixture
    def seen(self) -> list[Decision]:
        """Collect decisions."""
        return []

    def test_the_hook_is_given_each(self, seen: list[Decision]) -> None:
        """The hook has the decision that the caller gets."""
        watched = Watched(load("slack"), seen.append)

        assert [watched.should_notify(MUTED)] == seen

    def test_what_it_raises(self) -> None:
        """What the hook raises is swallowed and counted."""
        watched = Watched(load("slack"), lambda _: 1 / 0)

        assert watched.should_notify(MUTED).outcome == "no"
        assert watched.failed == 1

    def test_facts_errors_are_told(self, seen: list[Decision]) -> None:
        """What the rules refuse is an error as ever."""
        watched = Watched(load("slack"), seen.append)
        with pytest.raises(Exception, match=r"channel\.muted"):
            watched.should_notify({"channel.muted": "no"})

        assert seen == []
