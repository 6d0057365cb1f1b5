"""What the service answers, and what it is refused with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json

from notifyrules import Decision, FactProblem, FactsError, Rules
from notifyrules.answers.decisions import answer

_KINDS: Final = {"outcome": str, "notify": bool, "later": bool, "reason": str, "digest": str, "data": dict}
"""What every decision of the service holds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, by the service or by the client itself; true when the person is to be notified now."""

    outcome: str
    """The outcome that was reached."""
    notify: bool
    """Whether to notify now."""
    later: bool
    """Whether to ask again."""
    reason: str
    """The id of the arrow that settled it."""
    digest: str
    """What tells the version of the rules."""
    recheck_at: datetime | None = None
    """When to ask again, where that is known."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the decision carries, as JSON has it."""
    local: bool = False
    """Whether the client decided by its own copy of the rules, because the service was away."""

    def __bool__(self) -> bool:
        """Tell whether to notify now."""
        return self.notify


class Refused(Exception):  # noqa: N818 - what happened, as for `Away`
    """The service will not answer, and another try would change nothing: who asks, or what is asked for, is wrong."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Carry a problem as the service tells it (RFC 9457), or what refuses a token (RFC 6749)."""
        self.status, self.problem = status, problem
        told = (problem.get(key) for key in ("detail", "error_description", "error", "title"))
        super().__init__(next((str(one) for one in told if one), f"refused with status {status}"))


class Away(Exception):  # noqa: N818 - not a mistake of anybody who reads it
    """The service did not answer in time, and there are no rules to decide by instead."""


def read_object(body: bytes) -> dict[str, Any]:
    """Read what an answer says; nothing where that is no object of JSON, as proxies answer."""
    try:
        found = from_json(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read_answer(told: object) -> Answer:
    """Read a decision as the service gives it; ValueError where it is none."""
    if not isinstance(told, dict) or any(not isinstance(told.get(name), kind) for name, kind in _KINDS.items()):
        raise ValueError("it is no decision")
    at = told.get("recheck_at")
    return Answer(
        **{name: told[name] for name in _KINDS}, recheck_at=None if at is None else datetime.fromisoformat(str(at))
    )


def read_row(told: object) -> Answer | FactsError:
    """Read what became of one of many facts; ValueError where that is neither a decision nor wrong facts."""
    return read_wrong_facts(told) or read_answer(told)


def read_wrong_facts(told: object) -> FactsError | None:
    """Read what is wrong with facts, to be raised as rules of one's own do; None where nothing says so."""
    try:
        problems = told["problems"]  # type: ignore[index] # whatever it is
        found = [FactProblem(one["path"], one["message"], one.get("help") or "") for one in problems]
    except (AttributeError, KeyError, TypeError):
        return None
    return FactsError(found) if found else None


def local_answer(rules: Rules, decision: Decision) -> Answer:
    """Give a decision of the client's own in the same form."""
    return replace(read_answer({**answer(decision), "digest": rules.digest}), local=True)
