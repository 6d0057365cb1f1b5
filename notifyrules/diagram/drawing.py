"""Make a picture of a chart: decide what is drawn, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final, TypeAlias, assert_never

from notifyrules.diagram.boxes import label
from notifyrules.diagram.lettering import set_apart
from notifyrules.diagram.model import (
    START,
    BoxShape,
    Diagram,
    DrawnArrow,
    DrawnBox,
    DrawnRow,
    Emphasis,
    Mark,
    OpenedChart,
    Overlay,
    Trace,
)
from notifyrules.diagram.palette import ENDS, UNCLASSED
from notifyrules.diagram.palette import START as START_COLOUR
from notifyrules.diagram.paths import bundle
from notifyrules.diagram.wording import (
    NOT_SET,
    because_words,
    case_words,
    computed_words,
    condition_words,
    data_words,
    label_of,
    row_words,
)
from notifyrules.evaluation.walk import Passage, Step
from notifyrules.graph import model as graphs
from notifyrules.graph.colours import Colour, colour_of
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.values import write_literal
from notifyrules.source.text import Span

LONGEST_FIRST: Final = 3
"""An ordered table with more rows than this is drawn as a table."""
WIDEST_SWITCH: Final = 6
"""A switch with more ways out than this is drawn as a table."""
LONGEST_LABEL: Final = 3
"""An ordered table or a switch with more lines than this on one arrow is drawn as a table, however few its ways out."""

_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")

_VALUES_SHOWN: Final = 6
"""Fact values written into one box; the rest are counted."""
_LONGEST_VALUE: Final = 60


Lit: TypeAlias = "Passage | Mapping[str, Passage] | None"
"""What is lit on a chart: the way of one decision, those for several media by their names, or nothing."""


def draw(graph: Graph, *, passage: Lit = None, expand: bool = False) -> Diagram:
    """
    Make the picture of a chart: the same one for the same arguments.

    Args:
        graph: A chart without errors.
        passage: The way of one decision through it, to be lit; those for several media are told apart.
        expand: Open the charts it calls, and those they call, instead of drawing each as one box.
    """
    if isinstance(passage, Passage):
        overlay = _light(graph, passage)
    else:
        overlay = _light_each(graph, passage) if passage else Overlay()
    return draw_overlaid(graph, overlay, expand=expand)


def draw_overlaid(graph: Graph, overlay: Overlay, *, expand: bool = False) -> Diagram:
    """Make the picture of a chart, like :func:`draw`, with something shown on it."""
    sheet = _Sheet(overlay, expand=expand, used={graph: {}})
    level = _Level(graph, "", "")
    start = DrawnBox(
        START,
        BoxShape.START,
        graph.title,
        START_COLOUR,
        overlay.mark(START),
        about=graph.about,
        place=_base(graph.path),
    )
    sheet.boxes.append(start)
    sheet.arrows.append(DrawnArrow((), START, _entry(level, graph.start, sheet), "", overlay.mark(f"{START}.then")))
    _draw_level(level, sheet)
    _draw_ends(level, sheet)
    return Diagram(
        name=graph.name,
        title=graph.title,
        words=overlay.words,
        description=_describe(graph, sheet),
        boxes=tuple(sheet.boxes),
        arrows=tuple(sheet.arrows),
        clusters=tuple(sheet.clusters),
        legend=_legend(sheet),
        paths=overlay.paths,
    )


@dataclass(slots=True)
class _Sheet:
    overlay: Overlay
    _: KW_ONLY
    expand: bool
    boxes: list[DrawnBox] = field(default_factory=list)
    arrows: list[DrawnArrow] = field(default_factory=list)
    clusters: list[OpenedChart] = field(default_factory=list)
    used: dict[Graph, dict[str, Colour]] = field(default_factory=dict)
    """The classes that each chart uses."""


@dataclass(frozen=True, slots=True)
class _Level:
    """One chart of the picture: the chart itself, or a sub-chart that is opened."""

    graph: Graph
    prefix: str
    """What its keys begin with: the path of calls, each with a slash."""
    cluster: str


@dataclass(frozen=True, slots=True)
class _DrawnWay:
    """One way out that is drawn: the arrows of the graph that it stands for, and what is written on it."""

    arrows: tuple[graphs.Arrow, ...]
    label: str
    row: DrawnRow | None = None


def _draw_level(level: _Level, sheet: _Sheet) -> None:
    reachable = set(level.graph.order)
    for name, node in level.graph.nodes.items():
        if name not in reachable:
            continue
        colour = _colour(level, node, sheet)
        if isinstance(node, graphs.Call) and sheet.expand:
            _open(level, node, sheet)
            continue
        ways = tuple(_ways(node, level, sheet.overlay))
        box = _box(level, node, ways, colour, sheet.overlay)
        sheet.boxes.append(box)
        for number, way in enumerate(ways):
            if not way.arrows:
                continue
            _draw_way(level, way, box.key, number if box.shape is BoxShape.TABLE else None, sheet)


def _colour(level: _Level, node: graphs.Node, sheet: _Sheet) -> Colour:
    """Find the colour of a node's class; where a sub-chart has another one for it, the legend tells both."""
    given = None if node.class_ is None else level.graph.legend.get(node.class_)
    if node.class_ is None or given is None:
        return UNCLASSED
    return sheet.used.setdefault(level.graph, {}).setdefault(node.class_, colour_of(given))


def _legend(sheet: _Sheet) -> tuple[tuple[str, Colour], ...]:
    """List the classes that are used, in the order in which the files write them, the caller's first."""
    found: dict[str, Colour] = {}
    for graph, used in sheet.used.items():
        for class_ in graph.legend:
            if class_ in used:
                name = class_ if found.get(class_, used[class_]) == used[class_] else f"{class_} ({graph.name})"
                found[name] = used[class_]
    return tuple(found.items())


def _ways(node: graphs.Node, level: _Level, overlay: Overlay) -> Iterator[_DrawnWay]:
    """
    List the ways out of a node that are drawn, in the order written.

    An exit that is not written is drawn only where the overlay speaks of it: a decision that ends there must show it.
    A row that the file does write is drawn all the same, without its arrow.
    """
    for way in _all_ways(node):
        drawn = tuple(arrow for arrow in way.arrows if arrow.written or level.prefix + arrow.id in overlay.marks)
        written = any(arrow.written for arrow in drawn) or (way.row is not None and way.row.written)
        if drawn or written:
            mark = overlay.mark(*(level.prefix + arrow.id for arrow in drawn))
            yield _DrawnWay(drawn, way.label, None if way.row is None else replace(way.row, mark=mark, written=written))


def _all_ways(node: graphs.Node) -> Iterator[_DrawnWay]:
    """List the ways out of a node, in the order written, with what is written on them."""
    match node:
        case graphs.Question():
            for arrow in node.arrows:
                yield _DrawnWay((arrow,), label_of(arrow))
        case graphs.Switch(otherwise=otherwise):
            for case in node.groups:
                label = case_words(case)
                told = any(arrow.told for arrow in case.values())
                yield _DrawnWay(tuple(case.values()), label, DrawnRow(label, None, written=told))
            if otherwise is not None:
                yield _otherwise(otherwise)
        case graphs.First(rows=rows, otherwise=otherwise):
            for number, row in enumerate(rows, 1):
                words = row_words(row)
                yield _DrawnWay((row.arrow,), f"{number} · {words}", DrawnRow(words, row.condition.span.one_line))
            yield _otherwise(otherwise)
        case graphs.FanOut(branches=branches, otherwise=otherwise):
            for number, branch in enumerate(branches, 1):
                yield _DrawnWay((branch,), f"{number} · {branch.label}" if branch.label else str(number))
            yield _DrawnWay((otherwise,), label_of(otherwise))
        case graphs.Call():
            for outcomes in node.groups:
                arrows = {arrow.id: arrow for arrow in outcomes.values()}
                yield _DrawnWay(tuple(arrows.values()), case_words(outcomes))
        case _:
            assert_never(node)


def _otherwise(arrow: graphs.Arrow) -> _DrawnWay:
    return _DrawnWay((arrow,), label_of(arrow), DrawnRow(label_of(arrow), None, written=arrow.told))


def _box(level: _Level, node: graphs.Node, ways: tuple[_DrawnWay, ...], colour: Colour, overlay: Overlay) -> DrawnBox:
    key = level.prefix + node.name
    shape, caption, condition = _look(node, ways)
    return DrawnBox(
        key,
        shape,
        condition_words(node.ask) if node.ask == condition else node.ask,
        colour,
        overlay.mark(key),
        kind=node.kind,
        caption=caption,
        cluster=level.cluster,
        class_=node.class_,
        about=node.about,
        condition=condition,
        place=_place(node.span),
        rows=tuple(way.row for way in ways if way.row is not None) if shape is BoxShape.TABLE else (),
        href=_href(node.callee) if isinstance(node, graphs.Call) else None,
    )


def _look(node: graphs.Node, ways: tuple[_DrawnWay, ...]) -> tuple[BoxShape, str, str | None]:
    """
    Choose the outline of a node, and what is told with it.

    Returns:
        The outline; how the box chooses its way out, where nothing else says it; the condition as it is written.
    """
    # What only an overlay shows does not make another chart of it.
    shown = [way for way in ways if any(arrow.told for arrow in way.arrows) or (way.row and way.row.written)]
    wordy = any(len(label(way.label).lines) > LONGEST_LABEL for way in shown)
    match node:
        case graphs.Question(rows=rows):
            return BoxShape.QUESTION, "", rows[0].condition.span.one_line
        case graphs.Switch(subject=subject):
            shape = BoxShape.TABLE if wordy or len(shown) > WIDEST_SWITCH else BoxShape.SWITCH
            return shape, "", subject.span.one_line
        case graphs.First(rows=rows):
            # A row without an arrow is seen in a table only.
            ended = any(not row.arrow.written for row in rows)
            shape = BoxShape.TABLE if wordy or ended or len(rows) > LONGEST_FIRST else BoxShape.FIRST
            return shape, "the first that holds", None
        case graphs.FanOut():
            return BoxShape.FAN_OUT, "the first that does not refuse", None
        case graphs.Call(callee=callee):
            return BoxShape.CALL, f"see {callee.name}", None
        case _:
            assert_never(node)


def _draw_way(level: _Level, way: _DrawnWay, source: str, row: int | None, sheet: _Sheet) -> None:
    ids = tuple(level.prefix + arrow.id for arrow in way.arrows)
    target = way.arrows[0].target
    mark = sheet.overlay.mark(*ids)
    because = next((because_words(arrow.because) for arrow in way.arrows if arrow.because is not None), None)
    outcome = level.graph.outcomes.get(target)
    if outcome is None or level.prefix or outcome.notify is not Notify.NO:
        end = level.prefix + target if outcome is not None else _entry(level, target, sheet)
    else:
        end = f"{ids[0]}:{target}"
        # Exits of a called chart that go to `else` share its arrow.
        if all(box.key != end for box in sheet.boxes):
            sheet.boxes.append(_end(outcome, end, BoxShape.REFUSAL, Mark(mark.emphasis), level))
    label = way.label if row is None else ""
    written = any(arrow.written for arrow in way.arrows)
    sheet.arrows.append(DrawnArrow(ids, source, end, label, mark, row, because, written))


def _entry(level: _Level, name: str, sheet: _Sheet) -> str:
    """Find the box at which the arrows to a node end: of a sub-chart that is opened, its first box."""
    node = level.graph.nodes[name]
    if sheet.expand and isinstance(node, graphs.Call):
        return _entry(_inside(level, node), node.callee.start, sheet)
    return level.prefix + name


def _inside(level: _Level, node: graphs.Call) -> _Level:
    key = level.prefix + node.name
    return _Level(node.callee, f"{key}/", key)


def _open(level: _Level, node: graphs.Call, sheet: _Sheet) -> None:
    """Draw a called chart in a cluster of its own; each outcome it reaches is an exit from which the caller goes on."""
    inside = _inside(level, node)
    mark = sheet.overlay.mark(inside.cluster)
    sheet.clusters.append(
        OpenedChart(inside.cluster, level.cluster, node.ask, mark, _href(node.callee), node.about, _place(node.span))
    )
    _draw_level(inside, sheet)
    reached = {arrow.target for arrow in sheet.arrows}
    for name, outcome in node.callee.outcomes.items():
        key = inside.prefix + name
        if key in reached:
            sheet.boxes.append(_end(outcome, key, BoxShape.EXIT, sheet.overlay.mark(key), inside))
            arrow = node.cases[name]
            if arrow.written or level.prefix + arrow.id in sheet.overlay.marks:
                _draw_way(level, _DrawnWay((arrow,), arrow.label or ""), key, None, sheet)


def draw_end(graph: Graph, name: str) -> DrawnBox:
    """Make the box of an outcome that stands for itself, small where it stands apart."""
    return _end(graph.outcomes[name], name, BoxShape.END, Mark(), _Level(graph, "", ""))


def _draw_ends(level: _Level, sheet: _Sheet) -> None:
    """Draw the outcomes that all of their arrows share, in the order written."""
    reached = {arrow.target for arrow in sheet.arrows}
    for name, outcome in level.graph.outcomes.items():
        if name in reached:
            sheet.boxes.append(_end(outcome, name, BoxShape.END, sheet.overlay.mark(name), level))


def _end(outcome: graphs.Outcome, key: str, shape: BoxShape, mark: Mark, level: _Level) -> DrawnBox:
    return DrawnBox(
        key,
        shape,
        outcome.label,
        ENDS[outcome.notify],
        mark,
        caption="" if level.prefix else data_words(outcome, level.graph),
        cluster=level.cluster,
        about=outcome.about,
        place=_place(outcome.span),
        notify=outcome.notify,
        computed=tuple(computed_words(outcome, carries=not level.prefix)),
    )


def _describe(graph: Graph, sheet: _Sheet) -> str:
    """Put the picture in words, for those who cannot see it."""
    count = sum(box.shape not in (BoxShape.START, BoxShape.EXIT, BoxShape.END, BoxShape.REFUSAL) for box in sheet.boxes)
    reached = {box.text: None for box in sheet.boxes if box.shape in (BoxShape.END, BoxShape.REFUSAL)}
    first = graph.nodes[graph.start].ask
    boxes = "one box" if count == 1 else f"{count} boxes"
    ways = f"A flowchart of {boxes}. It begins with “{first}” and ends in {', '.join(f'“{end}”' for end in reached)}."
    return " ".join(part for part in (graph.about, ways, sheet.overlay.words) if part)


def _href(callee: Graph) -> str | None:
    """Link to the picture of a called chart, which stands beside this one under the name of the chart."""
    return f"{callee.name}.svg" if _SAFE_NAME.fullmatch(callee.name) else None


def _place(span: Span) -> str:
    """Name a place by file and line; without folders, so that the picture is the same wherever the files stand."""
    return f"{_base(span.source.name)}:{span.line}"


def _base(path: str) -> str:
    """Take the last part of a path, with either kind of slash."""
    return PurePosixPath(path.replace("\\", "/")).name


def _light(graph: Graph, passage: Passage) -> Overlay:
    """
    Make an overlay of one decision.

    Returns:
        The path lit, with the values of the facts that were read at its boxes; the branches that refused marked as
        tried; everything else faded.
    """
    marks: dict[str, Mark] = {START: Mark(Emphasis.LIT), f"{START}.then": Mark(Emphasis.LIT)}
    _light_passage(passage, "", Emphasis.LIT, marks)
    outcome = graph.outcomes[passage.outcome]
    words = f"Decision: {set_apart(outcome.label)}"
    because = f" ({set_apart(passage.because)})" if passage.because else ""
    tried = any(mark.emphasis is Emphasis.TRIED for mark in marks.values())
    dashes = "; dashed: tried in vain" if tried else ""
    return Overlay(marks, Mark(Emphasis.FADED), words + because + dashes)


def _light_each(graph: Graph, passages: Mapping[str, Passage]) -> Overlay:
    """Make an overlay of the decisions for several media; those that go the same way share a path."""
    lit: dict[str, dict[str, Mark]] = {}
    ways: dict[tuple[tuple[str, Emphasis], ...], list[str]] = {}
    for medium, passage in passages.items():
        lit[medium] = {START: Mark(Emphasis.LIT), f"{START}.then": Mark(Emphasis.LIT)}
        _light_passage(passage, "", Emphasis.LIT, lit[medium])
        ways.setdefault(tuple((key, mark.emphasis) for key, mark in lit[medium].items()), []).append(medium)
    marks: dict[str, Mark] = {}
    for number, way in enumerate(ways):
        for key, emphasis in way:
            traces = (Trace(number, emphasis is Emphasis.TRIED),)
            _add(marks, key, Mark(emphasis, breadth=bundle(len(ways)), traces=traces))
    marks = {key: replace(mark, values=_values_each(key, lit, graph)) for key, mark in marks.items()}
    paths = tuple(
        (", ".join(media), set_apart(graph.outcomes[passages[media[0]].outcome].label)) for media in ways.values()
    )
    tried = any(trace.in_vain for mark in marks.values() for trace in mark.traces)
    return Overlay(
        marks,
        Mark(Emphasis.FADED),
        "; ".join(map(": ".join, paths)) + ("; thin: tried in vain" if tried else ""),
        paths,
    )


def _values_each(key: str, lit: Mapping[str, Mapping[str, Mark]], graph: Graph) -> tuple[str, ...]:
    """Write the fact values that were read at a box, and of those that not all media read there, which did."""
    found: dict[str, list[str]] = {}
    here = {medium: marks[key] for medium, marks in lit.items() if key in marks}
    for medium, mark in here.items():
        for value in mark.values:
            # Which medium it is tells its path.
            if graph.media is None or not value.startswith(f"{graph.media.fact} = "):
                found.setdefault(value, []).append(medium)
    return _few(value if len(media) == len(here) else f"{value} ({', '.join(media)})" for value, media in found.items())


def _light_passage(passage: Passage, prefix: str, emphasis: Emphasis, marks: dict[str, Mark]) -> None:
    _light_steps(passage.steps, prefix, emphasis, marks)
    _add(marks, prefix + passage.outcome, Mark(emphasis))


def _light_steps(steps: Iterable[Step], prefix: str, emphasis: Emphasis, marks: dict[str, Mark]) -> None:
    for step in steps:
        _add(marks, prefix + step.node, Mark(emphasis, values=_values(step)))
        _add(marks, prefix + step.arrow, Mark(emphasis))
        for branch in step.tried:
            _add(marks, prefix + branch.arrow, Mark(Emphasis.TRIED))
            _light_steps(branch.steps, prefix, Emphasis.TRIED, marks)
        if step.inner is not None:
            _light_passage(step.inner, f"{prefix}{step.node}/", emphasis, marks)


def _add(marks: dict[str, Mark], key: str, mark: Mark) -> None:
    """Mark a box or arrow; one that was tried in vain and lies on the path all the same is on the path."""
    marks[key] = Overlay({"": marks[key], "new": mark}).mark("", "new") if key in marks else mark


def _values(step: Step) -> tuple[str, ...]:
    """Write the fact values that a step read, one a line, each shortened to what a box can hold."""
    written = {name: NOT_SET if value is None else write_literal(value) for name, value in step.facts.items()}
    return _few(
        f"{name} = {set_apart(value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + '…')}"
        for name, value in written.items()
    )


def _few(values: Iterable[str]) -> tuple[str, ...]:
    lines = tuple(values)
    if len(lines) <= _VALUES_SHOWN:
        return lines
    return (*lines[: _VALUES_SHOWN - 1], f"and {len(lines) - _VALUES_SHOWN + 1} more facts")
