"""Write a comparison as JSON, for programs that do something with it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from notifyrules.diff.gate import Gate
from notifyrules.diff.model import Comparison, Region, Reworded
from notifyrules.diff.rows import Counted
from notifyrules.evaluation.record import Record
from notifyrules.language.value_writing import to_plain


def format_json(comparison: Comparison, gate: Gate, rows: Counted | None) -> str:
    """Write a comparison as one JSON object, in ASCII."""
    structure = comparison.structure
    report = {
        "old": {"path": comparison.old.path, "digest": comparison.old.digest},
        "new": {"path": comparison.new.path, "digest": comparison.new.digest},
        "finding": comparison.finding.value,
        "changes": [
            {"change": change, "allowed": gate.passes(change), "undecided": change in comparison.open}
            for change in comparison.changes
        ],
        "within": " and ".join(comparison.within) or None,
        "regions": [_region(region) for region in comparison.regions],
        "inputs": list(comparison.inputs),
        "lost": [
            {"change": change, "allowed": gate.passes(change), "told": list(told)}
            for change, told in comparison.lost.items()
        ],
        "chart": {
            "renamed": dict(structure.renamed),
            "added_nodes": list(structure.added_nodes),
            "removed_nodes": list(structure.removed_nodes),
            "added_arrows": list(structure.added_arrows),
            "removed_arrows": list(structure.removed_arrows),
            "moved": [
                {"arrow": one.after, "was": one.before, "led_to": one.led_to, "leads_to": one.leads_to}
                for one in structure.moved
            ],
            "asked_otherwise": [_words(one) for one in structure.asked_otherwise],
            "reworded": [_words(one) for one in structure.reworded],
        },
        "rows": None if rows is None else _rows(rows),
        "complete": comparison.complete,
    }
    return json.dumps(report, indent=2) + "\n"


def _region(region: Region) -> Mapping[str, object]:
    """Give one region as JSON data."""
    return {
        "change": region.change,
        "condition": region.condition,
        "exact": region.exact,
        "left_out": list(region.left_out),
        "given": list(region.given),
        "left_out_or_given": list(region.either),
        "facts": {name: to_plain(value) for name, value in region.facts.items()},
        "before": _decided(region.before, region.reasons_before),
        "after": _decided(region.after, region.reasons_after),
    }


def _decided(decided: Record, reasons: tuple[str, ...]) -> Mapping[str, object]:
    """Give what one version decides as JSON data."""
    return {
        "outcome": decided.outcome,
        "notify": decided.notify.written,
        "reason": decided.reason,
        "reasons": list(reasons),
        "because": decided.because,
        "data": {name: to_plain(value) for name, value in decided.data.items()},
        "recheck_at": to_plain(decided.recheck_at),
        "path": [step.arrow for step in decided.passage.steps],
    }


def _words(one: Reworded) -> Mapping[str, str]:
    """Give changed words as JSON data."""
    return {"what": one.what, "before": one.before, "after": one.after}


def _rows(rows: Counted) -> Mapping[str, object]:
    """Give what becomes of recorded decisions as JSON data."""
    return {
        "total": rows.total,
        "changed": rows.changed,
        "changes": rows.changes,
        "examples": rows.examples,
        "passed_over": rows.passed_over,
    }
