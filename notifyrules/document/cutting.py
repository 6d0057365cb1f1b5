"""Find places in a located tree, and copy it without what stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from notifyrules.source.located import Located, Map, Scalar, Seq
from notifyrules.source.text import Span

Path: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

_NEEDED: Mapping[str, type[Map | Seq]] = {"flow": Map, "outcomes": Map, "cases": Seq}
"""Sections that a file cannot do without; where they are cut out, an empty one takes their place."""


def resolve(tree: Map, location: Sequence[str | int]) -> tuple[Path, Located, Scalar | None]:
    """
    Follow a location of pydantic's into the tree.

    Returns:
        The path that exists, the value at its end, and the key that names that value.
    """
    value: Located = tree
    path: list[str | int] = []
    key: Scalar | None = None
    for step in location:
        if isinstance(value, Map) and not isinstance(step, int) and (written := value.key(str(step))) is not None:
            key, value = written, value[written]
        elif isinstance(value, Seq) and isinstance(step, int) and step < len(value):
            value = value[step]
            key = None
        else:
            # The tags by which pydantic tells the forms of a value apart are no part of the file.
            continue
        path.append(step)
    return tuple(path), value, key


def named_part(tree: Map, span: Span) -> tuple[str, str] | None:
    """Find the section and the name of the part of a file that a span lies in."""
    for section, entries in tree.items():
        if isinstance(entries, Map) and _encloses(entries.span, span):
            for name, value in entries.items():
                if _encloses(name.span, span) or _encloses(value.span, span):
                    return str(section), str(name)
    return None


def _encloses(outer: Span, inner: Span) -> bool:
    """Tell whether one span lies in another."""
    return outer.start <= inner.start and inner.end <= outer.end


def cut(tree: Map, paths: Sequence[Path]) -> Map:
    """Copy a tree without what stands at the given paths."""
    copy = _cut_map(tree, paths)
    for section in {str(path[0]) for path in paths if len(path) == 1}:
        if section in _NEEDED:
            key = tree.key(section) or Scalar(section, tree.span)
            copy[key] = _NEEDED[section](key.span)
    return copy


def _cut_map(tree: Map, paths: Sequence[Path]) -> Map:
    """Copy a mapping without what stands at the given paths."""
    below = _by_head(paths)
    copy = Map(tree.span)
    for key, value in tree.items():
        deeper = below.get(str(key))
        if deeper is None:
            copy[key] = value
        elif () not in deeper:
            copy[key] = _cut(value, deeper)
    return copy


def _cut(value: Located, paths: Sequence[Path]) -> Located:
    """Copy a value without what stands at the given paths in it."""
    if isinstance(value, Map):
        return _cut_map(value, paths)
    if not isinstance(value, Seq):
        return value
    below = _by_head(paths)
    copy = Seq(value.span)
    for number, item in enumerate(value):
        deeper = below.get(number)
        if deeper is None:
            copy.append(item)
        elif () not in deeper:
            copy.append(_cut(item, deeper))
    return copy


def _by_head(paths: Sequence[Path]) -> dict[str | int, list[Path]]:
    """Group paths by their first step."""
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    return below
