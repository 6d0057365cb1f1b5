"""
Model rule files and cases files: their keys, their meaning, and the shape of every value.

The same classes read files and make the JSON Schema that editors use; the descriptions are what an editor shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Tag,
    ValidationInfo,
    model_validator,
)

from notifyrules.document.leaves import (
    All,
    Anything,
    ConditionText,
    Declaration,
    Flag,
    Key,
    Name,
    NamedType,
    NotifyWord,
    Number,
    Prose,
    Reason,
    TargetName,
    Version,
)
from notifyrules.source.located import Map, Scalar, Seq
from notifyrules.source.text import Span

FORMAT_VERSION = "1"
"""The version of the format that this package reads."""
# Checked by the reader: a collection whose every entry was cut out is not empty in the file.
_SOME_ITEMS: Final[dict[str, JsonValue]] = {"minItems": 1}
_SOME_KEYS: Final[dict[str, JsonValue]] = {"minProperties": 1}


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that nobody reads."""

    key: Scalar
    holder: Map
    part: type[Part]
    """The kind of mapping it stands in."""


@dataclass(slots=True)
class Shapes:
    """What reading a file as a part finds besides values that do not fit."""

    unknown: dict[int, UnknownKey] = field(default_factory=dict)
    """The keys that nobody reads, by their identity."""
    empty: list[Scalar] = field(default_factory=list)
    """The keys of collections that must hold something."""
    first_round: bool = True
    """Whether nothing was cut out yet; what is empty later was not empty in the file."""


class Part(BaseModel):
    """A mapping of the file that knows where it stands."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"additionalProperties": False})

    must_hold: ClassVar[tuple[str, ...]] = ()
    """The keys whose collections must not be empty."""

    _map: Map = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _locate(cls, value: Any, handler: ModelWrapValidatorHandler[Part], info: ValidationInfo) -> Part:  # noqa: ANN401 - pydantic's signature
        """Keep the mapping that the part was read from, and hand the context what it holds too much and too little."""
        if isinstance(value, Map) and isinstance(info.context, Shapes):
            for key, held in value.items():
                if key not in cls.known_keys():
                    # Later rounds read copies, in which something is missing.
                    info.context.unknown.setdefault(id(key), UnknownKey(key, value, cls))
                elif key in cls.must_hold and held in ({}, []) and info.context.first_round:
                    info.context.empty.append(key)
        part = handler(value)
        part._map = value  # noqa: SLF001 - its own class
        return part

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """List the keys that the mapping may have."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @property
    def has_unknown_keys(self) -> bool:
        """Whether the mapping has keys that nobody reads; one of them may be meant for one that is missing."""
        return any(key not in self.known_keys() for key in self._map)

    @property
    def span(self) -> Span:
        """Where the mapping stands."""
        return self._map.span

    def key(self, name: str) -> Scalar | None:
        """Find a key as it was written."""
        return self._map.key(name)


Allow: TypeAlias = Annotated[
    dict[Key, Prose], Field(default_factory=dict, description="Findings to silence: code, and why it is in order here.")
]


_BY_LIST = Discriminator(lambda value: "#list" if isinstance(value, Seq) else "#one")
"""Tells a list from a word alone."""
BY_LENGTH = Discriminator(lambda value: "#long" if isinstance(value, Map) else "#short")
"""Tells what is written in short from what is written as a mapping."""


class LongTarget(Part):
    """A target with words of its own."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False, "minProperties": 1})

    to: TargetName | None = Field(
        None, description="The node or outcome that the arrow leads to; `otherwise` of the file unless given."
    )
    because: Reason | None = Field(
        None,
        description="Why, for a person, or `{notified: text, held | refused: text}`; `{...}` holds a condition.",
    )
    label: Prose | None = Field(None, description="What the picture writes on the arrow.")


Target: TypeAlias = Annotated[
    Annotated[TargetName, Tag("#short")] | Annotated[LongTarget, Tag("#long")],
    BY_LENGTH,
    Field(description="A node, an outcome, or `{to, because, label}`."),
]


class NodePart(Part):
    """What every node may say."""

    ask: Prose | None = Field(None, description="The question, as the box shows it.")
    class_: Name | None = Field(None, alias="class", description="A class of the legend, for the colour.")
    about: Prose | None = Field(None, description="Documentation; the picture's tooltip.")
    allow: Allow


class QuestionPart(NodePart):
    """A two-way question."""

    if_: ConditionText = Field(alias="if", description="The condition asked.")
    then: Target | None = Field(None, description="Where it goes on when the condition holds.")
    else_: Target | None = Field(None, alias="else", description="Where it goes on otherwise.")


class SwitchPart(NodePart):
    """A question with one way out per value."""

    must_hold = ("cases",)

    switch: ConditionText = Field(description="The value asked for.")
    cases: dict[Key, Target] = Field(
        description="Where each value goes on: `a | b | null: target`.", json_schema_extra=_SOME_KEYS
    )
    else_: Target | None = Field(None, alias="else", description="Where all other values go on.")


class RowPart(LongTarget):
    """One row of an ordered table."""

    if_: ConditionText = Field(alias="if", description="The condition of this row.")
    name: Name | None = Field(None, description="A name for the arrow's id, instead of the row's number.")


class FirstPart(NodePart):
    """An ordered table: the first row that holds."""

    must_hold = ("first",)

    first: list[RowPart] = Field(description="The rows, in order.", json_schema_extra=_SOME_ITEMS)
    else_: Target | None = Field(None, alias="else", description="Where it goes on when no row holds.")


class FanOutPart(NodePart):
    """A fan-out: the first branch that does not refuse."""

    must_hold = ("any",)

    any: list[Target] = Field(description="The nodes that are tried, in order.", json_schema_extra=_SOME_ITEMS)
    else_: Target | None = Field(None, alias="else", description="Where it goes on when all branches refuse.")


Defaults: TypeAlias = Annotated[
    Annotated[All, Tag("#one")] | Annotated[list[Name], Tag("#list"), Field(json_schema_extra=_SOME_ITEMS)], _BY_LIST
]


class CallPart(NodePart):
    """Another rule file asked as a question."""

    must_hold = ("defaults",)

    call: Name = Field(description="The file, relative to this one, or `notifyrules:name` for a shipped one.")
    with_: dict[Key, ConditionText] = Field(
        alias="with",
        default_factory=dict,
        description="A condition for each fact of the called file that this one names differently.",
    )
    defaults: Defaults | None = Field(
        None,
        description="Facts of the called file that keep their defaults, `alert` for `alert.*`, or `all` left to them.",
    )
    cases: dict[Key, Target] = Field(description="Where each outcome of the called file goes on: `a | b: target`.")
    else_: Target | None = Field(None, alias="else", description="Where all other outcomes go on.")


NODE_KEYS = ("if", "switch", "first", "any", "call")
"""The key that makes a node what it is."""


def _node_kind(value: object) -> str:
    """Tell the kind of a node by the first of its distinguishing keys."""
    if isinstance(value, Map):
        return next((f"#{key}" for key in NODE_KEYS if key in value), "")
    return ""


WrittenNode: TypeAlias = Annotated[
    Annotated[QuestionPart, Tag("#if")]
    | Annotated[SwitchPart, Tag("#switch")]
    | Annotated[FirstPart, Tag("#first")]
    | Annotated[FanOutPart, Tag("#any")]
    | Annotated[CallPart, Tag("#call")],
    Discriminator(_node_kind),
]


class LongFact(Part):
    """A fact with everything that can be said about it."""

    type: Declaration = Field(
        description="The name of a type, values joined by `|`, or `list of` one of them; `| null` where it may be null."
    )
    default: Anything | None = Field(None, description="The value when the fact is absent.")
    ordered: Flag | None = Field(None, description="Whether `<` and `>` follow the order of the values.")
    about: Prose | None = Field(None, description="What the fact means, for errors, editors and pictures.")
    cost: Number | None = Field(None, description="What it costs to get the fact, relative to others; 1 unless given.")
    private: Flag | None = Field(None, description="Whether logs keep the value from whoever reads them.")
    allow: Allow

    @property
    def has_default(self) -> bool:
        """Whether a default is written; `default: null` is one."""
        return self.key("default") is not None


FactPart: TypeAlias = Annotated[
    Annotated[Declaration, Tag("#short")] | Annotated[LongFact, Tag("#long")],
    BY_LENGTH,
    Field(description="A type with its default, such as `bool = false`, or the long form."),
]


class LongType(Part):
    """A named type with everything that can be said about it."""

    type: NamedType = Field(
        description="The name of a type, values joined by `|`, or `list of` one of them; `| null` where it may be null."
    )
    ordered: Flag | None = Field(None, description="Whether `<` and `>` follow the order of the values.")
    about: Prose | None = Field(None, description="What the type is for, for editors and type checkers.")


TypePart: TypeAlias = Annotated[
    Annotated[NamedType, Tag("#short")] | Annotated[LongType, Tag("#long")],
    BY_LENGTH,
    Field(description="A type, such as `low | normal | urgent`, or the long form."),
]


class OutcomePart(Part):
    """An end of the chart."""

    notify: NotifyWord | None = Field(None, description="Whether to notify: true, false, or later.")
    label: Prose | None = Field(None, description="What the picture calls it, instead of its name.")
    because: Reason | None = Field(None, description="Why, where no arrow on the way says it.")
    data: dict[Key, Anything] = Field(
        default_factory=dict, description="What the decision carries: values, or `{expr: condition}`."
    )
    recheck: ConditionText | None = Field(
        None, description="When to ask again: an instant, or a duration counted from the fact `now`."
    )
    about: Prose | None = Field(None, description="Documentation; the picture's tooltip.")
    allow: Allow


Ends: TypeAlias = Annotated[
    Annotated[Name, Tag("#one")] | Annotated[list[Name], Tag("#list")],
    _BY_LIST,
    Field(description="An outcome, or a list of outcomes."),
]
MediaEnds: TypeAlias = Annotated[
    Annotated[list[Name], Tag("#list")] | Annotated[dict[Key, Ends], Tag("#map")],
    Discriminator(lambda value: "#list" if isinstance(value, Seq) else "#map"),
]


class TogetherPart(Part):
    """A promise about the media of one message."""

    must_hold = ("at_most_one", "at_least_one", "never")

    at_most_one: MediaEnds | None = Field(
        None, description="Media of which at most one notifies, or has one of the outcomes named for it."
    )
    at_least_one: MediaEnds | None = Field(
        None, description="Media of which at least one notifies, or has one of the outcomes named for it."
    )
    never: dict[Key, Ends] | None = Field(
        None, description="Outcomes by medium, two or more, that one message never has all at once."
    )


class GuaranteePart(Part):
    """A promise about every possible input."""

    must_hold = ("never", "always")

    name: Prose = Field(description="The promise in words.")
    if_: ConditionText | None = Field(None, alias="if", description="For which facts it holds; all unless given.")
    never: list[Name] | None = Field(
        None, description="Outcomes that are never reached.", json_schema_extra=_SOME_ITEMS
    )
    always: list[Name] | None = Field(
        None, description="Outcomes of which one is always reached.", json_schema_extra=_SOME_ITEMS
    )
    independent_of: Name | None = Field(None, description="A fact that alone never changes the outcome.")
    monotone: Name | None = Field(None, description="A fact that, raised alone, never lowers `notify`.")
    reachable: Name | None = Field(None, description="An outcome that some facts give.")
    together: TogetherPart | None = Field(None, description="What holds for all media of one message.")


class Shared(Part):
    """What a file may bring in from another one."""

    notifyrules: Version = Field(description="The version of the format: 1.")
    name: Name | None = Field(None, description="The name of the chart; the file's name unless given.")
    title: Prose | None = Field(None, description="What the chart decides; the text of its start box.")
    source: Prose | None = Field(None, description="Where this logic comes from.")
    about: Prose | None = Field(None, description="Documentation of the whole file.")
    include: list[Name] = Field(
        default_factory=list, description="Files that types, facts, assume, let, data and legend are brought in from."
    )
    legend: dict[Key, Name] = Field(default_factory=dict, description="Classes and their colours.")
    types: dict[Key, TypePart] = Field(
        default_factory=dict, description="Types by name, for facts, data and other types."
    )
    facts: dict[Key, FactPart] = Field(default_factory=dict, description="The inputs of a decision, by dotted name.")
    assume: list[ConditionText] = Field(default_factory=list, description="Conditions that hold for all real facts.")
    let: dict[Key, ConditionText] = Field(
        default_factory=dict, description="Named conditions and values, with or without parameters."
    )
    data: dict[Key, Declaration] = Field(
        default_factory=dict, description="What decisions carry: types and defaults by name."
    )
    allow: Allow


class Fragment(Shared):
    """A file made to be included."""


class LongMedia(Part):
    """The media of a file, and what may differ between them."""

    fact: Name = Field(description="The fact whose values are the media.")
    per_medium: list[Name] = Field(
        default_factory=list, description="The facts that may differ from medium to medium, such as a preference."
    )


WrittenMedia: TypeAlias = Annotated[
    Annotated[Name, Tag("#short")] | Annotated[LongMedia, Tag("#long")],
    BY_LENGTH,
    Field(description="The fact whose values are the media, or `{fact, per_medium}`."),
]


class Document(Shared):
    """A rule file."""

    must_hold = ("flow", "outcomes")

    media: WrittenMedia | None = Field(None, description="What a message may reach a person by.")

    otherwise: Name | None = Field(None, description="The refusal at which every exit ends that is not written.")
    flow: dict[Key, WrittenNode] = Field(
        description="The nodes by name; the first is the start.", json_schema_extra=_SOME_KEYS
    )
    outcomes: dict[Key, OutcomePart] = Field(description="The ends of the chart by name.", json_schema_extra=_SOME_KEYS)
    guarantees: list[GuaranteePart] = Field(
        default_factory=list, description="What is proved over every possible input."
    )
