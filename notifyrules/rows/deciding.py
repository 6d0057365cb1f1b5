"""Decide for rows of files, batch by batch; a row that does not fit is set aside, and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from notifyrules.columns.frames import FrameRules, Wanted
from notifyrules.columns.row_words import dtype_of, held
from notifyrules.compiled.partial import NotKnown
from notifyrules.compiled.program import Program
from notifyrules.diagnostics.phrases import named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import FactsError, UsageError
from notifyrules.evaluation.withholding import private_facts
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value
from notifyrules.rows.traffic import Batch, Broken, for_media, read_row


@dataclass(frozen=True, slots=True)
class DecidedBatch:
    """What is decided for a batch."""

    batch: Batch
    made: pl.DataFrame
    """A row for each of the batch; all null where nothing could be decided."""
    problems: Mapping[int, str]
    """Why nothing could be decided, by the places of rows."""

    @property
    def broken(self) -> Sequence[Broken]:
        """What is set aside of it, in the order of the file."""
        found = [*self.batch.broken]
        rows = self.batch.given(self.problems) if self.problems else ()
        for (place, problem), row in zip(self.problems.items(), rows, strict=True):
            given = {name: one for name, one in row.items() if one is not None}
            found.append(Broken(str(self.batch.file), self.batch.number(place), problem, given))
        return sorted(found, key=lambda one: one.number)


class BatchDecider:
    """Decide for batches by the rules of one program."""

    def __init__(self, graph: Graph, program: Program, wanted: Wanted, *, each: bool = False) -> None:
        """Begin; *each* decides for every medium that the rules name."""
        self.graph = graph
        self._program = program
        self._frames = FrameRules(graph, program)
        self._wanted = wanted
        self._media = graph.media if each else None
        self.schema = self._frames.schema(wanted)
        """What is decided of a row."""
        self.added = () if self._media is None else (self._media.fact,)
        """The facts that are not read, but decided for one by one."""
        if each and self._media is None:
            raise UsageError(f"`{graph.name}` names no media", "name the fact whose values they are: `media: ...`")

    def decide(self, batch: Batch) -> DecidedBatch:
        """Decide for a batch."""
        if self._media is not None:
            batch = for_media(batch, self._media, self.graph.facts)
        if batch.frame is not None:
            try:
                made, unfit = self._frames.sifted(batch.frame, self._wanted, "ignore")
            except FactsError as error:
                # Not some rows, but the columns are wrong.
                told = "; ".join(problem.told for problem in error.problems)
                raise UsageError(f"`{visible(str(batch.file))}`: {told}", error.problems[0].help) from None
            problems = {place: problem.told for place, problem in unfit.items()}
            return DecidedBatch(batch, made.cast(dict(self.schema)), problems)  # type: ignore[arg-type]
        problems = {}
        found: list[tuple[object, ...]] = []
        for place, row in enumerate(batch.rows):
            try:
                decision = self._program.decide(read_row(row, self.graph), "ignore")
                found.append(tuple(held(getattr(decision, name)) for name in self.schema))
            except FactsError as error:
                problems[place] = error.problems[0].told
                if isinstance(error, NotKnown):
                    private = " of a private fact" if error.problems[0].path in private_facts(self.graph) else ""
                    problems[place] = f"{error.problems[0].path}: is needed, and the receipt holds no value{private}"
                found.append((None,) * len(self.schema))
        return DecidedBatch(batch, pl.DataFrame(found, schema=dict(self.schema), orient="row"), problems)

    def table(self, decided: DecidedBatch) -> pl.DataFrame:
        """Give what was decided behind the columns of its rows; of rows, behind the facts as they are understood."""
        frame = decided.batch.frame
        if frame is None:
            frame = self._facts(decided.batch)
        if taken := [name for name in self.schema if name in frame.columns]:
            file = visible(str(decided.batch.file))
            raise UsageError(f"`{file}` has a column named {named(taken)} already", "give it another name first")
        whole = frame.hstack(decided.made)
        return whole.filter(pl.col("reason").is_not_null()) if decided.problems else whole

    def _facts(self, batch: Batch) -> pl.DataFrame:
        """Give the facts of rows as columns, with what names them."""
        read: list[Mapping[str, Value]] = []
        for row in batch.rows:
            try:
                read.append(self._program.reader.read(read_row(row, self.graph), "ignore").known())
            except FactsError:
                read.append({})
        ids = [str(row.whole.get("id", f"{batch.file}:{row.number}")) for row in batch.rows]
        columns = {
            fact.name: pl.Series([held(one.get(fact.name)) for one in read], dtype=dtype_of(fact.type))
            for fact in self.graph.facts.values()
        }
        return pl.DataFrame({"id": ids, **columns})
