"""Make records of decisions without deciding anything: one with every kind of step, and any number of odd ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Branch, Passage, Step
from notifyrules.graph.model import Notify
from notifyrules.language.types import MAX_DURATION, MAX_INT
from notifyrules.language.values import Value
from tests.schedules import schedules

KINDS = ("if", "switch", "first", "any", "call")


def step(
    node: str,
    ask: str,
    answer: str,
    to: str,
    facts: Mapping[str, Value] | None = None,
    *,
    arrow: str = "",
    kind: str = "if",
    because: str | None = None,
    tried: tuple[Branch, ...] = (),
    inner: Passage | None = None,
    line: int = 1,
    file: str = "rules/team_chat.yaml",
) -> Step:
    """Make one step; the arrow is `node.then` or `node.else` unless given."""
    taken = arrow or f"{node}.{'then' if answer == 'Yes' else 'else'}"
    return Step(node, kind, ask, answer, taken, to, facts or {}, because, tried, inner, file, line)


_NIGHT = datetime(2026, 11, 23, 22, 5, tzinfo=UTC)


def full_record() -> Record:
    """Make a decision that passes every kind of node, and ends at an outcome with everything an outcome can have."""
    unfollowed = (
        step("highlight", "Highlight word?", "Yes", "thread", {"message.has_highlight_word": True}, line=44),
        step("thread", "Thread message?", "Yes", "subscribed", {"message.in_thread": True}, line=45),
        step(
            "subscribed",
            "User subscribed?",
            "No",
            "no",
            {"user.follows_thread": False},
            because="you do not follow the thread",
            line=46,
        ),
    )
    window = step(
        "window",
        "Within the window?",
        "Yes",
        "held",
        {"now": _NIGHT, "starts": time(22), "grace": timedelta(minutes=15)},
        because="it is after 22:00",
        file="rules/blocks/quiet_hours.yaml",
        line=12,
    )
    steps = (
        step("muted", "Channel muted?", "No", "preference", {"channel.muted": False}, line=40),
        step(
            "preference",
            "What is the user's channel notification preference for this device, phone or desktop?",
            "mentions",
            "mentions",
            {"preferences.channel": "mentions", "preferences.global": None},
            arrow="preference.mentions",
            kind="switch",
            line=41,
        ),
        step(
            "mentions",
            "Mentions",
            "here",
            "here",
            arrow="mentions.here",
            kind="any",
            tried=(
                Branch("mentions.dm", (step("dm", "DM?", "No", "no", {"message.is_dm": False}, line=43),), "no"),
                Branch("mentions.highlight", unfollowed, "no"),
            ),
            line=42,
        ),
        step(
            "here", "@here", "written so", "quiet", {"message.broadcast": "here"}, arrow="here.1", kind="first", line=47
        ),
        step(
            "quiet",
            "Is it a quiet hour?",
            "held",
            "hold",
            arrow="quiet.held",
            kind="call",
            because="it is night, and quiet hours are on",
            inner=Passage("quiet_hours", "held", (window,), "it is after 22:00"),
            line=48,
        ),
    )
    return Record(
        rules="team_chat",
        title="Should we send a notification?",
        path="rules/team_chat.yaml",
        digest="0f3a" * 16,
        facts={
            "channel.muted": False,
            "channel.name": "#random",
            "preferences.channel": "mentions",
            "preferences.global": None,
            "message.is_dm": False,
            "message.in_thread": True,
            "message.broadcast": "here",
            "message.has_highlight_word": True,
            "message.labels": ("urgent", "for review"),
            "user.follows_thread": False,
            "user.zone": ZoneInfo("Europe/Berlin"),
            "now": _NIGHT,
        },
        notify=Notify.LATER,
        reason="quiet.held",
        passage=Passage("team_chat", "hold", steps, "it is night, and quiet hours are on"),
        data={"via": ("push", "badge")},
        recheck_at=datetime(2026, 11, 24, 7, tzinfo=UTC),
        told_from=("now",),
    )


# Any record at all, as a log may hold it. The laws must hold whatever the texts are.

texts = st.text(st.characters(codec="utf-8"), max_size=12)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds are what hypothesis takes
single_values: st.SearchStrategy[Value] = st.one_of(
    st.booleans(),
    st.integers(-MAX_INT, MAX_INT),
    texts,
    instants,
    st.times().map(lambda one: one.replace(microsecond=0)),
    st.timedeltas(-MAX_DURATION, MAX_DURATION),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo"]).map(ZoneInfo),
    schedules,
)
lists: st.SearchStrategy[Value] = st.one_of(
    st.lists(st.integers(0, 9), max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(instants, max_size=2).map(tuple),
    st.lists(st.timedeltas(-MAX_DURATION, MAX_DURATION), max_size=2).map(tuple),
    st.lists(schedules, max_size=2).map(tuple),
)
values: st.SearchStrategy[Value] = st.one_of(st.none(), single_values, lists)
named_values = st.dictionaries(texts, values, max_size=3)


def _steps(inner: st.SearchStrategy[Step]) -> st.SearchStrategy[Step]:
    """Make steps that hold the given ones in branches and called charts."""
    inside = st.lists(inner, max_size=2).map(tuple)
    branches = st.lists(st.builds(Branch, texts, inside, texts), max_size=2).map(tuple)
    passages = st.none() | st.builds(Passage, texts, texts, inside, st.none() | texts)
    return _step_of(branches, passages)


def _step_of(
    branches: st.SearchStrategy[tuple[Branch, ...]], passages: st.SearchStrategy[Passage | None]
) -> st.SearchStrategy[Step]:
    """Make steps with any words."""
    return st.builds(
        *(Step, texts, st.sampled_from(KINDS), texts, texts, texts, texts, named_values, st.none() | texts),
        *(branches, passages, texts, st.integers(0, 10_000)),
    )


steps = st.recursive(_step_of(st.just(()), st.none()), _steps, max_leaves=5)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Make any record."""
    rules = draw(texts)
    way = tuple(draw(st.lists(steps, min_size=1, max_size=3)))
    return Record(
        rules=rules,
        title=draw(texts),
        path=draw(texts),
        digest=draw(texts),
        facts=draw(named_values),
        notify=draw(st.sampled_from(Notify)),
        reason=draw(texts),
        passage=Passage(rules, draw(texts), way, draw(st.none() | texts)),
        data=draw(named_values),
        recheck_at=draw(st.none() | instants),
        told_from=tuple(draw(st.lists(texts, max_size=2))),
    )
