"""
Deciders as people have them before they have rules, written by hand for two shipped charts, with mistakes to plant.

Each takes facts by their dotted names and says the outcome. `TEAM_CHAT` and `ZULIP` list mistakes that can be planted:
each is a way in which such functions differ from what somebody drew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from notifyrules.language.schedules import within
from notifyrules.language.types import SCHEDULE
from notifyrules.language.values import conform
from notifyrules.language.word_matching import has_word

Facts = Mapping[str, Any]
Old = Callable[[Facts], str]

TEAM_CHAT: Final = (
    "own case",
    "own empty",
    "read only on phone",
    "muted until inclusive",
    "muted until ignored",
    "muted until seconds",
    "muted a week at most",
    "mute beats mention",
    "mute ignores thread",
    "bot with group mention",
    "bot before mute",
    "mention as text",
    "mention by case",
    "mention everyone",
    "workspace before channel",
    "device null is default",
    "nothing is mentions by mail",
    "thread everything",
    "group channel",
    "groups one only",
    "groups joined",
    "keywords in words",
    "keywords case",
    "keywords as pattern",
    "keywords first only",
    "keywords trimmed",
    "keywords not composed",
    "keywords lower",
    "here for all",
    "everyone if active",
    "here after everyone",
    "snooze inclusive",
    "snooze not for vips",
    "quiet by utc",
    "quiet naive",
    "quiet overnight",
    "quiet days",
    "quiet end inclusive",
    "quiet start exclusive",
    "quiet first window",
    "quiet two windows",
    "quiet all day",
    "urgent held",
    "urgent only direct",
    "vip by name",
    "mail exclusive",
    "mail minutes",
    "phone exclusive",
    "phone delay of mail",
    "phone not active",
    "phone a minute",
    "raises without channel",
    "remembers vips",
    "counts messages",
)
"""Mistakes in :func:`team_chat`."""
LEFT_OUT: Final = ("default everything",)
"""Mistakes that only show where facts are left out."""


def team_chat(*wrong: str) -> Old:
    """Make the decider of the chart `team_chat`, with mistakes."""
    unknown = set(wrong) - {*TEAM_CHAT, *LEFT_OUT}
    assert not unknown, unknown
    memory: dict[str, Any] = {"vips": {}, "count": 0}

    def decide(facts: Facts) -> str:
        memory["count"] += 1
        return _team_chat(facts, frozenset(wrong), memory)

    return decide


def _team_chat(facts: Facts, wrong: Collection[str], memory: dict[str, Any]) -> str:  # noqa: C901, PLR0912, PLR0915 - as such functions are
    f, now = facts, facts["now"]
    sender, user, text = f["sender.id"], f["user.id"], f["message.text"]
    mentions = f["message.mentions"]
    mentioned = user in mentions
    if "mention as text" in wrong:
        mentioned = user in ",".join(mentions)
    if "mention by case" in wrong:
        mentioned = user.lower() in [one.lower() for one in mentions]
    if "mention everyone" in wrong:
        mentioned = mentioned or "everyone" in mentions or f["message.calls"] == "everyone"
    followed = f["message.in_thread"] and f["user.follows_thread"]
    if "counts messages" in wrong and memory["count"] % 5_000 == 0:
        return "no"
    own = sender == user
    if "own case" in wrong:
        own = sender.lower() == user.lower()
    if "own empty" in wrong:
        own = own and bool(sender)
    if own:
        return "no"
    if f["user.has_read"] and not ("read only on phone" in wrong and f["device.kind"] == "mail"):
        return "no"
    if "bot before mute" in wrong and f["sender.is_bot"] and not mentioned:
        return "badge"
    until = f["channel.muted_until"]
    muted = f["channel.muted"] and (until is None or now < until)
    if "muted until inclusive" in wrong:
        muted = f["channel.muted"] and (until is None or now <= until)
    if "muted until ignored" in wrong:
        muted = f["channel.muted"]
    if "muted until seconds" in wrong:
        muted = f["channel.muted"] and (until is None or now.replace(microsecond=0) < until.replace(microsecond=0))
    if "muted a week at most" in wrong:
        muted = muted and (until is None or until <= now + timedelta(days=7))
    if muted:
        if "mute beats mention" in wrong:
            return "badge" if followed else "no"
        if "mute ignores thread" in wrong:
            return "badge" if mentioned or (f["user.follows_thread"] and not f["message.in_thread"]) else "no"
        return "badge" if mentioned or followed else "no"
    called = mentioned
    if "bot with group mention" in wrong:
        called = mentioned or bool(set(f["message.mentions_groups"]) & set(f["user.groups"]))
    if f["sender.is_bot"] and not called:
        return "badge"
    wanted = _wanted(f, wrong)
    if wanted == "nothing":
        return "no"
    for_them = wanted == "everything" and not (f["message.in_thread"] and not f["user.follows_thread"])
    if "thread everything" in wrong:
        for_them = wanted == "everything"
    if not for_them and not _addressed(f, wrong, text=text, mentioned=mentioned, followed=followed):
        return "badge"
    if _is_quiet(f, wrong, memory):
        return "quiet_time"
    if f["device.kind"] == "mail":
        delay = f["preferences.mail_delay"]
        if "mail minutes" in wrong:
            delay = timedelta(minutes=delay // timedelta(minutes=1))
        rings = now > f["message.sent_at"] + delay if "mail exclusive" in wrong else now >= f["message.sent_at"] + delay
        return "mail" if rings else "mail_later"
    active = True if "phone not active" in wrong else f["user.active"]
    if f["device.kind"] == "phone" and active:
        delay = f["preferences.phone_delay"]
        if "phone delay of mail" in wrong:
            delay = max(delay, min(f["preferences.mail_delay"], timedelta(minutes=1)))
        if "phone a minute" in wrong:
            delay = timedelta(minutes=1)
        passed = now - f["message.sent_at"]
        return "notify" if (passed > delay if "phone exclusive" in wrong else passed >= delay) else "wait"
    if "raises without channel" in wrong and f["message.kind"] == "channel" and not f["channel.name"].strip("# "):
        raise LookupError(f["channel.name"])
    return "notify"


def _wanted(f: Facts, wrong: Collection[str]) -> str:
    device, channel, workspace = (f[f"preferences.{one}"] for one in ("device", "channel", "workspace"))
    if "device null is default" in wrong and device is None and f["device.kind"] == "phone":
        return str(f["preferences.default"])
    if "workspace before channel" in wrong:
        channel, workspace = workspace, channel
    default = f.get("preferences.default", "everything" if "default everything" in wrong else "mentions")
    wanted = next((one for one in (device, channel, workspace) if one is not None), default)
    if "nothing is mentions by mail" in wrong and wanted == "nothing" and f["device.kind"] == "mail":
        return "mentions"
    return str(wanted)


def _addressed(f: Facts, wrong: Collection[str], *, text: str, mentioned: bool, followed: bool) -> bool:
    if f["message.kind"] == "dm" or (f["message.kind"] == "group" and "group channel" not in wrong):
        return True
    groups, theirs = f["message.mentions_groups"], f["user.groups"]
    in_group = bool(set(groups) & set(theirs))
    if "groups one only" in wrong:
        in_group = bool(groups) and groups[0] in theirs
    if "groups joined" in wrong:
        in_group = any(one in " ".join(theirs) for one in groups)
    if mentioned or in_group or followed or _has_keyword(text, f["preferences.keywords"], wrong):
        return True
    calls, active = f["message.calls"], f["user.active"]
    if calls == "everyone":
        return bool(active) if "everyone if active" in wrong else True
    if "here after everyone" in wrong:
        return calls != "none" and bool(active) and not f["sender.is_bot"] and f["device.kind"] != "mail"
    return calls == "here" and (bool(active) or "here for all" in wrong)


def _has_keyword(text: str, keywords: list[str], wrong: Collection[str]) -> bool:
    if "keywords in words" in wrong:
        return any(one and one.casefold() in text.casefold() for one in keywords)
    if "keywords case" in wrong:
        return any(one and has_word(text, one) and one in text for one in keywords)
    if "keywords as pattern" in wrong:
        try:
            return any(one and re.search(rf"\b{one}\b", text, re.IGNORECASE) for one in keywords)
        except re.error:
            return False
    if "keywords first only" in wrong:
        return has_word(text, tuple(keywords[:1]))
    if "keywords trimmed" in wrong:
        return any(one.casefold() in text.casefold().split() for one in keywords)
    if "keywords not composed" in wrong:
        return any(has_word(text, one) and one.casefold() in text.casefold() for one in keywords)
    if "keywords lower" in wrong:
        return any(
            has_word(text, one)
            and unicodedata.normalize("NFC", one).lower() in unicodedata.normalize("NFC", text).lower()
            for one in keywords
        )
    return has_word(text, tuple(keywords))


def _is_quiet(f: Facts, wrong: Collection[str], memory: dict[str, Any]) -> bool:
    now, until, windows = f["now"], f["user.snoozed_until"], f["preferences.quiet_hours"]
    zone = ZoneInfo("UTC") if "quiet by utc" in wrong else f["user.timezone"]
    snoozed = until is not None and (now <= until if "snooze inclusive" in wrong else now < until)
    if "quiet first window" in wrong:
        windows = windows[:1]
    if "quiet two windows" in wrong:
        windows = windows[:2]
    quiet = within(now, zone, conform(SCHEDULE, windows))  # type: ignore[arg-type]
    if set(wrong) & {
        "quiet naive",
        "quiet overnight",
        "quiet days",
        "quiet end inclusive",
        "quiet start exclusive",
        "quiet all day",
    }:
        quiet = (
            quiet
            if _odd(now, zone) and "quiet naive" not in wrong
            else any(_is_open(now, zone, one, wrong) for one in windows)
        )
    vip = f["sender.id"] in f["preferences.vips"]
    if "vip by name" in wrong:
        vip = any(f["sender.id"].startswith(one) for one in f["preferences.vips"])
    if "remembers vips" in wrong:
        vip = memory["vips"].setdefault(f["sender.id"], vip)
    urgent = f["message.is_urgent"]
    if "urgent held" in wrong and quiet and not snoozed:
        urgent = False
    if "urgent only direct" in wrong:
        urgent = urgent and f["message.kind"] == "dm"
    if "snooze not for vips" in wrong and snoozed:
        vip = False
    return bool((snoozed or quiet) and not urgent and not vip)


def _odd(now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a clock is changed around an instant."""
    offsets = {(now + timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in range(-48, 49, 6)}
    return len(offsets) > 1


def _is_open(now: datetime, zone: ZoneInfo, window: Mapping[str, Any], wrong: Collection[str]) -> bool:
    wall = now.astimezone(zone)
    clock, day = wall.strftime("%H:%M:%S.%f"), wall.strftime("%a").lower()
    before = (wall.replace(tzinfo=UTC) - timedelta(days=1)).strftime("%a").lower()
    start, end = (f"{one}:00"[:8] + ".000000" for one in (window["from"], window["until"]))
    days = window.get("days", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    if "quiet days" in wrong:
        before = day
    begun = clock > start if "quiet start exclusive" in wrong else clock >= start
    not_over = clock <= end if "quiet end inclusive" in wrong else clock < end
    if start < end:
        return day in days and begun and not_over
    if "quiet overnight" in wrong:
        return False
    if "quiet all day" in wrong and start == end:
        return False
    return (day in days and begun) or (before in days and not_over)


ZULIP: Final = (
    "active unknown",
    "bot unless mentioned",
    "mention without subscription",
    "group direct is channel",
    "own wildcard",
    "muted sender direct",
    "disabled only push",
    "open client only",
    "presence ignored",
    "threshold inclusive",
    "threshold fixed",
    "never active is active",
    "threshold zero",
    "online email",
    "online needs client",
    "direct without setting",
    "group mention ignored",
    "mention after wildcard",
    "topic without participation",
    "channel wildcard needs participation",
    "topic follows not",
    "wildcards not gated",
    "wildcard own null",
    "wildcard own false",
    "followed needs channel",
    "followed setting of push",
    "followed after channel",
    "muted topic mention",
    "unmuted topic in muted channel",
    "muted channel ignored",
    "channel own beats mute",
    "channel settings swapped",
    "stream default true",
    "channel message direct",
    "medium names",
    "followed in muted channel",
    "code is a mention",
    "raises on never",
)
"""Mistakes in :func:`zulip`."""


def zulip(*wrong: str) -> Old:
    """Make the decider of the chart `zulip`, with mistakes."""
    unknown = set(wrong) - set(ZULIP)
    assert not unknown, unknown
    return lambda facts: _zulip(facts, frozenset(wrong))


def _zulip(f: Facts, wrong: Collection[str]) -> str:
    kind, push = f["message.kind"], f["medium"] == "push"
    direct = kind == "direct" or (kind == "group_direct" and "group direct is channel" not in wrong)
    personally, group = f["message.mentions_user_personally"], f["message.mentions_group_of_user"]
    mentioned = personally or (group and "group mention ignored" not in wrong)
    if not f["user.is_active"] and "active unknown" not in wrong:
        return "none"
    if f["user.is_bot"] and not ("bot unless mentioned" in wrong and mentioned):
        return "none"
    subscribed = f["channel.subscribed"] or ("mention without subscription" in wrong and personally)
    if not direct and not subscribed:
        return "none"
    if f["sender.is_recipient"] and not ("own wildcard" in wrong and f["message.mentions_channel_wildcard"]):
        return "none"
    if f["sender.muted_by_recipient"] and not ("muted sender direct" in wrong and direct):
        return "none"
    if f["message.disable_external_notifications"] and not ("disabled only push" in wrong and not push):
        return "none"
    if not _is_idle(f, wrong):
        online = f["preferences.enable_online_push_notifications"]
        if "online needs client" in wrong:
            online = online and not f["server.presence_disabled"]
        if not (online and (push or "online email" in wrong)):
            return "none"
    return _trigger(f, wrong, direct=direct, mentioned=mentioned, push=push)


def _is_idle(f: Facts, wrong: Collection[str]) -> bool:
    if not f["user.has_open_client"]:
        return True
    if "open client only" in wrong or (f["server.presence_disabled"] and "presence ignored" not in wrong):
        return False
    seconds, threshold = f["user.seconds_since_active"], f["server.offline_threshold_seconds"]
    if seconds is None and "raises on never" in wrong:
        raise TypeError
    if seconds is None:
        return "never active is active" not in wrong
    if "threshold fixed" in wrong:
        threshold = 140
    if "threshold zero" in wrong:
        threshold = threshold or 140
    return bool(seconds >= threshold if "threshold inclusive" in wrong else seconds > threshold)


def _trigger(f: Facts, wrong: Collection[str], *, direct: bool, mentioned: bool, push: bool) -> str:  # noqa: C901, PLR0912
    setting = "push" if push else "email"
    personal = f[f"preferences.enable_offline_{setting}_notifications"]
    policy, topic, channel = (
        f["topic.policy"],
        f["message.mentions_topic_wildcard"],
        f["message.mentions_channel_wildcard"],
    )
    if "code is a mention" in wrong and f["message.wildcard_syntax_in_code_only"]:
        channel = True
    if direct and (personal or "direct without setting" in wrong):
        return "direct_message"
    muted = policy == "muted" or (f["channel.is_muted"] and policy != "unmuted")
    if "unmuted topic in muted channel" in wrong:
        muted = policy == "muted" or f["channel.is_muted"]
    if "muted channel ignored" in wrong:
        muted = policy == "muted"
    if "muted topic mention" in wrong:
        mentioned = mentioned and policy != "muted"
    own = f["channel.wildcard_mentions_notify"]
    general = f["preferences.wildcard_mentions_notify"]
    wildcards = not muted and (own if own is not None else general)
    if "wildcard own null" in wrong:
        wildcards = not muted and bool(own)
    if "wildcard own false" in wrong:
        wildcards = not muted and (own or general)
    topic_called = topic and personal and (f["topic.recipient_participated"] or "topic without participation" in wrong)
    channel_called = channel and (personal or "wildcards not gated" in wrong)
    if "channel wildcard needs participation" in wrong:
        channel_called = channel_called and (f["topic.recipient_participated"] or policy != "followed")
    followed = policy == "followed"
    in_followed = followed and f["preferences.enable_followed_topic_wildcard_mentions_notify"]
    if "followed in muted channel" in wrong:
        in_followed = in_followed and not f["channel.is_muted"]
    if mentioned and personal and not ("mention after wildcard" in wrong and channel_called and wildcards):
        return "mentioned"
    if topic_called and in_followed and "topic follows not" not in wrong:
        return "topic_wildcard_mentioned_in_followed_topic"
    if channel_called and in_followed:
        return "stream_wildcard_mentioned_in_followed_topic"
    if topic_called and wildcards:
        return "topic_wildcard_mentioned"
    if channel_called and wildcards:
        return "stream_wildcard_mentioned"
    own_message = f[f"channel.{setting}_notifications"]
    default = f[f"preferences.enable_stream_{setting}_notifications"]
    if "channel settings swapped" in wrong:
        own_message, default = (default or None), own_message
    if "stream default true" in wrong and own_message is None and policy == "unmuted":
        own_message = True
    channel_on = (not muted or ("channel own beats mute" in wrong and own_message)) and (
        own_message if own_message is not None else default
    )
    followed_on = f[
        "preferences.enable_followed_topic_push_notifications"
        if push or "followed setting of push" in wrong
        else "preferences.enable_followed_topic_email_notifications"
    ]
    if "followed needs channel" in wrong:
        followed_on = followed_on and not f["channel.is_muted"]
    from_channel = (kind := f["message.kind"]) == "channel" or (
        "channel message direct" in wrong and kind == "group_direct"
    )
    if "followed after channel" in wrong and from_channel and channel_on:
        return "stream_push_notify" if push else "stream_email_notify"
    if followed and followed_on:
        return "followed_topic_push_notify" if push or "medium names" in wrong else "followed_topic_email_notify"
    if from_channel and channel_on:
        return "stream_push_notify" if push else "stream_email_notify"
    return "none"
