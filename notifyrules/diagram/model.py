"""
Hold a picture of a chart: what is drawn, in words and colours, and nothing about where.

Made by :mod:`notifyrules.diagram.drawing` from a graph. Every format (SVG, DOT, Mermaid, PNG) is written from this
value and from nothing else, so all of them show the same chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from notifyrules.graph.colours import Colour
from notifyrules.graph.model import Notify

START: Final = "(start)"
"""The key of the start box; no node has a parenthesis in its name."""


class BoxShape(Enum):
    """What a box is, and with that its outline."""

    START = "start"
    QUESTION = "question"
    SWITCH = "switch"
    FIRST = "first"
    TABLE = "table"
    """A switch or an ordered table with many ways out, one row each."""
    FAN_OUT = "fan-out"
    CALL = "call"
    EXIT = "exit"
    """An outcome of an opened sub-chart, from which the caller goes on."""
    END = "end"
    """An outcome that all of its arrows share."""
    REFUSAL = "refusal"
    """An outcome that does not notify: a small end for each arrow that leads to it."""


class Emphasis(Enum):
    """How strongly something is drawn; a later one is drawn over an earlier one."""

    FADED = "faded"
    PLAIN = "plain"
    TRIED = "tried"
    """Tried in vain."""
    MOVED = "moved"
    """What runs from the end that decisions had to the one that they have."""
    LIT = "lit"
    MISSED = "missed"
    """Should have been walked, and was not."""

    @property
    def strength(self) -> int:
        """The place in the order from the faintest to the strongest."""
        return list(Emphasis).index(self)


@dataclass(frozen=True, slots=True)
class Trace:
    """That one of several paths leads over a box or arrow."""

    path: int
    """Its number in the picture, 0-based."""
    in_vain: bool = False
    """Whether it was only tried there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an overlay says about one box or arrow."""

    emphasis: Emphasis = Emphasis.PLAIN
    notes: tuple[str, ...] = ()
    """Lines written into the box, or behind the label of the arrow."""
    breadth: float | None = None
    """How broad the line of an arrow is, in pixels; None for what its emphasis has."""
    values: tuple[str, ...] = ()
    """What was read in a box, a line each: shown where there is room, as nothing may move for it."""
    traces: tuple[Trace, ...] = ()
    """The paths that lead here, where there are several to be told apart; by their numbers."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """
    Something to be seen on the chart: a decision, and whatever else speaks of its boxes and arrows.

    Keys are names of nodes and outcomes and ids of arrows; inside a sub-chart they begin with the name of the node that
    calls it and a slash: `quiet/hours.then`.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    """The boxes and arrows that something is said about; an arrow that is not written is drawn where it has a mark."""
    rest: Mark = field(default_factory=Mark)
    """What holds for all the others."""
    words: str = ""
    """What the overlay shows, in one sentence; empty for the bare chart."""
    paths: tuple[tuple[str, str], ...] = ()
    """Where several paths are to be told apart, whose each is, and where it ends."""

    def mark(self, *keys: str) -> Mark:
        """Find the strongest of the marks of some keys, with the notes of all."""
        if not (found := [self.marks[key] for key in keys if key in self.marks]):
            return self.rest
        strongest = max((mark.emphasis for mark in found), key=lambda emphasis: emphasis.strength)
        broadest = max((mark.breadth for mark in found if mark.breadth is not None), default=None)
        notes = tuple(dict.fromkeys(note for mark in found for note in mark.notes))
        values = tuple(dict.fromkeys(value for mark in found for value in mark.values))
        traces: dict[int, bool] = {}
        for trace in (trace for mark in found for trace in mark.traces):
            traces[trace.path] = traces.get(trace.path, True) and trace.in_vain
        return Mark(strongest, notes, broadest, values, tuple(Trace(*one) for one in sorted(traces.items())))


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """One row of a table."""

    text: str
    condition: str | None
    """The condition as written; None for the value of a switch."""
    mark: Mark = field(default_factory=Mark)
    """What is said about the arrow that leaves the row."""
    written: bool = True
    """False where the file does not write it, as with arrows."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One box of the picture."""

    key: str
    """Unique in the picture: the path of calls and the name of the node or outcome."""
    shape: BoxShape
    text: str
    colour: Colour
    mark: Mark
    kind: str = ""
    """The kind of node, as its key names it; empty for other boxes."""
    caption: str = ""
    """In small letters: what kind of box it is, where the outline does not say it; of an end, what decisions carry."""
    cluster: str = ""
    """The key of the cluster it stands in; empty for none."""
    class_: str | None = None
    about: str | None = None
    condition: str | None = None
    """The condition, or what a switch looks at, as written."""
    place: str = ""
    """The file and line it comes from: `slack.yaml:31`."""
    rows: tuple[DrawnRow, ...] = ()
    href: str | None = None
    """The picture of the sub-chart: a relative link that is safe to follow."""
    notify: Notify | None = None
    """What an end means for the notification; None for other boxes."""
    computed: tuple[str, ...] = ()
    """The words, data and recheck of an end that have conditions in them, as written."""

    @property
    def spelt(self) -> DrawnBox:
        """The box with what was read in it among its notes, for formats that leave placing to others."""
        return replace(self, mark=replace(self.mark, notes=(*self.mark.notes, *self.mark.values)))


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """One arrow of the picture: one way out, or the ways out for several values that lead to the same place."""

    ids: tuple[str, ...]
    """The ids of the arrows of the graph it stands for, with the path of calls; none for the arrow from the start."""
    source: str
    target: str
    label: str
    """What is written on it; empty where it is the only way out."""
    mark: Mark
    row: int | None = None
    """The row of a table that it leaves, 0-based."""
    because: str | None = None
    """The words for a person, as written."""
    written: bool = True
    """False where the file does not write it, and it is drawn because the overlay speaks of it."""

    @property
    def key(self) -> str:
        """Name the arrow, uniquely in the picture."""
        return self.ids[0] if self.ids else f"{self.source}.then"


@dataclass(frozen=True, slots=True)
class OpenedChart:
    """An opened sub-chart."""

    key: str
    """The path of calls that leads into it."""
    parent: str
    """The key of the cluster it stands in; empty for none."""
    title: str
    mark: Mark
    href: str | None = None
    about: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A whole picture."""

    name: str
    title: str
    words: str
    """What the picture shows besides the chart, such as a decision; empty for the bare chart."""
    description: str
    """The picture in two or three sentences, for those who cannot see it."""
    boxes: tuple[DrawnBox, ...]
    """In reading order: the start, the nodes as written, their refusals, the ends."""
    arrows: tuple[DrawnArrow, ...]
    """In the order written."""
    clusters: tuple[OpenedChart, ...]
    """Outer ones before those inside."""
    legend: tuple[tuple[str, Colour], ...]
    """The classes that are used, with their colours."""
    paths: tuple[tuple[str, str], ...] = ()
    """Where several paths are to be told apart, whose each is, and where it ends."""
    meanings: tuple[tuple[str, Emphasis], ...] = ()
    """What lines mean here that are not those of the bare chart."""
    moves: tuple[tuple[DrawnBox, DrawnBox], ...] = ()
    """Ends that decisions had, each with one that some of these have now."""

    @property
    def ends_apart(self) -> tuple[DrawnBox, ...]:
        """The ends between which decisions move and that do not stand in the chart as one box."""
        there = {box.key for box in self.boxes}
        ends = {box.key: box for move in self.moves for box in move}
        return tuple(box for key, box in ends.items() if key not in there)
