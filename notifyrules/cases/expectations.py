"""
Read what cases expect, and refuse what no arrow of the chart leads to.

Only arrows are looked at, never conditions: an expectation that passes here may still be one that no facts fulfil.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from notifyrules.cases.model import CasesChart, Expectation, Stand
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.graph.model import Notify
from notifyrules.language.mismatch import Mismatch, describe
from notifyrules.language.types import Basic, Type
from notifyrules.language.values import Value, conform
from notifyrules.source.text import Span

_MOMENT = Type(Basic.INSTANT, nullable=True)
_NOTIFY: Mapping[bool | str | None, Notify] = {one.written: one for one in Notify}


@dataclass(frozen=True, slots=True)
class WrittenExpectation:
    """An expectation as plain data, and where each part of it stands."""

    values: Mapping[str, object]
    at: Callable[[str, str | int | None], Span] = field(repr=False)
    """Finds the place of a key's value, or of one item or entry of it."""


def read_expectation(written: WrittenExpectation, chart: CasesChart, findings: Findings) -> Expectation | None:
    """Read an expectation and check it against the arrows of the chart; None after a finding."""
    before = len(findings)
    expectation = _Reader(written, chart, findings).read()
    return expectation if len(findings) == before else None


@dataclass(slots=True)
class _Reader:
    written: WrittenExpectation
    chart: CasesChart
    findings: Findings

    def read(self) -> Expectation | None:
        graph = self.chart.graph
        outcome, reason, because = (self._text(key) for key in ("outcome", "reason", "because"))
        notify = self._notify()
        data = self._data()
        through = self._through()
        recheck = self._recheck()
        if outcome is not None and outcome not in graph.outcomes:
            labelled = [name for name, one in graph.outcomes.items() if one.label == outcome]
            meant = labelled[0] if len(labelled) == 1 else None
            if outcome.lower() in _SAID:
                meant = f"expect: {{notify: {_SAID[outcome.lower()]}}}"
            self._unknown("outcome", outcome, meant)
            return None
        if reason is not None and reason not in graph.arrows:
            node, _, answer = reason.rpartition(".")
            meant = f"{node}.{_ANSWERS.get(answer.lower(), answer)}"
            self._unknown("reason", reason, meant if meant in graph.arrows else None)
            return None
        if through is None:
            return None
        outcomes = self._outcomes(outcome, notify, reason)
        if outcomes is None or not self._leads(through, outcomes, reason):
            return None
        return Expectation(outcome, notify, reason, because, data, through, recheck, outcomes)

    # ---- Parts ----

    def _text(self, key: str) -> str | None:
        if key not in self.written.values:
            return None
        if isinstance(value := self.written.values[key], str):
            return value
        self._wrong_shape(key, "text", value)
        return None

    def _notify(self) -> Notify | None:
        """Read `notify`: true, false (a refusal) or later."""
        if "notify" not in self.written.values:
            return None
        value = self.written.values["notify"]
        # A number would be found where a bool stands.
        found = _NOTIFY.get(value) if isinstance(value, (bool, str)) else None
        if found is None:
            meant = _SAID.get(str(value).lower())
            advice = f"write `notify: {meant}`, without quotes" if meant else ""
            if str(value) in self.chart.graph.outcomes:
                advice = f"write `outcome: {value}`"
            self._wrong_shape("notify", "`true`, `false` or `later`", value, advice)
        return found

    def _data(self) -> dict[str, Value]:
        written = self.written.values.get("data", {})
        if not isinstance(written, Mapping):
            self._wrong_shape("data", "a mapping of data to values", written)
            return {}
        found: dict[str, Value] = {}
        for name, value in written.items():
            declared = self.chart.graph.data.get(name)
            if declared is None:
                self._unknown("data", str(name), item=name)
                continue
            try:
                found[name] = conform(declared.type, value)
            except Mismatch as mismatch:
                self.findings.add(
                    Code.TYPE_MISMATCH,
                    self.written.at("data", name),
                    f"`{name}` is `{declared.type}`: expected {mismatch.expected}, found {mismatch.found}",
                    help=mismatch.help,
                )
        return found

    def _through(self) -> tuple[str, ...] | None:
        written = self.written.values.get("through", [])
        if not isinstance(written, list):
            self._wrong_shape("through", "a list of nodes", written)
            return ()
        found: list[str] = []
        for number, name in enumerate(written):
            if isinstance(name, str) and name in self.chart.graph.nodes:
                found.append(name)
            elif isinstance(name, str) and name in self.chart.graph.outcomes:
                self.findings.add(
                    Code.UNKNOWN_NODE,
                    self.written.at("through", number),
                    f"`{name}` is an outcome, not a node",
                    help=f"write `outcome: {name}`",
                )
            else:
                shown = name if isinstance(name, str) else describe(name)
                arrow = self.chart.graph.arrows.get(shown)
                self._unknown("through", shown, None if arrow is None else arrow.node, number)
        return tuple(found) if len(found) == len(written) else None

    def _recheck(self) -> tuple[Value] | None:
        """Read when to ask again: an instant, or null where there is nothing to say."""
        if "recheck" not in self.written.values:
            return None
        try:
            return (conform(_MOMENT, self.written.values["recheck"]),)
        except Mismatch as mismatch:
            self.findings.add(
                Code.TYPE_MISMATCH,
                self.written.at("recheck", None),
                f"`recheck` is an instant or null: expected {mismatch.expected}, found {mismatch.found}",
                help=mismatch.help or "write the instant itself, as a decision tells it",
            )
            return None

    # ---- Ways ----

    def _outcomes(self, outcome: str | None, notify: Notify | None, reason: str | None) -> frozenset[str] | None:
        """Find the outcomes in which a decision can end as expected; None after a finding."""
        graph, ways = self.chart.graph, self.chart.ways
        if reason is not None and reason not in ways.ends:
            self._impossible_reason(reason)
            return None
        if outcome is not None and outcome not in ways.outcomes:
            self._impossible("outcome", f"no arrow leads to the outcome `{outcome}`", graph.outcomes[outcome].span)
            return None
        possible = ways.outcomes if reason is None else [ways.ends[reason].target]
        if outcome is not None:
            if outcome not in possible:
                arrow = ways.ends[reason or ""]
                message = f"the arrow `{arrow.id}` ends in `{arrow.target}`, not in `{outcome}`"
                self._impossible("reason", message, arrow.span)
                return None
            possible = [outcome]
        meant = frozenset(name for name in possible if notify in (None, graph.outcomes[name].notify))
        if meant:
            return meant
        if len(possible) == 1:
            only = graph.outcomes[next(iter(possible))]
            self._impossible("notify", f"the outcome `{only.name}` is `notify: {_spell(only.notify)}`", only.span)
        else:
            assert notify is not None
            self._impossible("notify", f"no arrow leads to an outcome with `notify: {_spell(notify)}`", None)
        return None

    def _impossible_reason(self, reason: str) -> None:
        arrow = self.chart.graph.arrows[reason]
        if arrow.target in self.chart.graph.nodes:
            message = f"the arrow `{reason}` leads on to the node `{arrow.target}`; a reason enters an outcome"
            advice = f"write `through: [{arrow.node}, {arrow.target}]` for an arrow on the way"
        elif not self.chart.ways.passing([self.chart.ways.start], arrow.node):
            message, advice = f"no arrow leads to `{arrow.node}`, so `{reason}` is never the reason", ""
        else:
            message = f"the arrow `{reason}` only ends branches of a fan-out, where a refusal is not the decision"
            advice = "the reason is then the arrow by which the fan-out itself goes on"
        self._impossible("reason", message, arrow.span, advice)

    def _leads(self, through: Sequence[str], outcomes: frozenset[str], reason: str | None) -> bool:
        """Check that arrows lead through the nodes in their order, and on to an end that is expected."""
        ways = self.chart.ways
        stands: tuple[Stand, ...] = (ways.start,)
        before: str | None = None
        for number, name in enumerate(through):
            # A node is passed once, so one that is listed twice is never passed again.
            stands = () if name == before else ways.passing(stands, name)
            if not stands:
                self._impossible_node(number, name, before)
                return False
            before = name
        if ways.leads_to(stands, [reason]) if reason is not None else ways.leads_to_outcome(stands, outcomes):
            return True
        targets = " or ".join(f"`{one}`" for one in self.chart.graph.outcomes if one in outcomes)
        by = f" by `{reason}`" if reason is not None else ""
        self._impossible_through(len(through) - 1, before or "", f"no arrows lead from `{before}` to {targets}{by}")
        return False

    def _impossible_node(self, number: int, name: str, before: str | None) -> None:
        ways, advice = self.chart.ways, ""
        if before is None:
            message = f"no arrow leads to the node `{name}`"
        elif before == name:
            message = f"a path passes `{name}` only once"
        else:
            message = f"no arrows lead from `{before}` to `{name}`"
            if any(ways.passing([stand], before) for stand in ways.passing([ways.start], name)):
                advice = f"`{name}` comes before `{before}` on the chart; list the nodes in the order of the path"
        self._impossible_through(number, name, message, advice)

    # ---- Findings ----

    def _impossible_through(self, number: int, node: str, message: str, advice: str = "") -> None:
        """Report an item of `through` behind which no arrow leads on, with the node that stands in the way."""
        labels = [Label(self.chart.graph.nodes[node].span, "the node")]
        at = self.written.at("through", number)
        self.findings.add(Code.IMPOSSIBLE_EXPECTATION, at, message, help=advice, labels=labels)

    def _impossible(self, key: str, message: str, span: Span | None, advice: str = "") -> None:
        labels = [Label(span, "it stands here")] if span is not None else []
        self.findings.add(Code.IMPOSSIBLE_EXPECTATION, self.written.at(key, None), message, help=advice, labels=labels)

    def _unknown(self, key: str, name: str, meant: str | None = None, item: str | int | None = None) -> None:
        """Report a name that the rules do not know, with what was meant, or the nearest that they do know."""
        code, what, part = _NAMES[key]
        advice = _advice(key, name, tuple(getattr(self.chart.graph, part))) if meant is None else f"write `{meant}`"
        message = f"`{name}` is not {what} of `{self.chart.graph.path}`"
        self.findings.add(code, self.written.at(key, item), message, help=advice)

    def _wrong_shape(self, key: str, expected: str, found: object, advice: str = "") -> None:
        message = f"expected {expected} as `{key}`, found {describe(found)}"
        self.findings.add(Code.WRONG_SHAPE, self.written.at(key, None), message, help=advice)


_NAMES = {
    "outcome": (Code.UNKNOWN_OUTCOME, "an outcome", "outcomes"),
    "reason": (Code.UNKNOWN_ARROW, "an arrow", "arrows"),
    "through": (Code.UNKNOWN_NODE, "a node", "nodes"),
    "data": (Code.UNKNOWN_DATA, "data", "data"),
}
"""The keys under which names of the rules stand: the code for an unknown one, what it is, and the part of the graph."""
_SAID = {
    **dict.fromkeys(("yes", "true", "on", "notify", "notified"), "true"),
    **dict.fromkeys(("no", "false", "off"), "false"),
    "later": "later",
}
"""What people write for `notify`."""
_ANSWERS = {"yes": "then", "true": "then", "no": "else", "false": "else"}
"""What people call the answers of a question."""
_MOST_NAMED = 12


def _advice(key: str, name: str, known: Sequence[str]) -> str:
    node = name.partition(".")[0]
    same = [one for one in known if one.partition(".")[0] == node]
    if key == "reason" and same:
        otherwise = f"the arrows of `{node}` are {named(same)}"
    elif key == "reason" and len(known) > _MOST_NAMED:
        otherwise = "an arrow is named by its node and its answer: `node.then`, `node.else`, `node.value`"
    else:
        otherwise = f"there are {named(known)}" if known else "the rules declare none"
    return did_you_mean(name, known, otherwise)


def _spell(notify: Notify) -> str:
    """Spell `notify` as a rule file does."""
    return "(not said)" if notify is Notify.UNSAID else notify.value
