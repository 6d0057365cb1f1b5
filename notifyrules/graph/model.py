"""
Hold a chart whose every name is resolved and every condition is typed.

Made only by :mod:`notifyrules.graph.builder`. Whoever holds a graph of a file without errors needs no checks: it is
acyclic, every target exists, every exit leads somewhere, and evaluating it cannot fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from types import MappingProxyType
from typing import ClassVar, Final, Literal, TypeAlias

from notifyrules.diagnostics.codes import Code
from notifyrules.document import ends
from notifyrules.language.terms import Constant, Term
from notifyrules.language.types import Type
from notifyrules.language.values import Value
from notifyrules.source.text import Source, Span


class Notify(Enum):
    """What an outcome means for the notification."""

    YES = "true"
    NO = "false"
    LATER = "later"
    UNSAID = "unsaid"
    """The outcome of a chart that is made to be called."""

    @property
    def written(self) -> Literal["later"] | bool | None:
        """What it is called outside of Python; null for the outcome of a chart that is made to be called."""
        if self is Notify.UNSAID:
            return None
        return "later" if self is Notify.LATER else self is Notify.YES

    def counts_for(self, end: Notify) -> bool:
        """Tell whether a called chart that ends so may speak for an end of the outermost chart."""
        return Notify.UNSAID in (self, end) or self is end


ENDS: Final[Mapping[str, Notify]] = {name: Notify(word) for name, word in ends.ENDS.items()}
"""The kinds of ends that a reason may be written for."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A value with its type: one that decisions carry, or a fact."""

    name: str
    type: Type
    has_default: bool
    """Whether it may be absent."""
    default: Value
    """What it is where it is absent; None also where there is no default."""
    included: bool
    span: Span


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type under a name of the file's own."""

    name: str
    type: Type
    """What the name stands for, perhaps by another name."""
    about: str | None
    included: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Fact(Declared):
    """One typed input."""

    about: str | None = None
    cost: int = 1
    """What it costs to get the fact, relative to others."""
    private: bool = False
    """Whether logs keep its value from whoever reads them."""


@dataclass(frozen=True, slots=True)
class Let:
    """A named condition or value."""

    name: str
    parameters: tuple[str, ...] | None
    """None for a let without parameters."""
    term: Term | None
    """The checked body; None for a let with parameters, which is inlined at each use."""
    included: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Message:
    """Words for a person: plain text with terms in between."""

    span: Span
    pieces: tuple[str | Term, ...]

    @property
    def settled(self) -> str | None:
        """The words, where nothing is filled in; else None."""
        words = [piece for piece in self.pieces if isinstance(piece, str)]
        return "".join(words) if len(words) == len(self.pieces) else None

    @property
    def written(self) -> str:
        """The text as it is written, conditions in braces."""
        return "".join(piece if isinstance(piece, str) else f"{{{piece.span.one_line}}}" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Because:
    """What is said to a person as a reason, by what the end of the outermost chart means for the notification."""

    span: Span
    texts: Mapping[Notify, Message]
    """A plain text speaks for every end, a mapping for those that it names."""

    @property
    def plain(self) -> bool:
        """Whether it is a text that speaks for every end."""
        return Notify.UNSAID in self.texts

    @property
    def messages(self) -> tuple[Message, ...]:
        """The texts, each once."""
        return tuple({message.span: message for message in self.texts.values()}.values())

    def written(self, write: Callable[[Message], str]) -> str:
        """Write it on one line: a text alone, or each behind the kinds of ends that it speaks for."""
        if self.plain:
            return write(self.messages[0])
        kinds = [(name, self.texts[end]) for name, end in ENDS.items() if end in self.texts]
        groups = ((message, [name for name, text in kinds if text is message]) for message in self.messages)
        return "; ".join(f"{' | '.join(names)}: {write(message)}" for message, names in groups)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way out of a node."""

    id: str
    """Stable: `muted.then`, `preference.mentions`."""
    node: str
    answer: str
    """In words: `Yes`, `No`, the value met, the row's label, name or condition, the branch or the callee's outcome."""
    label: str | None
    """What the author wants written on it instead."""
    target: str
    """The node or outcome it leads to."""
    because: Because | None
    written: bool
    """False where `otherwise` ends it: it is decided by, not drawn."""
    span: Span

    @property
    def told(self) -> bool:
        """Whether the file says anything of it: where it leads, or words."""
        return self.written or self.because is not None or self.label is not None


@dataclass(frozen=True, slots=True)
class Box:
    """What every node has."""

    name: str
    ask: str
    """The question; for a node without one, its condition as written."""
    class_: str | None
    about: str | None
    span: Span
    """The node's name in the file."""

    kind: ClassVar[str]
    """The key that makes the node what it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """A condition, and the way out where it is the first to hold."""

    condition: Term
    arrow: Arrow


@dataclass(frozen=True, slots=True)
class Table(Box):
    """A node that asks conditions in order; the first that holds is its answer."""

    rows: tuple[Row, ...]
    otherwise: Arrow

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """The ways out, in the order written."""
        return (*(row.arrow for row in self.rows), self.otherwise)


@dataclass(frozen=True, slots=True)
class Question(Table):
    """A two-way question: a table of one row."""

    kind: ClassVar = "if"


@dataclass(frozen=True, slots=True)
class First(Table):
    """An ordered table as the file writes it."""

    kind: ClassVar = "first"


@dataclass(frozen=True, slots=True)
class Switch(Box):
    """A question with one way out per value."""

    kind: ClassVar = "switch"
    subject: Term
    cases: Mapping[Value, Arrow]
    otherwise: Arrow | None
    """For all other values; None where the cases cover every value."""

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """The ways out, in the order written."""
        found = tuple(self.cases.values())
        return found if self.otherwise is None else (*found, self.otherwise)

    @property
    def groups(self) -> tuple[Mapping[Value, Arrow], ...]:
        """The cases as they are written: values of one key share the place where its target stands."""
        return tuple(dict(pairs) for _, pairs in groupby(self.cases.items(), lambda pair: pair[1].span))

    def answer(self, value: Value) -> Arrow:
        """Find the arrow for the value met."""
        arrow = self.cases.get(value, self.otherwise)
        # INVARIANT (total switch): a switch without `else` names every value.
        assert arrow is not None
        return arrow


@dataclass(frozen=True, slots=True)
class FanOut(Box):
    """A fan-out: the first branch that does not refuse."""

    kind: ClassVar = "any"
    branches: tuple[Arrow, ...]
    otherwise: Arrow

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """The ways out, in the order written."""
        return (*self.branches, self.otherwise)


@dataclass(frozen=True, slots=True)
class Call(Box):
    """Another chart asked as a question."""

    kind: ClassVar = "call"
    callee: Graph
    reference: str
    """The file as the caller names it."""
    bindings: Mapping[str, Term]
    """For each fact of the callee that is bound, its value in terms of the caller; the others take their default."""
    cases: Mapping[str, Arrow]
    """The way out for each outcome of the callee; those that go to `else` share its arrow."""
    arguments: Mapping[str, Term] = field(init=False, repr=False, compare=False)
    """For every fact of the callee its value in terms of the caller: what is bound to it, else its default."""

    def __post_init__(self) -> None:
        """Write the defaults out."""
        defaults = {fact.name: Constant(self.span, fact.type, fact.default) for fact in self.callee.facts.values()}
        object.__setattr__(self, "arguments", MappingProxyType(defaults | dict(self.bindings)))

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        """The ways out, in the order written."""
        return tuple({arrow.id: arrow for arrow in self.cases.values()}.values())

    @property
    def groups(self) -> tuple[Mapping[str, Arrow], ...]:
        """The cases as they are written: outcomes of one key share the place where its target stands."""
        return tuple(dict(pairs) for _, pairs in groupby(self.cases.items(), lambda pair: pair[1].span))


Node: TypeAlias = Question | Switch | First | FanOut | Call


def conditions(node: Node) -> tuple[Term, ...]:
    """List the conditions by which a node decides, in the order they are evaluated."""
    match node:
        case Question() | First():
            return tuple(row.condition for row in node.rows)
        case Switch():
            return (node.subject,)
        case Call():
            return tuple(node.bindings.values())
        case FanOut():
            return ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An end of the chart."""

    name: str
    notify: Notify
    label: str
    """What the picture calls it; the name unless given."""
    because: Because | None
    data: Mapping[str, Value | Term]
    """One entry a data field: a value, or a term that computes it."""
    recheck: Term | None
    """When to ask again: an instant, or a duration counted from the fact `now`."""
    about: str | None
    span: Span


class Promise(Enum):
    """The forms of a guarantee."""

    NEVER = "never"
    ALWAYS = "always"
    INDEPENDENT = "independent_of"
    MONOTONE = "monotone"
    REACHABLE = "reachable"
    TOGETHER = "together"


TogetherForm: TypeAlias = Literal["at_most_one", "at_least_one", "never"]


@dataclass(frozen=True, slots=True)
class Together:
    """A promise about the media of one message, whose facts differ in nothing but what media may differ in."""

    form: TogetherForm
    """How many media may have one of their outcomes: at most one, at least one, never all."""
    ends: Mapping[str, tuple[str, ...]]
    """The outcomes that count, by medium."""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A promise about every possible input."""

    name: str
    promise: Promise
    subjects: tuple[str, ...]
    """Outcomes, or the one fact, that the promise is about; none for one about media."""
    condition: Term | None
    """For which facts it holds, on every medium that it names; None for all."""
    span: Span
    together: Together | None = None
    """What is promised about media, for that form."""


@dataclass(frozen=True, slots=True)
class Media:
    """What a message may reach a person by."""

    fact: str
    names: tuple[str, ...]
    """The values, in the order declared."""
    per_medium: tuple[str, ...]
    """The facts that may differ from medium to medium."""
    span: Span

    @property
    def parting(self) -> frozenset[str]:
        """The facts by which decisions for different media may differ."""
        return frozenset((self.fact, *self.per_medium))


@dataclass(frozen=True, slots=True)
class Allowance:
    """A kind of finding that the file allows with a reason."""

    code: Code
    span: Span
    """Where it is allowed."""
    extents: tuple[Span, ...]
    """The stretches of the file that it covers."""


def groups_of(names: Iterable[str]) -> frozenset[str]:
    """Name the groups that facts stand in by their names: `a` and `a.b` for `a.b.c`."""
    return frozenset(name[:at] for name in names for at, sign in enumerate(name) if sign == ".")


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """One chart."""

    name: str
    title: str
    about: str | None
    source: str | None
    path: str
    """The file, as messages call it."""
    digest: str
    """SHA-256, in hexadecimal, of every file the chart is made of."""
    legend: Mapping[str, str]
    facts: Mapping[str, Fact]
    lets: Mapping[str, Let]
    assume: tuple[Term, ...]
    data: Mapping[str, Declared]
    nodes: Mapping[str, Node]
    """In the order written."""
    outcomes: Mapping[str, Outcome]
    start: str
    otherwise: str | None
    """The refusal at which unwritten exits end."""
    guarantees: tuple[Guarantee, ...]
    order: tuple[str, ...]
    """The reachable nodes, every node before those its arrows lead to."""
    allowed: tuple[Allowance, ...] = ()
    """What the file allows of the findings that only proofs make."""
    media: Media | None = None
    """None where the file names none."""
    types: Mapping[str, NamedType] = field(default_factory=lambda: MappingProxyType({}))
    """The named types, each behind those that it is made of."""
    files: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    """Every file that it is made of, those of called charts included, by what messages call it."""
    root: str = ""
    """What `--root` has to name beside the file; empty where commands find the root themselves."""
    arrows: Mapping[str, Arrow] = field(init=False, repr=False)
    """Every arrow by its id, node after node in the order written."""
    groups: frozenset[str] = field(init=False, repr=False)
    """The groups that facts stand in by their names."""
    lines: Mapping[str, int] = field(init=False, repr=False)
    """The line on which each node begins, 1-based."""

    def __post_init__(self) -> None:
        arrows = {arrow.id: arrow for node in self.nodes.values() for arrow in node.arrows}
        object.__setattr__(self, "arrows", MappingProxyType(arrows))
        object.__setattr__(self, "groups", groups_of(self.facts))
        object.__setattr__(self, "lines", {name: node.span.line for name, node in self.nodes.items()})

    @property
    def fact_types(self) -> Mapping[str, NamedType]:
        """The named types that facts are of, and those that these are made of, each behind what it is made of."""
        wanted = {fact.type.type_name for fact in self.facts.values()}
        wanted.update(one.type.type_name for one in reversed([*self.types.values()]) if one.name in wanted)
        return {name: one for name, one in self.types.items() if name in wanted}
