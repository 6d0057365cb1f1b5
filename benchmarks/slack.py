"""
Decide Slack's chart by hand: the functions that generated code is measured against.

Both are written for speed: each thing is asked once, calls and helpers are avoided, and what every way to YES has in
common is written out at each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(slots=True)
class SlackFacts:
    """The facts that the chart asks for, held the way that is read fastest."""

    channel_muted: bool
    message_in_thread: bool
    message_is_dm: bool
    message_mentions_user: bool
    message_broadcast: str
    message_comments_on_own_file: bool
    message_has_highlight_word: bool
    message_overrides_dnd: bool
    user_follows_thread: bool
    user_in_dnd: bool
    user_active: bool
    preferences_suppress_broadcasts: bool
    preferences_threads_everything: bool
    preferences_channel: str
    preferences_global: str
    device_kind: str
    device_past_push_threshold: bool


def decide_object(facts: SlackFacts) -> str:
    """Decide by an object."""
    if facts.channel_muted and not (facts.message_in_thread and facts.user_follows_thread):
        return "no"
    if facts.user_in_dnd and not facts.message_overrides_dnd:
        return "no"
    broadcast = facts.message_broadcast
    if broadcast != "none" and facts.preferences_suppress_broadcasts:
        return "no"
    channel = facts.preferences_channel
    if channel == "nothing":
        return "no"
    if facts.message_in_thread:
        reached = facts.user_follows_thread
        if reached and facts.preferences_threads_everything:
            return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
    else:
        reached = True
    if channel == "default":
        preference = facts.preferences_global
        if preference == "never":
            return "no"
        if preference == "all":
            if reached:
                return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
        elif preference == "dms":
            if not (reached and facts.message_is_dm):
                return "no"
            return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
        elif preference == "highlight_words":
            if not reached or not (
                facts.message_mentions_user
                or broadcast == "channel"
                or broadcast == "everyone"
                or facts.message_has_highlight_word
            ):
                return "no"
            return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
    elif reached and (channel == "everything" or facts.message_is_dm):
        return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
    if (
        facts.message_mentions_user
        or broadcast == "channel"
        or broadcast == "everyone"
        or (facts.message_comments_on_own_file and facts.device_kind == "desktop")
        or (reached and (facts.message_has_highlight_word or (broadcast == "here" and facts.user_active)))
    ):
        return "hold" if facts.device_kind == "mobile" and not facts.device_past_push_threshold else "yes"
    return "no"


def decide_dict(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Decide by dicts in a dict, believing that every value is what it should be."""
    message = facts["message"]
    user = facts["user"]
    if facts["channel"]["muted"] and not (message["in_thread"] and user["follows_thread"]):
        return "no"
    if user["in_dnd"] and not message["overrides_dnd"]:
        return "no"
    preferences = facts["preferences"]
    broadcast = message["broadcast"]
    if broadcast != "none" and preferences["suppress_broadcasts"]:
        return "no"
    channel = preferences["channel"]
    if channel == "nothing":
        return "no"
    device = facts["device"]
    if message["in_thread"]:
        reached = user["follows_thread"]
        if reached and preferences["threads_everything"]:
            return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
    else:
        reached = True
    if channel == "default":
        preference = preferences["global"]
        if preference == "never":
            return "no"
        if preference == "all":
            if reached:
                return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
        elif preference == "dms":
            if not (reached and message["is_dm"]):
                return "no"
            return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
        elif preference == "highlight_words":
            if not reached or not (
                message["mentions_user"]
                or broadcast == "channel"
                or broadcast == "everyone"
                or message["has_highlight_word"]
            ):
                return "no"
            return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
    elif reached and (channel == "everything" or message["is_dm"]):
        return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
    if (
        message["mentions_user"]
        or broadcast == "channel"
        or broadcast == "everyone"
        or (message["comments_on_own_file"] and device["kind"] == "desktop")
        or (reached and (message["has_highlight_word"] or (broadcast == "here" and user["active"])))
    ):
        return "hold" if device["kind"] == "mobile" and not device["past_push_threshold"] else "yes"
    return "no"


def draw(chance: Random) -> dict[str, object]:
    """Draw facts by dotted name: most messages are nothing special, and most people have not silenced the channel."""
    in_thread = chance.random() < 0.4
    kind = chance.choice(["desktop", "mobile"])
    preferences = ["all", "mentions", "mentions"] + ([] if kind == "desktop" else ["dms", "highlight_words"])
    return {
        "channel.muted": chance.random() < 0.1,
        "channel.name": chance.choice(["#general", "#random", "#incidents"]),
        "message.in_thread": in_thread,
        "message.is_dm": chance.random() < 0.2,
        "message.mentions_user": chance.random() < 0.2,
        "message.broadcast": chance.choice(["none"] * 7 + ["here", "channel", "everyone"]),
        "message.comments_on_own_file": chance.random() < 0.1,
        "message.has_highlight_word": chance.random() < 0.1,
        "message.overrides_dnd": chance.random() < 0.2,
        "user.follows_thread": in_thread and chance.random() < 0.5,
        "user.in_dnd": chance.random() < 0.1,
        "user.active": chance.random() < 0.5,
        "preferences.suppress_broadcasts": chance.random() < 0.2,
        "preferences.threads_everything": chance.random() < 0.3,
        "preferences.channel": chance.choice(["nothing", "everything", "mentions"] + ["default"] * 6),
        "preferences.global": "never" if chance.random() < 0.1 else chance.choice(preferences),
        "device.kind": kind,
        "device.past_push_threshold": chance.random() < 0.5,
    }
