"""Tell which failures are alike, so that one of them stands for all: recorded decisions come by the hundred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Result, Status

_NAMED: Final = 5
"""Failures that are named of those that are counted."""
_VALUES: Final = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[0-9]+')
_FEW: Final = frozenset({"outcome", "notify", "reason"})
"""What a chart has a few of; words and data may differ from row to row."""


def likeness(result: Result, file: str) -> tuple[object, ...]:
    """
    Give what failures of one file of cases share that are alike.

    Rows of one file, and combinations of one case, are alike that end by the same arrow instead of the same end, or
    cannot be read for the same reasons; cases that are written out are like no other.

    Args:
        result: A failure.
        file: The file of cases, as messages call it.
    """
    case = result.case
    origin = case.span if case.span.source.name == file else case.span.source
    if isinstance(case, BadRow):
        return (origin, *((one.code, _VALUES.sub("", one.message)) for one in case.findings))
    assert result.failure is not None
    differences = ((one.what, one.expected if one.what in _FEW else None) for one in result.failure.differences)
    return (origin, result.failure.decision.reason, *differences)


def gather_alike(results: Iterable[Result], file: str) -> tuple[tuple[Result, ...], ...]:
    """Gather the failures of one file of cases that are alike, in the order of the first of each."""
    found: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        if result.status is Status.FAILED:
            found.setdefault(likeness(result, file), []).append(result)
    return tuple(map(tuple, found.values()))


def tell_rest(alike: Sequence[Result]) -> str:
    """Count the failures for which the first one stands, on one line, and name some; nothing where it stands alone."""
    first, *rest = alike
    if not rest:
        return ""
    names = ", ".join(one.case.name[one.case.name.rfind(" [") + 1 :] for one in rest[:_NAMED])
    more = f" and {len(rest) - _NAMED:,} more" if len(rest) > _NAMED else ""
    by = "" if first.failure is None else f" by `{first.failure.decision.reason}`"
    return f"{len(rest):,} more {'fails' if len(rest) == 1 else 'fail'}{by} like {first.case.name}: {names}{more}"
