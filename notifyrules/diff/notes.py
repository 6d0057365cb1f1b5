"""Say what was edited that is no box and no arrow: what decisions carry, what is promised, which files are called."""

from __future__ import annotations

from collections.abc import Iterator

from notifyrules.diff.model import Structure
from notifyrules.diff.spelling import spell, ticked
from notifyrules.graph.model import Call, Graph, Guarantee
from notifyrules.language.terms import Term
from notifyrules.language.value_writing import write_literal
from notifyrules.language.values import Value


def notes_on(old: Graph, new: Graph, structure: Structure) -> Iterator[str]:
    """List what was edited, one sentence each."""
    yield from _data_notes(old, new)
    yield from _outcome_notes(old, new)
    yield from _promise_notes(old, new)
    yield from _callee_notes(structure, old, new)


def data_gone(old: Graph, new: Graph) -> Iterator[str]:
    """Say which data decisions carried and carry no more."""
    return (f"the data `{name}` is gone" for name in old.data if name not in new.data)


def _data_notes(old: Graph, new: Graph) -> Iterator[str]:
    """Say how what decisions carry is declared otherwise."""
    for name in dict.fromkeys((*old.data, *new.data)):
        was, now = old.data.get(name), new.data.get(name)
        if was is None:
            yield f"the data `{name}` is new"
        elif now is not None and str(was.type) != str(now.type):
            yield f"the data `{name}` was {ticked(str(was.type))} and is {ticked(str(now.type))}"


def _outcome_notes(old: Graph, new: Graph) -> Iterator[str]:
    """Say which outcomes mean, carry or say something else about asking again."""
    for name, outcome in old.outcomes.items():
        rival = new.outcomes.get(name)
        if rival is None:
            continue
        if outcome.notify is not rival.notify:
            yield f"the outcome `{name}` has `notify: {rival.notify.value}`, where it was `{outcome.notify.value}`"
        for data in (one for one in outcome.data if one in rival.data):
            was, now = _written(outcome.data[data]), _written(rival.data[data])
            if was != now:
                yield f"the outcome `{name}` carries {ticked(f'{data}: {now}')}, where it was {ticked(was)}"
        was, now = _written(outcome.recheck), _written(rival.recheck)
        if was != now:
            yield f"the outcome `{name}` has {ticked(f'recheck: {now}')}, where it was {ticked(was)}"


def _written(value: Value | Term) -> str:
    """Write what an outcome carries."""
    return spell(value) if isinstance(value, Term) else write_literal(value)


def _promise_notes(old: Graph, new: Graph) -> Iterator[str]:
    """Say which guarantees are new, gone, or promise something else."""
    before, after = ({one.name: _promised(one) for one in graph.guarantees} for graph in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"the guarantee {ticked(name)} is gone"
        elif name not in before:
            yield f"the guarantee {ticked(name)} is new"
        elif before[name] != after[name]:
            yield f"the guarantee {ticked(name)} promises something else"


def _promised(guarantee: Guarantee) -> tuple[object, ...]:
    """Say what a guarantee promises."""
    condition = "" if guarantee.condition is None else spell(guarantee.condition)
    return guarantee.promise, guarantee.subjects, condition


def _callee_notes(structure: Structure, old: Graph, new: Graph) -> Iterator[str]:
    """Say which called files are not what they were."""
    for was, now in structure.nodes.items():
        one, other = old.nodes[was], new.nodes[now]
        if isinstance(one, Call) and isinstance(other, Call) and one.callee.digest != other.callee.digest:
            yield f"{ticked(other.reference)}, which `{now}` calls, is another version"
