"""Decide the chart of quiet hours by hand, over values that are read already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from notifyrules.language.kinds import KINDS
from notifyrules.language.schedules import Schedule, local_date, within
from notifyrules.language.types import Basic

_NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
_ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")
_WORDS: Final = ("deploy", "lunch", "noise", "release", "grüße")
_HOURS: Final[Sequence[Sequence[Mapping[str, object]]]] = (
    [],
    [{"from": "22:00", "until": "07:00"}],
    [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "18:00", "until": "09:00"}],
    [{"days": ["sat", "sun"], "from": "00:00", "until": "00:00"}, {"from": "20:00", "until": "08:00"}],
)
_NAMES: Final = ("ann", "bob", "zoë")


@dataclass(slots=True)
class QuietFacts:
    """The facts, held the way that is read fastest."""

    now: datetime
    message_text: str
    message_sent_at: datetime
    message_labels: tuple[str, ...]
    message_kind: str
    sender_name: str
    user_timezone: ZoneInfo
    user_quiet_hours: Schedule
    user_words: tuple[str, ...]
    user_muted_until: datetime | None
    user_patience: timedelta
    user_birthday: date


def draw(chance: Random) -> dict[str, object]:
    """Draw facts."""
    now = _NOON + timedelta(minutes=chance.randrange(10_000))
    return {
        "now": now,
        "message.text": " ".join(chance.choices((*_WORDS, *_NAMES), k=8)),
        "message.sent_at": now - timedelta(minutes=chance.randrange(80)),
        "message.labels": chance.sample(_WORDS, chance.randrange(3)),
        "message.kind": chance.choice(("chat", "chat", "mail", "alarm")),
        "sender.name": chance.choice(_NAMES),
        "user.timezone": chance.choice(_ZONES),
        "user.quiet_hours": chance.choice(_HOURS),
        "user.words": chance.sample(_WORDS, chance.randrange(4)),
        "user.muted_until": now + timedelta(hours=chance.randrange(-5, 5)) if chance.random() < 0.3 else None,
        "user.patience": timedelta(minutes=chance.choice((30, 60, 90))),
        "user.birthday": date(2026, 11, 23 + chance.randrange(7)),
    }


def prepare(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read values that the class holds in a form of its own."""
    return {
        **facts,
        "message.labels": tuple(facts["message.labels"]),
        "user.words": tuple(facts["user.words"]),
        "user.timezone": ZoneInfo(facts["user.timezone"]),
        "user.quiet_hours": KINDS[Basic.SCHEDULE].read(facts["user.quiet_hours"]),
    }


def decide_object(facts: QuietFacts) -> str:
    """Decide by an object."""
    if facts.message_kind == "alarm":
        return "send"
    if facts.user_muted_until is not None and facts.now < facts.user_muted_until:
        return "drop"
    if facts.now - facts.message_sent_at > facts.user_patience:
        return "drop"
    if within(facts.now, facts.user_timezone, facts.user_quiet_hours):
        if facts.sender_name in facts.message_text or not set(facts.message_labels).isdisjoint(facts.user_words):
            return "send"
        return "wait"
    if "noise" in facts.message_labels:
        return "drop"
    return "wait" if local_date(facts.now, facts.user_timezone) == facts.user_birthday else "send"


def decide_dict(facts: dict[str, Any]) -> str:
    """Decide by the nested dict, of which zone and hours are read where they are asked for."""
    message, user = facts["message"], facts["user"]
    now = facts["now"]
    if message["kind"] == "alarm":
        return "send"
    if user["muted_until"] is not None and now < user["muted_until"]:
        return "drop"
    if now - message["sent_at"] > user["patience"]:
        return "drop"
    zone = ZoneInfo(user["timezone"])
    hours = KINDS[Basic.SCHEDULE].read(user["quiet_hours"])
    if hours and within(now, zone, hours):
        if facts["sender"]["name"] in message["text"] or not set(message["labels"]).isdisjoint(user["words"]):
            return "send"
        return "wait"
    if "noise" in message["labels"]:
        return "drop"
    return "wait" if local_date(now, zone) == user["birthday"] else "send"
