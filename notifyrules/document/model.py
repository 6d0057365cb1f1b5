"""
Model rule files and cases files: their keys, their meaning, and the shape of every value.

The same classes read files and make the JSON Schema that editors use; the descriptions are what an editor shows.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeAlias

from notifyrules.document.leaves import (
    ALL,
    ANYTHING,
    CONDITION,
    DECLARATION,
    FLAG,
    NAME,
    NAMED_TYPE,
    NOTIFY_WORD,
    NUMBER,
    PROSE,
    REASON,
    TARGET_NAME,
    VERSION,
)
from notifyrules.document.shapes import ManyOf, MapOf, OneOf, Part, Shape, by_class, many, maybe, needed
from notifyrules.source.located import Located, Map, Scalar, Seq

FORMAT_VERSION = "1"
"""The version of the format that this package reads."""
ALLOW: Final = "Findings to silence: code, and why it is in order here."


class LongTarget(Part):
    """A target with words of its own."""

    must_say: ClassVar = True

    to: Scalar | None = maybe(
        TARGET_NAME, "The node or outcome that the arrow leads to; `otherwise` of the file unless given."
    )
    because: Located | None = maybe(
        REASON, "Why, for a person, or `{notified: text, held | refused: text}`; `{...}` holds a condition."
    )
    label: Scalar | None = maybe(PROSE, "What the picture writes on the arrow.")


Target: TypeAlias = Scalar | LongTarget
TARGET: Final = by_class(Map, LongTarget, TARGET_NAME, "A node, an outcome, or `{to, because, label}`.")


class NodePart(Part):
    """What every node may say."""

    ask: Scalar | None = maybe(PROSE, "The question, as the box shows it.")
    class_: Scalar | None = maybe(NAME, "A class of the legend, for the colour.")
    about: Scalar | None = maybe(PROSE, "Documentation; the picture's tooltip.")
    allow: dict[Scalar, Scalar] = many(MapOf(PROSE), ALLOW)


class QuestionPart(NodePart):
    """A two-way question."""

    if_: Scalar = needed(CONDITION, "The condition asked.")
    then: Target | None = maybe(TARGET, "Where it goes on when the condition holds.")
    else_: Target | None = maybe(TARGET, "Where it goes on otherwise.")


class SwitchPart(NodePart):
    """A question with one way out per value."""

    switch: Scalar = needed(CONDITION, "The value asked for.")
    cases: dict[Scalar, Target] = needed(MapOf(TARGET), "Where each value goes on: `a | b | null: target`.", some=True)
    else_: Target | None = maybe(TARGET, "Where all other values go on.")


class RowPart(LongTarget):
    """One row of an ordered table."""

    if_: Scalar = needed(CONDITION, "The condition of this row.")
    name: Scalar | None = maybe(NAME, "A name for the arrow's id, instead of the row's number.")


class FirstPart(NodePart):
    """An ordered table: the first row that holds."""

    first: list[RowPart] = needed(ManyOf(RowPart), "The rows, in order.", some=True)
    else_: Target | None = maybe(TARGET, "Where it goes on when no row holds.")


class FanOutPart(NodePart):
    """A fan-out: the first branch that does not refuse."""

    any: list[Target] = needed(ManyOf(TARGET), "The nodes that are tried, in order.", some=True)
    else_: Target | None = maybe(TARGET, "Where it goes on when all branches refuse.")


Defaults: TypeAlias = Scalar | list[Scalar]
DEFAULTS: Final = by_class(Seq, ManyOf(NAME), ALL)


class CallPart(NodePart):
    """Another rule file asked as a question."""

    call: Scalar = needed(NAME, "The file, relative to this one, or `notifyrules:name` for a shipped one.")
    with_: dict[Scalar, Scalar] = many(
        MapOf(CONDITION), "A condition for each fact of the called file that this one names differently."
    )
    defaults: Defaults | None = maybe(
        DEFAULTS,
        "Facts of the called file that keep their defaults, `alert` for `alert.*`, or `all` left to them.",
        some=True,
    )
    cases: dict[Scalar, Target] = needed(
        MapOf(TARGET), "Where each outcome of the called file goes on: `a | b: target`."
    )
    else_: Target | None = maybe(TARGET, "Where all other outcomes go on.")


_NODES: Final[dict[str, type[NodePart]]] = {
    "if": QuestionPart,
    "switch": SwitchPart,
    "first": FirstPart,
    "any": FanOutPart,
    "call": CallPart,
}
NODE_KEYS: Final = tuple(_NODES)
"""The key that makes a node what it is."""


def _node_kind(value: Located) -> Shape | None:
    """Tell the kind of a node by the first of its distinguishing keys."""
    return next((part for key, part in _NODES.items() if isinstance(value, Map) and key in value), None)


WrittenNode: TypeAlias = QuestionPart | SwitchPart | FirstPart | FanOutPart | CallPart
WRITTEN_NODE: Final = OneOf(_node_kind, tuple(_NODES.values()))


class LongFact(Part):
    """A fact with everything that can be said about it."""

    type: Scalar = needed(
        DECLARATION,
        "The name of a type, values joined by `|`, or `list of` one of them; `| null` where it may be null.",
    )
    default: Located | None = maybe(ANYTHING, "The value when the fact is absent.")
    ordered: Scalar | None = maybe(FLAG, "Whether `<` and `>` follow the order of the values.")
    about: Scalar | None = maybe(PROSE, "What the fact means, for errors, editors and pictures.")
    cost: Scalar | None = maybe(NUMBER, "What it costs to get the fact, relative to others; 1 unless given.")
    private: Scalar | None = maybe(FLAG, "Whether logs keep the value from whoever reads them.")
    allow: dict[Scalar, Scalar] = many(MapOf(PROSE), ALLOW)

    @property
    def has_default(self) -> bool:
        """Whether a default is written; `default: null` is one."""
        return self.key("default") is not None


FactPart: TypeAlias = Scalar | LongFact
FACT: Final = by_class(Map, LongFact, DECLARATION, "A type with its default, such as `bool = false`, or the long form.")


class LongType(Part):
    """A named type with everything that can be said about it."""

    type: Scalar = needed(
        NAMED_TYPE, "The name of a type, values joined by `|`, or `list of` one of them; `| null` where it may be null."
    )
    ordered: Scalar | None = maybe(FLAG, "Whether `<` and `>` follow the order of the values.")
    about: Scalar | None = maybe(PROSE, "What the type is for, for editors and type checkers.")


TypePart: TypeAlias = Scalar | LongType
TYPE: Final = by_class(Map, LongType, NAMED_TYPE, "A type, such as `low | normal | urgent`, or the long form.")


class OutcomePart(Part):
    """An end of the chart."""

    notify: Scalar | None = maybe(NOTIFY_WORD, "Whether to notify: true, false, or later.")
    label: Scalar | None = maybe(PROSE, "What the picture calls it, instead of its name.")
    because: Located | None = maybe(REASON, "Why, where no arrow on the way says it.")
    data: dict[Scalar, Located] = many(MapOf(ANYTHING), "What the decision carries: values, or `{expr: condition}`.")
    recheck: Scalar | None = maybe(
        CONDITION, "When to ask again: an instant, or a duration counted from the fact `now`."
    )
    about: Scalar | None = maybe(PROSE, "Documentation; the picture's tooltip.")
    allow: dict[Scalar, Scalar] = many(MapOf(PROSE), ALLOW)


WrittenEnds: TypeAlias = Scalar | list[Scalar]
ENDS: Final = by_class(Seq, ManyOf(NAME), NAME, "An outcome, or a list of outcomes.")
MediaEnds: TypeAlias = list[Scalar] | dict[Scalar, WrittenEnds]
MEDIA_ENDS: Final = by_class(Seq, ManyOf(NAME), MapOf(ENDS))


class TogetherPart(Part):
    """A promise about the media of one message."""

    at_most_one: MediaEnds | None = maybe(
        MEDIA_ENDS, "Media of which at most one notifies, or has one of the outcomes named for it.", some=True
    )
    at_least_one: MediaEnds | None = maybe(
        MEDIA_ENDS, "Media of which at least one notifies, or has one of the outcomes named for it.", some=True
    )
    never: dict[Scalar, WrittenEnds] | None = maybe(
        MapOf(ENDS), "Outcomes by medium, two or more, that one message never has all at once.", some=True
    )


class GuaranteePart(Part):
    """A promise about every possible input."""

    name: Scalar = needed(PROSE, "The promise in words.")
    if_: Scalar | None = maybe(CONDITION, "For which facts it holds; all unless given.")
    never: list[Scalar] | None = maybe(ManyOf(NAME), "Outcomes that are never reached.", some=True)
    always: list[Scalar] | None = maybe(ManyOf(NAME), "Outcomes of which one is always reached.", some=True)
    independent_of: Scalar | None = maybe(NAME, "A fact that alone never changes the outcome.")
    monotone: Scalar | None = maybe(NAME, "A fact that, raised alone, never lowers `notify`.")
    reachable: Scalar | None = maybe(NAME, "An outcome that some facts give.")
    together: TogetherPart | None = maybe(TogetherPart, "What holds for all media of one message.")


class Shared(Part):
    """What a file may bring in from another one."""

    notifyrules: Located = needed(VERSION, "The version of the format: 1.")
    name: Scalar | None = maybe(NAME, "The name of the chart; the file's name unless given.")
    title: Scalar | None = maybe(PROSE, "What the chart decides; the text of its start box.")
    source: Scalar | None = maybe(PROSE, "Where this logic comes from.")
    about: Scalar | None = maybe(PROSE, "Documentation of the whole file.")
    include: list[Scalar] = many(
        ManyOf(NAME), "Files that types, facts, assume, let, data and legend are brought in from."
    )
    legend: dict[Scalar, Scalar] = many(MapOf(NAME), "Classes and their colours.")
    types: dict[Scalar, TypePart] = many(MapOf(TYPE), "Types by name, for facts, data and other types.")
    facts: dict[Scalar, FactPart] = many(MapOf(FACT), "The inputs of a decision, by dotted name.")
    assume: list[Scalar] = many(ManyOf(CONDITION), "Conditions that hold for all real facts.")
    let: dict[Scalar, Scalar] = many(MapOf(CONDITION), "Named conditions and values, with or without parameters.")
    data: dict[Scalar, Scalar] = many(MapOf(DECLARATION), "What decisions carry: types and defaults by name.")
    allow: dict[Scalar, Scalar] = many(MapOf(PROSE), ALLOW)


class Fragment(Shared):
    """A file made to be included."""

    def as_whole(self) -> Document:
        """Give the file as one that decides nothing."""
        return Document.make(self._map, {**vars(self), "flow": {}, "outcomes": {}})


class LongMedia(Part):
    """The media of a file, and what may differ between them."""

    fact: Scalar = needed(NAME, "The fact whose values are the media.")
    per_medium: list[Scalar] = many(
        ManyOf(NAME), "The facts that may differ from medium to medium, such as a preference."
    )


WrittenMedia: TypeAlias = Scalar | LongMedia
MEDIA: Final = by_class(Map, LongMedia, NAME, "The fact whose values are the media, or `{fact, per_medium}`.")


class Document(Shared):
    """A rule file."""

    media: WrittenMedia | None = maybe(MEDIA, "What a message may reach a person by.")

    otherwise: Scalar | None = maybe(NAME, "The refusal at which every exit ends that is not written.")
    flow: dict[Scalar, WrittenNode] = needed(
        MapOf(WRITTEN_NODE), "The nodes by name; the first is the start.", some=True
    )
    outcomes: dict[Scalar, OutcomePart] = needed(MapOf(OutcomePart), "The ends of the chart by name.", some=True)
    guarantees: list[GuaranteePart] = many(ManyOf(GuaranteePart), "What is proved over every possible input.")
