"""
Accept facts in forms other than a plain dict of the usual layout: objects, mappings, rows, dicts half dotted.

For each class that is met, code is written that takes what its instances give; what then becomes of the values is
written once. None of it makes errors: whatever is not as expected, the facts reader looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import CodeType, NoneType
from typing import Any, Final, TypeAlias

from notifyrules.compiled.dict_facts import Unusual
from notifyrules.compiled.facts_object import Facts
from notifyrules.compiled.facts_reader import is_mapping
from notifyrules.compiled.mapping_facts import MakeDict, dict_maker
from notifyrules.compiled.names import Names, compiled, run
from notifyrules.compiled.object_facts import ObjectWriter
from notifyrules.language.mismatch import Mismatch

ODD: Final = (Unusual, Mismatch, KeyError, TypeError, AttributeError)
"""What accepting code raises when the reader must look."""
ByForm: TypeAlias = Callable[[object, str], Any]
"""Takes facts of one form, and what becomes of undeclared ones; None where the reader must look."""
_CLASSES: Final = 64
"""Classes for which code is kept: a caller may make a class for every call."""
_TRIES: Final = 8
"""Objects of a class after which it is clear that it is not one that code can be written for."""
LOOSE: Final = object()
"""What stands among classes for plain dicts of another layout than usual."""


class Converters:
    """Make dicts of what is given for groups, and is none."""

    def __init__(self, code: FormsCode) -> None:
        self._code = code

    def __call__(self, path: str) -> tuple[dict[type, MakeDict], MakeDict]:
        """Give what makes dicts of what stands for the group of a path: by class, and of classes not met before."""
        known: dict[type, MakeDict] = {NoneType: _empty}
        return known, partial(self._convert, path, known)

    def _convert(self, path: str, known: dict[type, MakeDict], given: object) -> dict[Any, object]:
        """Make a dict of what is given for a group; Unusual where the reader must look."""
        parts = dict_maker(given) if is_mapping(given) else self._code.parts(f"{path}.", given)
        if parts is None:
            raise Unusual
        if given.__class__ is type(given) and len(known) < _CLASSES:
            known[type(given)] = parts
        return parts(given)


class FormsCode:
    """What one compiled chart knows of other forms, whatever facts are fixed before."""

    def __init__(self, writer: ObjectWriter, compile_values: Callable[[Converters], Any]) -> None:
        """Prepare to write; *compile_values* gives what binds the functions that take values and dicts."""
        self.writer = writer
        self.converters = Converters(self)
        self._compile_values = compile_values
        self._bind: Any = None
        """Gives them; None until they are asked for."""
        self._parts: dict[tuple[str, type], MakeDict] = {}
        self._wholes: dict[type, tuple[CodeType, Mapping[str, object]]] = {}
        self._tried: dict[type, int] = {}

    def bind(self, fixed: Facts | None, decide: object, forms: Mapping[object, ByForm], other: ByForm) -> Sequence[Any]:
        """Give the functions that take values, a dict of any layout, and perhaps a dict of the usual one."""
        if self._bind is None:
            self._bind = self._compile_values(self.converters)
        found: Sequence[Any] = self._bind(fixed, decide, forms, other)
        return found

    def parts(self, prefix: str, given: object) -> MakeDict | None:
        """Give what makes a dict of the facts of a group that objects like one have."""
        key = (prefix, type(given))
        if key not in self._parts:
            if len(self._parts) >= _CLASSES or self._is_tried(type(given)):
                return None
            names = _names()
            lines = self.writer.write_parts(prefix, given, names)
            if lines is None:
                return None
            self._parts[key] = run(compiled("\n".join(lines), "<facts of an object>"), names.table)["parts"]
        return self._parts[key]

    def whole(self, given: object) -> tuple[CodeType, Mapping[str, object]] | None:
        """Give the code of a function that takes facts of objects or mappings like one, with what it speaks of."""
        kind = type(given)
        if kind not in self._wholes:
            if len(self._wholes) >= _CLASSES or self._is_tried(kind):
                return None
            names = _names()
            lines = self.writer.write_whole(given, names)
            if lines is None:
                return None
            self._wholes[kind] = (compiled("\n".join(lines), "<facts of an object>"), names.table)
        return self._wholes[kind]

    def gives_up(self, kind: type) -> bool:
        """Tell whether there is no code for a class, and will be none."""
        return kind not in self._wholes and self._tried.get(kind, _TRIES) >= _TRIES

    def _is_tried(self, kind: type) -> bool:
        """Count how often code was tried to be written for a class."""
        if len(self._tried) < _CLASSES * _TRIES:
            self._tried[kind] = self._tried.get(kind, 0) + 1
        return self._tried.get(kind, _TRIES + 1) > _TRIES


class OtherForms:
    """Take facts of any form for one function, as far as that can be done without the reader."""

    __slots__ = ("_bound", "_code", "_decide", "_fixed", "_take", "by_class")

    def __init__(self, code: FormsCode, fixed: Facts | None) -> None:
        self._code = code
        self._fixed = fixed
        self._decide: object = None
        self._take: ByForm | None = None
        self._bound: Sequence[Any] = ()
        self.by_class: dict[object, ByForm] = {LOOSE: self._loose_first}
        """What takes facts, by their class, and dicts of another layout than usual."""

    def decides(self, decide: object, take: ByForm) -> None:
        """Say which function *decides*, and which one takes plain dicts of the usual layout."""
        self._decide, self._take = decide, take

    def unseen(self, facts: object, extras: str) -> Any:  # noqa: ANN401 - what its function gives
        """Take facts of a class that was not met before."""
        try:
            form = self._form(facts)
        except ODD:
            return None
        return None if form is None else form(facts, extras)

    def _loose_first(self, facts: object, extras: str) -> object:
        """Take the first dicts of another layout, until it is clear whether groups of them are often no dicts."""
        form: ByForm = self._functions()[1]
        try:
            code = self._code.whole(facts)
        except ODD:
            code = None
        if code is not None:
            form = self._whole(code, form)
        if code is not None or self._code.gives_up(dict):
            self.by_class[LOOSE] = form
        return form(facts, extras)

    def _functions(self) -> Sequence[Any]:
        if not self._bound:
            self._bound = self._code.bind(self._fixed, self._decide, self.by_class, self.unseen)
        return self._bound

    def _form(self, facts: object) -> ByForm | None:
        kind = type(facts)
        if isinstance(facts, Facts):
            self._keep(kind, _nothing)
            return None
        if kind is dict:
            self._keep(kind, self._take or self._functions()[2])
        else:
            form: ByForm = partial(self._mapping, dict_maker(facts)) if is_mapping(facts) else self._in_parts
            # A stand-in may be one for a mapping now and for something else then.
            if facts.__class__ is not kind:
                return form
            code = self._code.whole(facts)
            if code is None and not self._code.gives_up(kind):
                return form
            self._keep(kind, form if code is None else self._whole(code, form))
        return self.by_class.get(kind)

    def _whole(self, code: tuple[CodeType, Mapping[str, object]], otherwise: ByForm) -> ByForm:
        """Make the function that takes facts of a class, and gives what is not as usual to another one."""
        known = {"values": self._functions()[0], "otherwise": otherwise}
        made: ByForm = run(code[0], {**code[1], **known})["whole"]
        return made

    def _keep(self, kind: type, form: ByForm) -> None:
        if len(self.by_class) < _CLASSES:
            self.by_class[kind] = form

    def _mapping(self, make: MakeDict, facts: object, extras: str) -> object:
        """Take a mapping, or a row that has keys."""
        try:
            given = make(facts)
        except ODD:
            return None
        return self.by_class.get(dict, self.unseen)(given, extras)

    def _in_parts(self, facts: object, extras: str) -> object:
        """Take an object by what it has, group by group."""
        try:
            parts = self._code.parts("", facts)
            given = None if parts is None else parts(facts)
        except ODD:
            return None
        return None if given is None else self.by_class[LOOSE](given, extras)


def _names() -> Names:
    """Name what all code that is written here speaks of."""
    names = Names()
    for wanted, thing in {"ODD": ODD, "type": type, "len": len}.items():
        names.thing(wanted, thing)
    return names


def _empty(_none: object) -> dict[str, object]:
    """Take none for a group as no facts at all."""
    return {}


def _nothing(_facts: object, _extras: str) -> None:
    """Leave facts to the reader."""
