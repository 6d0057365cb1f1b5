"""
Keep one decision as a log keeps it: what was decided, on which facts, along which steps.

A record holds everything an explanation needs, so that a decision can be explained long after the rules have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, TypeAlias, cast, get_args
from zoneinfo import ZoneInfo

from notifyrules.evaluation.plain import Part, malformed, refuse_other_version
from notifyrules.evaluation.step import Branch, Passage, Step
from notifyrules.evaluation.told import told_from
from notifyrules.evaluation.walk import data_of, recheck_of
from notifyrules.graph.model import Graph, Node, Notify
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import Basic, ListOf, Type
from notifyrules.language.value_writing import to_plain
from notifyrules.language.values import Value

FORMAT_VERSION: Final = 1
"""The version of the form that :meth:`Record.to_dict` writes."""

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"
"""What JSON can hold, without its floating-point numbers."""


@dataclass(frozen=True, slots=True)
class Record:
    """One decision, whole."""

    rules: str
    """The chart's name."""
    title: str
    """What the chart decides."""
    path: str
    """The rule file, as messages call it."""
    digest: str
    """SHA-256, in hexadecimal, of every file the chart is made of."""
    facts: Mapping[str, Value]
    """Every fact of the chart, defaults filled in, in the order declared."""
    notify: Notify
    """What the outcome means."""
    reason: str
    """The id of the arrow that settled it."""
    passage: Passage
    """The outcome and the steps that led to it."""
    data: Mapping[str, Value]
    """What the outcome carries."""
    recheck_at: datetime | None
    """When to ask again, in UTC; None where the outcome does not say."""
    told_from: tuple[str, ...] = ()
    """Facts that the words, the data and the recheck were made from, in the order declared."""

    @property
    def outcome(self) -> str:
        """The name of the outcome."""
        return self.passage.outcome

    @property
    def because(self) -> str | None:
        """The words for a person; None where the rules have none."""
        return self.passage.because

    def to_dict(self) -> dict[str, Plain]:
        """
        Write the record as plain data, for a log.

        Returns:
            What JSON can hold: values in their input form, and beside them, in `facts_types` and `data_types`, the
            types that JSON cannot tell. :meth:`from_dict` reads the same record back.
        """
        return {
            "notifyrules-record": FORMAT_VERSION,
            "rules": {"name": self.rules, "title": self.title, "path": self.path, "digest": self.digest},
            "outcome": self.outcome,
            "notify": self.notify.written,
            "reason": self.reason,
            "because": self.because,
            **_values("data", self.data),
            "recheck_at": None if self.recheck_at is None else str(to_plain(self.recheck_at)),
            **_values("facts", self.facts),
            "told_from": list(self.told_from),
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
        refuse_other_version(written, FORMAT_VERSION)
        whole = Part(written, "", _RECORD_KEYS)
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
        )
        if not record.passage.steps:
            raise malformed("steps", "is empty")
        return record


def record_of(graph: Graph, facts: Mapping[str, Value], passage: Passage) -> Record:
    """
    Gather everything about a decision.

    Args:
        graph: The chart.
        facts: One valid value for every fact that it declares.
        passage: How the walk went for them.
    """
    outcome = graph.outcomes[passage.outcome]
    return Record(
        rules=graph.name,
        title=graph.title,
        path=graph.path,
        digest=graph.digest,
        facts=facts,
        notify=outcome.notify,
        reason=passage.steps[-1].arrow,
        passage=passage,
        data=data_of(outcome, facts),
        recheck_at=recheck_of(graph, passage, facts),
        told_from=told_from(graph, facts, passage),
    )


_RECORD_KEYS = (
    *("notifyrules-record", "rules", "outcome", "notify", "reason", "because", "data", "data_types", "recheck_at"),
    *("facts", "facts_types", "told_from", "steps"),
)
_RULES_KEYS = ("name", "title", "path", "digest")
_STEP_KEYS = (
    *("node", "kind", "ask", "answer", "arrow", "to", "facts", "facts_types", "because", "tried", "inner"),
    *("file", "line"),
)
_BRANCH_KEYS = ("arrow", "outcome", "steps")
_PASSAGE_KEYS = ("chart", "outcome", "because", "steps")
_KINDS: Mapping[str | bool | None, str] = {one.kind: one.kind for one in get_args(Node)}


def _step(step: Step) -> Plain:
    """Write one step."""
    return {
        "node": step.node,
        "kind": step.kind,
        "ask": step.ask,
        "answer": step.answer,
        "arrow": step.arrow,
        "to": step.to,
        **_values("facts", step.facts),
        "because": step.because,
        "tried": [_branch(branch) for branch in step.tried],
        "inner": None if step.inner is None else _passage(step.inner),
        "file": step.file,
        "line": step.line,
    }


def _branch(branch: Branch) -> Plain:
    """Write a branch that was tried in vain."""
    return {"arrow": branch.arrow, "outcome": branch.outcome, "steps": [_step(step) for step in branch.steps]}


def _passage(passage: Passage) -> Plain:
    """Write the way through a called chart."""
    return {
        "chart": passage.chart,
        "outcome": passage.outcome,
        "because": passage.because,
        "steps": [_step(step) for step in passage.steps],
    }


def _values(key: str, values: Mapping[str, Value]) -> dict[str, Plain]:
    """Write values in their input form under *key*, and beside them the types that JSON cannot tell."""
    written: dict[str, Plain] = {name: cast("Plain", to_plain(value)) for name, value in values.items()}
    types: dict[str, Plain] = {name: str(Type(base)) for name, value in values.items() if (base := _untold(value))}
    return {key: written, f"{key}_types": types} if types else {key: written}


def _untold(value: Value) -> Basic | ListOf | None:
    """Name the type of a value that JSON writes as something that could mean anything."""
    match value:
        case datetime():
            return Basic.INSTANT
        case time():
            return Basic.TIME
        case timedelta():
            return Basic.DURATION
        case ZoneInfo():
            return Basic.TIMEZONE
        case Schedule():
            return Basic.SCHEDULE
        case tuple() if value:
            # INVARIANT (one type a list): a list holds items of one type, so the first speaks for all.
            item = _untold(value[0])
            return None if item is None else ListOf(item)
        case _:
            return None


def _read_passage(part: Part, chart: str) -> Passage:
    """Read the way through a chart."""
    return Passage(chart, part.text("outcome"), _read_steps(part), part.text_or_null("because"))


def _read_steps(part: Part) -> tuple[Step, ...]:
    """Read the steps of a chart or of a branch."""
    return tuple(_read_step(step) for step in part.parts("steps", _STEP_KEYS))


def _read_step(part: Part) -> Step:
    """Read one step."""
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
        tried=tuple(_read_branch(branch) for branch in part.parts("tried", _BRANCH_KEYS)),
        inner=None if inner is None else _read_passage(inner, inner.text("chart")),
        file=part.text("file"),
        line=part.count("line"),
    )


def _read_branch(part: Part) -> Branch:
    """Read a branch that was tried in vain."""
    return Branch(part.text("arrow"), _read_steps(part), part.text("outcome"))
