"""Build the graph of a rule file, with every file that it includes and calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePath
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.document.files import (
    SHIPPED_PREFIX,
    HeldText,
    Place,
    RealPaths,
    Shipped,
    hold,
    open_held,
    resolve,
    root_option,
)
from notifyrules.document.model import Document, Shared
from notifyrules.document.reader import Reading, read_document, read_included
from notifyrules.document.shape_errors import explain_cut_texts
from notifyrules.graph.allowing import apply_allowances
from notifyrules.graph.checks import CHECKS, Parts, check_literal_braces
from notifyrules.graph.chosen_names import check_box_name, check_visible, report_clash, used_as
from notifyrules.graph.draft import Draft
from notifyrules.graph.in_force import Speech
from notifyrules.graph.media import build_media, find_parting
from notifyrules.graph.model import Call, Graph, Guarantee, Media
from notifyrules.graph.nodes import build_node
from notifyrules.graph.outcomes import build_guarantee, build_outcome
from notifyrules.graph.reachability import find_cycles, topological, written_targets
from notifyrules.graph.sharing import gather
from notifyrules.language.terms import Term
from notifyrules.language.types import BOOL
from notifyrules.source.located import Scalar, words_of
from notifyrules.source.reader import MAX_CHART_BYTES, Budget
from notifyrules.source.text import Source, Span

MAX_CALLS = 8
"""Charts that call each other in a row."""
MAX_NODES = 20_000
"""Nodes of a chart and of those that it calls, each counted as often as it is called."""
MAX_FILES = 100
"""Files that one chart is made of."""


@dataclass(slots=True)
class Built:
    """What became of one rule file."""

    graph: Graph | None
    """The chart; None where an error was found, and for a file made to be included."""
    findings: Findings


@dataclass(frozen=True, slots=True)
class _Extent:
    calls: int
    """Charts that call each other in a row, itself included."""
    nodes: int
    """Its nodes and those of the charts it calls, each as often as it is called."""


@dataclass(slots=True)
class Library:
    """Build charts, each file once, and remember which is being built."""

    shipped: Shipped
    open: Callable[[Place], HeldText] = hold
    """Gives what a file holds."""
    held: dict[Place, HeldText] = field(default_factory=dict)
    """What each file held when it was read."""
    led: dict[str, str] = field(default_factory=dict)
    """Where the names of files led that rule files name, links resolved."""
    _budget: Budget = field(default_factory=Budget)
    _sources: dict[object, tuple[Source | None, Findings]] = field(default_factory=dict)
    _built: dict[object, Built] = field(default_factory=dict)
    _extents: dict[int, _Extent] = field(default_factory=dict)
    """By the identity of a built chart."""
    _trail: list[Place] = field(default_factory=list)
    _speech: Speech = field(default_factory=Speech)

    def build(self, place: Place) -> Built:
        """Build the chart of a file that nobody called, with all findings, also in what it includes and calls."""
        built = self._build(place, None)
        for called in self._built.values():
            if called is not built:
                built.findings.extend(found for found in called.findings if found.is_error)
        return built

    def _find(self, reference: str, base: Place, at: Span, findings: Findings) -> Place | None:
        """Find a file that another one names, and note where it was looked for, found or not."""
        name = str(base.path.parent / reference)
        led = RealPaths().find(name)
        found = resolve(reference, base, self.shipped, findings, at)
        if not reference.startswith(SHIPPED_PREFIX):
            self.led[name] = led if found is None else str(found.path)
        return found

    def _read(self, place: Place, at: Span | None, findings: Findings) -> Source | None:
        """Open a file once."""
        if place.path not in self._sources and len(self._sources) >= MAX_FILES:
            message = f"the chart is made of more than {MAX_FILES} files"
            findings.add(Code.LIMIT, at or Span(Source(place.name, ""), 0, 0), message)
            return None
        if place.path not in self._sources:
            found = Findings()
            held = self.held[place] = self.open(place)
            source = open_held(place, held, found, at)
            self._budget.bytes -= 0 if source is None else len(source.text.encode())
            if self._budget.bytes < 0:
                message = f"the files of the chart are larger than {MAX_CHART_BYTES // 1024:,} KiB together"
                found.add(Code.LIMIT, at or Span(Source(place.name, ""), 0, 0), message)
                source = None
            self._sources[place.path] = (source, found)
            findings.extend(found)
        return self._sources[place.path][0]

    def _build(self, place: Place, at: Span | None) -> Built:
        if place.path in self._built:
            return self._built[place.path]
        findings = Findings()
        source = self._read(place, at, findings)
        reading = None if source is None else read_document(source, findings, self._budget)
        built = Built(None, findings)
        if reading is not None and source is not None:
            self._trail.append(place)
            built.graph = self._draw(reading, source, place, at, findings)
            self._trail.pop()
        self._built[place.path] = built
        return built

    def _draw(
        self, reading: Reading, source: Source, place: Place, at: Span | None, findings: Findings
    ) -> Graph | None:
        document = reading.document
        files = {place.name: source}
        fragments: list[Shared] = []
        callees: list[Graph] = []

        def open_included(reference: str, holder: Place, where: Span) -> tuple[Place, Reading] | None:
            found = self._find(reference, holder, where, findings)
            opened = None if found is None else self._read(found, where, findings)
            if found is None or opened is None:
                return None
            files[found.name] = opened
            if (included := read_included(opened, findings, self._budget)) is None:
                return None
            fragments.append(included.document)
            return found, included

        def load_callee(reference: str, where: Span) -> Graph | None:
            if (graph := self._call(reference, place, where, findings)) is not None:
                callees.append(graph)
            return graph

        if not isinstance(document, Document):
            if at is not None:
                advice = "bring it in with `include:`"
                findings.add(Code.CALLEE, at, f"`{place.name}` has no `flow`, so it cannot be called", help=advice)
                return None
            document = document.as_whole()
        draft = Draft(document, findings, set(reading.broken), load_callee, self._budget)
        checked = [draft.condition(one, BOOL) for one in gather(draft, place, open_included)]
        # A fact that only an assumption reads is asked for in vain.
        draft.read.clear()
        parts = _build_parts(draft) if isinstance(reading.document, Document) else None
        assumed = tuple(term for term in checked if term is not None)
        checks = [check_literal_braces(document)] if parts is None else [check(parts) for check in CHECKS]
        checks.append(find_parting(assumed, None if parts is None else parts.media))
        for found in chain.from_iterable(checks):
            findings.take(found)
        explain_cut_texts(findings)
        graph = None
        if parts is not None and parts.whole and not findings.errors:
            graph = _assemble(parts, place, assumed, _digest(files, callees))
            called = (one for callee in callees for one in callee.files.items())
            graph = replace(graph, files=MappingProxyType({**files, **dict(called)}))
            findings.extend(self._speech.check(graph))
        complete = parts is None or parts.whole
        allowed = apply_allowances(reading.document, fragments, findings, complete=complete)
        return None if graph is None or findings.errors else self._measured(replace(graph, allowed=allowed), findings)

    def _measured(self, graph: Graph, findings: Findings) -> Graph | None:
        """Refuse a chart that one decision could not walk in a reasonable time, called charts counted at each call."""
        calls, nodes = 1, len(graph.order)
        for node in graph.nodes.values():
            if isinstance(node, Call):
                below = self._extents[id(node.callee)]
                calls, nodes = max(calls, below.calls + 1), nodes + below.nodes
                if nodes > MAX_NODES:
                    message = f"with the charts it calls, the chart has more than {MAX_NODES:,} nodes here"
                    findings.add(Code.LIMIT, node.span, message, help="call fewer charts")
                    return None
        self._extents[id(graph)] = _Extent(calls, nodes)
        return graph

    def _call(self, reference: str, place: Place, at: Span, findings: Findings) -> Graph | None:
        if (found := self._find(reference, place, at, findings)) is None:
            return None
        trail = [one.path for one in self._trail]
        if found.path in trail:
            circle = " -> ".join(one.name for one in (*self._trail[trail.index(found.path) :], found))
            advice = "move what both need into a third chart"
            findings.add(Code.CIRCLE, at, f"charts call each other in a circle: {circle}", help=advice)
            return None
        graph = self._build(found, at).graph if len(trail) < MAX_CALLS else None
        if len(trail) >= MAX_CALLS or (graph is not None and len(trail) + self._extents[id(graph)].calls > MAX_CALLS):
            findings.add(Code.LIMIT, at, f"more than {MAX_CALLS} charts call each other in a row")
            return None
        return graph


def _build_parts(draft: Draft) -> Parts:
    document, findings = draft.document, draft.findings
    if document.name is not None:
        check_visible(document.name, "a chart", findings)
    for part in document.guarantees:
        check_visible(part.name, "a guarantee", findings)
    for name in document.outcomes:
        if not check_box_name(name, "an outcome", findings):
            draft.broken |= {("outcomes", used) for used in used_as(name)}
        elif name in document.flow:
            draft.meant.add(name)
            node = next(key for key in document.flow if key == name)
            report_clash(name, name.span, node.span, "a node", findings)
    if document.otherwise is not None:
        _check_otherwise(document.otherwise, draft)
    for name in document.flow:
        if not check_box_name(name, "a node", findings):
            draft.broken |= {("flow", used) for used in used_as(name)}
    outcomes = {str(name): build_outcome(name, part, draft) for name, part in document.outcomes.items()}
    nodes = {str(name): build_node(name, part, draft) for name, part in document.flow.items()}
    leads = {str(name): tuple(map(str, written_targets(part))) for name, part in document.flow.items()}
    media = build_media(draft)
    return Parts(draft, nodes, outcomes, media, _guarantees(media, draft), leads, find_cycles(leads))


def _assemble(parts: Parts, place: Place, assume: tuple[Term, ...], digest: str) -> Graph:
    """Put a chart together, all of whose parts could be built."""
    draft, document = parts.draft, parts.draft.document
    start = next(iter(parts.nodes))
    return Graph(
        name=str(document.name or PurePath(place.name.rpartition(":")[2]).name.partition(".")[0]),
        title=words_of(document.title) or "Should we send a notification?",
        about=words_of(document.about),
        source=words_of(document.source),
        path=place.name,
        digest=digest,
        legend=MappingProxyType(draft.legend),
        types=MappingProxyType(draft.types.known),
        facts=MappingProxyType(draft.facts),
        lets=MappingProxyType(draft.lets),
        assume=assume,
        data=MappingProxyType(draft.data),
        nodes=MappingProxyType({name: node for name, node in parts.nodes.items() if node is not None}),
        outcomes=MappingProxyType({name: one for name, one in parts.outcomes.items() if one is not None}),
        start=start,
        otherwise=None if document.otherwise is None else str(document.otherwise),
        guarantees=parts.guarantees,
        order=topological(parts.leads, start),
        media=parts.media,
        root=root_option(place),
    )


def _check_otherwise(name: Scalar, draft: Draft) -> None:
    """Check where unwritten exits end: an outcome, and a refusal."""
    part = draft.outcome(name, "`otherwise` names an outcome")
    if part is not None and part.notify is not None and part.notify.lower() != "false":
        message = f"`otherwise` must be a refusal, and `{name}` is `notify: {part.notify}`"
        advice = "name an outcome with `notify: false`; write the other exits out"
        draft.findings.add(Code.WRONG_SHAPE, name.span, message, help=advice)


def _guarantees(media: Media | None, draft: Draft) -> tuple[Guarantee, ...]:
    """Build the guarantees; what they read does not count as used."""
    before, unread = set(draft.read), draft.unread
    found = [build_guarantee(part, media, draft) for part in draft.document.guarantees]
    draft.read, draft.unread = before, unread
    return tuple(one for one in found if one is not None)


def _digest(files: Mapping[str, Source], callees: list[Graph]) -> str:
    """Digest every file that a chart is made of, whatever its line ends."""
    texts = [source.text.replace("\r\n", "\n") for source in files.values()]
    made_of = [f"{len(text)}\n{text}" for text in texts]
    text = "\0".join([*made_of, *(callee.digest for callee in callees)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
