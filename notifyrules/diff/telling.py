"""Put a comparison into words that all formats share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final

from notifyrules.diff.deciding import alike
from notifyrules.diff.model import GONE, START, Comparison, Finding, Region, Structure
from notifyrules.diff.spelling import TEXT, prose, ticked
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import HEADLINES, enumerate_shortly, printable, show
from notifyrules.language.value_writing import write_literal
from notifyrules.language.values import Value

REGIONS: Final = 8
"""Regions that are told of one change; all of them are in the JSON."""
_CONDITIONS: Final = 8
"""Conditions that are told of one region, the shortest."""
_ALIKE: Final = 6
"""Arrows that both paths begin with and that are told one by one."""
_SHOWN: Final = 12


def headline(comparison: Comparison) -> str:
    """Say in one sentence what changes."""
    match comparison.finding:
        case Finding.EQUIVALENT:
            whom = "all facts" if comparison.same_inputs else "all facts that both versions take"
            stays = "every decision stays as it is" + (", but for data that is gone" if GONE in comparison.lost else "")
            return f"{stays}: proved for {whom}"
        case Finding.UNDECIDED:
            changes = ", ".join(f"`{change}`" for change in comparison.open)
            return f"no change of a decision was shown, and none excluded for {changes}"
        case Finding.CHANGED:
            shown = dict.fromkeys(region.change for region in comparison.regions)
            changes = ", ".join(f"`{change}`{kind_of(comparison, change)}" for change in shown)
            rest = ", ".join(f"`{change}`" for change in comparison.open if change not in shown)
            return f"decisions change: {changes}" + (f"; neither shown nor excluded: {rest}" if rest else "")


def kind_of(comparison: Comparison, change: str) -> str:
    """Say what changes where an outcome stays."""
    regions = [region for region in comparison.regions if region.change == change]
    was, _, now = change.partition("->")
    if was != now or not regions:
        return ""
    names = dict.fromkeys(name for region in regions for name, _, _ in carried(region))
    return f" (other {', '.join(names)})"


def remaining(comparison: Comparison, region: Region) -> tuple[str, ...]:
    """List what a region says beyond what all changes have in common, as far as a reader follows."""
    rest = _beyond(comparison, region)
    return tuple(map(_bare, rest)) if len(rest) == 1 else rest[:_CONDITIONS]


def _beyond(comparison: Comparison, region: Region) -> tuple[str, ...]:
    """List what a region says beyond what all changes have in common."""
    return tuple(one for one in region.conditions if one not in comparison.within)


def _bare(condition: str) -> str:
    """Take the parentheses off a condition that stands alone."""
    depth = 0
    for at, character in enumerate(TEXT.sub(lambda found: "." * len(found[0]), condition)):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and at < len(condition) - 1:
            return condition
    return condition[1:-1] if condition.startswith("(") else condition


def caveats(comparison: Comparison, region: Region) -> Iterator[str]:
    """Say what the conditions that are told of a region do not."""
    more = len(_beyond(comparison, region)) - _CONDITIONS
    if more > 0:
        yield f"and {more} more {'conditions' if more > 1 else 'condition'}, which `--format json` tells"
    for name in region.left_out:
        yield f"where `{name}` is left out"
    for name in region.given:
        yield f"where `{name}` is given"
    for name in region.either:
        yield f"also where `{name}` is left out"
    for name in (*region.left_out, *region.either):
        was, now = (prose(show(graph.facts[name].default)) for graph in (comparison.old, comparison.new))
        yield f"who leaves out `{name}` gets {now} now, and got {was} before"
    if not region.exact:
        yield "only some of these facts: what sets them apart is too long, or more than the solver knows"


def facts_shown(comparison: Comparison, region: Region) -> dict[str, Value]:
    """Keep the facts of an example that a reader must know: those that are not what they are by default."""
    shown = {}
    for name, value in region.facts.items():
        declared = [fact for graph in (comparison.old, comparison.new) if (fact := graph.facts.get(name)) is not None]
        if not declared or not all(fact.has_default and fact.default == value for fact in declared):
            shown[name] = value
    return shown


def decision(decided: Record) -> str:
    """Say what is decided, by what, and in which words."""
    because = f": {printable(decided.because)}" if decided.because else ""
    return f"{printable(decided.outcome)} by {decided.reason}{because}"


def meaning(decided: Record) -> str:
    """Say what a decision means for the notification."""
    return HEADLINES[decided.notify].lower()


def paths(comparison: Comparison, region: Region) -> tuple[list[str], list[str]]:
    """Give the paths before and after, with what both begin with cut short where it is long."""
    before, after = (tuple(step.arrow for step in one.passage.steps) for one in (region.before, region.after))
    arrows = comparison.structure.arrows
    pairs = zip(before, after, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: arrows.get(pair[0]) == pair[1], pairs))
    if alike <= _ALIKE:
        return list(before), list(after)
    cut = f"({alike - 2} more that stay)"
    return [before[0], cut, *before[alike - 1 :]], [after[0], cut, *after[alike - 1 :]]


def carried(region: Region) -> Iterator[tuple[str, str, str]]:
    """List what a decision carries and what becomes of it."""
    for name, value in region.before.data.items():
        if name in region.after.data and not alike(region.after.data[name], value):
            yield name, write_literal(value), write_literal(region.after.data[name])
    if region.before.recheck_at != region.after.recheck_at:
        yield "recheck", write_literal(region.before.recheck_at), write_literal(region.after.recheck_at)


def others(reasons: Sequence[str]) -> str:
    """Name the further reasons of a region."""
    return enumerate_shortly((f"{one}" for one in reasons[1:]), most=_SHOWN)


def chart_changes(structure: Structure) -> Iterator[tuple[str, str]]:
    """List what a reader of the picture sees: the kind of change, and what changed."""
    for was, now in structure.renamed.items():
        yield "renamed", f"{ticked(was)} is called {ticked(now)}"
    for name in structure.added_nodes:
        yield "added", f"node {ticked(name)}"
    for name in structure.removed_nodes:
        yield "removed", f"node {ticked(name)}"
    for arrow in structure.added_arrows:
        yield "added", f"arrow {ticked(arrow)}"
    for arrow in structure.removed_arrows:
        yield "removed", f"arrow {ticked(arrow)}"
    for moved in structure.moved:
        if moved.after == START:
            yield "moved", f"the chart begins with {ticked(moved.leads_to)}, where it began with {ticked(moved.led_to)}"
        else:
            yield (
                "moved",
                f"{ticked(moved.after)} leads to {ticked(moved.leads_to)}, where it led to {ticked(moved.led_to)}",
            )
    for asked in structure.asked_otherwise:
        yield "asked", f"{ticked(asked.what)} asks {ticked(asked.after)}, where it asked {ticked(asked.before)}"
    for words in structure.reworded:
        yield "reworded", f"{ticked(words.what)}: {_quoted(words.after)}, before {_quoted(words.before)}"


def _quoted(text: str) -> str:
    """Show words of the file."""
    return prose(f"“{printable(text)}”") if text else "nothing"


def counted(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """List how many recorded decisions change in which way, most first."""
    return sorted(rows.items(), key=lambda entry: (-entry[1], entry[0]))
