"""Explain a decision to the person it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import printable, sentence, settled_by
from notifyrules.graph.model import Box, Notify
from notifyrules.language.clock import local

_OPENINGS: Final = {
    Notify.YES: "You were notified",
    Notify.NO: "You were not notified",
    Notify.LATER: "You were not notified yet",
}


def explain_to_user(record: Record, _not_asked: Iterable[Box]) -> Iterator[str]:
    """Say in one or two sentences what happened and why."""
    opening = _OPENINGS.get(record.notify, f"The answer is “{printable(record.outcome)}”")
    because = printable(record.because or "")
    told = [sentence(f"{opening}: {because}")] if because else [sentence(opening), settled_by(record)]
    if record.recheck_at is not None and record.notify is not Notify.YES:
        told.append(f"This is looked at again at {_local(record.recheck_at, record)}.")
    yield " ".join(told)


def _local(moment: datetime, record: Record) -> str:
    """Write an instant as the person's clock shows it, where the facts name one time zone, else in UTC."""
    zones = {value.key: value for value in record.facts.values() if isinstance(value, ZoneInfo)}
    if len(zones) != 1:
        return f"{moment:%H:%M} UTC on {moment:%Y-%m-%d}"
    [zone] = zones.values()
    shown = local(moment, zone)
    return f"{shown:%H:%M} on {shown:%Y-%m-%d} ({zone.key})"
