"""Write Slack's chart for Polars by hand, as who knows Polars well would: what columns are measured against."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Final

import polars as pl

from benchmarks.formula import NOTIFIES, WAITS, Every, Is, Not, Some, Term

OUTCOMES: Final = pl.Enum(["no", "hold", "yes"])
REASONS: Final = pl.Enum(
    [
        *("muted_thread.else", "dnd_override.else", "suppressed.then", "channel_nothing.then", "channel_pref.nothing"),
        *("channel_mentions.else", "global_pref.never", "global_mentions.else", "global_dm.else", "global_words.else"),
        *("subscribed_b.else", "threshold.then", "threshold.else", "mobile.else"),
    ]
)


def outcome() -> pl.Expr:
    """Give the outcome alone, by one formula."""
    notifies, waits = _condition(NOTIFIES), _condition(WAITS)
    yes, hold, no = (pl.lit(one, dtype=OUTCOMES) for one in ("yes", "hold", "no"))
    return pl.when(~notifies).then(no).when(waits).then(hold).otherwise(yes).alias("outcome")


def _condition(term: Term) -> pl.Expr:
    match term:
        case str():
            return pl.col(term)
        case Is(fact, value):
            return pl.col(fact) == value
        case Not(part):
            return ~_condition(part)
        case Every(parts):
            return reduce(and_, map(_condition, parts))
        case Some(parts):
            return reduce(or_, map(_condition, parts))


def reason() -> pl.Expr:
    """Give the reason, by the way that the chart goes."""

    def ends(name: str) -> pl.Expr:
        return pl.lit(name, dtype=REASONS)

    when, fact = pl.when, pl.col
    followed = fact("message.in_thread") & fact("user.follows_thread")
    reached = ~fact("message.in_thread") | fact("user.follows_thread")
    called = fact("message.broadcast").is_in(["channel", "everyone"])
    is_mention = fact("message.mentions_user") | called
    on_desktop = fact("device.kind") == "desktop"
    highlight, broadcast, preference = (
        fact(name) for name in ("message.has_highlight_word", "message.broadcast", "preferences.global")
    )
    threshold = when(fact("device.past_push_threshold")).then(ends("threshold.then")).otherwise(ends("threshold.else"))
    yes = when(on_desktop).then(ends("mobile.else")).otherwise(threshold)
    counts = (
        is_mention
        | (on_desktop & fact("message.comments_on_own_file"))
        | (reached & (highlight | ((broadcast == "here") & fact("user.active"))))
    )
    global_mentions = when(counts).then(yes).otherwise(ends("global_mentions.else"))
    channel_mentions = (
        when(counts | (reached & fact("message.is_dm"))).then(yes).otherwise(ends("channel_mentions.else"))
    )
    if_followed = when(reached).then(yes).otherwise(ends("subscribed_b.else"))
    by_global = (
        when(preference == "all")
        .then(when(reached).then(yes).otherwise(global_mentions))
        .when(preference == "mentions")
        .then(global_mentions)
        .when(preference == "dms")
        .then(when(fact("message.is_dm")).then(if_followed).otherwise(ends("global_dm.else")))
        .when(preference == "highlight_words")
        .then(when(is_mention | highlight).then(if_followed).otherwise(ends("global_words.else")))
        .otherwise(ends("global_pref.never"))
    )
    channel = fact("preferences.channel")
    by_channel = (
        when(channel == "nothing")
        .then(ends("channel_pref.nothing"))
        .when(channel == "everything")
        .then(when(reached).then(yes).otherwise(channel_mentions))
        .when(channel == "mentions")
        .then(channel_mentions)
        .otherwise(by_global)
    )
    every_reply = followed & fact("preferences.threads_everything")
    return (
        when(fact("channel.muted") & ~followed)
        .then(ends("muted_thread.else"))
        .when(fact("user.in_dnd") & ~fact("message.overrides_dnd"))
        .then(ends("dnd_override.else"))
        .when((broadcast != "none") & fact("preferences.suppress_broadcasts"))
        .then(ends("suppressed.then"))
        .when(every_reply & (channel == "nothing"))
        .then(ends("channel_nothing.then"))
        .when(every_reply)
        .then(yes)
        .otherwise(by_channel)
        .alias("reason")
    )
