"""
Write code that takes facts from objects of one class by the attributes that its instances are seen to have.

What an instance may have more or less of is tested for each; where one is not like the first, and for classes that
make attributes up, the facts reader (:mod:`notifyrules.compiled.facts_reader`) looks, whose rules these are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from types import GetSetDescriptorType
from typing import Any, Final

from notifyrules.compiled.dict_facts import Unusual
from notifyrules.compiled.facts_object import Facts
from notifyrules.compiled.facts_reader import aliases_of, fields_of, is_lost, is_mapping, is_single
from notifyrules.compiled.mapping_facts import KeySight, look_at_mapping
from notifyrules.compiled.names import Names, indent
from notifyrules.graph.model import Fact, groups_of

_MISSING: Final = object()
_HELD: Final = "__dict__"
_OTHERWISE: Final = "return otherwise(o, extras)"


@dataclass(frozen=True, slots=True)
class Sight:
    """How the instances of a class give facts."""

    reads: Mapping[str, str]
    """By the name of a fact or group the attribute, or the name in the instance's own dict."""
    own: frozenset[str]
    """Those that are read from that dict."""
    odd: frozenset[str] | None
    """Names that change what is read where that dict has them; None where instances have none."""
    extras: bool
    """Whether instances may have attributes that are held beside it."""

    def write(self, variable: str, names: Names, refusal: str) -> tuple[list[str], dict[str, str]]:
        """Write what is tested of an instance, or *refusal*, and how each name is read of it."""
        held = f"{variable}_held"
        lines: list[str] = []
        if self.odd is not None:
            lines += [f"{held} = {variable}.{_HELD}"]
            others = f"not {names.thing('odd', self.odd)}.isdisjoint({held})"
            lines += [f"if len({held}) != {len(self.own)} and {others}:", f"    {refusal}"]
        if self.extras:
            lines += [f"if {variable}.__pydantic_extra__:", f"    {refusal}"]
        reads = {
            name: f"{held}[{attribute!r}]" if name in self.own else f"{variable}.{attribute}"
            for name, attribute in self.reads.items()
        }
        return lines, reads

    def value(self, given: object, name: str) -> object:
        """Read what one instance has by a name."""
        return getattr(given, self.reads[name])


def look(given: object, parts: Iterable[str], dotted: Collection[str]) -> Sight | None:
    """
    Find how an object gives facts.

    Args:
        given: One instance of the class.
        parts: The names of facts and groups that it may have.
        dotted: Their names with dots, which no attribute in code has.

    Returns:
        None where only the reader can tell.
    """
    kind = type(given)
    if kind is not given.__class__ or isinstance(given, Facts) or is_mapping(given) or is_single(given):
        return None
    if _owner(kind, "__getattribute__") not in (object, tuple) or _makes_up(kind):
        return None
    fields = fields_of(given)
    if fields is not None:
        names = [*parts, *dotted]
        fixed = issubclass(kind, tuple) and _static(kind, "_fields") is fields
        if not fixed or any(is_lost(field, names) for field in fields):
            return None
        written = [part for part in parts if _written(part) in fields]
        return Sight({part: _written(part) for part in written}, frozenset(), None, extras=False) if written else None
    owner = _owner(kind, _HELD)
    if owner is not None and not isinstance(vars(owner)[_HELD], GetSetDescriptorType):
        return None
    return _look_at_attributes(kind, None if owner is None else vars(given), tuple(parts), dotted, given)


def _look_at_attributes(
    kind: type,
    held: Mapping[str, object] | None,
    parts: Sequence[str],
    dotted: Collection[str],
    given: Any,  # noqa: ANN401
) -> Sight | None:
    """Find how an object gives facts that is neither a mapping nor a named tuple."""
    aliases = aliases_of(kind)
    extras = getattr(kind, "model_config", {}).get("extra") == "allow" if aliases or _is_model(kind) else False
    if extras and given.__pydantic_extra__:
        return None
    attributes = {name: name for name in held or ()} | aliases
    reads: dict[str, str] = {}
    for part in parts:
        written = _written(part)
        if not _has(kind, held, written):
            written = attributes.get(part, written)
        if _has(kind, held, written):
            reads[part] = written
    reads |= {name: attributes[name] for name in dotted if name in attributes}
    own = frozenset(name for name, attribute in reads.items() if _is_own(kind, held, attribute))
    if not reads or any(not name.isidentifier() or iskeyword(name) for part, name in reads.items() if part not in own):
        return None
    if held is None:
        return Sight(reads, own, None, extras)
    names = {*parts, *map(_written, parts), *dotted, *(aliases[name] for name in (*parts, *dotted) if name in aliases)}
    return Sight(reads, own, frozenset(names - set(reads.values())), extras)


def _written(part: str) -> str:
    return f"{part}_" if iskeyword(part) else part


def _owner(kind: type, name: str) -> type | None:
    return next((one for one in kind.__mro__ if name in vars(one)), None)


def _static(kind: type, name: str) -> object:
    owner = _owner(kind, name)
    return _MISSING if owner is None else vars(owner)[name]


def _is_model(kind: type) -> bool:
    return hasattr(kind, "__pydantic_fields__")


def _makes_up(kind: type) -> bool:
    """Tell whether instances have attributes that neither they nor their class hold."""
    owner = _owner(kind, "__getattr__")
    # Models have one for what they hold elsewhere, whose names begin with an underscore.
    return owner is not None and not (_is_model(kind) and owner.__module__.startswith("pydantic."))


def _has(kind: type, held: Mapping[str, object] | None, name: str) -> bool:
    return (held is not None and name in held) or _owner(kind, name) is not None


def _is_own(kind: type, held: Mapping[str, object] | None, name: str) -> bool:
    """Tell whether an attribute is what the instance's dict holds: nothing in the class computes it."""
    return held is not None and name in held and not hasattr(type(_static(kind, name)), "__get__")


class ObjectWriter:
    """Write functions for the objects that facts and groups of them are given as."""

    def __init__(self, declared: Mapping[str, Fact], slots: Mapping[str, str], fixed: Collection[str]) -> None:
        """Prepare for the *declared* facts and their slots; objects that have *fixed* ones are left to the reader."""
        self._declared = declared
        self._slots = slots
        self._fixed = {*fixed, *groups_of(fixed)} - groups_of(declared)

    def parts(self, prefix: str) -> dict[str, None]:
        """Give the names of facts and groups in a group, in the order declared."""
        depth = len(prefix)
        return dict.fromkeys(name[depth:].partition(".")[0] for name in self._declared if name.startswith(prefix))

    def look(self, prefix: str, given: object) -> Sight | KeySight | None:
        """Find how an object or a mapping gives the facts of a group."""
        depth = len(prefix)
        inside = {name[depth:]: fact for name, fact in self._declared.items() if name.startswith(prefix)}
        if is_mapping(given):
            return look_at_mapping(given, inside, whole=not prefix)
        fixed = {name[depth:] for name in self._fixed if name.startswith(prefix)}
        names = dict.fromkeys(name for name in (*inside, *groups_of(inside), *fixed) if "." in name)
        # What begins with an underscore a model may hold where nobody looks.
        parts = [*self.parts(prefix), *(name for name in fixed if "." not in name)]
        if _is_model(type(given)) and any(part.startswith("_") for part in parts):
            return None
        return look(given, parts, tuple(names))

    def write_parts(self, prefix: str, given: object, names: Names) -> list[str] | None:
        """Write a function `parts` that makes a dict of an object of the class of *given*: what it has of a group."""
        if (sight := self.look(prefix, given)) is None:
            return None
        tests, reads = sight.write("o", names, f"raise {names.thing('Unusual', Unusual)}")
        entries = (f"        {name!r}: {read}," for name, read in reads.items())
        return ["def parts(o):", *indent(tests), "    return {", *entries, "    }"]

    def write_whole(self, given: object, names: Names) -> list[str] | None:
        """
        Write a function `whole` that decides by an object or a mapping whose groups are objects or mappings too.

        Returns:
            Its lines, which speak of `values`, `otherwise` and `ODD`; None where it is another kind of object, or a
            plain dict without such groups.
        """
        if isinstance(given, dict) and type(given) is dict:
            groups = {name.partition(".")[0] for name in self._declared if "." in name}
            if all(type(given[group]) is dict for group in groups.intersection(given)):
                return None
        lines = self._fetch("", "o", given, names)
        if lines is None:
            return None
        return [
            "def whole(o, extras):",
            "    if extras == 'forbid' or extras == 'ignore':",
            "        try:",
            *(f"            {line}" for line in lines),
            f"            return values({', '.join(self._slots.values())})",
            "        except ODD:",
            "            pass",
            f"    {_OTHERWISE}",
        ]

    def _fetch(self, prefix: str, variable: str, given: object, names: Names) -> list[str] | None:
        if (sight := self.look(prefix, given)) is None:
            return None
        lines, reads = sight.write(variable, names, _OTHERWISE)
        absent = {name for name in self._declared if name.startswith(prefix)}
        for name, read in reads.items():
            path = prefix + name
            if path in self._declared:
                lines.append(f"{self._slots[path]} = {read}")
                absent.discard(path)
                continue
            inner = names.new(f"{name}_given")
            value = sight.value(given, name)
            fetched = None if "." in name else self._fetch(f"{path}.", inner, value, names)
            within = {one for one in absent if one.startswith(f"{path}.")}
            # INVARIANT (given once): a fact that is read by its dotted name as well is left to the reader.
            if fetched is None or within & {prefix + one for one in reads}:
                return None
            kind = names.thing(f"{type(value).__name__}_class", type(value))
            lines += [f"{inner} = {read}", f"if type({inner}) is not {kind}:", f"    {_OTHERWISE}", *fetched]
            absent -= within
        return self._defaults(absent, lines, names)

    def _defaults(self, absent: Collection[str], lines: list[str], names: Names) -> list[str] | None:
        """Write that facts that the class does not have are their defaults; None where one has none."""
        missing = [fact for name, fact in self._declared.items() if name in absent]
        if any(not fact.has_default for fact in missing):
            return None
        filled = (f"{self._slots[one.name]} = {names.thing(f'default_{one.name}', one.default)}" for one in missing)
        return [*lines, *filled]
