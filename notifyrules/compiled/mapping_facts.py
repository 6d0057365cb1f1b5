"""
Find how mappings give facts, and rows that have keys but are no mappings.

Plain dicts hold what they give. Of any other mapping only what it names counts, and nothing that it makes up.
"""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from notifyrules.compiled.dict_facts import Unusual
from notifyrules.compiled.facts_object import Facts
from notifyrules.compiled.names import Names
from notifyrules.graph.model import Fact

MakeDict: TypeAlias = Callable[[Any], dict[str, object]]
"""Makes a dict of what an object has of the facts of a group."""
_ROW: Final = ("sqlite3", "Row")
"""A row whose values stand in the order of its keys, and are dear to find by them."""
_READING: Final = ("__getitem__", "__iter__", "__len__", "__missing__", "__ror__", "items", "keys")
"""What may make of a class something else than a plain dict."""
_ITEMS: Final[type] = type({}.items())


@dataclass(frozen=True, slots=True)
class KeySight:
    """How the mappings of a class give the facts of a group: all of them, or some and the others by default."""

    wanted: Collection[str]
    """Its keys: the facts and groups of the group, or all facts by their dotted names."""
    order: list[str]
    """The keys, in the order in which the first one gave them if it had them all."""
    defaults: Mapping[str, object]
    """What stands for each key that is absent."""
    make: MakeDict | None
    """Makes a dict of it; None where it is as good as one."""

    def write(self, variable: str, names: Names, refusal: str) -> tuple[list[str], dict[str, str]]:
        """Write what is tested of a mapping, or *refusal*, and how each name is read of it."""
        held, count = f"{variable}_held", len(self.wanted)
        unlike, given, lines = f"len({held}) != {count}", held, [f"{held} = {variable}"]
        if self.make is _of_proxy:
            lines = [f"{held} = {{}} | {variable}", f"if {held}.__class__ is not {names.thing('dict', dict)}:"]
            lines += [f"    {refusal}"]
        elif self.make in _ASKED:
            found = f"{held}_keys"
            wanted, order = names.thing("wanted", frozenset(self.wanted)), names.thing("order", self.order)
            # A list of the mapping itself would ask it for its length too, which it may not know.
            lines += [f"{found} = [*{_ASKED[self.make].format(variable, iter=names.thing('iter', iter))}]"]
            unlike = f"{found} != {order} and (len({found}) != {count} or not {wanted}.issubset({found}))"
            given = f"{names.thing('of_keys', _of_keys)}({variable}, {found})"
        elif self.make is not None:
            lines = [f"{held} = {names.thing('make', self.make)}({variable})"]
        lines += [
            f"if {unlike}:",
            f"    {held} = {names.thing('defaults', self.defaults)} | {given}",
            f"    if len({held}) != {count}:",
            f"        {refusal}",
        ]
        return lines, {name: f"{held}[{name!r}]" for name in self.wanted}

    def value(self, given: Any, name: str) -> object:  # noqa: ANN401 - a mapping, or a row with keys
        """Read what one mapping has by a name."""
        held = self.make(given) if self.make else given
        return held[name]


def look_at_mapping(given: Any, inside: Mapping[str, Fact], *, whole: bool) -> KeySight | None:  # noqa: ANN401
    """
    Find how a mapping gives facts.

    Args:
        given: One mapping of the class, or a row with keys.
        inside: The facts that it may have, by their names in it.
        whole: Whether these are all facts, which it may have by their dotted names too.

    Returns:
        None where only the reader can tell.
    """
    kind = type(given)
    if kind is not given.__class__ or isinstance(given, Facts):
        return None
    make = None if _is_plain(kind) else dict_maker(given)
    held = [*(make(given) if make else given)]
    groups = {name.partition(".")[0] for name in inside if "." in name}
    if groups.issubset(held):
        defaults: dict[str, object] = {group: {} for group in groups}
        wanted = [*dict.fromkeys(name.partition(".")[0] for name in inside)]
    elif whole and groups.isdisjoint(held):
        defaults, wanted = {}, [*inside]
    else:
        return None
    defaults |= {name: inside[name].default for name in wanted if name not in groups and inside[name].has_default}
    order = held if sorted(held) == sorted(wanted) else wanted
    return KeySight(wanted, order, defaults, make)


def _is_plain(kind: type) -> bool:
    """Tell whether dicts of a class give what they hold, as plain ones do."""
    return kind is OrderedDict or _is_like(kind, dict, *_READING)


def _is_like(kind: type, base: type, *names: str) -> bool:
    """Tell whether a class has some methods from another one, or lacks them as it does."""
    return issubclass(kind, base) and all(getattr(kind, name, None) is getattr(base, name, None) for name in names)


def dict_maker(given: object) -> MakeDict:
    """Give what makes dicts of mappings of a class, or of rows that have keys; Unusual where a key comes twice."""
    kind = type(given)
    if _is_like(kind, dict, "items", "__iter__"):
        return dict.copy
    if kind in _MAKERS:
        return _MAKERS[kind]
    if _is_like(kind, UserDict, *_READING):
        return _of_user_dict
    if (kind.__module__, kind.__name__) == _ROW:
        return _of_row
    if not isinstance(given, Mapping):
        return _by_own_keys
    return _by_keys if getattr(kind, "items", None) is Mapping.items else _by_items


def _of_proxy(given: Any) -> dict[str, object]:  # noqa: ANN401 - a class of the standard library, here and below
    found = {} | given
    return found if found.__class__ is dict else _by_items(given)


def _of_user_dict(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Take the dict that it holds, which nobody changes here."""
    found: dict[str, object] = given.data
    return found if found.__class__ is dict else _by_keys(given)


def _of_chain(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Join the dicts of a chain, whose keys are dear to find one after the other."""
    found: dict[str, object] = {}
    for one in reversed(given.maps):
        if one.__class__ is not dict:
            return _by_keys(given)
        found |= one
    return found


def _of_row(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Read a row of SQLite, which holds its values in the order of its keys."""
    keys = given.keys()
    found = dict(zip(keys, given, strict=True))
    if len(found) != len(keys):
        raise Unusual
    return found


def _by_own_keys(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Read a row, which may give its values and not its keys to whoever goes through it."""
    return _of_keys(given, list(given.keys()))


def _by_keys(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Read a mapping that gives its items by its keys; its length is not asked for."""
    return _of_keys(given, list(iter(given)))


def _of_keys(given: Any, keys: list[str]) -> dict[str, object]:  # noqa: ANN401
    found = {key: given[key] for key in keys}
    if len(found) != len(keys):
        raise Unusual
    return found


def _by_items(given: Any) -> dict[str, object]:  # noqa: ANN401
    """Read a mapping that gives items of its own."""
    pairs = given.items()
    if pairs.__class__ is not _ITEMS:
        pairs = list(pairs)
    found: dict[str, object] = dict(pairs)
    if len(found) != len(pairs):
        raise Unusual
    return found


_ASKED: Final[Mapping[MakeDict | None, str]] = {_by_keys: "{iter}({})", _by_own_keys: "{}.keys()"}
"""How one goes through the keys of a mapping, by what makes a dict of it with these keys."""
_MAKERS: Final[Mapping[type, MakeDict]] = {MappingProxyType: _of_proxy, ChainMap: _of_chain}
