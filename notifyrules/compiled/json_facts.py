"""
Read facts from JSON as it came over the wire.

The parser that comes with pydantic is several times faster than Python's own, which looks again at whatever the first
does not take, and where a key may stand twice: of two values for one fact neither may be dropped in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from pydantic_core import from_json

from notifyrules.compiled.json_counts import count_marks, count_texts
from notifyrules.compiled.names import Names, compiled, run
from notifyrules.errors import FactProblem, FactsError
from notifyrules.graph.model import Fact, groups_of
from notifyrules.language.mismatch import describe
from notifyrules.language.types import Basic, ListOf
from notifyrules.source.json_errors import STRICT, UnfitJsonError, find_json_error

_UTF_8: Final = "utf-8"
_KINDS: Final = (str, bytes, bytearray)
parse_plainly: Final = partial(from_json, allow_inf_nan=False, cache_strings="keys")
"""Parses JSON where the extra is not installed."""
# It only saves time, and not everybody has it.
_parse: Final[Callable[[str | bytes | bytearray], Any]] = (
    import_module("orjson").loads if find_spec("orjson") else parse_plainly
)


class JsonReader:
    """Read the facts of one chart."""

    def __init__(self, declared: Mapping[str, Fact]) -> None:
        names = Names()
        size, count = names.thing("len", len), names.thing("count", count_texts)
        foreign = names.thing("foreign", _count_foreign)
        groups = ["", *sorted(groups_of(declared))]
        paths = {*declared, *groups[1:]}
        texts = len(paths)
        counted: list[str] = []
        for name, fact in declared.items():
            match fact.type.base:
                case Basic.BOOL | Basic.INT | ListOf(Basic.BOOL | Basic.INT):
                    continue
                case ListOf(Basic.SCHEDULE):
                    counted.append(f"{count}(found{_at(name)})")
                case ListOf() if not fact.type.nullable:
                    counted.append(f"{size}(found{_at(name)})")
                case Basic.SCHEDULE | ListOf():
                    counted.append(f"{count}(found{_at(name)})")
                case _:
                    # INVARIANT (no key twice): KeyError where it is absent. Key and text of it would make up for a
                    # foreign key and one that is lost.
                    counted.append(f"(found{_at(name)} is not None)")
        lines = ["def count_nested(found):", f"    texts = {' + '.join([str(texts), *counted])}"]
        for group in groups:
            inside = frozenset(path.rpartition(".")[2] for path in paths if path.rpartition(".")[0] == group)
            held = f"found{_at(group)}"
            known = names.constant(inside, "known")
            lines += [f"    if {size}({held}) != {len(inside)}:", f"        texts += {foreign}({held}, {known})"]
        source = "\n".join([*lines, "    return texts"])
        self._count_nested = run(compiled(source, "<texts of facts>"), names.table)["count_nested"]

    def read(self, data: object) -> object:
        """
        Read facts that are written as JSON, strictly: no key twice in one object, no NaN.

        Args:
            data: Text, or UTF-8.

        Returns:
            What JSON holds, as Python's own reader gives it.

        Raises:
            FactsError: It is not JSON.
        """
        if data.__class__ is not bytes and not isinstance(data, _KINDS):
            message = f"expected JSON as bytes or text, found {describe(data)}"
            advice = "facts that are read already `should_notify` takes"
            raise FactsError([FactProblem("(facts)", message, advice)])
        try:
            found = _parse(data)
        except (ValueError, TypeError):
            return self.read_exactly(data)
        # INVARIANT (no key twice): every text has two marks that are not escaped, those of keys that are lost as well.
        marks = data.count('"') if isinstance(data, str) else data.count(b'"')
        try:
            counted = 2 * self._count_nested(found)
            if counted == marks or counted == count_marks(data):
                return found
        except (KeyError, TypeError, AttributeError):
            pass
        return found if 2 * count_texts(found) == count_marks(data) else self.read_exactly(data)

    def read_exactly(self, data: str | bytes | bytearray) -> object:
        """Read the same by Python's own parser, which says what is wrong, and keeps every digit."""
        try:
            text = data if isinstance(data, str) else data.decode(_UTF_8)
        except UnicodeDecodeError as error:
            problem = f"this is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}"
            raise FactsError([FactProblem("(facts)", problem)]) from None
        try:
            return STRICT.decode(text)
        except json.JSONDecodeError:
            at, problem = find_json_error(text)
            line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
            told = f"this is not JSON, at line {line}, column {column}: {problem}"
        except UnfitJsonError as error:
            told = (
                f"the key `{error.word}` stands twice in one object" if error.twice else f"`{error.word}` is not JSON"
            )
        except RecursionError:
            told = "the JSON nests too deeply"
        raise FactsError([FactProblem("(facts)", told)])


def _count_foreign(group: dict[str, object], known: frozenset[str]) -> int:
    """Count the texts in a group that belong to nothing *known*; KeyError where something known is absent."""
    if not known <= group.keys():
        raise KeyError
    return sum(1 + count_texts(value) for key, value in group.items() if key not in known)


def _at(path: str) -> str:
    """Write where a group or a fact stands in nested dicts."""
    return "".join(f"[{part!r}]" for part in path.split(".")) if path else ""
