"""
Give parts of a file their shape, and read located YAML by it.

One declaration of a key is its place in the model, what is accepted, and what the JSON Schema says of it. Nothing heavy
is needed to read; the schema is made by pydantic from the same declarations (:mod:`notifyrules.document.schema`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self, TypeAlias, assert_never

from notifyrules.document.leaves import Leaf
from notifyrules.source.located import Located, Map, Scalar, Seq
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class ManyOf:
    """A list of values of one shape."""

    item: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping whose keys the author chooses, to values of one shape."""

    value: Shape


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of one of several shapes, told apart by a look at it."""

    choose: Callable[[Located], Shape | None]
    """Gives the shape that a value is held to; None where it is nothing of the kind."""
    shapes: tuple[Shape, ...]
    about: str = ""
    """What an editor shows where a key says nothing of its own."""


def by_class(kind: type[Map | Seq], then: Shape, other: Shape, about: str = "") -> OneOf:
    """Hold mappings, or lists, to one shape, and what else is written to another."""
    return OneOf(lambda value: then if isinstance(value, kind) else other, (other, then), about)


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a mapping."""

    shape: Shape
    about: str
    """What an editor shows."""
    make_default: Callable[[], object] | None
    """Makes what stands for an absent key; None where it must not be absent."""
    some: bool
    """Whether its collection must hold something."""
    written: str
    """The key in the file; empty where the attribute is called so."""


def needed(shape: Shape, about: str, *, some: bool = False, key: str = "") -> Any:  # noqa: ANN401 - the attribute's class
    """Declare a key that must be there."""
    return Field(shape, about, None, some, key)


def maybe(shape: Shape, about: str, *, some: bool = False) -> Any:  # noqa: ANN401
    """Declare a key that may be absent."""
    return Field(shape, about, lambda: None, some, "")


def many(shape: ManyOf | MapOf, about: str) -> Any:  # noqa: ANN401
    """Declare a key that holds nothing where it is absent."""
    return Field(shape, about, list if isinstance(shape, ManyOf) else dict, some=False, written="")


class Part:
    """A mapping of the file that knows where it stands."""

    fields: ClassVar[Mapping[str, Field]] = {}
    """What is declared, in order, by the name of the attribute."""
    keys: ClassVar[Mapping[str, str]] = {}
    """The name of the attribute by the key in the file."""

    must_say: ClassVar[bool] = False
    """Whether an empty mapping says nothing."""

    _map: Map

    def __init_subclass__(cls) -> None:
        """Gather what is declared: of its bases first."""
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        for name in own:
            delattr(cls, name)
        cls.fields = {**cls.fields, **own}
        # Words that Python keeps for itself end in an underscore here.
        cls.keys = {one.written or name.rstrip("_"): name for name, one in cls.fields.items()}

    @classmethod
    def make(cls, written: Map, values: Mapping[str, object]) -> Self:
        """Make the part that a mapping was read as; what is not among the *values* takes its default."""
        part = cls()
        made = vars(part)
        made["_map"] = written
        for name, one in cls.fields.items():
            made[name] = values[name] if name in values or one.make_default is None else one.make_default()
        return part

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("what was read of a file never changes")

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """List the keys that the mapping may have."""
        return tuple(cls.keys)

    @property
    def has_unknown_keys(self) -> bool:
        """Whether the mapping has keys that nobody reads; one of them may be meant for one that is missing."""
        return any(key not in self.keys for key in self._map)

    @property
    def span(self) -> Span:
        """Where the mapping stands."""
        return self._map.span

    def key(self, name: str) -> Scalar | None:
        """Find a key as it was written."""
        return self._map.key(name)


Shape: TypeAlias = Leaf | ManyOf | MapOf | OneOf | type[Part]
"""What a value may be."""
Path: TypeAlias = tuple[str | int, ...]
"""The keys and positions that lead to a value."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key that nobody reads."""

    key: Scalar
    holder: Map
    part: type[Part]
    """The kind of mapping it stands in."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that is not what stands there, or a key that is missing."""

    path: Path
    """Leads to the value, or to the mapping that lacks the key."""
    what: Literal["shape", "kind", "missing"]
    """`kind` of a value that is none of several shapes."""
    expected: str
    """What the message says is expected; the key that is missing."""


@dataclass(slots=True)
class Shapes:
    """What reading a file as a part finds."""

    misfits: list[Misfit] = field(default_factory=list)
    """What must be cut out before the rest can be read."""
    unknown: dict[int, UnknownKey] = field(default_factory=dict)
    """The keys that nobody reads, by their identity."""
    empty: list[Scalar] = field(default_factory=list)
    """The keys of collections that must hold something."""
    first_round: bool = True
    """Whether nothing was cut out yet; what is empty later was not empty in the file."""

    def read(self, shape: Shape, value: Located, path: Path = ()) -> Any:  # noqa: ANN401 - what the shape makes of it
        """Read a value by its shape; what comes of it counts for nothing where there are misfits."""
        match shape:
            case Leaf():
                return value if shape.accepts(value) else self._misfit(path, shape.expected)
            case ManyOf():
                if not isinstance(value, Seq):
                    return self._misfit(path, "a list")
                return [self.read(shape.item, one, (*path, number)) for number, one in enumerate(value)]
            case MapOf():
                if not isinstance(value, Map):
                    return self._misfit(path, "a mapping")
                return {key: self.read(shape.value, one, (*path, str(key))) for key, one in value.items()}
            case OneOf():
                if (chosen := shape.choose(value)) is None:
                    self.misfits.append(Misfit(path, "kind", ""))
                    return None
                return self.read(chosen, value, path)
            case type():
                return self._part(shape, value, path) if isinstance(value, Map) else self._misfit(path, "a mapping")
            case _:
                assert_never(shape)

    def _misfit(self, path: Path, expected: str) -> None:
        self.misfits.append(Misfit(path, "shape", expected))

    def _part(self, part: type[Part], value: Map, path: Path) -> Part | None:
        """Read a mapping as a part, and keep what it holds too much and too little."""
        written: dict[str, Scalar] = {}
        for key, held in value.items():
            if key not in part.keys:
                # Later rounds read copies, in which something is missing.
                self.unknown.setdefault(id(key), UnknownKey(key, value, part))
                continue
            name = part.keys[key]
            written[name] = key
            if part.fields[name].some and not held and isinstance(held, Map | Seq) and self.first_round:
                self.empty.append(key)
        values: dict[str, object] = {}
        before = len(self.misfits)
        for name, one in part.fields.items():
            if (found := written.get(name)) is not None:
                values[name] = self.read(one.shape, value[found], (*path, str(found)))
            elif one.make_default is None:
                self.misfits.append(Misfit(path, "missing", one.written or name.rstrip("_")))
        return part.make(value, values) if len(self.misfits) == before else None
