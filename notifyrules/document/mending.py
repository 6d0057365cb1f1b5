"""
Change the located tree of a file for the document model: what is misplaced is put right, what does not fit is cut out.

A part that stands one level too high or too low is reported once and read on as it was meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import nearest
from notifyrules.document.cases_model import CasePart, CasesDocument
from notifyrules.document.model import LongFact, LongType, NodePart, OutcomePart
from notifyrules.document.shapes import Part, Path
from notifyrules.source.located import Kind, Located, Map, Scalar, Seq
from notifyrules.source.text import Span

_HOLDERS: Mapping[str, type[Part]] = {"flow": NodePart, "outcomes": OutcomePart, "types": LongType, "facts": LongFact}
"""What the names of a section hold."""

_NEEDED: Mapping[str, type[Map | Seq]] = {"flow": Map, "outcomes": Map, "cases": Seq}
"""Sections that a file cannot do without; where they are cut out, an empty one takes their place."""


def mend(tree: Map, findings: Findings) -> None:
    """Put keys that stand beside the name of a node, outcome, type or fact under it, and write nested facts dotted."""
    for section, kind in _HOLDERS.items():
        key = tree.key(section)
        held = None if key is None else tree[key]
        if key is not None and isinstance(held, Map):
            # Of nodes, the keys of all kinds.
            keys = frozenset(key for one in (kind, *kind.__subclasses__()) for key in one.known_keys())
            tree[key] = _undented(held, keys, findings, short=kind in (LongFact, LongType))
    key = tree.key("facts")
    facts = None if key is None else tree[key]
    if key is not None and isinstance(facts, Map):
        tree[key] = _flattened(facts, findings)


def mend_cases(tree: Map, findings: Findings) -> None:
    """Put facts and expectations beside the key that they belong to under it, with an error for each part."""
    key = tree.key("cases")
    cases = None if key is None else tree[key]
    parts = [part for part in cases if isinstance(part, Map)] if isinstance(cases, Seq) else []
    for part, known in ((tree, CasesDocument.known_keys()), *((part, CasePart.known_keys()) for part in parts)):
        mended = _gathered(part, known, findings)
        part.clear()
        part.update(mended)


def _gathered(part: Map, known: tuple[str, ...], findings: Findings) -> Map:
    """Put what follows an empty key, and is none of the known ones, under it."""
    mended = Map(part.span)
    holder: Scalar | None = None
    for key, value in part.items():
        if key in known or holder is None or nearest(key, known) is not None:
            mended[key] = value
            holder = key if key in ("given", "per_medium", "each", "expect") and _is_empty(value) else None
            continue
        inner = mended[holder]
        if not isinstance(inner, Map):
            _report_beside(key, holder, findings)
            inner = mended[holder] = Map(Span(key.span.source, key.span.start, part.span.end))
        inner[key] = value
    return mended


def _report_beside(key: Scalar, name: Scalar, findings: Findings) -> None:
    message = f"`{key}` stands beside `{name}`, not in it"
    findings.add(Code.WRONG_SHAPE, key.span, message, help=f"indent what belongs to `{name}` deeper than its name")


def _undented(held: Map, keys: frozenset[str], findings: Findings, *, short: bool) -> Map:
    """Put keys that stand beside a name under it; where it may hold a word alone (*short*), only under an empty one."""
    mended = Map(held.span)
    name: Scalar | None = None
    told: Scalar | None = None
    for key, value in held.items():
        above = None if name is None else mended[name]
        open_ = above is not None and (_is_empty(above) or (isinstance(above, Map) and key not in above))
        if name is None or above is None or not open_ or key not in keys or not _is_part(key, value, keys):
            mended[key] = value
            name = key if _is_empty(value) or (isinstance(value, Map) and not short) else None
            continue
        if told is not name:
            _report_beside(key, name, findings)
            told = name
        inner = Map(above.span if isinstance(above, Map) else Span(key.span.source, key.span.start, held.span.end))
        inner.update(above if isinstance(above, Map) else {})
        inner[key] = value
        mended[name] = inner
    return mended


def _is_part(key: Scalar, value: Located, keys: frozenset[str]) -> bool:
    """Tell whether a value may be that of a key inside of a part, and is none of a name of its own."""
    if not isinstance(value, Map):
        return True
    own = not value or any(one in value for one in keys)
    return key in ("cases", "with", "data", "allow", "then", "else") and not own


def _is_empty(value: Located) -> bool:
    return isinstance(value, Scalar) and value.kind is Kind.NULL and value == ""


def _flattened(facts: Map, findings: Findings) -> Map:
    """Write facts that are nested in groups with their dotted names."""
    mended = Map(facts.span)
    for key, value in facts.items():
        if not isinstance(value, Map) or not value or any(one in LongFact.known_keys() for one in value):
            mended[key] = value
            continue
        first, declared = next(iter(value.items()))
        form = f"{key}.{first}: {declared}" if isinstance(declared, Scalar) else f"{key}.{first}: ..."
        message = f"`{key}` is a group of facts, and facts are declared by their whole names"
        findings.add(Code.WRONG_SHAPE, key.span, message, help=f"write one line each, such as `{form}`")
        for inner, one in value.items():
            mended[Scalar(f"{key}.{inner}", inner.span)] = one
    return mended


def resolve(tree: Map, path: Path) -> tuple[Located, Scalar | None]:
    """Follow a path into the tree: the value at its end, and its key where that is a mapping's."""
    value: Located = tree
    key: Scalar | None = None
    for step in path:
        if isinstance(value, Map):
            key = value.key(str(step))
            assert key is not None
            value = value[key]
        else:
            assert isinstance(value, Seq)
            assert isinstance(step, int)
            key, value = None, value[step]
    return value, key


def named_part(tree: Map, span: Span) -> tuple[str, str] | None:
    """Find the section and the name of the part of a file that a span lies in."""
    for section, entries in tree.items():
        if isinstance(entries, Map) and _encloses(entries.span, span):
            for name, value in entries.items():
                if _encloses(name.span, span) or _encloses(value.span, span):
                    return str(section), str(name)
    return None


def _encloses(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def cut(tree: Map, paths: Sequence[Path]) -> Map:
    """Copy a tree without what stands at the given paths."""
    copy = _cut(tree, paths)
    assert isinstance(copy, Map)
    for section in {str(path[0]) for path in paths if len(path) == 1} & _NEEDED.keys():
        key = tree.key(section) or Scalar(section, tree.span)
        copy[key] = _NEEDED[section](key.span)
    return copy


def _cut(value: Located, paths: Sequence[Path]) -> Located:
    """Copy a value without what stands at the given paths in it."""
    if not paths or isinstance(value, Scalar):
        return value
    below: dict[str | int, list[Path]] = defaultdict(list)
    for path in paths:
        below[path[0]].append(path[1:])
    if isinstance(value, Map):
        mapping = Map(value.span)
        mapping.update({key: _cut(one, below[str(key)]) for key, one in value.items() if () not in below[str(key)]})
        return mapping
    sequence = Seq(value.span)
    sequence.extend(_cut(one, below[number]) for number, one in enumerate(value) if () not in below[number])
    return sequence
