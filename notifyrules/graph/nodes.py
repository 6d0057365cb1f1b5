"""Build the nodes of a chart: questions, tables and fan-outs; switches and calls have files of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import did_you_mean, nearest
from notifyrules.document.model import CallPart, FanOutPart, FirstPart, QuestionPart, RowPart, SwitchPart, WrittenNode
from notifyrules.graph.calls import build_call
from notifyrules.graph.chosen_names import check_box_name
from notifyrules.graph.draft import Draft, head
from notifyrules.graph.model import Arrow, FanOut, First, Node, Question, Row
from notifyrules.graph.switches import build_switch
from notifyrules.graph.targets import (
    NOTHING,
    answered,
    read_exit,
    read_target,
    together,
)
from notifyrules.language.null_narrowing import Narrowed
from notifyrules.language.types import BOOL
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span, one_line


def build_node(name: Scalar, part: WrittenNode, draft: Draft) -> Node | None:
    """Build one node; None after a finding."""
    if (
        part.class_ is not None
        and part.class_ not in draft.legend
        and not draft.is_broken("legend", part.class_)
        and not draft.is_incomplete("include", "legend")
    ):
        near = nearest(part.class_, draft.legend)
        if near is not None:
            draft.meant.add(near)
        advice = did_you_mean(part.class_, draft.legend, f"give it a colour: `legend: {{{part.class_}: blue}}`")
        message = f"the class `{part.class_}` is not in the legend"
        draft.findings.add(Code.UNKNOWN_CLASS, part.class_.span, message, help=advice)
    match part:
        case QuestionPart():
            return _question(name, part, draft)
        case SwitchPart():
            return build_switch(name, part, draft)
        case FirstPart():
            return _first(name, part, draft)
        case FanOutPart():
            return _fan_out(name, part, draft)
        case CallPart():
            return build_call(name, part, draft)
        case _:
            assert_never(part)


def _question(name: Scalar, part: QuestionPart, draft: Draft) -> Question | None:
    condition = draft.condition(part.if_, BOOL)
    then = read_exit(part.then, name, "then", draft, answered(condition, truth=True))
    otherwise = read_exit(part.else_, name, "else", draft, answered(condition, truth=False))
    if condition is None or then is None or otherwise is None:
        return None
    rows = (Row(condition, then.arrow(name, "then", "Yes")),)
    return Question(*head(name, part, one_line(part.if_)), rows, otherwise.arrow(name, "else", "No"))


def _first(name: Scalar, part: FirstPart, draft: Draft) -> First | None:
    rows: list[Row | None] = []
    taken: dict[str, Span] = {}
    given: Narrowed | None = NOTHING
    for number, row in enumerate(part.first, 1):
        if row.name is not None:
            if not check_box_name(row.name, "a row", draft.findings):
                rows.append(None)
                given = None
                continue
            if row.name in taken or row.name == "else":
                rival = [Label(taken[row.name], "the first one")] if row.name in taken else []
                message = f"the row name `{row.name}` is taken"
                advice = "row names become arrow ids, so each stands once"
                draft.findings.add(Code.NAME_CLASH, row.name.span, message, help=advice, labels=rival)
            taken[row.name] = row.name.span
        built_row, given = _row(name, number, row, draft, given)
        rows.append(built_row)
    otherwise = read_exit(part.else_, name, "else", draft, given)
    built = [row for row in rows if row is not None]
    if otherwise is None or len(built) < len(rows):
        return None
    return First(*head(name, part, name), tuple(built), otherwise.arrow(name, "else", "none of these"))


def _row(
    name: Scalar, number: int, row: RowPart, draft: Draft, given: Narrowed | None
) -> tuple[Row | None, Narrowed | None]:
    """Build one row of a table, behind rows that have *given* something; tell what those behind it are given."""
    condition = draft.condition(row.if_, BOOL)
    holds, fails = (answered(condition, truth=truth) for truth in (True, False))
    behind = together(given, fails)
    leaving = read_target(row, draft, together(given, holds))
    if condition is None or leaving is None:
        return None, behind
    leaving = replace(leaving, span=row.if_.span)
    answer = leaving.label or (one_line(row.if_) if row.name is None else row.name.replace("_", " "))
    return Row(condition, leaving.arrow(name, row.name or str(number), answer)), behind


def _conditions(part: FanOutPart, draft: Draft) -> list[Scalar]:
    """List the branches of a fan-out that are no nodes but facts, or names of conditions."""
    document = draft.document
    boxes, conditions = (document.flow, document.outcomes), (draft.facts, document.let)
    names = [one for one in part.any if isinstance(one, Scalar) and not any(one in names for names in boxes)]
    return [one for one in names if any(one in names for names in conditions)]


def _fan_out(name: Scalar, part: FanOutPart, draft: Draft) -> FanOut | None:
    branches: list[Arrow | None] = []
    taken: dict[str, Span] = {}
    conditions = _conditions(part, draft)
    if conditions and not draft.is_broken("flow", name):
        message = f"`{conditions[0]}` is a condition, and the branches of `any` are nodes"
        advice = f"write `if: {' or '.join(map(str, conditions))}` instead of `any`, or make a node of each"
        draft.findings.add(Code.UNKNOWN_TARGET, conditions[0].span, message, help=advice)
    for branch in part.any:
        if branch in conditions:
            draft.loose = True
            branches.append(None)
            continue
        leaving = read_target(branch, draft, nodes_only=True)
        if leaving is None:
            branches.append(None)
            continue
        if leaving.target == "else":
            message = "the arrow of a branch `else` would have the id of the exit `else`"
            draft.findings.add(Code.NAME_CLASH, leaving.span, message, help="rename the node")
        if leaving.target in taken:
            draft.findings.add(
                Code.NAME_CLASH,
                leaving.span,
                f"the branch `{leaving.target}` stands here twice",
                help="remove one of the two",
                labels=[Label(taken[leaving.target], "the first one")],
            )
        taken[leaving.target] = leaving.span
        branches.append(
            leaving.arrow(name, leaving.target, str(asked.ask or leaving.target))
            if (asked := draft.document.flow.get(Scalar(leaving.target, leaving.span))) is not None
            else None
        )
    otherwise = read_exit(part.else_, name, "else", draft)
    built = [branch for branch in branches if branch is not None]
    if otherwise is None or len(built) < len(branches):
        return None
    return FanOut(*head(name, part, name), tuple(built), otherwise.arrow(name, "else", "none of these"))
