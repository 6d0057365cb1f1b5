"""
Keep one decision as a log keeps it: what was decided, on which facts, along which steps.

A record holds everything an explanation needs, so that a decision can be explained long after the rules have changed.
It is read back strictly: what JSON gave of something that was logged may have been cut short or forged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, get_args

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import Branch, Passage, Step, bind, data_of, fill, maker, passed, recheck_of, rechecks
from notifyrules.graph.model import Arrow, Because, Call, Graph, Node, Notify, Outcome
from notifyrules.language.evaluator import Evaluate, evaluate
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.terms import Choice, Coalesce, Junction, Term, facts_read, walk
from notifyrules.language.types import BOOL, INSTANT, INT, MAX_ITEMS, TEXT, Basic, ListOf, Type
from notifyrules.language.values import Value, conform, to_plain, write_literal

if TYPE_CHECKING:
    from notifyrules.explanation.readers import Reader

FORMAT_VERSION: Final = 1
"""The version of the form that :meth:`Record.to_dict` writes."""
MAX_DEPTH: Final = 100
"""Records inside records: branches inside branches and charts inside charts."""
Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"
"""What JSON can hold, without its floating-point numbers."""

_Chosen = TypeVar("_Chosen")
VERSION_KEY: Final = "notifyrules-record"
"""The key that says that a mapping is a record, and which version of the form it is written in."""
_HELP: Final = "give it whole, as `decision.to_dict()` or `notifyrules decide --json` wrote it"
_TOLD: Final = frozenset({NoneType, *(kind.holds for kind in KINDS.values() if kind.plain is None)})
"""The classes of values that JSON tells apart by itself."""
_UNTOLD: Final = {kind.holds: basic for basic, kind in KINDS.items() if kind.plain is not None}
_SPELT: Final[dict[type, str]] = {holds: str(Type(basic)) for holds, basic in _UNTOLD.items()}
_LISTS_SPELT: Final[dict[type, str]] = {holds: str(Type(ListOf(basic))) for holds, basic in _UNTOLD.items()}
"""How the types are spelt that JSON cannot tell, by the classes of values and of items."""
_TYPES: Final = {str(Type(base)): Type(base) for basic in Basic for base in (basic, ListOf(basic))}
_NAME_SHOWN: Final = 60
_CHARTS: Final = 64
"""Charts of which it is kept what their words depend on."""
_TERMS: Final = 1_024
"""Terms of which it is kept what they read."""
RECORD_KEYS = (
    *(VERSION_KEY, "rules", "outcome", "notify", "reason", "reasons", "because", "data", "data_types", "recheck_at"),
    *("facts", "facts_types", "told_from", "withheld", "steps"),
)
_RULES_KEYS = ("name", "title", "path", "digest")
_STEP_KEYS = (
    *("node", "kind", "ask", "answer", "arrow", "to", "facts", "facts_types", "because", "tried", "inner"),
    *("file", "line"),
)
_BRANCH_KEYS = ("arrow", "outcome", "steps")
_PASSAGE_KEYS = ("chart", "outcome", "because", "steps")
_KINDS: Mapping[str | bool | None, str] = {one.kind: one.kind for one in get_args(Node)}


@dataclass(frozen=True, slots=True)
class Record:
    """One decision, whole."""

    rules: str
    """The chart's name."""
    title: str
    path: str
    """The rule file, as messages call it."""
    digest: str
    """SHA-256, in hexadecimal, of every file the chart is made of."""
    facts: Mapping[str, Value]
    """Every fact of the chart, defaults filled in, in the order declared."""
    notify: Notify
    reason: str
    """The id of the arrow that settled it."""
    passage: Passage
    data: Mapping[str, Value]
    recheck_at: datetime | None
    """When to ask again, in UTC; None where the outcome does not say."""
    told_from: tuple[str, ...] = ()
    """Facts that the words, the data and the recheck were made from, in the order declared."""
    withheld: tuple[str, ...] = ()
    """Private facts whose values the log does not keep, in the order declared."""

    @property
    def outcome(self) -> str:
        """The name of the outcome."""
        return self.passage.outcome

    @property
    def because(self) -> str | None:
        """The words for a person; None where the rules have none."""
        return self.passage.because

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason, and those of the called charts that it comes from, the outermost first."""
        return self.passage.reasons

    def explain(self, reader: Reader = "support") -> str:
        """
        Tell why, in sentences.

        Args:
            reader: As for :meth:`Decision.explain <notifyrules.Decision.explain>`.
        """
        from notifyrules.explanation import explain  # noqa: PLC0415 - it stands above, and reads records

        return explain(self, reader=reader)

    def to_dict(self) -> dict[str, Plain]:
        """
        Write the record as plain data, for a log.

        Returns:
            What JSON can hold: values in their input form, and beside them, in `facts_types` and `data_types`, the
            types that JSON cannot tell. :meth:`from_dict` reads the same record back.
        """
        return {
            VERSION_KEY: FORMAT_VERSION,
            "rules": {"name": self.rules, "title": self.title, "path": self.path, "digest": self.digest},
            "outcome": self.outcome,
            "notify": self.notify.written,
            "reason": self.reason,
            "reasons": list(self.reasons),
            "because": self.because,
            **_values("data", self.data),
            "recheck_at": None if self.recheck_at is None else str(to_plain(self.recheck_at)),
            **_values("facts", self.facts),
            "told_from": list(self.told_from),
            **({"withheld": list(self.withheld)} if self.withheld else {}),
            "steps": [_step(step) for step in self.passage.steps],
        }

    @classmethod
    def from_dict(cls, written: object) -> Record:
        """
        Read a record back from what :meth:`to_dict` wrote.

        Args:
            written: Plain data from a log, which may have been cut short or forged: nothing in it is believed.

        Returns:
            A record equal to the one that was written.

        Raises:
            UsageError: It is not a whole record; the message says what is wrong, and where in it.
        """
        _refuse_other_version(written)
        whole = _RecordPart(written, "", RECORD_KEYS)
        rules = whole.part("rules", _RULES_KEYS)
        record = cls(
            rules=rules.text("name"),
            title=rules.text("title"),
            path=rules.text("path"),
            digest=rules.text("digest"),
            facts=whole.values("facts"),
            notify=whole.choice("notify", {notify.written: notify for notify in Notify}),
            reason=whole.text("reason"),
            passage=_read_passage(whole, rules.text("name")),
            data=whole.values("data"),
            recheck_at=whole.instant_or_null("recheck_at"),
            told_from=whole.names("told_from"),
            withheld=whole.names("withheld"),
        )
        if not record.passage.steps:
            raise _malformed("steps", "is empty")
        if whole.names("reasons") not in ((), record.reasons):
            raise _malformed("reasons", "is not what its steps say")
        return record


_make_record: Final = maker(Record)


def record_of(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> Record:
    """Gather everything about a decision, whose walk went as *passage* tells for those valid facts."""
    outcome = graph.outcomes[passage.outcome]
    return _make_record(
        graph.name,
        graph.title,
        graph.path,
        graph.digest,
        facts,
        outcome.notify,
        passage.steps[-1].arrow,
        passage,
        data_of(outcome, facts),
        recheck_of(graph, passage, facts),
        told_from(graph, facts, passage),
        (),
    )


def told_from(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> tuple[str, ...]:
    """Name the facts that words, data and recheck of a decision read, in the order declared, and ask for no other."""
    outcome = graph.outcomes[passage.outcome]
    read: set[str] = set()
    _told_from(graph, lambda: facts, passage, outcome.notify, read)
    if (carried := _carried(graph).get(passage.outcome)) is not None:
        read.update(carried.read(lambda: facts))
    if outcome.recheck is not None or rechecks(graph, outcome.notify):
        watched = _Watched(facts)
        recheck_of(graph, passage, watched)
        read |= watched.used
    return tuple(read) if len(read) <= 1 else tuple([name for name in graph.facts if name in read])


_KnownFacts: TypeAlias = Callable[[], Mapping[str, Value]]
"""Gives the facts of a chart."""


def _told_from(graph: Graph, facts: _KnownFacts, passage: Passage, end: Notify, read: set[str]) -> None:
    """Add to *read* the facts of a chart that the words on a way through it read."""
    said = _said(graph, end)
    _steps_told_from(graph, facts, passage.steps, end, read)
    if (words := said.get(passage.outcome)) is not None and _outcome_speaks(passage):
        read.update(words.read(facts))


def _steps_told_from(graph: Graph, facts: _KnownFacts, steps: tuple[Step, ...], end: Notify, read: set[str]) -> None:
    said = _said(graph, end)
    for step in steps:
        if (words := said.get(step.arrow)) is not None:
            read.update(words.read(facts))
        for branch in step.tried:
            _steps_told_from(graph, facts, branch.steps, end, read)
        if step.inner is not None and isinstance(node := graph.nodes[step.node], Call):
            inside: set[str] = set()
            _told_from(node.callee, partial(_bound, node, facts), step.inner, end, inside)
            for name in inside:
                read.update(_parts(node.arguments[name]).read(facts))


def _outcome_speaks(passage: Passage) -> bool:
    """Tell whether the words in force are the outcome's own, because no step has any."""
    spoken = (step.because is not None or (step.inner and step.inner.because is not None) for step in passage.steps)
    return passage.because is not None and not any(spoken)


def _bound(node: Call, facts: _KnownFacts) -> Mapping[str, Value]:
    return bind(node, facts())


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is filled into words, or carried."""

    always: frozenset[str]
    """The facts that are read in any case."""
    open: tuple[Term, ...]
    """What reads some facts or others."""

    def read(self, facts: Callable[[], Mapping[str, Value]]) -> Collection[str]:
        """Name the facts that are read."""
        if not self.open:
            return self.always
        known, read = facts(), dict[str, Value]()
        for term in self.open:
            evaluate(term, known, read)
        return self.always | read.keys()


@lru_cache(_TERMS)
def _parts(*terms: Term) -> _Parts:
    parting = tuple(one for one in terms if any(isinstance(part, Junction | Coalesce | Choice) for part in walk(one)))
    return _Parts(frozenset().union(*(facts_read(one) for one in terms if one not in parting)), parting)


@lru_cache(_CHARTS)
def _said(graph: Graph, end: Notify) -> Mapping[str, _Parts]:
    """Give what is filled into the words of arrows and outcomes, by their ids and names, for those that have some."""
    speaking: dict[str, Arrow | Outcome] = {**graph.arrows, **graph.outcomes}
    texts = {name: one.because.texts.get(end) for name, one in speaking.items() if one.because is not None}
    return {
        name: _parts(*(piece for piece in text.pieces if isinstance(piece, Term)))
        for name, text in texts.items()
        if text is not None and text.settled is None
    }


@lru_cache(_CHARTS)
def _carried(graph: Graph) -> Mapping[str, _Parts]:
    """Give the data that outcomes compute, for those that do."""
    computed = {
        name: [value for value in outcome.data.values() if isinstance(value, Term)]
        for name, outcome in graph.outcomes.items()
    }
    return {name: _parts(*terms) for name, terms in computed.items() if terms}


class _Watched(Mapping[str, Value]):
    """Facts, of which it is noted which are read."""

    __slots__ = ("_facts", "used")

    def __init__(self, facts: Mapping[str, Value]) -> None:
        self._facts = facts
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Value:
        self.used.add(name)
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def tell(graph: Graph, facts: Mapping[str, Value], passage: Passage, evaluate: Evaluate = evaluate) -> None:
    """Compute what a decision says and carries once more, to see what that reads."""
    outcome = graph.outcomes[passage.outcome]
    data_of(outcome, facts, evaluate)
    recheck_of(graph, passage, facts, evaluate)
    _tell(graph, facts, passage, outcome.notify, evaluate)


def _tell(graph: Graph, facts: Mapping[str, Value], passage: Passage, end: Notify, evaluate: Evaluate) -> None:
    """Fill every text of a way through a chart that speaks for an end, those of called charts included."""
    said: list[Because | None] = []
    for step in passed(passage.steps):
        node = graph.nodes[step.node]
        said.append(graph.arrows[step.arrow].because)
        if step.inner is not None and isinstance(node, Call):
            _tell(node.callee, bind(node, facts), step.inner, end, evaluate)
    if _outcome_speaks(passage):
        said.append(graph.outcomes[passage.outcome].because)
    for because in said:
        if because is not None and (message := because.texts.get(end)) is not None:
            fill(message, facts, evaluate)


# ---- Writing ----


def _step(step: Step) -> Plain:
    return {
        "node": step.node,
        "kind": step.kind,
        "ask": step.ask,
        "answer": step.answer,
        "arrow": step.arrow,
        "to": step.to,
        **_values("facts", step.facts),
        "because": step.because,
        "tried": [
            {"arrow": branch.arrow, "outcome": branch.outcome, "steps": [_step(one) for one in branch.steps]}
            for branch in step.tried
        ]
        if step.tried
        else [],
        "inner": None if step.inner is None else _passage(step.inner),
        "file": step.file,
        "line": step.line,
    }


def _passage(passage: Passage) -> Plain:
    return {
        "chart": passage.chart,
        "outcome": passage.outcome,
        "because": passage.because,
        "steps": [_step(step) for step in passage.steps],
    }


def _values(key: str, values: Mapping[str, Value]) -> dict[str, Plain]:
    """Write values in their input form under *key*, and beside them the types that JSON cannot tell."""
    written: dict[str, Any] = {**values}
    types: dict[str, Plain] = {}
    for name, value in values.items():
        kind: type = value.__class__
        if kind in _TOLD:
            continue
        if kind is not tuple:
            written[name], types[name] = to_plain(value), _SPELT[kind]
            continue
        # INVARIANT (one type a list): a list holds items of one type, so the first speaks for all.
        items: Any = value
        kind = items[0].__class__ if items else NoneType
        written[name] = list(items) if kind in _TOLD else to_plain(items)
        if kind in _LISTS_SPELT:
            types[name] = _LISTS_SPELT[kind]
    return {key: written, f"{key}_types": types} if types else {key: written}


# ---- Reading ----


def _read_passage(part: _RecordPart, chart: str) -> Passage:
    return Passage(chart, part.text("outcome"), _read_steps(part), part.text_or_null("because"))


def _read_steps(part: _RecordPart) -> tuple[Step, ...]:
    return tuple(_read_step(step) for step in part.parts("steps", _STEP_KEYS))


def _read_step(part: _RecordPart) -> Step:
    inner = part.part_or_null("inner", _PASSAGE_KEYS)
    return Step(
        node=part.text("node"),
        kind=part.choice("kind", _KINDS),
        ask=part.text("ask"),
        answer=part.text("answer"),
        arrow=part.text("arrow"),
        to=part.text("to"),
        facts=part.values("facts"),
        because=part.text_or_null("because"),
        tried=tuple(
            Branch(branch.text("arrow"), _read_steps(branch), branch.text("outcome"))
            for branch in part.parts("tried", _BRANCH_KEYS)
        ),
        inner=None if inner is None else _read_passage(inner, inner.text("chart")),
        file=part.text("file"),
        line=part.count("line"),
    )


class _RecordPart:
    """One mapping of a record, and its place in it; every method raises :class:`UsageError` for the unexpected."""

    __slots__ = ("_depth", "_found", "_place")

    def __init__(self, found: object, place: str, keys: Collection[str], depth: int = 0) -> None:
        """
        Take a mapping of text to plain data that has no other keys than *keys*.

        Args:
            found: What stands there.
            place: Where it stands, such as `steps[2].inner`; empty for the record itself.
            keys: The keys it may have.
            depth: Mappings of the same kind around it.
        """
        self._place = place
        self._depth = depth
        if depth > MAX_DEPTH:
            raise _malformed(place, f"nests more than {MAX_DEPTH} levels deep")
        if not isinstance(found, Mapping):
            raise _malformed(place, f"is {describe(found)}, not a mapping")
        self._found: Mapping[object, object] = found
        for key in found:
            if key not in keys:
                raise _malformed(self._at(_shown(key)), "is not a key of records", did_you_mean(key, keys))

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def _take(self, key: str) -> object:
        if key not in self._found:
            raise _malformed(self._at(key), "is missing")
        return self._found[key]

    def text(self, key: str) -> str:
        given = self._take(key)
        if not isinstance(given, str):
            raise _malformed(self._at(key), f"is {describe(given)}, not text")
        try:
            given.encode()
        except UnicodeEncodeError:
            raise _malformed(self._at(key), "holds a character that is not valid Unicode") from None
        return str.__str__(given)

    def text_or_null(self, key: str) -> str | None:
        return None if self._take(key) is None else self.text(key)

    def count(self, key: str) -> int:
        """Give a number that is not negative."""
        given = self._take(key)
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise _malformed(self._at(key), f"is {describe(given)}, not a count")
        return given

    def choice(self, key: str, choices: Mapping[str | bool | None, _Chosen]) -> _Chosen:
        """Give what *choices* has for the value."""
        given = self._take(key)
        # A number would be found where a bool stands.
        if (given is None or isinstance(given, (bool, str))) and given in choices:
            return choices[given]
        expected = named(choice if isinstance(choice, str) else write_literal(choice) for choice in choices)
        raise _malformed(self._at(key), f"is {describe(given)}, not one of {expected}")

    def instant_or_null(self, key: str) -> datetime | None:
        given = self._take(key)
        if given is None:
            return None
        instant = self._conform(INSTANT, given, key)
        assert isinstance(instant, datetime)
        return instant

    def names(self, key: str) -> tuple[str, ...]:
        """Give a list of names; none where the key is missing, as in logs that were written before there was one."""
        given = self._found.get(key, ())
        if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
            raise _malformed(self._at(key), "is not a list of names")
        return tuple(map(str, given))

    def part(self, key: str, keys: Collection[str]) -> _RecordPart:
        return _RecordPart(self._take(key), self._at(key), keys, self._depth + 1)

    def part_or_null(self, key: str, keys: Collection[str]) -> _RecordPart | None:
        return None if self._take(key) is None else self.part(key, keys)

    def parts(self, key: str, keys: Collection[str]) -> tuple[_RecordPart, ...]:
        given = self._take(key)
        if not isinstance(given, (list, tuple)):
            raise _malformed(self._at(key), f"is {describe(given)}, not a list")
        return tuple(
            _RecordPart(one, f"{self._at(key)}[{index}]", keys, self._depth + 1) for index, one in enumerate(given)
        )

    def values(self, key: str) -> Mapping[str, Value]:
        """Give values by name; `<key>_types` beside them names the types that JSON cannot tell."""
        given, types_key = self._mapping(key), f"{key}_types"
        types = self._mapping(types_key) if types_key in self._found else {}
        for name in types:
            if name not in given:
                raise _malformed(f"{self._at(types_key)}.{_shown(name)}", f"has no value under `{self._at(key)}`")
        values: dict[str, Value] = {}
        for name, value in given.items():
            spelt = types.get(name)
            wanted = _TYPES.get(spelt) if isinstance(spelt, str) else None
            if wanted is None and name in types:
                raise _malformed(f"{self._at(types_key)}.{_shown(name)}", f"is {describe(spelt)}, not a type")
            values[name] = self._conform(wanted, value, f"{key}.{_shown(name)}")
        return values

    def _mapping(self, key: str) -> Mapping[str, object]:
        given = self._take(key)
        if not isinstance(given, Mapping):
            raise _malformed(self._at(key), f"is {describe(given)}, not a mapping")
        for name in given:
            if not isinstance(name, str) or name.encode("utf-8", "replace").decode() != name:
                raise _malformed(self._at(key), f"has a name that is none: {_shown(name)}")
        return given

    def _conform(self, wanted: Type | None, given: object, key: str) -> Value:
        """Read a value of the type wanted; without one, of the type that JSON tells."""
        try:
            if wanted is not None:
                return conform(wanted, given)
            if isinstance(given, (list, tuple)):
                if len(given) > MAX_ITEMS:
                    raise Mismatch(f"a list of {len(given):,} items", "")  # noqa: TRY301 - worded below like the others
                return tuple(conform(_told(item), item) for item in given)
            return None if given is None else conform(_told(given), given)
        except Mismatch as mismatch:
            expected = f", not {mismatch.expected}" if mismatch.expected else ""
            raise _malformed(self._at(key), f"is {mismatch.found}{expected}") from None


def _told(given: object) -> Type:
    match given:
        case bool():
            return BOOL
        case int():
            return INT
        case str():
            return TEXT
        case _:
            raise Mismatch(describe(given), "a value of the language")


def _refuse_other_version(written: object) -> None:
    """Refuse what is no record at all, and a record of another version before its keys are looked at."""
    if not isinstance(written, Mapping):
        raise _malformed("", f"is {describe(written)}, not a mapping")
    found = written.get(VERSION_KEY)
    if not isinstance(found, int) or isinstance(found, bool):
        raise _malformed("", f"has no `{VERSION_KEY}: {FORMAT_VERSION}`")
    if found != FORMAT_VERSION:
        raise UsageError(
            f"the record is written in version {found} of its form; this package reads version {FORMAT_VERSION}",
            "use the version of notifyrules that wrote it",
        )


def _malformed(place: str, what: str, advice: str = "") -> UsageError:
    subject = f"`{place}`" if place else "it"
    return UsageError(f"this is no record of a decision: {subject} {what}", advice or _HELP)


def _shown(name: object) -> str:
    """Show a name that may be anything: as it is where it is a usual one, otherwise quoted and shortened."""
    if isinstance(name, str) and len(name) <= _NAME_SHOWN and re.fullmatch(r"[\w.-]+", name):
        return name
    return describe(name) if not isinstance(name, str) else ascii(name[:_NAME_SHOWN])
