"""Resolve the ways out of nodes."""

from __future__ import annotations

from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.document.model import LongTarget
from notifyrules.graph.draft import Draft
from notifyrules.graph.messages import read_message
from notifyrules.graph.model import Arrow, Message
from notifyrules.language.types import LANGUAGE_WORDS, is_bare, quote
from notifyrules.language.values import Value, write_literal
from notifyrules.source.located import Scalar, words_of
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node before its arrow has an id."""

    target: str
    label: str | None
    because: Message | None
    written: bool
    span: Span

    def arrow(self, node: Scalar, ending: str, answer: str) -> Arrow:
        """Make the arrow `node.ending`."""
        name = str(node)
        return Arrow(f"{name}.{ending}", name, answer, self.label, self.target, self.because, self.written, self.span)


def value_id(value: Value) -> str:
    """Spell a value as the end of an arrow's id: bare where it can be, quoted where it must be."""
    if isinstance(value, str):
        return value if is_bare(value) and value not in LANGUAGE_WORDS else quote(value)
    return write_literal(value)


def read_exit(written: Scalar | LongTarget | None, node: Scalar, ending: str, draft: Draft) -> Exit | None:
    """
    Resolve a target that may be left out where the file has an `otherwise`.

    Args:
        written: The target.
        node: The node it leaves, for the message.
        ending: The end of the arrow's id.
        draft: The chart.

    Returns:
        The exit, or None after a finding.
    """
    if written is not None:
        return read_target(written, draft)
    if draft.is_broken("flow", node):
        # The exit may be what was reported.
        return None
    otherwise = draft.document.otherwise
    if otherwise is None:
        draft.loose = True
        draft.findings.add(
            Code.MISSING_EXIT,
            node.span,
            f"`{node}` has no `{ending}`, and the file has no `otherwise`",
            help=f"write where it goes on, `{ending}: target`, or end every unwritten exit with `otherwise: outcome`",
        )
        return None
    if otherwise not in draft.document.outcomes:
        return None
    return Exit(str(otherwise), None, None, written=False, span=node.span)


def read_target(written: Scalar | LongTarget, draft: Draft, *, nodes_only: bool = False) -> Exit | None:
    """
    Resolve a target that is written.

    Args:
        written: A name, or `{to, because, label}`.
        draft: The chart.
        nodes_only: Whether an outcome may not stand here, as in a fan-out.

    Returns:
        The exit, or None after a finding.
    """
    if isinstance(written, Scalar):
        return (
            Exit(str(written), None, None, written=True, span=written.span)
            if check_target(written, draft, nodes_only=nodes_only)
            else None
        )
    because = None if written.because is None else read_message(written.because, draft)
    known = check_target(written.to, draft, nodes_only=nodes_only)
    if not known or (because is None and written.because is not None):
        return None
    return Exit(str(written.to), words_of(written.label), because, written=True, span=written.to.span)


def check_target(name: Scalar, draft: Draft, *, nodes_only: bool = False) -> bool:
    """Report a target that is neither node nor outcome."""
    nodes, outcomes = draft.document.flow, draft.document.outcomes
    if name in nodes:
        return True
    if name in outcomes:
        if nodes_only:
            draft.findings.add(
                Code.UNKNOWN_TARGET,
                name.span,
                f"`{name}` is an outcome; the branches of `any` are nodes",
                help="ask a question that leads to it",
            )
        return not nodes_only
    if draft.is_broken("flow", name) or draft.is_broken("outcomes", name):
        return True
    known = [*nodes, *(() if nodes_only else outcomes)]
    near = nearest(name, known)
    if near is None:
        draft.loose = True
    else:
        draft.meant.add(near)
    listed = f"the nodes are {named(nodes)}" if nodes_only else f"the outcomes are {named(outcomes)}"
    advice = did_you_mean(name, known, listed)
    what = "a node" if nodes_only else "a node or an outcome"
    draft.findings.add(Code.UNKNOWN_TARGET, name.span, f"`{name}` is not {what} of this file", help=advice)
    return False
