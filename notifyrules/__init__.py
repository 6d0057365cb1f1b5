"""
Decide whether to notify, by rules that people can read.

A rule file is a flowchart in YAML. It is read, checked, compiled and asked in a pipeline, each stage with a type of its
own that only that stage makes::

    rules/*.yaml -> located YAML -> Document -> Graph -> Program -> Decision
                    (source)       (document)  (graph)  (compiled)

What holds throughout, and tests hold it:

1. Located words: nothing a user typed loses its place; a finding points to the column, also inside a condition.
2. Loading collects: all findings at once, one a mistake; nothing raises on a bad file but the doors.
3. Evaluation is total and pure: no clock, no environment, no I/O; the same facts give the same decision.
4. One meaning: the reference walk (:mod:`notifyrules.evaluation.walk`) is the definition; compiled code is held equal.
5. The steps that explain are the steps that decided.
6. Same input, same bytes.
7. No rule by name: no node or outcome of any rule file appears in this package.
8. Layers: a module imports only what stands below it, as `pyproject.toml` lists.
9. Doors do the I/O: this module, the command line and the pytest plugin; what they call opens only the files that
   rule files name (:mod:`notifyrules.document.files`) and runs only the layout program. What follows files
   (:mod:`notifyrules.following`) is one: it opens them again, and has a clock and a thread.

Importing the package is light; what is heavy is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifyrules.answers.backtest import backtest
    from notifyrules.answers.conform import conform
    from notifyrules.compiled.decision import Decision
    from notifyrules.compiled.facts_object import Facts
    from notifyrules.compiled.facts_reader import Extras
    from notifyrules.compiled.media import Decisions
    from notifyrules.compiled.partial import UNKNOWN
    from notifyrules.diagnostics.diagnostic import Diagnostic
    from notifyrules.errors import FactProblem, FactsError, RulesError, UsageError
    from notifyrules.evaluation.record import Record
    from notifyrules.evaluation.walk import Branch, Passage, Step
    from notifyrules.explanation.alternatives import Alternative, Turn, WhyNot
    from notifyrules.following import LiveRules, LiveStatus, LiveVersion, live
    from notifyrules.receipts.replay import Replay, explain
    from notifyrules.receipts.writer import ReceiptWriter
    from notifyrules.rules import Rules, check, load
    from notifyrules.shadow import Shadow, Watched
    from notifyrules.witnesses import Witnesses

__all__ = [
    "UNKNOWN",
    "Alternative",
    "Branch",
    "Decision",
    "Decisions",
    "Diagnostic",
    "Extras",
    "FactProblem",
    "Facts",
    "FactsError",
    "LiveRules",
    "LiveStatus",
    "LiveVersion",
    "Passage",
    "ReceiptWriter",
    "Record",
    "Replay",
    "Rules",
    "RulesError",
    "Shadow",
    "Step",
    "Turn",
    "UsageError",
    "Watched",
    "WhyNot",
    "Witnesses",
    "backtest",
    "check",
    "conform",
    "explain",
    "live",
    "load",
    "should_notify",
]

_HOMES = {
    "UNKNOWN": "notifyrules.compiled.partial",
    "Alternative": "notifyrules.explanation.alternatives",
    "Branch": "notifyrules.evaluation.walk",
    "Decision": "notifyrules.compiled.decision",
    "Decisions": "notifyrules.compiled.media",
    "Diagnostic": "notifyrules.diagnostics.diagnostic",
    "Extras": "notifyrules.compiled.facts_reader",
    "FactProblem": "notifyrules.errors",
    "Facts": "notifyrules.compiled.facts_object",
    "FactsError": "notifyrules.errors",
    "LiveRules": "notifyrules.following",
    "LiveStatus": "notifyrules.following",
    "LiveVersion": "notifyrules.following",
    "Passage": "notifyrules.evaluation.walk",
    "ReceiptWriter": "notifyrules.receipts.writer",
    "Record": "notifyrules.evaluation.record",
    "Replay": "notifyrules.receipts.replay",
    "Rules": "notifyrules.rules",
    "RulesError": "notifyrules.errors",
    "Shadow": "notifyrules.shadow",
    "Step": "notifyrules.evaluation.walk",
    "Turn": "notifyrules.explanation.alternatives",
    "UsageError": "notifyrules.errors",
    "Watched": "notifyrules.shadow",
    "WhyNot": "notifyrules.explanation.alternatives",
    "Witnesses": "notifyrules.witnesses",
    "backtest": "notifyrules.answers.backtest",
    "check": "notifyrules.rules",
    "conform": "notifyrules.answers.conform",
    "explain": "notifyrules.receipts.replay",
    "live": "notifyrules.following",
    "load": "notifyrules.rules",
}

__version__: str
"""The version that is installed; where none is, an attribute that is missing."""
_slack: Rules | None = None


def should_notify(facts: object, extras: Extras = "forbid") -> Decision:
    """
    Decide by the shipped chart of Slack whether to notify.

    Args:
        facts: A nested or dotted mapping, a dataclass, a pydantic object, or any object with the facts as attributes;
            `notifyrules schema slack` lists them.
        extras: Whether facts that the chart does not declare are an error (`forbid`) or ignored (`ignore`).

    Returns:
        The decision, which is true when the person is to be notified now.

    Raises:
        FactsError: The facts are not what the chart declares.
    """
    global _slack  # noqa: PLW0603 - loaded once, the first time that it is asked
    if _slack is None:
        from notifyrules.rules import load  # noqa: PLC0415 - importing the package stays light

        _slack = load("slack")
    return _slack.should_notify(facts, extras)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    """Import a public name when it is first used."""
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - takes a while, and few ask

        try:
            value = version(__name__)
        except PackageNotFoundError:
            raise AttributeError(f"{__name__} is not installed, so it has no version") from None
    elif name in _HOMES:
        from importlib import import_module  # noqa: PLC0415

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
