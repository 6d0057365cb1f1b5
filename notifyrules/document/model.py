"""
Model a rule file: its keys, their meaning, and the shape of every value.

The same classes read files and make the JSON Schema that editors use; the descriptions are what an editor shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Tag,
    ValidationInfo,
    model_validator,
)

from notifyrules.document.leaves import (
    Anything,
    ConditionText,
    Declaration,
    Flag,
    Key,
    Name,
    Notify,
    Number,
    Prose,
    Template,
    Version,
)
from notifyrules.source.located import Map, Scalar
from notifyrules.source.text import Span

FORMAT_VERSION = "1"
"""The version of the format that this package reads."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """
    A key that nobody reads.
    """

    key: Scalar
    holder: Map
    part: type[Part]
    """The kind of mapping it stands in."""


class Part(BaseModel):
    """
    A mapping of the file that knows where it stands.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"additionalProperties": False})

    _map: Map = PrivateAttr()

    @model_validator(mode="wrap")
    @classmethod
    def _locate(cls, value: Any, handler: ModelWrapValidatorHandler[Part], info: ValidationInfo) -> Part:  # noqa: ANN401 - pydantic's signature
        """
        Keep the mapping that the part was read from, and hand the keys that nobody reads to the context.
        """
        if isinstance(value, Map) and info.context is not None:
            for key in value:
                if key not in cls.known_keys():
                    info.context[id(key)] = UnknownKey(key, value, cls)
        part = handler(value)
        part._map = value  # noqa: SLF001 - its own class
        return part

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """
        List the keys that the mapping may have.
        """
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @property
    def span(self) -> Span:
        """
        Where the mapping stands.
        """
        return self._map.span

    def key(self, name: str) -> Scalar | None:
        """
        Find a key as it was written.
        """
        return self._map.key(name)


Allow: TypeAlias = Annotated[
    dict[Key, Prose], Field(default_factory=dict, description="Findings to silence: code, and why it is in order here.")
]


class LongTarget(Part):
    """
    A target with words of its own.
    """

    to: Name = Field(description="The node or outcome that the arrow leads to.")
    because: Template | None = Field(None, description="Why, for a person; `{...}` holds a condition.")
    label: Prose | None = Field(None, description="What the picture writes on the arrow.")


def _target_kind(value: object) -> str:
    """
    Tell a short target from a long one.
    """
    return "#long" if isinstance(value, Map) else "#short"


Target: TypeAlias = Annotated[
    Annotated[Name, Tag("#short")] | Annotated[LongTarget, Tag("#long")],
    Discriminator(_target_kind),
    Field(description="A node, an outcome, or `{to, because, label}`."),
]


class NodePart(Part):
    """
    What every node may say.
    """

    ask: Prose | None = Field(None, description="The question, as the box shows it.")
    class_: Name | None = Field(None, alias="class", description="A class of the legend, for the colour.")
    about: Prose | None = Field(None, description="Documentation; the picture's tooltip.")
    allow: Allow


class QuestionPart(NodePart):
    """
    A two-way question.
    """

    if_: ConditionText = Field(alias="if", description="The condition asked.")
    then: Target | None = Field(None, description="Where it goes on when the condition holds.")
    else_: Target | None = Field(None, alias="else", description="Where it goes on otherwise.")


class SwitchPart(NodePart):
    """
    A question with one way out per value.
    """

    switch: ConditionText = Field(description="The value asked for.")
    cases: dict[Key, Target] = Field(description="Where each value goes on: `a | b | null: target`.")
    else_: Target | None = Field(None, alias="else", description="Where all other values go on.")


class RowPart(Part):
    """
    One row of an ordered table.
    """

    name: Name | None = Field(None, description="A name for the arrow's id, instead of the row's number.")
    if_: ConditionText = Field(alias="if", description="The condition of this row.")
    to: Name = Field(description="The node or outcome of this row.")
    label: Prose | None = Field(None, description="What the picture writes for this row.")
    because: Template | None = Field(None, description="Why, for a person; `{...}` holds a condition.")


class FirstPart(NodePart):
    """
    An ordered table: the first row that holds.
    """

    first: list[RowPart] = Field(description="The rows, in order.", min_length=1)
    else_: Target | None = Field(None, alias="else", description="Where it goes on when no row holds.")


class FanOutPart(NodePart):
    """
    A fan-out: the first branch that does not refuse.
    """

    any: list[Target] = Field(description="The nodes that are tried, in order.", min_length=1)
    else_: Target | None = Field(None, alias="else", description="Where it goes on when all branches refuse.")


class CallPart(NodePart):
    """
    Another rule file asked as a question.
    """

    call: Name = Field(description="The file, relative to this one, or `notifyrules:name` for a shipped one.")
    with_: dict[Key, ConditionText] = Field(
        alias="with",
        default_factory=dict,
        description="A condition for each fact of the called file that this one names differently.",
    )
    cases: dict[Key, Target] = Field(description="Where each outcome of the called file goes on.")


NODE_KEYS = ("if", "switch", "first", "any", "call")
"""The key that makes a node what it is."""


def _node_kind(value: object) -> str:
    """
    Tell the kind of a node by the first of its distinguishing keys.
    """
    if isinstance(value, Map):
        return next((f"#{key}" for key in NODE_KEYS if key in value), "")
    return ""


Node: TypeAlias = Annotated[
    Annotated[QuestionPart, Tag("#if")]
    | Annotated[SwitchPart, Tag("#switch")]
    | Annotated[FirstPart, Tag("#first")]
    | Annotated[FanOutPart, Tag("#any")]
    | Annotated[CallPart, Tag("#call")],
    Discriminator(_node_kind),
]


class LongFact(Part):
    """
    A fact with everything that can be said about it.
    """

    type: Declaration = Field(
        description="The name of a type, values joined by `|`, or `list of` one of them; `| null` where it may be null."
    )
    default: Anything | None = Field(None, description="The value when the fact is absent.")
    ordered: Flag | None = Field(None, description="Whether `<` and `>` follow the order of the values.")
    about: Prose | None = Field(None, description="What the fact means, for errors, editors and pictures.")
    cost: Number | None = Field(None, description="What it costs to get the fact, relative to others; 1 unless given.")
    allow: Allow

    @property
    def has_default(self) -> bool:
        """
        Whether a default is written; `default: null` is one.
        """
        return self.key("default") is not None


def _fact_kind(value: object) -> str:
    """
    Tell a fact's short form from its long one.
    """
    return "#long" if isinstance(value, Map) else "#short"


FactPart: TypeAlias = Annotated[
    Annotated[Declaration, Tag("#short")] | Annotated[LongFact, Tag("#long")],
    Discriminator(_fact_kind),
    Field(description="A type with its default, such as `bool = false`, or the long form."),
]


class OutcomePart(Part):
    """
    An end of the chart.
    """

    notify: Notify | None = Field(None, description="Whether to notify: true, false, or later.")
    label: Prose | None = Field(None, description="What the picture calls it, instead of its name.")
    because: Template | None = Field(None, description="Why, where no arrow on the way says it.")
    data: dict[Key, Anything] = Field(
        default_factory=dict, description="What the decision carries: values, or `{expr: condition}`."
    )
    recheck: ConditionText | None = Field(
        None, description="When to ask again: an instant, or a duration counted from the fact `now`."
    )
    about: Prose | None = Field(None, description="Documentation; the picture's tooltip.")
    allow: Allow


class GuaranteePart(Part):
    """
    A promise about every possible input.
    """

    name: Prose = Field(description="The promise in words.")
    if_: ConditionText | None = Field(None, alias="if", description="For which facts it holds; all unless given.")
    never: list[Name] | None = Field(None, description="Outcomes that are never reached.")
    always: list[Name] | None = Field(None, description="Outcomes of which one is always reached.")
    independent_of: Name | None = Field(None, description="A fact that alone never changes the outcome.")
    monotone: Name | None = Field(None, description="A fact that, raised alone, never lowers `notify`.")
    reachable: Name | None = Field(None, description="An outcome that some facts give.")


class Shared(Part):
    """
    What a file may bring in from another one.
    """

    notifyrules: Version = Field(description="The version of the format: 1.")
    name: Name | None = Field(None, description="The name of the chart; the file's name unless given.")
    title: Prose | None = Field(None, description="What the chart decides; the text of its start box.")
    source: Prose | None = Field(None, description="Where this logic comes from.")
    about: Prose | None = Field(None, description="Documentation of the whole file.")
    include: list[Name] = Field(
        default_factory=list, description="Files that facts, assume, let, data and legend are brought in from."
    )
    legend: dict[Key, Name] = Field(default_factory=dict, description="Classes and their colours.")
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
    """
    A file made to be included.
    """


class Document(Shared):
    """
    A rule file.
    """

    otherwise: Name | None = Field(None, description="The refusal at which every exit ends that is not written.")
    flow: dict[Key, Node] = Field(description="The nodes by name; the first is the start.", min_length=1)
    outcomes: dict[Key, OutcomePart] = Field(description="The ends of the chart by name.", min_length=1)
    guarantees: list[GuaranteePart] = Field(
        default_factory=list, description="What is proved over every possible input."
    )
