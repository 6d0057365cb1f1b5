"""
Decide for frames of Spark, on its executors.

What travels is the text of the rules, and each executor builds and compiles them once. So it needs this package and
nothing else, and no table of time zones or of Unicode but those of this package counts: that they are those of the
driver is looked at first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from notifyrules.compiled.compiler import compile_graph
from notifyrules.compiled.facts_reader import Extras, FactsReader
from notifyrules.compiled.specialize import Specializer
from notifyrules.errors import UsageError
from notifyrules.held import build_held
from notifyrules.language.tables import Tables, tables
from notifyrules.language.values import to_plain

if TYPE_CHECKING:
    from notifyrules.columns.frames import FrameRules, Wanted

_built: dict[tuple[str, str], FrameRules] = {}
"""In an executor, the rules that came along, by their digest and the facts that are known."""


@dataclass(frozen=True, slots=True)
class Job:
    """What an executor is told, as plain values."""

    kind: type[FrameRules]
    files: Mapping[str, str]
    path: str
    digest: str
    tables: Tables
    known: str
    """The facts that are the same in all rows, as JSON."""
    names: tuple[str, ...]
    """The columns, which travel without their names: Spark takes a dot in them for a part of a struct."""
    wanted: Wanted
    extras: Extras

    def rules(self) -> FrameRules:
        """Build the rules, unless this process has them."""
        if (self.digest, self.known) not in _built:
            here, there = asdict(tables()), asdict(self.tables)
            if differing := [f"{name} {here[name]} for {there[name]}" for name in here if here[name] != there[name]]:
                message = f"an executor has other tables than the driver: {', '.join(differing)}"
                raise UsageError(message, "install the same versions of `notifyrules`, `regex` and `tzdata` on both")
            graph = build_held(self.files, self.path)
            if graph is None or graph.digest != self.digest:
                raise UsageError("an executor builds other rules of the same text", "install one version on all")
            known = json.loads(self.known)
            program = (
                Specializer(graph).program(FactsReader(graph.facts).read(known, absent="unknown").known())
                if known
                else compile_graph(graph)
            )
            _built[self.digest, self.known] = self.kind(graph, program)
        return _built[self.digest, self.known]

    def run(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Decide for the batches of one partition, of PyArrow."""
        rules, first = self.rules(), 1
        for batch in batches:
            named = batch.rename_columns(list(self.names))
            yield from rules.batch(named, self.wanted, self.extras, first).combine_chunks().to_batches()
            first += batch.num_rows


def on_spark(frame: Any, rules: FrameRules, wanted: Wanted, extras: Extras) -> Any:  # noqa: ANN401 - of Spark
    """Give a frame of Spark that is decided as it is computed; what is known of its columns is said now."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - whoever gives one has it

    graph = rules.graph
    known = json.dumps({name: to_plain(value) for name, value in rules.fixed.items()})
    files = {name: source.text for name, source in graph.files.items()}
    names = tuple(frame.columns)
    job = Job(type(rules), files, graph.path, graph.digest, tables(), known, names, wanted, extras)
    # Without rows there is nothing to compute, so that this asks no executor.
    schema = from_arrow_schema(rules.batch(frame.limit(0).toArrow(), wanted, extras, 1).schema)

    def decide(batches: Iterable[Any]) -> Iterator[Any]:
        return job.run(batches)

    return frame.toDF(*(f"_{place}" for place in range(len(names)))).mapInArrow(decide, schema)
