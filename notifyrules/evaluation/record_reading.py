"""Read records strictly: what JSON gave of something that was logged may have been cut short or forged."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, TypeVar, get_args

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import Branch, Passage, Step
from notifyrules.graph.model import Node
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.types import BOOL, INSTANT, INT, MAX_ITEMS, TEXT, Basic, ListOf, Type
from notifyrules.language.values import Value, conform, write_literal

FORMAT_VERSION: Final = 1
"""The version of the form that records are written in."""
VERSION_KEY: Final = "notifyrules-record"
"""The key that says that a mapping is a record, and which version of the form it is written in."""
MAX_DEPTH: Final = 100
"""Records inside records: branches inside branches and charts inside charts."""
RECORD_KEYS = (
    *(VERSION_KEY, "rules", "outcome", "notify", "reason", "reasons", "because", "data", "data_types", "recheck_at"),
    *("facts", "facts_types", "told_from", "withheld", "steps"),
)
RULES_KEYS = ("name", "title", "path", "digest")
_STEP_KEYS = (
    *("node", "kind", "ask", "answer", "arrow", "to", "facts", "facts_types", "because", "tried", "inner"),
    *("file", "line"),
)
_BRANCH_KEYS = ("arrow", "outcome", "steps")
_PASSAGE_KEYS = ("chart", "outcome", "because", "steps")
_KINDS: Mapping[str | bool | None, str] = {one.kind: one.kind for one in get_args(Node)}
_TYPES: Final = {str(Type(base)): Type(base) for basic in Basic for base in (basic, ListOf(basic))}
_NAME_SHOWN: Final = 60
_HELP: Final = "give it whole, as `decision.to_dict()` or `notifyrules decide --json` wrote it"

_Chosen = TypeVar("_Chosen")


def read_passage(part: RecordPart, chart: str) -> Passage:
    """Read a way through a chart."""
    return Passage(chart, part.text("outcome"), _read_steps(part), part.text_or_null("because"))


def _read_steps(part: RecordPart) -> tuple[Step, ...]:
    return tuple(_read_step(step) for step in part.parts("steps", _STEP_KEYS))


def _read_step(part: RecordPart) -> Step:
    inner = part.part_or_null("inner", _PASSAGE_KEYS)
    return Step(
        node=part.text("node"),
        kind=part.choice("kind", _KINDS),
        ask=part.text("ask"),
        answer=part.text("answer"),
        arrow=part.text("arrow"),
        to=part.text("to"),
        facts=part.values("facts"),
        because=part.text_or_null("because"),
        tried=tuple(
            Branch(branch.text("arrow"), _read_steps(branch), branch.text("outcome"))
            for branch in part.parts("tried", _BRANCH_KEYS)
        ),
        inner=None if inner is None else read_passage(inner, inner.text("chart")),
        file=part.text("file"),
        line=part.count("line"),
    )


class RecordPart:
    """One mapping of a record, and its place in it; every method raises :class:`UsageError` for the unexpected."""

    __slots__ = ("_depth", "_found", "_place")

    def __init__(self, found: object, place: str, keys: Collection[str], depth: int = 0) -> None:
        """
        Take a mapping of text to plain data that has no other keys than *keys*.

        Args:
            found: What stands there.
            place: Where it stands, such as `steps[2].inner`; empty for the record itself.
            keys: The keys it may have.
            depth: Mappings of the same kind around it.
        """
        self._place = place
        self._depth = depth
        if depth > MAX_DEPTH:
            raise malformed(place, f"nests more than {MAX_DEPTH} levels deep")
        if not isinstance(found, Mapping):
            raise malformed(place, f"is {describe(found)}, not a mapping")
        self._found: Mapping[object, object] = found
        for key in found:
            if key not in keys:
                raise malformed(self._at(_shown(key)), "is not a key of records", did_you_mean(key, keys))

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _take(self, key: str) -> object:
        if key not in self._found:
            raise malformed(self._at(key), "is missing")
        return self._found[key]

    def text(self, key: str) -> str:
        """Give text that is valid Unicode."""
        given = self._take(key)
        if not isinstance(given, str):
            raise malformed(self._at(key), f"is {describe(given)}, not text")
        try:
            given.encode()
        except UnicodeEncodeError:
            raise malformed(self._at(key), "holds a character that is not valid Unicode") from None
        return str.__str__(given)

    def text_or_null(self, key: str) -> str | None:
        """Give text, or None where there is null."""
        return None if self._take(key) is None else self.text(key)

    def count(self, key: str) -> int:
        """Give a number that is not negative."""
        given = self._take(key)
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise malformed(self._at(key), f"is {describe(given)}, not a count")
        return given

    def choice(self, key: str, choices: Mapping[str | bool | None, _Chosen]) -> _Chosen:
        """Give what *choices* has for the value."""
        given = self._take(key)
        # A number would be found where a bool stands.
        if (given is None or isinstance(given, (bool, str))) and given in choices:
            return choices[given]
        expected = named(choice if isinstance(choice, str) else write_literal(choice) for choice in choices)
        raise malformed(self._at(key), f"is {describe(given)}, not one of {expected}")

    def instant_or_null(self, key: str) -> datetime | None:
        """Give an instant in UTC, or None where there is null."""
        given = self._take(key)
        if given is None:
            return None
        instant = self._conform(INSTANT, given, key)
        assert isinstance(instant, datetime)
        return instant

    def names(self, key: str) -> tuple[str, ...]:
        """Give a list of names; none where the key is missing, as in logs that were written before there was one."""
        given = self._found.get(key, ())
        if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
            raise malformed(self._at(key), "is not a list of names")
        return tuple(map(str, given))

    def part(self, key: str, keys: Collection[str]) -> RecordPart:
        """Give a mapping that has no other keys than *keys*."""
        return RecordPart(self._take(key), self._at(key), keys, self._depth + 1)

    def part_or_null(self, key: str, keys: Collection[str]) -> RecordPart | None:
        """Give such a mapping, or None where there is null."""
        return None if self._take(key) is None else self.part(key, keys)

    def parts(self, key: str, keys: Collection[str]) -> tuple[RecordPart, ...]:
        """Give a list of such mappings."""
        given = self._take(key)
        if not isinstance(given, (list, tuple)):
            raise malformed(self._at(key), f"is {describe(given)}, not a list")
        return tuple(
            RecordPart(one, f"{self._at(key)}[{index}]", keys, self._depth + 1) for index, one in enumerate(given)
        )

    def values(self, key: str) -> Mapping[str, Value]:
        """Give values by name; `<key>_types` beside them names the types that JSON cannot tell."""
        given, types_key = self._mapping(key), f"{key}_types"
        types = self._mapping(types_key) if types_key in self._found else {}
        for name in types:
            if name not in given:
                raise malformed(f"{self._at(types_key)}.{_shown(name)}", f"has no value under `{self._at(key)}`")
        values: dict[str, Value] = {}
        for name, value in given.items():
            spelt = types.get(name)
            wanted = _TYPES.get(spelt) if isinstance(spelt, str) else None
            if wanted is None and name in types:
                raise malformed(f"{self._at(types_key)}.{_shown(name)}", f"is {describe(spelt)}, not a type")
            values[name] = self._conform(wanted, value, f"{key}.{_shown(name)}")
        return values

    def _mapping(self, key: str) -> Mapping[str, object]:
        given = self._take(key)
        if not isinstance(given, Mapping):
            raise malformed(self._at(key), f"is {describe(given)}, not a mapping")
        for name in given:
            if not isinstance(name, str) or name.encode("utf-8", "replace").decode() != name:
                raise malformed(self._at(key), f"has a name that is none: {_shown(name)}")
        return given

    def _conform(self, wanted: Type | None, given: object, key: str) -> Value:
        """Read a value of the type wanted; without one, of the type that JSON tells."""
        try:
            if wanted is not None:
                return conform(wanted, given)
            if isinstance(given, (list, tuple)):
                if len(given) > MAX_ITEMS:
                    raise Mismatch(f"a list of {len(given):,} items", "")  # noqa: TRY301 - worded below like the others
                return tuple(conform(_told(item), item) for item in given)
            return None if given is None else conform(_told(given), given)
        except Mismatch as mismatch:
            expected = f", not {mismatch.expected}" if mismatch.expected else ""
            raise malformed(self._at(key), f"is {mismatch.found}{expected}") from None


def _told(given: object) -> Type:
    match given:
        case bool():
            return BOOL
        case int():
            return INT
        case str():
            return TEXT
        case _:
            raise Mismatch(describe(given), "a value of the language")


def refuse_other_version(written: object) -> None:
    """Refuse what is no record at all, and a record of another version before its keys are looked at."""
    if not isinstance(written, Mapping):
        raise malformed("", f"is {describe(written)}, not a mapping")
    found = written.get(VERSION_KEY)
    if not isinstance(found, int) or isinstance(found, bool):
        raise malformed("", f"has no `{VERSION_KEY}: {FORMAT_VERSION}`")
    if found != FORMAT_VERSION:
        raise UsageError(
            f"the record is written in version {found} of its form; this package reads version {FORMAT_VERSION}",
            "use the version of notifyrules that wrote it",
        )


def malformed(place: str, what: str, advice: str = "") -> UsageError:
    """Make the error that says *what* is wrong at a place; an empty one is the record itself."""
    subject = f"`{place}`" if place else "it"
    return UsageError(f"this is no record of a decision: {subject} {what}", advice or _HELP)


def _shown(name: object) -> str:
    """Show a name that may be anything: as it is where it is a usual one, otherwise quoted and shortened."""
    if isinstance(name, str) and len(name) <= _NAME_SHOWN and re.fullmatch(r"[\w.-]+", name):
        return name
    return describe(name) if not isinstance(name, str) else ascii(name[:_NAME_SHOWN])
