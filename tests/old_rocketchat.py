"""A decider as people have it before they have rules, written by hand for the shipped chart `rocketchat`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

Facts = Mapping[str, Any]

ROCKETCHAT: Final = (
    "live chat is direct",
    "push switch spares calls",
    "email switch spares direct",
    "empty is unset in a crowd",
    "crowd without thread",
    "crowd needs reply",
    "crowd of all",
    "crowd spares direct",
    "nothing but mentions",
    "no connection is offline",
    "busy connection",
    "status offline",
    "busy hears mentions",
    "two exactly",
    "three",
    "unknown is two",
    "nobody is many",
    "rings by default",
    "no ring falls back",
    "away gets no email",
    "email takes empty for unset",
    "email of all",
    "empty is chosen",
    "all without thread",
    "all hides a mention",
    "here pushes",
    "here needs online",
    "all in a crowd",
    "direct of two only",
    "thread of a mention",
    "highlight not by push",
)
"""Mistakes in :func:`rocketchat`."""


def rocketchat(*wrong: str) -> Callable[[Facts], str]:
    """Make the decider of the chart `rocketchat`, with mistakes."""
    unknown = set(wrong) - set(ROCKETCHAT)
    assert not unknown, unknown
    return lambda facts: "notify" if _notifies(facts, frozenset(wrong)) else "silent"


def _notifies(f: Facts, wrong: Collection[str]) -> bool:
    medium, wanted = f["medium"], f["preferences.room"]
    direct = f["room.type"] in ("dl" if "live chat is direct" in wrong else "d")
    spared = "push switch spares calls" in wrong and f["message.video_call_started"]
    if medium == "push" and not f["server.push_enabled"] and not spared:
        return False
    spared = "email switch spares direct" in wrong and direct
    if medium == "email" and not f["server.email_enabled"] and not spared:
        return False
    unset = wanted is None or ("empty is unset in a crowd" in wrong and wanted == "")
    if f["room.too_large"] and unset and not _is_meant(f, wrong, direct=direct):
        return False
    if wanted == "nothing" and not (
        "nothing but mentions" in wrong and f["message.mentions_user"] and medium == "push"
    ):
        return False
    if _is_in_the_way(f, wrong, medium, direct=direct):
        return False
    in_sight = not f["message.is_thread_reply"] or f["user.follows_thread"]
    if (by_default := _by_default(f, wrong, medium, in_sight=in_sight)) is not None:
        return by_default
    highlighted = f["message.highlighted"]
    if not _is_worth_it(f, wrong, medium, direct=direct):
        return False
    if "thread of a mention" in wrong and f["message.mentions_user"]:
        return True
    return bool(in_sight or (highlighted and not ("highlight not by push" in wrong and medium == "push")))


def _is_meant(f: Facts, wrong: Collection[str], *, direct: bool) -> bool:
    follows = f["user.follows_thread"] and "crowd without thread" not in wrong
    if "crowd needs reply" in wrong:
        follows = follows and f["message.is_thread_reply"]
    more = ("crowd of all" in wrong and f["message.mentions_all"]) or ("crowd spares direct" in wrong and direct)
    return bool(f["message.highlighted"] or f["message.mentions_user"] or follows or more)


def _is_in_the_way(f: Facts, wrong: Collection[str], medium: str, *, direct: bool) -> bool:
    connection, status = f["user.connection"], f["user.status"]
    if medium == "desktop":
        offline = connection == "offline" or ("no connection is offline" in wrong and connection is None)
        offline = offline or ("status offline" in wrong and status == "offline")
        busy = status == "busy" or ("busy connection" in wrong and connection == "busy")
        return offline or (busy and not ("busy hears mentions" in wrong and f["message.mentions_user"]))
    if medium == "email":
        return connection == "online" or ("away gets no email" in wrong and connection == "away")
    people = f["room.direct_people"]
    people = 2 if people is None and "unknown is two" in wrong else people
    few = direct and people is not None and people <= (3 if "three" in wrong else 2)
    few = few and not ("two exactly" in wrong and people != 2) and not ("nobody is many" in wrong and not people)
    if not (f["message.video_call_started"] and f["server.mobile_ringing"] and few):
        return False
    rings, usual = f["preferences.mobile_ringing"], f["server.default_mobile_ringing"]
    usual = usual or "rings by default" in wrong
    return bool(usual if rings is None else rings or ("no ring falls back" in wrong and usual))


def _by_default(f: Facts, wrong: Collection[str], medium: str, *, in_sight: bool) -> bool | None:
    """Decide by what the server does for those who chose nothing; None where that settles nothing."""
    wanted, usual = f["preferences.room"], f["server.default"]
    takes_empty = "email takes empty for unset" in wrong if medium == "email" else "empty is chosen" not in wrong
    if not (wanted is None or (wanted == "" and takes_empty)):
        return None
    if usual == "nothing":
        return False
    of_all = "email of all" in wrong if medium == "email" else True
    if usual == "all" and of_all and (in_sight or ("all without thread" in wrong and medium != "email")):
        return True
    return None


def _is_worth_it(f: Facts, wrong: Collection[str], medium: str, *, direct: bool) -> bool:
    everybody, here, large = f["message.mentions_all"], f["message.mentions_here"], f["room.too_large"]
    mentioned = f["message.mentions_user"] and not ("all hides a mention" in wrong and large and everybody)
    here = here and (medium == "desktop" or ("here pushes" in wrong and medium == "push"))
    if "here needs online" in wrong:
        here = here and f["user.connection"] == "online"
    called = (everybody or here) and not (large and "all in a crowd" not in wrong)
    people = f["room.direct_people"]
    if "direct of two only" in wrong and (people is None or people > 2):
        direct = False
    return bool(mentioned or f["message.highlighted"] or f["preferences.room"] == "all" or direct or called)
