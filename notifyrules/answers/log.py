"""Ask a log of receipts: how many, which, why, and how they went over the chart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import Passage, passed
from notifyrules.explanation.words import HEADLINES
from notifyrules.graph.model import Graph, Notify
from notifyrules.receipts import asking
from notifyrules.receipts.finding import Finder
from notifyrules.receipts.replay import Replay, explain

if TYPE_CHECKING:
    from notifyrules.answers.render import Rendered
    from notifyrules.explanation.readers import Reader

_SAMPLE: Final = 2_000
"""Receipts whose way is drawn: each is walked again."""
_THINNEST: Final = 1.4
_BROADEST: Final = 6.0
"""In pixels: the lines of arrows that few took, and most."""


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as aligned columns, the names above them."""
    if not rows:
        return "no receipts"
    lines = [list(rows[0]), *([visible("" if one is None else str(one)) for one in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = [isinstance(one, int) for one in rows[0].values()]
    aligned = (
        [one.rjust(w) if n else one.ljust(w) for one, w, n in zip(line, widths, numbers, strict=True)] for line in lines
    )
    return "\n".join("  ".join(line).rstrip() for line in aligned)


def listed(receipts: Iterable[Mapping[str, Any]]) -> str:
    """Write receipts a line each: when, who, what was decided and by which arrow."""
    keys = ("at", "subject", "id", "outcome", "reason")
    return table([{key: one.get(key) for key in keys} for one in receipts])


def told(receipts: Iterable[Mapping[str, Any]], finder: Finder, reader: Reader) -> str:
    """Tell each decision in sentences, the oldest first."""
    return "\n\n".join(_told(one, finder, reader) for one in reversed([*receipts]))


def _told(receipt: Mapping[str, Any], finder: Finder, reader: Reader) -> str:
    notify = {True: Notify.YES, "later": Notify.LATER}.get(receipt.get("notify", False), Notify.NO)
    head = " ".join(visible(str(receipt[key])) for key in ("at", "subject", "id") if key in receipt)
    try:
        words = explain(receipt, places=finder).explain(reader)
    except UsageError as error:
        by = f"{visible(receipt['outcome'])}, by {visible(receipt['reason'])}"
        words = f"{HEADLINES[notify]}: {by}\n{error}"
    return f"{head}\n" + "\n".join(f"  {line}".rstrip() for line in words.splitlines())


def count_ways(graph: Graph, files: Iterable[Path], wanted: asking.WantedReceipts) -> tuple[Counter[str], int]:
    """
    Count how often decisions took each arrow of a chart.

    Returns:
        By the ids of arrows, inside of called charts behind the nodes that call, how many took it or tried it in vain;
        and how many decisions were looked at, a few thousand at most.
    """
    finder, taken = Finder(()), Counter[str]()
    finder.know(graph)
    found = asking.sample(files, wanted, _SAMPLE).rows
    told = [one for one in (_replayed(receipt, finder) for receipt in found) if one is not None]
    for replay in told:
        if replay.told is not None:
            taken.update(_walked(replay.told.passage, "")[1])
    return taken, len(told)


def draw(graph: Graph, files: Iterable[Path], wanted: asking.WantedReceipts, picture_format: str) -> Rendered:
    """Draw a chart, each arrow the broader the more decisions took it."""
    finder = Finder(())
    finder.know(graph)
    found = [_replayed(receipt, finder) for receipt in asking.sample(files, wanted, _SAMPLE).rows]
    told = [one for one in found if one is not None]
    passages = [one.told.passage for one in told if one.told is not None]
    return draw_traffic(graph, passages, picture_format, f"Traffic: {len(told):,} decisions", {})


def draw_traffic(
    graph: Graph, passages: Sequence[Passage], picture_format: str, words: str, moved: Mapping[str, int]
) -> Rendered:
    """Draw a chart, each arrow the broader the more ways take it; those that settle *moved* decisions are marked."""
    from notifyrules.answers.render import write_picture  # noqa: PLC0415 - drawing is heavy
    from notifyrules.diagram.drawing import draw_overlaid  # noqa: PLC0415
    from notifyrules.diagram.model import START, Emphasis, Mark, Overlay  # noqa: PLC0415

    walked = [_walked(passage, "") for passage in passages]
    taken = Counter(arrow for _, arrows in walked for arrow in arrows)
    most = max(taken.values(), default=1)
    marks = dict.fromkeys((box for boxes, _ in walked for box in boxes), Mark())
    if walked:
        marks |= {START: Mark(), f"{START}.then": Mark(breadth=_BROADEST)}
    for arrow in dict.fromkeys((*taken, *moved)):
        times = taken[arrow]
        breadth = _THINNEST + (_BROADEST - _THINNEST) * math.log1p(times) / math.log1p(most)
        notes = (f"{times / len(passages):.1%}", *((f"{moved[arrow]:,} change",) if arrow in moved else ()))
        marks[arrow] = Mark(Emphasis.MOVED if arrow in moved else Emphasis.PLAIN, notes, breadth)
    return write_picture(draw_overlaid(graph, Overlay(marks, Mark(Emphasis.FADED), words)), picture_format)


def _replayed(receipt: Mapping[str, Any], finder: Finder) -> Replay | None:
    try:
        return explain(receipt, places=finder)
    except UsageError:
        return None


def _walked(passage: Passage, prefix: str) -> tuple[set[str], set[str]]:
    """Name the boxes and the arrows of a way through a chart, those of branches tried in vain included."""
    boxes, arrows = {f"{prefix}{passage.outcome}"}, set[str]()
    for step in passed(passage.steps):
        boxes.add(f"{prefix}{step.node}")
        arrows |= {f"{prefix}{step.arrow}", *(f"{prefix}{branch.arrow}" for branch in step.tried)}
        if step.inner is not None:
            inside = _walked(step.inner, f"{prefix}{step.node}/")
            boxes |= inside[0]
            arrows |= inside[1]
    return boxes, arrows
