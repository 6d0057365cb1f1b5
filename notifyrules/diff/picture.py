"""
Draw two versions as one picture: the new chart, with what was edited, what was there before, and which decisions move.

What was edited carries its old words and its new ones, in the box or row in which it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from notifyrules.diagram.drawing import draw_end, draw_overlaid
from notifyrules.diagram.model import (
    START,
    BoxShape,
    Diagram,
    DrawnArrow,
    DrawnBox,
    DrawnRow,
    Emphasis,
    Mark,
    Overlay,
)
from notifyrules.diff.edit_words import moved_rows
from notifyrules.diff.model import BEGINNING, ChangedPart, Structure, ToldEdit, VersionComparison
from notifyrules.diff.report import headline

_WAS = "was:"
"""What the keys of boxes and arrows begin with that only the old version has."""
_QUIET = Mark(Emphasis.FADED)
_LONGEST = 90
"""Code points of words that a picture shows."""
_BEFORE = 12
"""Code points that are shown of what long words begin with alike."""
_MEANINGS = {
    Emphasis.LIT: "edited or new",
    Emphasis.TRIED: "until now",
    Emphasis.MOVED: "decisions that move, from the end that they had",
}
_PARTS = {ChangedPart.ASK: "asked", ChangedPart.LABEL: "was called", ChangedPart.BECAUSE: "said"}


def draw_comparison(comparison: VersionComparison) -> Diagram:
    """Draw the new chart: what is edited or new lit, what is gone dashed, everything else faded; ends with moves."""
    tables = {box.key for box in draw_overlaid(comparison.new, Overlay()).boxes if box.shape is BoxShape.TABLE}
    moves = tuple(_moves(comparison))
    marks = {box.key: Mark() for move in moves for box in move} | _new_marks(comparison, tables)
    new = draw_overlaid(comparison.new, Overlay(marks, _QUIET))
    old = draw_overlaid(comparison.old, Overlay(_old_marks(comparison), _QUIET))
    words = f"{comparison.old.path} compared with {comparison.new.path}: {headline(comparison).replace('`', '')}"
    drawn = _PictureOfBoth(comparison.structure, old, new, list(new.boxes), list(new.arrows))
    drawn.add_gone()
    shown = [*(box.mark for box in drawn.boxes), *(arrow.mark for arrow in drawn.arrows)]
    looks = {mark.emphasis for mark in shown} | ({Emphasis.MOVED} if moves else set())
    return replace(
        new,
        boxes=tuple(drawn.boxes),
        arrows=tuple(drawn.arrows),
        words=words,
        description=f"{new.description} {words}",
        moves=moves,
        meanings=tuple((told, look) for look, told in _MEANINGS.items() if look in looks),
    )


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A comparison as one picture on which nothing is said, and what could be."""

    both: Diagram
    """The rows that are gone are marked so still."""
    marks: Mapping[str, tuple[str, ...]]
    """By the keys of boxes and arrows what has changed there, a line each."""
    gone: frozenset[str]
    """The keys of those that only the old version has."""


def unmarked(drawn: Diagram) -> Unmarked:
    """Take off the picture of a comparison what it says, for who shows it on and off."""
    marks: dict[str, tuple[str, ...]] = {}
    gone = set[str]()
    parts = [(box.mark, (box.key,)) for box in drawn.boxes] + [(one.mark, one.ids) for one in drawn.arrows]
    for mark, keys in parts:
        if mark.notes or mark.emphasis in (Emphasis.LIT, Emphasis.TRIED):
            marks |= dict.fromkeys(keys, mark.notes)
        if mark.emphasis is Emphasis.TRIED:
            gone.update(keys)
    boxes = (
        replace(box, mark=Mark(), rows=tuple(row if _is_gone(row) else replace(row, mark=Mark()) for row in box.rows))
        for box in drawn.boxes
    )
    arrows = (replace(arrow, mark=Mark()) for arrow in drawn.arrows)
    both = replace(drawn, boxes=tuple(boxes), arrows=tuple(arrows), words="", moves=(), meanings=())
    return Unmarked(both, marks, frozenset(gone))


def _is_gone(row: DrawnRow) -> bool:
    return row.mark.emphasis is Emphasis.TRIED


def _moves(comparison: VersionComparison) -> Iterator[tuple[DrawnBox, DrawnBox]]:
    """Give the ends between which decisions move."""
    pairs = dict.fromkeys((one.before.outcome, one.after.outcome) for one in comparison.examples)
    for was, now in pairs:
        if was != now:
            known = was in comparison.new.outcomes
            left = draw_end(comparison.new if known else comparison.old, was)
            yield left if known else replace(left, mark=Mark(Emphasis.TRIED)), draw_end(comparison.new, now)


# ---- What is in the new chart ----


def _new_marks(comparison: VersionComparison, tables: set[str]) -> dict[str, Mark]:
    structure, new = comparison.structure, comparison.new
    notes: dict[str, list[str]] = {}
    for name in structure.added_nodes:
        notes.setdefault(name, []).append("new")
        for arrow in new.nodes[name].arrows:
            if arrow.written:
                notes.setdefault(arrow.id, [])
    for edit in comparison.edits:
        for key, lines in _noted(comparison, edit):
            notes.setdefault(key, []).extend(line for line in lines if line not in notes[key])
    for id_ in structure.added_arrows:
        notes[id_] = notes.get(id_) or ["new"]
    edited = {one.what for edit in comparison.edits for one in edit.edited}
    for asked in structure.asked_otherwise:
        if asked.what not in {*notes, *edited} and not any(one.startswith(f"{asked.what}.") for one in edited):
            notes[asked.what] = [*_old_and_new(asked.before, asked.after)]
    for words in structure.reworded:
        if words.part is not ChangedPart.BECAUSE or words.what not in notes:
            said = f"{_PARTS[words.part]} “{_short(words.before)}”" if words.before else "has words now"
            notes.setdefault(words.what, []).append(said)
    for moved in structure.moved:
        notes.setdefault(f"{START}.then" if moved.after == BEGINNING else moved.after, [])
    return dict(_placed(notes, comparison, tables))


def _placed(
    notes: Mapping[str, Sequence[str]], comparison: VersionComparison, tables: Collection[str]
) -> Iterator[tuple[str, Mark]]:
    """Give every mark its place; what is noted of an arrow stands in its row, or where there is none in its box."""
    new = comparison.new
    boxes: dict[str, list[str]] = {}
    for key, lines in notes.items():
        node = new.arrows[key].node if key in new.arrows else ""
        if node in tables:
            boxes.setdefault(node, [])
        elif node and new.nodes[node].kind == "first" and lines:
            # There is more room in the box than on an arrow.
            boxes.setdefault(node, []).extend(lines)
            yield key, Mark(Emphasis.LIT)
            continue
        yield key, Mark(Emphasis.LIT, tuple(lines))
    for key, lines in boxes.items():
        yield key, Mark(Emphasis.LIT if key in notes else Emphasis.PLAIN, (*notes.get(key, ()), *lines))


def _noted(comparison: VersionComparison, edit: ToldEdit) -> Iterator[tuple[str, list[str]]]:
    """Give what an edit is shown at, with what is written there."""
    new = comparison.new
    for one in edit.edited:
        lines = [*_old_and_new(one.was, one.now)]
        match one.kind:
            case "let" | "default":
                for answer in edit.answers:
                    if answer.ask and (answer.what in new.nodes or answer.what in new.arrows):
                        yield answer.what, [f"{one.what} {line}" for line in lines]
            case "order":
                moved, told = moved_rows(one.was.split(", "), one.now.split(", "))
                key = f"{one.what}.{moved}"
                yield (key if key in new.arrows else one.what), [told.replace("`", "")]
            case "target" | "start" | "row gone":
                pass
            case _:
                yield one.what, lines


def _old_and_new(was: str, now: str) -> Iterator[str]:
    """Write what was and what is; where it is long, from where they differ on."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    at = was.rfind(" ", 0, max(alike - _BEFORE, 0)) + 1 if max(len(was), len(now)) > _LONGEST else 0
    for word, text in (("was", was), ("now" if was else "new", now)):
        if text:
            yield f"{word}: {'… ' if at else ''}{_short(text[at:])}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


# ---- What is in the old chart only ----


def _old_marks(comparison: VersionComparison) -> dict[str, Mark]:
    """Mark what is gone in the old chart, so that also exits that are not written are drawn."""
    structure = comparison.structure
    gone = Mark(Emphasis.TRIED, ("gone",))
    marks = dict.fromkeys(structure.removed_nodes, gone)
    for name in structure.removed_nodes:
        marks |= {arrow.id: Mark(Emphasis.TRIED) for arrow in comparison.old.nodes[name].arrows if arrow.written}
    marks |= dict.fromkeys(structure.removed_arrows, gone)
    marks |= {moved.before: Mark(Emphasis.TRIED, ("until now",)) for moved in structure.moved}
    return marks


@dataclass(slots=True)
class _PictureOfBoth:
    structure: Structure
    old: Diagram
    new: Diagram
    boxes: list[DrawnBox]
    """Those of the new chart, and what is added to them."""
    arrows: list[DrawnArrow]

    def add_gone(self) -> None:
        """Add the arrows that are gone or lead elsewhere, and the boxes that they need."""
        gone = {*self.structure.removed_arrows, *(moved.before for moved in self.structure.moved)}
        before = {box.key: box for box in self.old.boxes}
        for arrow in self.old.arrows:
            left = arrow.source in self.structure.removed_nodes
            begins = arrow.source == START and BEGINNING in gone
            if not (left or begins or gone & set(arrow.ids)):
                continue
            ids = tuple(_WAS + id_ for id_ in arrow.ids) or (f"{_WAS}{START}.then",)
            source, target = self._place(before[arrow.source]), self._place(before[arrow.target])
            mark = Mark(Emphasis.TRIED, arrow.mark.notes)
            row = None if arrow.row is None else before[arrow.source].rows[arrow.row]
            at = arrow.row if left else self._row(source, arrow, row)
            words = row.text if row is not None and at is None else arrow.label
            self.arrows.append(
                replace(
                    arrow,
                    ids=ids,
                    source=source,
                    target=target,
                    mark=mark,
                    row=at,
                    label="" if at is not None else words,
                )
            )

    def _place(self, box: DrawnBox) -> str:
        """Find the box of the new chart that a box of the old one is, or add it."""
        shared = box.shape in (BoxShape.START, BoxShape.END)
        key = box.key if shared else self.structure.nodes.get(box.key, _WAS + box.key)
        there = {one.key for one in self.boxes}
        if key not in there and (key := _WAS + box.key) not in there:
            self.boxes.append(replace(box, key=key, mark=replace(box.mark, emphasis=Emphasis.TRIED)))
        return key

    def _row(self, source: str, arrow: DrawnArrow, row: DrawnRow | None) -> int | None:
        """Find the row that an arrow of the old chart leaves now; one that is gone stands below the others."""
        at, box = next((at, box) for at, box in enumerate(self.boxes) if box.key == source)
        if box.shape is not BoxShape.TABLE:
            return None
        matched = {self.structure.arrows.get(id_) for id_ in arrow.ids}
        for one in self.arrows:
            if one.source == source and one.row is not None and matched & {*one.ids}:
                return one.row
        text = row.text if row is not None else arrow.label
        gone = DrawnRow(text, None if row is None else row.condition, Mark(Emphasis.TRIED, arrow.mark.notes))
        place = min(arrow.row or 0, len(box.rows) - 1)
        emphasis = Emphasis.PLAIN if box.mark.emphasis is Emphasis.FADED else box.mark.emphasis
        rows = (*box.rows[:place], gone, *box.rows[place:])
        self.boxes[at] = replace(box, rows=rows, mark=replace(box.mark, emphasis=emphasis))
        for number, one in enumerate(self.arrows):
            if one.source == source and one.row is not None and one.row >= place:
                self.arrows[number] = replace(one, row=one.row + 1)
        return place
