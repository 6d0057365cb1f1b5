"""Describe rules to those who ask them: what they take, and what they may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifyrules.compiled.schema import type_schema
from notifyrules.graph.model import Notify
from notifyrules.language.moments import zone_keys

if TYPE_CHECKING:
    from notifyrules.graph.model import Arrow
    from notifyrules.rules import Rules


def describe(rules: Rules) -> dict[str, Any]:
    """Say what the rules decide, what they take, and what they may answer."""
    graph = rules.graph
    media = graph.media
    return {
        "name": rules.name,
        "title": rules.title,
        "digest": rules.digest,
        "about": graph.about,
        "facts": rules.facts_schema(),
        "media": None
        if media is None
        else {"fact": media.fact, "names": list(media.names), "per_medium": list(media.per_medium)},
        "outcomes": {
            outcome.name: {"notify": outcome.notify.written, "label": outcome.label, "about": outcome.about}
            for outcome in graph.outcomes.values()
        },
        "reasons": {arrow.id: arrow.target for arrow in _ends(rules)},
    }


def answer_schema(rules: Rules) -> dict[str, Any]:
    """Describe what :func:`notifyrules.answers.decisions.answer` gives, as JSON Schema."""
    graph = rules.graph
    outcomes = [outcome.name for outcome in graph.outcomes.values() if outcome.notify is not Notify.UNSAID]
    properties: dict[str, Any] = {
        "outcome": {"enum": outcomes},
        "notify": {"type": "boolean", "description": "Whether to notify now."},
        "later": {"type": "boolean", "description": "Whether to hold it, and ask again."},
        "recheck_at": {"type": ["string", "null"], "format": "date-time", "description": "When to ask again."},
        "reason": {"enum": [arrow.id for arrow in _ends(rules)], "description": "The arrow that settled it."},
        "data": {
            "type": "object",
            "properties": {one.name: type_schema(one.type) for one in graph.data.values()},
            "additionalProperties": False,
        },
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def time_zones() -> list[str]:
    """List the time zones that facts may name."""
    return sorted(zone_keys())


def _ends(rules: Rules) -> list[Arrow]:
    return [arrow for arrow in rules.graph.arrows.values() if arrow.target in rules.graph.outcomes]
