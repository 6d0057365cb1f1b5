"""
Read the differences that are expected, each a condition with both answers and a reason, and say which covers what.

A file of them is reviewed like code, so every mistake in it is told at its line and column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notifyrules.conformance.answers import check_said
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import did_you_mean
from notifyrules.diagnostics.visible import visible
from notifyrules.document.differences_model import DifferencePart
from notifyrules.document.files import Place, open_place
from notifyrules.document.leaves import describe_node
from notifyrules.document.reader import read_differences_document, read_tree
from notifyrules.errors import RulesError
from notifyrules.graph.asked_conditions import read_condition
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.evaluator import evaluate
from notifyrules.language.terms import Term
from notifyrules.language.values import FactValues
from notifyrules.source.located import Located, Scalar
from notifyrules.source.text import Span

_WORDS: Final = {word: Notify(word) for word in ("true", "false", "later")}


@dataclass(frozen=True, slots=True)
class ExpectedDifference:
    """For whom the chart is meant to decide otherwise, and why."""

    condition: Term
    chart: str | None
    """The outcome that it decides, or what that means for the notification; None for any."""
    old: str | None
    """What the old function answers, in words; None for whatever it is."""
    why: str
    span: Span
    """Where its condition stands."""

    def covers(self, graph: Graph, facts: FactValues, outcome: str, old: str) -> bool:
        """Tell whether it is this difference that the chart decides *outcome* for some facts, and *old* was said."""
        fits = self.chart in (None, outcome) or _WORDS.get(self.chart or "") is graph.outcomes[outcome].notify
        return fits and self.old in (None, old) and self.applies(facts)

    def applies(self, facts: FactValues) -> bool:
        """Tell whether facts meet its condition."""
        return evaluate(self.condition, facts, {}) is True


@dataclass(frozen=True, slots=True)
class ExpectedDifferences:
    """The differences that are expected between a chart and an old function."""

    graph: Graph
    listed: tuple[ExpectedDifference, ...] = ()

    def covering(self, facts: FactValues, outcome: str, old: str) -> ExpectedDifference | None:
        """
        Find the expected difference that covers some facts and two answers that differ.

        Args:
            facts: A valid value for every fact.
            outcome: The outcome that the chart decides.
            old: What the old function answered, as :attr:`notifyrules.conformance.answers.OldAnswer.said` calls it.
        """
        return next((one for one in self.listed if one.covers(self.graph, facts, outcome, old)), None)


def read_expected(place: Place, graph: Graph) -> ExpectedDifferences:
    """Read a file of expected differences about a chart; RulesError with everything that is wrong with it."""
    findings = Findings()
    source = open_place(place, findings)
    tree = None if source is None else read_tree(source, findings)
    document = None if tree is None else read_differences_document(tree, findings)
    read = [_read(one, graph, findings) for one in (document.differences if document else ())]
    if findings.errors:
        raise RulesError(findings.sorted())
    return ExpectedDifferences(graph, tuple(one for one in read if one is not None))


def _read(part: DifferencePart, graph: Graph, findings: Findings) -> ExpectedDifference | None:
    condition = read_condition(graph, part.if_, findings)
    chart, old = (_word(key, value, findings) for key, value in (("chart", part.chart), ("old", part.old)))
    if chart is not None and chart not in graph.outcomes and chart not in _WORDS:
        at = part.chart.span if part.chart is not None else part.span
        advice = did_you_mean(chart, (*graph.outcomes, *_WORDS), "name an outcome, or write true, false or later")
        findings.add(Code.UNKNOWN_OUTCOME, at, f"`{chart}` is no outcome of `{graph.name}`", help=advice)
    if old is not None and part.old is not None and (way_out := check_said(graph, old)) is not None:
        message = f"`{visible(old)}` is nothing that the old function can answer"
        findings.add(Code.WRONG_SHAPE, part.old.span, message, help=way_out)
    if not part.why.strip():
        message, advice = "an expected difference needs a reason", "say why the chart is right and the old function not"
        findings.add(Code.WRONG_SHAPE, part.why.span, message, help=advice)
    if condition is None:
        return None
    return ExpectedDifference(condition, chart, old, str(part.why), part.if_.span)


def _word(key: str, value: Located | None, findings: Findings) -> str | None:
    """Read an answer: a text, or a bool or null as YAML has them."""
    if value is None or isinstance(value, Scalar):
        return None if value is None else (str(value) or "null")
    message = f"expected an answer as `{key}`, found {describe_node(value)}"
    findings.add(Code.WRONG_SHAPE, value.span, message, help="several answers are several differences")
    return None
