"""Build the nodes of a chart: questions, tables, fan-outs and calls; switches have a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Label
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.document.model import CallPart, FanOutPart, FirstPart, QuestionPart, RowPart, SwitchPart, WrittenNode
from notifyrules.graph.chosen_names import check_box_name
from notifyrules.graph.draft import Draft, head
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Question, Row
from notifyrules.graph.switches import build_switch
from notifyrules.graph.targets import (
    NOTHING,
    Exit,
    answered,
    check_target,
    read_because,
    read_exit,
    read_target,
    together,
)
from notifyrules.language.null_narrowing import Narrowed
from notifyrules.language.terms import FactRead, Term
from notifyrules.language.types import BOOL
from notifyrules.source.located import Scalar, words_of
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
    """Build a two-way question."""
    condition = draft.condition(part.if_, BOOL)
    then = read_exit(part.then, name, "then", draft, answered(condition, truth=True))
    otherwise = read_exit(part.else_, name, "else", draft, answered(condition, truth=False))
    if condition is None or then is None or otherwise is None:
        return None
    rows = (Row(condition, then.arrow(name, "then", "Yes")),)
    return Question(*head(name, part, one_line(part.if_)), rows, otherwise.arrow(name, "else", "No"))


def _first(name: Scalar, part: FirstPart, draft: Draft) -> First | None:
    """Build an ordered table."""
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
    because = None if row.because is None else read_because(row.because, draft, together(given, holds))
    behind = together(given, fails)
    known = check_target(row.to, draft)
    if condition is None or not known or (because is None and row.because is not None):
        return None, behind
    label = words_of(row.label)
    leaving = Exit(str(row.to), label, because, written=True, span=row.if_.span)
    return Row(condition, leaving.arrow(name, row.name or str(number), label or one_line(row.if_))), behind


def _conditions(part: FanOutPart, draft: Draft) -> list[Scalar]:
    """List the branches of a fan-out that are no nodes but facts, or names of conditions."""
    document = draft.document
    boxes, conditions = (document.flow, document.outcomes), (draft.facts, document.let)
    names = [one for one in part.any if isinstance(one, Scalar) and not any(one in names for names in boxes)]
    return [one for one in names if any(one in names for names in conditions)]


def _fan_out(name: Scalar, part: FanOutPart, draft: Draft) -> FanOut | None:
    """Build a fan-out."""
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


def build_call(name: Scalar, part: CallPart, draft: Draft) -> Call | None:
    """Build a call; None after a finding."""
    callee = draft.load_callee(part.call, part.call.span)
    exits = {key: read_target(target, draft) for key, target in part.cases.items()}
    written = {
        key: draft.condition(condition, callee.facts[key].type if callee and key in callee.facts else None)
        for key, condition in part.with_.items()
    }
    if callee is None:
        return None
    bindings = _bind_facts(part, callee, written, draft)
    cases: dict[str, Arrow] = {}
    clean = True
    for key, leaving in exits.items():
        if key not in callee.outcomes:
            what, advice = f"an outcome of `{part.call}`", f"its outcomes are {named(callee.outcomes)}"
            draft.unknown(Code.UNKNOWN_OUTCOME, key, what, callee.outcomes, advice)
            clean = False
        elif leaving is None:
            clean = False
        else:
            cases[str(key)] = leaving.arrow(name, str(key), callee.outcomes[key].label)
    meant = {nearest(key, callee.outcomes) for key in part.cases if key not in callee.outcomes}
    missing = [outcome for outcome in callee.outcomes if outcome not in part.cases and outcome not in meant]
    if missing and not draft.is_broken("flow", name):
        draft.loose = True
        message = f"no case for the outcome{'s' if len(missing) > 1 else ''} {named(missing)} of `{part.call}`"
        advice = "say where every outcome of the called file goes on"
        draft.findings.add(Code.MISSING_CASE, part.call.span, message, help=advice)
        clean = False
    if bindings is None or not clean:
        return None
    return Call(*head(name, part, callee.title), callee, str(part.call), bindings, MappingProxyType(cases))


def _bind_facts(
    part: CallPart, callee: Graph, written: Mapping[Scalar, Term | None], draft: Draft
) -> Mapping[str, Term] | None:
    """Find the value of every fact of the callee: by `with`, else by name, else its default; None after a finding."""
    clean = all(term is not None for term in written.values())
    bindings: dict[str, Term] = {}
    for key, term in written.items():
        if key not in callee.facts:
            what, advice = f"a fact of `{part.call}`", f"its facts are {named(callee.facts)}"
            draft.unknown(Code.UNKNOWN_FACT, key, what, callee.facts, advice)
            clean = False
        elif term is not None:
            bindings[str(key)] = term
    for fact in callee.facts.values():
        if fact.name in part.with_:
            continue
        own = draft.facts.get(fact.name)
        if own is None:
            if not fact.has_default and not draft.is_broken("facts", fact.name):
                message = f"the fact `{fact.name}` of `{part.call}` gets no value"
                advice = f"say what it is: `with: {{{fact.name}: ...}}`, or declare a fact of the same name and type"
                draft.findings.add(Code.CALLEE, part.call.span, message, help=advice)
                clean = False
        elif own.type != fact.type:
            message = f"the fact `{fact.name}` is `{own.type}` here and `{fact.type}` in `{part.call}`"
            advice = f"say what it is there: `with: {{{fact.name}: ...}}`, or declare both alike"
            draft.findings.add(Code.CALLEE, part.call.span, message, help=advice)
            clean = False
        else:
            bindings[fact.name] = FactRead(part.call.span, own.type, own.name)
            draft.read.add(own.name)
    return MappingProxyType(bindings) if clean else None
