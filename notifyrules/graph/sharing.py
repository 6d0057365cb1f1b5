"""Bring together what a file declares and includes: types, facts, lets, data, legend and assumptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import named
from notifyrules.document.files import Place
from notifyrules.document.model import Fragment, LongType, Shared
from notifyrules.document.reader import WHOLE, Reading
from notifyrules.graph.chosen_names import (
    check_path,
    check_type_name,
    check_visible,
    report_clash,
    split_let,
    used_as,
)
from notifyrules.graph.colours import COLOURS, is_colour
from notifyrules.graph.declarations import NamedTypes, read_declaration, read_fact, read_named_type
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Let
from notifyrules.graph.reachability import find_cycles, topological
from notifyrules.language.checker import check_let
from notifyrules.language.parsing import parse_declaration
from notifyrules.language.scope import LetSyntax, Scope
from notifyrules.language.syntax import Declaration, names_in
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

OpenDocument = Callable[[str, Place, Span], "tuple[Place, Reading] | None"]
"""Opens an included file by its reference; None after a finding."""


_SHARED = ("types", "facts", "let", "data", "legend", "include")
"""Sections of included files whose names count where they are brought in."""


@dataclass(slots=True)
class _Names:
    """What has been declared so far, over all files."""

    facts_and_lets: dict[str, tuple[Span, str]] = field(default_factory=dict)
    """Where each name stands, and what it is; so with the next two."""
    data: dict[str, tuple[Span, str]] = field(default_factory=dict)
    legend: dict[str, tuple[Span, str]] = field(default_factory=dict)
    lets: dict[str, LetSyntax] = field(default_factory=dict)
    parameters: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    """Where the parameters of each let stand."""
    included_lets: set[str] = field(default_factory=set)
    assume: list[Scalar] = field(default_factory=list)


def gather(draft: Draft, place: Place, open_document: OpenDocument) -> tuple[Scalar, ...]:
    """Declare everything that conditions may name, and give the assumptions, unchecked, the file's own first."""
    names = _Names()
    parts = [(draft.document, False), *((part, True) for part in _included(draft, place, open_document))]
    draft.types = _declare_types(draft, parts)
    for part, included in parts:
        _take(draft, part, names, included=included)
    _check_prefixes(draft)
    _declare_lets(draft, names)
    return tuple(names.assume)


def _included(draft: Draft, place: Place, open_document: OpenDocument) -> Iterator[Shared]:
    """Give the files that are included, each once."""
    trail: list[tuple[Shared, Place, tuple[Place, ...]]] = [(draft.document, place, (place,))]
    seen = {place.path}
    while trail:
        part, holder, above = trail.pop()
        for reference in part.include:
            opened = open_document(reference, holder, reference.span)
            if opened is None:
                draft.broken.add(("include", WHOLE))
                continue
            at, reading = opened
            if at.path in {one.path for one in above}:
                circle = " -> ".join(one.name for one in (*above[[one.path for one in above].index(at.path) :], at))
                message = f"files include each other in a circle: {circle}"
                draft.findings.add(Code.CIRCLE, reference.span, message, help="move what both need into a third file")
                continue
            if at.path in seen:
                continue
            seen.add(at.path)
            if not isinstance(reading.document, Fragment):
                message = f"`{reference}` is a whole rule file, which cannot be included"
                advice = "ask it with a `call` node, or move what both need into a file without `flow` and `outcomes`"
                draft.findings.add(Code.WRONG_SHAPE, reference.span, message, help=advice)
                continue
            draft.broken |= {one for one in reading.broken if one[0] in _SHARED}
            yield reading.document
            trail.append((reading.document, at, (*above, at)))


def _declare_types(draft: Draft, parts: Sequence[tuple[Shared, bool]]) -> NamedTypes:
    """Read the named types, each behind those that it is made of."""
    types = NamedTypes(draft.findings, complete=not draft.is_incomplete("include", "types"))
    types.made_of |= {name: () for section, name in draft.broken if section == "types"}
    taken: dict[str, tuple[Span, str]] = {}
    written: dict[str, tuple[Scalar, Scalar | LongType, Declaration, bool]] = {}
    for key, part, included in ((key, part, included) for file, included in parts for key, part in file.types.items()):
        if not check_type_name(key, types.findings):
            types.made_of |= dict.fromkeys(used_as(key), ())
        elif _free(key, key.span, "another type", taken, draft):
            types.made_of[str(key)] = ()
            declaration = parse_declaration(part.type if isinstance(part, LongType) else part, types.findings)
            if declaration is not None:
                written[str(key)] = (key, part, declaration, included)
    types.words = (*types.made_of, *types.words)
    types.made_of |= {name: types.named_in(declaration) for name, (_, _, declaration, _) in written.items()}
    for circle in find_cycles(types.made_of):
        shown = " -> ".join((*circle, circle[0]))
        advice = f'break the circle; a value that is spelt like a type is quoted: `"{(*circle, circle[0])[1]}"`'
        message = f"types lead back to themselves: {shown}"
        types.findings.add(Code.CYCLE, written[circle[0]][0].span, message, help=advice)
        for name in circle:
            del written[name]
    for name in reversed(topological({**types.made_of, "": tuple(written)}, "")):
        if name in written:
            key, part, declaration, included = written[name]
            found = read_named_type(key, part, declaration, types, included=included)
            if found is not None:
                types.known[name] = found
    return types


def _take(draft: Draft, part: Shared, names: _Names, *, included: bool) -> None:
    for name, written in part.facts.items():
        if not check_path(name, name.span, "a fact", draft.findings):
            draft.broken |= {("facts", used) for used in used_as(name)}
        elif _free(name, name.span, "a fact", names.facts_and_lets, draft):
            fact = read_fact(name, written, draft.types, included=included)
            if fact is None:
                draft.broken.add(("facts", name))
            else:
                draft.facts[str(name)] = fact
    for key, body in part.let.items():
        _take_let(draft, key, body, names, included=included)
    for name, declaration in part.data.items():
        if not check_path(name, name.span, "data", draft.findings):
            draft.broken |= {("data", used) for used in used_as(name)}
        elif _free(name, name.span, "other data", names.data, draft):
            declared = read_declaration(name, declaration, draft.types, included=included, may_default=True)
            if declared is None:
                draft.broken.add(("data", name))
            else:
                draft.data[str(name)] = declared
    for name, colour in part.legend.items():
        if _free(name, name.span, "another class", names.legend, draft):
            check_visible(name, "a class", draft.findings)
            if not is_colour(colour):
                message, advice = f"`{colour}` is not a colour", f'use {named(COLOURS)}, or `"#rrggbb"`'
                draft.findings.add(Code.WRONG_SHAPE, colour.span, message, help=advice)
            draft.legend[str(name)] = str(colour)
    names.assume.extend(part.assume)


def _take_let(draft: Draft, key: Scalar, body: Scalar, names: _Names, *, included: bool) -> None:
    split = split_let(key, draft.findings)
    if split is None:
        name = key.partition("(")[0].strip()
        draft.broken |= {("let", used) for used in used_as(name)}
        return
    name, parameters = split.name, split.parameters
    if not _free(name, key.span, "a let", names.facts_and_lets, draft):
        return
    syntax = draft.parse(body)
    if syntax is None:
        draft.broken.add(("let", name))
        draft.unread = True
    names.lets[name] = LetSyntax(name, key.span, parameters, syntax)
    names.parameters[name] = split.spans
    if included:
        names.included_lets.add(name)


def _free(name: str, span: Span, what: str, names: dict[str, tuple[Span, str]], draft: Draft) -> bool:
    """Tell whether nothing has the name yet, and report it if something has."""
    if name in names:
        report_clash(name, span, *names[name], draft.findings)
        return False
    names[str(name)] = (span, what)
    return True


def _check_prefixes(draft: Draft) -> None:
    """Report a fact whose name is the beginning of another's: one of them could not be given in a nested mapping."""
    for name, fact in draft.facts.items():
        segments = name.split(".")
        for end in range(1, len(segments)):
            rival = draft.facts.get(".".join(segments[:end]))
            if rival is not None:
                message = f"`{name}` lies inside of `{rival.name}`, which is a fact itself"
                advice = f"rename one of the two, such as `{rival.name}` to `{rival.name}.value`"
                draft.findings.add(
                    Code.NAME_CLASH, fact.span, message, help=advice, labels=[Label(rival.span, "it is declared here")]
                )
                break


def _declare_lets(draft: Draft, names: _Names) -> None:
    """Check the lets: no circles, no parameter that hides something, every body in order."""
    lets = names.lets
    uses = {name: sorted(names_in(let.body) & set(lets)) if let.body is not None else [] for name, let in lets.items()}
    for circle in find_cycles(uses):
        first = lets[circle[0]]
        shown = " -> ".join((*circle, circle[0]))
        draft.findings.add(Code.CYCLE, first.span, f"lets lead back to themselves: {shown}", help="break the circle")
        for name in circle:
            draft.broken.add(("let", name))
            lets[name] = replace(lets[name], body=None)
    for name, let in lets.items():
        for parameter, span in zip(let.parameters or (), names.parameters.get(name, ()), strict=True):
            taken = names.facts_and_lets.get(parameter)
            if taken is not None:
                report_clash(parameter, span, *taken, draft.findings)
                draft.broken.add(("let", name))
                lets[name] = replace(let, body=None)
    draft.scope = Scope(
        {name: fact.type for name, fact in draft.facts.items()},
        lets,
        draft.findings,
        frozenset(name for section, name in draft.broken if section in ("facts", "let")),
        complete=not draft.is_incomplete("include", "facts", "let"),
    )
    for name, let in lets.items():
        used = set(draft.scope.used)
        clean, term = check_let(let, draft.scope)
        draft.scope.used = used
        draft.unread = draft.unread or not clean
        draft.lets[name] = Let(name, let.parameters, term, name in names.included_lets, let.span)
