"""
Collect facts from whatever a caller gives: mappings, nested or dotted, and objects of any kind.
"""

from __future__ import annotations

import functools
import inspect
import keyword
from collections.abc import Mapping
from typing import Final, Literal, get_args

from notifyrules.conditions.misfits import describe
from notifyrules.diagnostics.nearest import nearest
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.graph.model import Fact

Extras = Literal["forbid", "ignore"]
"""What becomes of given facts that the rules do not declare."""

_EXTRAS: Final[tuple[str, ...]] = get_args(Extras)
_ABSENT: Final = object()
_LONGEST_PATH: Final = 200


class Collector:
    """
    Collect the declared facts of one chart.
    """

    def __init__(self, declared: Mapping[str, Fact]) -> None:
        """
        Prepare to collect the *declared* facts.
        """
        self._declared = declared
        self._groups = {name[:at] for name in declared for at, character in enumerate(name) if character == "."}

    def collect(self, given: object, extras: Extras, problems: list[FactProblem]) -> dict[str, object]:
        """
        Bring what was given into one value a declared fact; absent facts stay absent.

        Args:
            given: What the caller gave.
            extras: What becomes of facts that are not declared.
            problems: Takes what is wrong.

        Raises:
            FactsError: It can hold no facts at all.
            UsageError: *extras* is neither of the two.
        """
        if extras not in _EXTRAS:
            advice = did_you_mean(extras, _EXTRAS, f"the choices are {named(_EXTRAS)}")
            raise UsageError(f"`extras` cannot be `{visible(str(extras))}`", advice)
        found: dict[str, object] = {}
        if isinstance(given, Mapping):
            self._from_mapping(given, "", found, extras, problems)
        elif given is None or is_single(given):
            message = f"expected a mapping or an object, found {describe(given)}"
            raise FactsError([FactProblem("(facts)", message, "give facts such as {'channel.muted': True}")])
        else:
            self._from_object(given, "", found, problems)
        return found

    def is_group(self, path: str) -> bool:
        """
        Tell whether facts begin with a path.
        """
        return path in self._groups

    def _from_mapping(
        self,
        given: Mapping[object, object],
        prefix: str,
        found: dict[str, object],
        extras: Extras,
        problems: list[FactProblem],
    ) -> None:
        """
        Take the facts of a mapping, which may be nested, dotted, or both.
        """
        for key, value in given.items():
            if not isinstance(key, str):
                place = prefix.rstrip(".") or "(facts)"
                problems.append(FactProblem(place, f"the names of facts are text, found {describe(key)}"))
                continue
            path = f"{prefix}{key}"
            if path in self._declared:
                _take(path, value, found, problems)
            elif path in self._groups:
                self._from_group(path, value, found, extras, problems)
            elif extras == "forbid":
                near = nearest(path, self._declared)
                advice = f"did you mean `{near}`?" if near else ""
                problems.append(FactProblem(path[:_LONGEST_PATH], "is not a fact of these rules", advice))

    def _from_group(
        self, path: str, value: object, found: dict[str, object], extras: Extras, problems: list[FactProblem]
    ) -> None:
        """
        Take the facts of what stands where a group of facts does; None stands for no facts at all.
        """
        if isinstance(value, Mapping):
            self._from_mapping(value, f"{path}.", found, extras, problems)
        elif is_single(value):
            names = ", ".join(f"`{name}`" for name in self._declared if name.startswith(f"{path}."))
            what = f"expected a group of facts, found {describe(value)}"
            problems.append(FactProblem(path, what, f"its facts are {names}"))
        elif value is not None:
            self._from_object(value, f"{path}.", found, problems)

    def _from_object(self, given: object, prefix: str, found: dict[str, object], problems: list[FactProblem]) -> None:
        """
        Take the declared facts from an object's attributes; whatever else it has is its own affair.
        """
        depth = len(prefix)
        for part in dict.fromkeys(name[depth:].partition(".")[0] for name in self._declared if name.startswith(prefix)):
            value = getattr(given, f"{part}_" if keyword.iskeyword(part) else part, _ABSENT)
            path = prefix + part
            if value is _ABSENT:
                continue
            if path in self._declared:
                _take(path, value, found, problems)
            else:
                self._from_group(path, value, found, "ignore", problems)


def _take(path: str, value: object, found: dict[str, object], problems: list[FactProblem]) -> None:
    """
    Take the value of one fact.
    """
    if path in found:
        problems.append(FactProblem(path, "given twice", "give it once, nested or dotted"))
    found[path] = value


def is_single(value: object) -> bool:
    """
    Tell whether something is one value, or a way to get one, and can have no attributes that are facts.
    """
    singles = (str, bytes, bytearray, bool, int, float, list, tuple, set, frozenset, type, functools.partial)
    return isinstance(value, singles) or inspect.isroutine(value) or inspect.isawaitable(value)
