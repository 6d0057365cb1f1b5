"""What the service answers, and what it is refused with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from notifyrules import Decision, FactProblem, FactsError

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
    more: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for besides: explanation and record."""

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


def read_answer(told: object) -> Answer:
    """Read a decision as the service gives it; ValueError where it is none."""
    if not isinstance(told, dict) or any(not isinstance(told.get(name), kind) for name, kind in _KINDS.items()):
        raise ValueError("it is no decision")
    at = told.get("recheck_at")
    more = {name: value for name, value in told.items() if name not in {*_KINDS, "recheck_at"}}
    when = None if at is None else datetime.fromisoformat(str(at))
    return Answer(**{name: told[name] for name in _KINDS}, recheck_at=when, more=more)


def read_row(told: object) -> Answer | FactsError:
    """Read what became of one of many facts; ValueError where that is neither a decision nor wrong facts."""
    if isinstance(told, dict) and isinstance(problem := read_problem(0, told), FactsError):
        return problem
    return read_answer(told)


def local_answer(decision: Decision) -> Answer:
    """Give a decision of the client's own in the same form."""
    plain = decision.to_dict()
    return Answer(
        decision.outcome,
        bool(decision),
        decision.later,
        decision.reason,
        plain["rules"]["digest"],
        decision.recheck_at,
        plain["data"],
        local=True,
    )


def read_problem(status: int, problem: Mapping[str, Any]) -> Refused | FactsError:
    """Give what to raise for a problem: for wrong facts the same as rules of one's own raise."""
    try:
        if found := [FactProblem(one["path"], one["message"], one.get("help") or "") for one in problem["problems"]]:
            return FactsError(found)
    except (AttributeError, KeyError, TypeError):
        pass  # It says nothing of facts that could be read.
    return Refused(status, problem)
