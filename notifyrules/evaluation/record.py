"""
Keep one decision as a log keeps it: what was decided, on which facts, along which steps.

A record holds everything an explanation needs, so that a decision can be explained long after the rules have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from notifyrules.evaluation.record_reading import (
    FORMAT_VERSION,
    RECORD_KEYS,
    RULES_KEYS,
    VERSION_KEY,
    RecordPart,
    malformed,
    read_passage,
    refuse_other_version,
)
from notifyrules.evaluation.told_from import told_from
from notifyrules.evaluation.walk import Passage, Step, data_of, maker, recheck_of
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.kinds import KINDS
from notifyrules.language.types import ListOf, Type
from notifyrules.language.values import Value, to_plain

if TYPE_CHECKING:
    from notifyrules.explanation.readers import Reader

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"
"""What JSON can hold, without its floating-point numbers."""
_TOLD: Final = frozenset({NoneType, *(kind.holds for kind in KINDS.values() if kind.plain is None)})
"""The classes of values that JSON tells apart by itself."""
_UNTOLD: Final = {kind.holds: basic for basic, kind in KINDS.items() if kind.plain is not None}
_SPELT: Final[dict[type, str]] = {holds: str(Type(basic)) for holds, basic in _UNTOLD.items()}
_LISTS_SPELT: Final[dict[type, str]] = {holds: str(Type(ListOf(basic))) for holds, basic in _UNTOLD.items()}
"""How the types are spelt that JSON cannot tell, by the classes of values and of items."""


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
        refuse_other_version(written)
        whole = RecordPart(written, "", RECORD_KEYS)
        rules = whole.part("rules", RULES_KEYS)
        record = cls(
            rules=rules.text("name"),
            title=rules.text("title"),
            path=rules.text("path"),
            digest=rules.text("digest"),
            facts=whole.values("facts"),
            notify=whole.choice("notify", {notify.written: notify for notify in Notify}),
            reason=whole.text("reason"),
            passage=read_passage(whole, rules.text("name")),
            data=whole.values("data"),
            recheck_at=whole.instant_or_null("recheck_at"),
            told_from=whole.names("told_from"),
            withheld=whole.names("withheld"),
        )
        if not record.passage.steps:
            raise malformed("steps", "is empty")
        if whole.names("reasons") not in ((), record.reasons):
            raise malformed("reasons", "is not what its steps say")
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
