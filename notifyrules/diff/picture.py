"""Draw two versions as one picture: the new chart, with what was added, removed and led elsewhere."""

from __future__ import annotations

from dataclasses import replace

from notifyrules.diagram.drawing import draw_overlaid
from notifyrules.diagram.model import START, BoxShape, Diagram, DrawnArrow, DrawnBox, Emphasis, Mark, Overlay
from notifyrules.diff.model import BEGINNING, Structure, VersionComparison
from notifyrules.diff.report import headline

_WAS = "was:"
"""What the keys of boxes and arrows begin with that only the old version has."""
_QUIET = Mark(Emphasis.FADED)
_ASKED = ("condition", "new row", "order", "node")
"""Kinds of edits that stand in a box or row themselves."""
_LONGEST = 60
"""Code points of a condition that a picture shows."""
_LEGEND = "; bold is what was edited, dashed what was there until now"
_GONE = Mark(Emphasis.TRIED, ("removed",))


def draw_comparison(comparison: VersionComparison) -> Diagram:
    """Draw the new chart: what is new or leads elsewhere lit, what is gone dashed, everything else faded."""
    new = draw_overlaid(comparison.new, _new_marks(comparison))
    old = draw_overlaid(comparison.old, Overlay(_old_marks(comparison), _QUIET))
    boxes, arrows = _gone(comparison.structure, old, new)
    words = (
        f"{comparison.old.path} compared with {comparison.new.path}: {headline(comparison).replace('`', '')}{_LEGEND}"
    )
    return replace(
        new,
        boxes=(*new.boxes, *boxes),
        arrows=(*new.arrows, *arrows),
        words=words,
        description=f"{new.description} {words}",
    )


def _new_marks(comparison: VersionComparison) -> Overlay:
    structure = comparison.structure
    marks = {name: Mark(Emphasis.LIT, ("added",)) for name in structure.added_nodes}
    marks |= _edited(comparison)
    for name in structure.added_nodes:
        marks |= {arrow.id: Mark(Emphasis.LIT) for arrow in comparison.new.nodes[name].arrows if arrow.written}
    marks |= {id_: Mark(Emphasis.LIT, ("added",)) for id_ in structure.added_arrows}
    for moved in structure.moved:
        id_ = f"{START}.then" if moved.after == BEGINNING else moved.after
        marks[id_] = Mark(Emphasis.LIT, ("moved",))
    return Overlay(marks, _QUIET)


def _edited(comparison: VersionComparison) -> dict[str, Mark]:
    """Mark the box or row that was edited itself, with its old and new words; of a let or a default what asks it."""
    new = comparison.new
    otherwise = {one.what for one in comparison.structure.asked_otherwise}
    marks: dict[str, Mark] = {}
    for edit in comparison.edits:
        for one in edit.edited:
            words = tuple(f"{word}: {_short(text)}" for word, text in (("was", one.was), ("now", one.now)) if text)
            if one.kind in _ASKED and one.what in new.nodes:
                marks[one.what] = Mark(Emphasis.LIT, words)
            elif one.kind in _ASKED and one.what in new.arrows:
                # There is more room in the box than on the arrow.
                box = marks.get(new.arrows[one.what].node, Mark())
                marks[new.arrows[one.what].node] = replace(box, notes=(*box.notes, *words))
                marks[one.what] = Mark(Emphasis.LIT)
            else:
                otherwise |= {answer.what for answer in edit.answers if answer.ask and answer.what in new.nodes}
    asks = Mark(Emphasis.LIT, ("asks otherwise",))
    return {**dict.fromkeys(sorted(otherwise), asks), **marks}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _old_marks(comparison: VersionComparison) -> dict[str, Mark]:
    """Mark what is gone in the old chart, so that also exits that are not written are drawn."""
    structure = comparison.structure
    marks = dict.fromkeys(structure.removed_nodes, _GONE)
    for name in structure.removed_nodes:
        marks |= {arrow.id: Mark(Emphasis.TRIED) for arrow in comparison.old.nodes[name].arrows if arrow.written}
    marks |= dict.fromkeys(structure.removed_arrows, _GONE)
    marks |= {moved.before: Mark(Emphasis.TRIED, ("until now",)) for moved in structure.moved}
    return marks


def _gone(structure: Structure, old: Diagram, new: Diagram) -> tuple[list[DrawnBox], list[DrawnArrow]]:
    gone = {*structure.removed_arrows, *(moved.before for moved in structure.moved)}
    keys = {box.key: box.key for box in new.boxes if box.shape in (BoxShape.START, BoxShape.END)} | dict(
        structure.nodes
    )
    there = {box.key for box in new.boxes}
    boxes: dict[str, DrawnBox] = {}
    arrows = []
    before = {box.key: box for box in old.boxes}

    def place(key: str) -> str:
        if key in keys and keys[key] in there:
            return keys[key]
        mark = replace(before[key].mark, emphasis=Emphasis.TRIED)
        boxes.setdefault(key, replace(before[key], key=_WAS + key, mark=mark))
        return _WAS + key

    for arrow in old.arrows:
        left = arrow.source in structure.removed_nodes
        begins = arrow.source == START and BEGINNING in gone
        if left or begins or gone & set(arrow.ids):
            ids = tuple(_WAS + id_ for id_ in arrow.ids) or (f"{_WAS}{START}.then",)
            source, target = place(arrow.source), place(arrow.target)
            mark = Mark(Emphasis.TRIED, arrow.mark.notes)
            row = arrow.row if left else None
            arrows.append(replace(arrow, ids=ids, source=source, target=target, mark=mark, row=row))
    return list(boxes.values()), arrows
