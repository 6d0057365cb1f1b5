"""Claims about events: what is answered by what, under which id, and what is refused with what words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifyrules.service.events import MAX_BYTES, Event, answer, due
from notifyrules.service.settings import ChangeSettings
from notifyrules.service.versions import Versions
from tests.service.posting import CHART, MEDIA_CHART, posted, write_chart

UNTIL = "2026-11-30T07:00:00Z"


@pytest.fixture
def versions(tmp_path: Path) -> Iterator[Versions]:
    """Put the rules into force."""
    made = Versions([write_chart(tmp_path)], ChangeSettings())
    yield made
    made.close()


def told(body: bytes, versions: Versions) -> list[dict[str, Any]]:
    """Answer, and read what was answered."""
    return [json.loads(one.body) for one in answer(body, versions)]


class TestAnswers:
    @pytest.mark.parametrize(
        ("facts", "kind", "outcome", "at"),
        [
            ({}, "notification.decided", "ring", None),
            ({"user": {"muted": True}}, "notification.decided", "silent", None),
            ({"user.quiet_until": UNTIL}, "notification.held", "hold", UNTIL),
        ],
    )
    def test_kinds(self, versions: Versions, facts: object, kind: str, outcome: str, at: str | None) -> None:
        """What is decided now is decided, and what is to be asked again is held, with the time."""
        [event] = told(posted("e1", facts, subject="u17", time="2026-11-29T23:30:00Z"), versions)

        assert (kind, outcome, at) == (event["type"], event["data"]["outcome"], event["data"]["recheck_at"])
        assert (
            event["subject"],
            event["source"],
            event["time"],
        ) == ("u17", "/notifyrules/chart", "2026-11-29T23:30:00Z")
        assert event["data"]["asked"] == {"source": "/chat", "id": "e1"}

    def test_same_bytes(self, versions: Versions) -> None:
        """The same event is answered by the same bytes, however often it is met."""
        body = posted("e1", {}, members=[{"subject": "a"}, {"subject": "b", "facts": {"user.muted": True}}])

        assert [one.body for one in answer(body, versions)] == [one.body for one in answer(body, versions)]

    def test_ids(self, versions: Versions) -> None:
        """Another id, source or member is answered under another id."""
        bodies = [
            posted("e1"),
            posted("e2"),
            posted("e1", source="/mail"),
            posted("e1", members=[{"subject": "a"}, {"subject": "b"}]),
        ]

        ids = [event["id"] for body in bodies for event in told(body, versions)]

        assert 5 == len(set(ids)) == len(ids)

    def test_members(self, versions: Versions) -> None:
        """One message with many members is answered for each, and one with wrong facts holds up no other."""
        members = [
            {"subject": "a"},
            {"subject": "b", "facts": {"user": {"mutd": True}}},
            {"subject": "c", "facts": {"user": {"muted": True}}},
        ]

        first, wrong, last = told(posted("e1", {"message": {"urgent": True}}, members=members), versions)

        assert (
            first["subject"],
            first["data"]["outcome"],
            last["subject"],
            last["data"]["outcome"],
        ) == ("a", "ring", "c", "silent")
        assert (
            wrong["type"],
            wrong["subject"],
            wrong["data"]["problems"][0]["path"],
        ) == ("notification.refused", "b", "user.mutd")
        assert [members[1]] == wrong["data"]["event"]["data"]["members"]

    def test_refused_can_be_posted(self, versions: Versions) -> None:
        """The event in a refusal is one that can be posted again, as it was."""
        [wrong] = told(posted("e1", {}, members=[{"subject": "b", "facts": {"user": 1}}]), versions)

        again = answer(json.dumps(wrong["data"]["event"]).encode(), versions)

        assert [json.dumps(wrong)] == [json.dumps(json.loads(one.body)) for one in again]

    def test_due(self, versions: Versions) -> None:
        """What is due says which message it was, and has one id however often it is made."""
        [held] = answer(posted("e1", {"user.quiet_until": UNTIL}, subject="u17"), versions)

        one, other = due(Event.model_validate_json(held.body)), due(Event.model_validate_json(held.body))

        assert one == other
        event = json.loads(one.body)
        assert (event["id"], event["type"], event["subject"]) == (one.id, "notification.due", "u17")
        assert {"rules": "chart", "asked": {"source": "/chat", "id": "e1"}, "recheck_at": UNTIL, "held": held.id} == (
            event["data"]
        )


class TestEach:
    @pytest.fixture
    def versions(self, tmp_path: Path) -> Iterator[Versions]:
        """Put rules with media into force."""
        (tmp_path / "media.yaml").write_text(MEDIA_CHART, "utf-8")
        made = Versions([tmp_path / "media.yaml"], ChangeSettings())
        yield made
        made.close()

    def test_person(self, versions: Versions) -> None:
        """Who asks for each medium is answered for each, under an id of its own, and what is due says which."""
        body = posted("e1", {"user.quiet_until": UNTIL}, each=True, per_medium={"email": {"device.muted": True}})

        held, silent = told(body, versions)

        assert (held["type"], held["data"]["medium"]) == ("notification.held", "push")
        assert (silent["data"]["outcome"], silent["data"]["medium"]) == ("silent", "email")
        assert held["id"] != silent["id"]
        assert [held, silent] == told(body, versions)
        again = json.loads(due(Event.model_validate(held)).body)
        assert again["data"]["medium"] == "push"

    def test_members(self, versions: Versions) -> None:
        """Members have facts of their own for a medium, and one whose are wrong is refused whole."""
        members = [{"subject": "a", "per_medium": {"push": {"device.muted": True}}}, {"subject": "b"}]
        members.append({"subject": "c", "per_medium": {"fax": {}}})
        body = posted("e1", {"user.quiet_until": UNTIL}, members=members, each=True)
        events = told(body, versions)

        found = [(one["subject"], one["data"].get("medium"), one["data"].get("outcome")) for one in events]

        assert found == [
            ("a", "push", "silent"),
            ("a", "email", "send"),
            ("b", "push", "hold"),
            ("b", "email", "send"),
            ("c", None, None),
        ]
        assert len({one["id"] for one in events}) == 5

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (posted("e1", each=True, members=[{"subject": "a"}], per_medium={"push": {}}), "malformed-question"),
            (posted("e1", {"medium": "push"}, per_medium={"push": {}}), "malformed-question"),
            (posted("e1", {"medium": "push"}, each=True), "wrong-facts"),
        ],
    )
    def test_problems(self, versions: Versions, body: bytes, problem: str) -> None:
        """What does not go together is refused."""
        [event] = told(body, versions)

        assert ("notification.refused", problem) == (event["type"], event["data"]["problem"])

    def test_none(self, tmp_path: Path) -> None:
        """Rules without media are not asked for each."""
        versions = Versions([write_chart(tmp_path)], ChangeSettings())
        [event] = told(posted("e1", each=True), versions)
        versions.close()

        assert event["data"]["problem"] == "cannot-decide"


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            (b"", "not-json"),
            (b"\xff", "not-json"),
            (b"[" * 100_000, "not-json"),
            (b'{"a": NaN}', "not-json"),
            (b"7", "not-an-event"),
            (b"{}", "not-an-event"),
            (posted(""), "not-an-event"),
            (posted("e1", subject=""), "not-an-event"),
            (posted("e1", time="yesterday"), "not-an-event"),
            (posted("e1", specversion="0.3"), "not-an-event"),
            (posted("e1", type="message.deleted"), "unexpected-type"),
            (posted("e1", []), "malformed-question"),
            (posted("e1", data={"facts": {}, "mebers": []}), "malformed-question"),
            (posted("e1", members=[]), "malformed-question"),
            (posted("e1", members=[{"subject": "a"}, {"subject": "a"}]), "malformed-question"),
            (posted("e1", members=[{"subject": "a"}], subject="a"), "malformed-question"),
            (posted("e1", rules="chrt"), "unknown-rules"),
            (posted("e1", {"user": {"muted": "no"}}), "wrong-facts"),
        ],
    )
    def test_problems(self, versions: Versions, body: bytes, problem: str) -> None:
        """Whatever is posted is answered, with what is wrong with it and the event."""
        [event] = told(body, versions)

        assert ("notification.refused", problem) == (event["type"], event["data"]["problem"])
        assert "event" in event["data"]

    def test_large(self, versions: Versions) -> None:
        """A refusal is never larger than what a broker takes, so that it can be told."""
        [event] = answer(posted("e1", {"user": {"nme": "\u20ac" * MAX_BYTES}}), versions)

        assert len(event.body) < MAX_BYTES
        assert json.loads(event.body)["data"]["cut"]

    def test_which_rules(self, tmp_path: Path) -> None:
        """With several charts in force the event says by which."""
        write_chart(tmp_path)
        (tmp_path / "other.yaml").write_text(CHART.replace("name: chart", "name: other"), "utf-8")
        versions = Versions([tmp_path], ChangeSettings())

        [silent], [named] = told(posted("e1"), versions), told(posted("e1", rules="other"), versions)

        assert (silent["data"]["problem"], named["data"]["rules"]) == ("unknown-rules", "other")
        versions.close()
