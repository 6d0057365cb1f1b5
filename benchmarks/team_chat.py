"""Decide the chart `team_chat` by hand: the functions that generated code is measured against."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

_WORDS = re.compile(r"\w+")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A window of quiet hours, prepared for being asked."""

    days: tuple[str, ...]
    from_: time
    until: time


@dataclass(slots=True)
class TeamChatFacts:
    """The facts that the chart asks for, held the way that is read fastest."""

    now: datetime
    message_kind: str
    message_sent_at: datetime
    message_text: str
    message_mentions: tuple[str, ...]
    message_mentions_groups: tuple[str, ...]
    message_calls: str
    message_in_thread: bool
    message_is_urgent: bool
    sender_id: str
    sender_is_bot: bool
    user_id: str
    user_groups: tuple[str, ...]
    user_follows_thread: bool
    user_has_read: bool
    user_active: bool
    user_timezone: ZoneInfo
    user_snoozed_until: datetime | None
    channel_muted: bool
    channel_muted_until: datetime | None
    preferences_device: str | None
    preferences_channel: str | None
    preferences_workspace: str | None
    preferences_default: str
    preferences_keywords: tuple[str, ...]
    preferences_vips: tuple[str, ...]
    preferences_quiet_hours: tuple[Quiet, ...]
    preferences_phone_delay: timedelta
    preferences_mail_delay: timedelta
    device_kind: str


def prepare(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the values that an object holds in a form of their own."""
    windows = given["preferences.quiet_hours"]
    return {
        **given,
        "user.timezone": ZoneInfo(given["user.timezone"]),
        "preferences.quiet_hours": tuple(
            Quiet(tuple(one["days"]), time.fromisoformat(one["from"]), time.fromisoformat(one["until"]))
            for one in windows
        ),
    }


def decide_object(facts: TeamChatFacts) -> str:
    """Decide by an object."""
    sender, user = facts.sender_id, facts.user_id
    if sender == user or facts.user_has_read:
        return "no"
    now = facts.now
    mentions = facts.message_mentions
    if facts.channel_muted:
        until = facts.channel_muted_until
        if until is None or now < until:
            followed = facts.message_in_thread and facts.user_follows_thread
            return "badge" if followed or user in mentions else "no"
    if facts.sender_is_bot and user not in mentions:
        return "badge"
    preference = (
        facts.preferences_device
        or facts.preferences_channel
        or facts.preferences_workspace
        or facts.preferences_default
    )
    if preference == "nothing":
        return "no"
    in_thread = facts.message_in_thread
    follows = facts.user_follows_thread
    if (
        (preference == "mentions" or (in_thread and not follows))
        and facts.message_kind == "channel"
        and user not in mentions
        and not (in_thread and follows)
        and facts.message_calls != "everyone"
        and not (facts.message_calls == "here" and facts.user_active)
        and not (facts.message_mentions_groups and not set(facts.user_groups).isdisjoint(facts.message_mentions_groups))
        and not (facts.preferences_keywords and _has_word(facts.message_text, facts.preferences_keywords))
    ):
        return "badge"
    snoozed_until = facts.user_snoozed_until
    if (
        (
            (snoozed_until is not None and now < snoozed_until)
            or (
                facts.preferences_quiet_hours
                and _is_quiet(now.astimezone(facts.user_timezone), facts.preferences_quiet_hours)
            )
        )
        and not facts.message_is_urgent
        and sender not in facts.preferences_vips
    ):
        return "quiet_time"
    if facts.device_kind == "mail":
        return "mail" if now >= facts.message_sent_at + facts.preferences_mail_delay else "mail_later"
    if (
        facts.user_active
        and facts.device_kind == "phone"
        and now < facts.message_sent_at + facts.preferences_phone_delay
    ):
        return "wait"
    return "notify"


def decide_dict(facts: Mapping[str, Any]) -> str:
    """Decide by dicts in a dict, believing that every value is what it should be."""
    message = facts["message"]
    user = facts["user"]
    preferences = facts["preferences"]
    sender, name = facts["sender"], user["id"]
    if sender["id"] == name or user["has_read"]:
        return "no"
    now = facts["now"]
    channel = facts["channel"]
    mentions = message["mentions"]
    if channel["muted"]:
        until = channel["muted_until"]
        if until is None or now < until:
            followed = message["in_thread"] and user["follows_thread"]
            return "badge" if followed or name in mentions else "no"
    if sender["is_bot"] and name not in mentions:
        return "badge"
    preference = preferences["device"] or preferences["channel"] or preferences["workspace"] or preferences["default"]
    if preference == "nothing":
        return "no"
    in_thread = message["in_thread"]
    follows = user["follows_thread"]
    if (
        (preference == "mentions" or (in_thread and not follows))
        and message["kind"] == "channel"
        and name not in mentions
        and not (in_thread and follows)
        and message["calls"] != "everyone"
        and not (message["calls"] == "here" and user["active"])
        and not (message["mentions_groups"] and not set(user["groups"]).isdisjoint(message["mentions_groups"]))
        and not (preferences["keywords"] and _has_word(message["text"], preferences["keywords"]))
    ):
        return "badge"
    snoozed_until = user["snoozed_until"]
    if (
        (
            (snoozed_until is not None and now < snoozed_until)
            or (
                preferences["quiet_hours"]
                and _is_quiet_by_dicts(now.astimezone(ZoneInfo(user["timezone"])), preferences["quiet_hours"])
            )
        )
        and not message["is_urgent"]
        and sender["id"] not in preferences["vips"]
    ):
        return "quiet_time"
    kind = facts["device"]["kind"]
    if kind == "mail":
        return "mail" if now >= message["sent_at"] + preferences["mail_delay"] else "mail_later"
    if user["active"] and kind == "phone" and now < message["sent_at"] + preferences["phone_delay"]:
        return "wait"
    return "notify"


def _has_word(text: str, words: Sequence[str]) -> bool:
    """Tell whether one of some words stands in a text."""
    return not set(_WORDS.findall(text.casefold())).isdisjoint([word.casefold() for word in words])


def _is_quiet(local: datetime, windows: Sequence[Quiet]) -> bool:
    """Tell whether a window is open on the wall clock; true to the chart but for hours in which the clock changes."""
    clock, today, yesterday = local.time(), _DAYS[local.weekday()], _DAYS[local.weekday() - 1]
    for one in windows:
        if one.from_ < one.until:
            if today in one.days and one.from_ <= clock < one.until:
                return True
        elif (today in one.days and clock >= one.from_) or (yesterday in one.days and clock < one.until):
            return True
    return False


def _is_quiet_by_dicts(local: datetime, windows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a window is open, as plain dicts tell; times of the same form are ordered like their texts."""
    clock, today, yesterday = local.strftime("%H:%M"), _DAYS[local.weekday()], _DAYS[local.weekday() - 1]
    for one in windows:
        if one["from"] < one["until"]:
            if today in one["days"] and one["from"] <= clock < one["until"]:
                return True
        elif (today in one["days"] and clock >= one["from"]) or (yesterday in one["days"] and clock < one["until"]):
            return True
    return False


_PEOPLE = [f"user-{number}" for number in range(40)]
_GROUPS = ["design", "platform", "support", "on-call"]
_ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"]
_TEXTS = [
    "can somebody look at the failing deploy before lunch?",
    "thanks, that did it",
    "the release notes are in the usual place, please add what is missing until Thursday evening",
]
_QUIET = [
    [],
    [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "22:00", "until": "07:00"}],
    [
        {"days": ["mon", "tue", "wed", "thu"], "from": "21:30", "until": "07:30"},
        {"days": ["fri", "sat", "sun"], "from": "23:00", "until": "10:00"},
    ],
]
_MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
"""Begins a week in which no clock changes."""


def draw(chance: Random) -> dict[str, object]:
    """Draw facts by dotted name: mostly channel messages to people who set some preferences and quiet hours."""
    now = _MONDAY + timedelta(minutes=chance.randrange(7 * 24 * 60))
    sender, user = chance.sample(_PEOPLE, 2)
    in_thread = chance.random() < 0.3
    level = ["everything", "mentions", "nothing"]
    return {
        "now": now,
        "message.kind": chance.choice(["dm", "group", "channel", "channel", "channel"]),
        "message.sent_at": now - timedelta(seconds=chance.randrange(90)),
        "message.text": chance.choice(_TEXTS),
        "message.mentions": chance.sample(_PEOPLE, 2) + [user] * (chance.random() < 0.2)
        if chance.random() < 0.4
        else [],
        "message.mentions_groups": [chance.choice(_GROUPS)] if chance.random() < 0.1 else [],
        "message.calls": chance.choice(["none"] * 8 + ["here", "everyone"]),
        "message.in_thread": in_thread,
        "message.is_urgent": chance.random() < 0.05,
        "sender.id": sender,
        "sender.is_bot": chance.random() < 0.1,
        "user.id": user,
        "user.groups": chance.sample(_GROUPS, 2),
        "user.follows_thread": in_thread and chance.random() < 0.4,
        "user.has_read": chance.random() < 0.1,
        "user.active": chance.random() < 0.4,
        "user.timezone": chance.choice(_ZONES),
        "user.snoozed_until": now + timedelta(minutes=chance.randrange(-60, 60)) if chance.random() < 0.1 else None,
        "channel.name": chance.choice(["#general", "#random", "#incidents"]),
        "channel.muted": chance.random() < 0.1,
        "channel.muted_until": now + timedelta(minutes=chance.randrange(-60, 60)) if chance.random() < 0.2 else None,
        "preferences.device": chance.choice([None, None, None, *level]),
        "preferences.channel": chance.choice([None, None, None, None, None, *level]),
        "preferences.workspace": chance.choice([None, "everything", "mentions"]),
        "preferences.default": chance.choice(["everything", "mentions"]),
        "preferences.keywords": chance.choice([[], [], ["deploy", "release"]]),
        "preferences.vips": chance.sample(_PEOPLE, 2) if chance.random() < 0.3 else [],
        "preferences.quiet_hours": chance.choice(_QUIET),
        "preferences.phone_delay": timedelta(minutes=1),
        "preferences.mail_delay": timedelta(minutes=1),
        "device.kind": chance.choice(["desktop", "phone", "mail"]),
    }
