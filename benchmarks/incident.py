"""Decide `incident.yaml` by hand: a chart of another trade, which no shipped file resembles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

_HOUR: Final = timedelta(hours=1)
_WORTH_A_MAIL: Final = frozenset({"incident", "drill", "release"})


@dataclass(slots=True)
class IncidentFacts:
    """The facts that the chart asks for, held the way that is read fastest."""

    now: datetime
    alert_kind: str
    alert_severity: str
    alert_score: int
    alert_labels: tuple[str, ...]
    alert_opened_at: datetime
    alert_acknowledged: bool
    alert_repeats: int
    service_tier: int
    service_region: str
    service_silenced_until: datetime | None
    service_owner: str
    person_team: str
    person_on_call: str
    person_wants: str | None
    person_sleeps_from: time
    person_sleeps_until: time
    person_timezone: ZoneInfo
    person_least_score: int | None
    person_delay: timedelta


def decide_object(facts: IncidentFacts) -> str:
    """Decide by an object."""
    now = facts.now
    severity = facts.alert_severity
    silenced = facts.service_silenced_until
    if silenced is not None and now < silenced and not (severity == "critical" and facts.service_tier == 1):
        return "none"
    if facts.alert_acknowledged and not (facts.alert_repeats >= 3 and now - facts.alert_opened_at > _HOUR):
        return "none"
    wants = facts.person_wants
    on_call = facts.person_on_call
    if wants == "own" or wants is None:
        if on_call == "none" and facts.service_owner != facts.person_team:
            return "none"
    elif wants == "nothing" or (
        wants == "pages" and (on_call == "none" or (severity != "high" and severity != "critical"))
    ):
        return "none"
    kind = facts.alert_kind
    if kind == "cost":
        return "mail"
    if kind == "info":
        return "none" if _WORTH_A_MAIL.isdisjoint(facts.alert_labels) else "mail"
    urgent = kind == "outage" or kind == "security"
    if not urgent and kind != "backup":
        worth = kind == "capacity" or kind == "certificate"
        if not worth:
            score = facts.alert_score
            least = facts.person_least_score
            if score >= 90 or severity == "critical":
                urgent = True
            elif score < (50 if least is None else least):
                return "mail" if score > 30 and facts.service_region == "asia" else "none"
        if not urgent and not (facts.service_tier <= 2 or facts.alert_repeats > 5):
            if severity != "high" and severity != "critical":
                return "none"
            urgent = True
    if urgent:
        if on_call == "primary":
            return "page"
        if on_call == "secondary":
            return "page" if now - facts.alert_opened_at >= facts.person_delay else "hold"
    clock = now.astimezone(facts.person_timezone).time()
    return "hold" if clock >= facts.person_sleeps_from or clock < facts.person_sleeps_until else "push"


def decide_dict(facts: Mapping[str, Any]) -> str:
    """Decide by dicts in a dict, believing that every value is what it should be."""
    alert, service, person, now = facts["alert"], facts["service"], facts["person"], facts["now"]
    severity = alert["severity"]
    silenced = service["silenced_until"]
    if silenced is not None and now < silenced and not (severity == "critical" and service["tier"] == 1):
        return "none"
    if alert["acknowledged"] and not (alert["repeats"] >= 3 and now - alert["opened_at"] > _HOUR):
        return "none"
    wants = person["wants"]
    on_call = person["on_call"]
    if wants == "own" or wants is None:
        if on_call == "none" and service["owner"] != person["team"]:
            return "none"
    elif wants == "nothing" or (
        wants == "pages" and (on_call == "none" or (severity != "high" and severity != "critical"))
    ):
        return "none"
    kind = alert["kind"]
    if kind == "cost":
        return "mail"
    if kind == "info":
        return "none" if _WORTH_A_MAIL.isdisjoint(alert["labels"]) else "mail"
    urgent = kind == "outage" or kind == "security"
    if not urgent and kind != "backup":
        worth = kind == "capacity" or kind == "certificate"
        if not worth:
            score = alert["score"]
            least = person["least_score"]
            if score >= 90 or severity == "critical":
                urgent = True
            elif score < (50 if least is None else least):
                return "mail" if score > 30 and service["region"] == "asia" else "none"
        if not urgent and not (service["tier"] <= 2 or alert["repeats"] > 5):
            if severity != "high" and severity != "critical":
                return "none"
            urgent = True
    if urgent:
        if on_call == "primary":
            return "page"
        if on_call == "secondary":
            return "page" if now - alert["opened_at"] >= person["delay"] else "hold"
    clock = now.astimezone(ZoneInfo(person["timezone"])).time()
    return "hold" if clock >= person["sleeps_from"] or clock < person["sleeps_until"] else "push"


def prepare(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the values that an object holds in a form of their own."""
    return {**given, "person.timezone": ZoneInfo(given["person.timezone"])}


_MONDAY: Final = datetime(2026, 11, 9, tzinfo=UTC)
_TEAMS: Final = ["payments", "search", "accounts"]


def draw(chance: Random) -> dict[str, object]:
    """Draw facts by dotted name."""
    now = _MONDAY + timedelta(minutes=chance.randrange(7 * 24 * 60))
    kinds = ["outage", "latency", "errors", "capacity", "security", "certificate", "backup", "cost", "info"]
    until = now + timedelta(minutes=chance.randrange(-30, 30))
    return {
        "now": now,
        "alert.kind": chance.choice(kinds),
        "alert.severity": chance.choice(["debug", "low", "medium", "medium", "high", "critical"]),
        "alert.score": chance.randrange(101),
        "alert.labels": chance.sample(["release", "incident", "drill", "database", "edge", "batch"], 2),
        "alert.opened_at": now - timedelta(minutes=chance.randrange(120)),
        "alert.acknowledged": chance.random() < 0.1,
        "alert.repeats": chance.randrange(8),
        "service.tier": chance.randrange(1, 5),
        "service.region": chance.choice(["eu", "us", "asia"]),
        "service.silenced_until": until if chance.random() < 0.1 else None,
        "service.owner": chance.choice(_TEAMS),
        "person.team": chance.choice(_TEAMS),
        "person.on_call": chance.choice(["primary", "secondary", "none"]),
        "person.wants": chance.choice([None, "everything", "own", "own", "pages", "nothing"]),
        "person.sleeps_from": time(chance.randrange(20, 24)),
        "person.sleeps_until": time(chance.randrange(6, 10)),
        "person.timezone": chance.choice(["Europe/Berlin", "America/New_York", "UTC"]),
        "person.least_score": chance.randrange(100) if chance.random() < 0.5 else None,
        "person.delay": timedelta(minutes=chance.randrange(1, 30)),
    }
