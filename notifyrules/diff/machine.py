"""Write a comparison for programs: as JSON, and as workflow commands of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from notifyrules.diagnostics.formats import annotate
from notifyrules.diff.edit_words import edit_told, facts_shown
from notifyrules.diff.gate import AllowedChanges
from notifyrules.diff.model import Answered, Example, ToldEdit, VersionComparison
from notifyrules.diff.recorded import Counted
from notifyrules.diff.report import decision, headline, kind_of
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import assignments, unticked
from notifyrules.language.values import to_plain
from notifyrules.source.text import Span


def format_json(comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None) -> str:
    """Write a comparison as one JSON object, in ASCII."""
    return json.dumps(comparison_data(comparison, gate, rows), indent=2) + "\n"


def comparison_data(comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None) -> dict[str, object]:
    """Give a comparison as data for JSON."""
    structure = comparison.structure
    return {
        "old": {"path": comparison.old.path, "digest": comparison.old.digest},
        "new": {"path": comparison.new.path, "digest": comparison.new.digest},
        "finding": comparison.finding.value,
        "changes": [
            {"change": change, "allowed": gate.passes(change), "undecided": change in comparison.open}
            for change in comparison.changes
        ],
        "edits": [_edit(edit) for edit in comparison.edits],
        "independent": None if comparison.interplay is None else comparison.interplay.independent,
        "regions": [
            {"edits": list(numbers), "answers": [_answered(one) for one in answers], **_example(example)}
            for numbers, answers, example in comparison.regions
        ],
        "inputs": list(comparison.inputs),
        "lost": [
            {"change": change, "allowed": gate.passes(change), "told": list(told)}
            for change, told in comparison.lost.items()
        ],
        "chart": {
            "renamed": dict(structure.renamed),
            **{
                name: list(getattr(structure, name))
                for name in ("added_nodes", "removed_nodes", "added_arrows", "removed_arrows")
            },
            "moved": [
                {"arrow": one.after, "was": one.before, "led_to": one.led_to, "leads_to": one.leads_to}
                for one in structure.moved
            ],
            "asked_otherwise": [
                {"what": one.what, "before": one.before, "after": one.after} for one in structure.asked_otherwise
            ],
            "reworded": [{**asdict(one), "part": one.part.value} for one in structure.reworded],
        },
        "rows": None if rows is None else {"total": rows.total, "changed": rows.changed, **asdict(rows)},
        "complete": comparison.complete,
    }


def _edit(edit: ToldEdit) -> Mapping[str, object]:
    return {
        "edited": [
            {
                "kind": one.kind,
                "what": one.what,
                "line": one.place.line,
                "ask": one.ask,
                "was": one.was,
                "now": one.now,
            }
            for one in edit.edited
        ],
        "answers": [_answered(one) for one in edit.answers],
        "examples": [_example(one) for one in edit.examples],
        "reworded": [_example(one.example) for one in edit.reworded],
        "undecided": list(edit.open),
    }


def _answered(one: Answered) -> Mapping[str, object]:
    clauses = [{name: list(told) for name, told in asdict(clause).items()} for clause in one.where]
    return {**asdict(one), "where": clauses, "reached": list(one.reached)}


def _example(one: Example) -> dict[str, object]:
    return {
        "change": one.change,
        "facts": {name: to_plain(value) for name, value in one.facts.items()},
        "before": _decided(one.before),
        "after": _decided(one.after),
    }


def _decided(decided: Record) -> Mapping[str, object]:
    return {
        "outcome": decided.outcome,
        "notify": decided.notify.written,
        "reason": decided.reason,
        "because": decided.because,
        "data": {name: to_plain(value) for name, value in decided.data.items()},
        "recheck_at": to_plain(decided.recheck_at),
        "path": [step.arrow for step in decided.passage.steps],
    }


# ---- GitHub Actions ----


def format_github(comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None) -> str:
    """Print one annotation an edit, and one a change: an error where it is not allowed, else a notice."""
    return "".join(f"{line}\n" for line in _annotations(comparison, gate, rows))


def _annotations(comparison: VersionComparison, gate: AllowedChanges, rows: Counted | None) -> Iterator[str]:
    """Print the annotations, those about the whole file last."""
    for number, edit in enumerate(comparison.edits, 1):
        title, *told = (unticked(line) for _, line in edit_told(comparison, number))
        yield annotate("notice", title, _begins(edit.edited[0].place), told)
    for example in comparison.examples:
        command = "notice" if gate.passes(example.change) else "error"
        title = f"decisions change: {example.change}{kind_of(comparison, example.change)}"
        step = example.after.passage.steps[-1]
        [place] = [arrow.span for arrow in comparison.new.nodes[step.node].arrows if arrow.id == step.arrow]
        yield annotate(command, title, place, _told(comparison, example))
    whole = comparison.new.nodes[comparison.new.start].span
    summary = [headline(comparison), *(one for told in comparison.lost.values() for one in told), *comparison.inputs]
    if rows is not None:
        summary.append(f"of {rows.total:,} recorded decisions {rows.changed:,} change")
    if way_out := gate.way_out(comparison):
        summary.append(f"what is not allowed passes, where it is meant, with {way_out}")
    untold = {*comparison.open, *comparison.lost} & {*gate.refused(comparison)}
    yield annotate("error" if untold else "notice", "notifyrules diff", Span(whole.source, 0, 0), summary)


def _told(comparison: VersionComparison, example: Example) -> Iterator[str]:
    yield f"for example: {', '.join(assignments(facts_shown(comparison, example))) or 'all facts at their defaults'}"
    yield f"before: {decision(example.before)}"
    yield f"after: {decision(example.after)}"


def _begins(place: Span) -> Span:
    return Span(place.source, place.start, place.start)
