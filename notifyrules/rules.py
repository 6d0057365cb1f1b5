"""Load rule files and ask them: what a back-end engineer calls."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notifyrules.compiled.compiler import compile_graph
from notifyrules.compiled.decision import Decision
from notifyrules.compiled.facts_object import Facts, LazyFacts
from notifyrules.compiled.facts_reader import Absent, Extras
from notifyrules.compiled.media import DecideEach, Decisions
from notifyrules.compiled.program import NOT_SENT, Decide, DecideJson, Program, belonging
from notifyrules.compiled.residual import NeededFor, needed
from notifyrules.compiled.specialize import Specializer
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.document.files import CASES_ENDINGS, Place, Shipped, given_root, marked_root
from notifyrules.errors import FactProblem, FactsError, RulesError, UsageError
from notifyrules.graph.builder import Library
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.mismatch import describe
from notifyrules.language.values import Value, write_literal
from notifyrules.shipped import shipped_names, shipped_path, shipped_root
from notifyrules.source.text import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from notifyrules.cases.reading import ChartLoader, Suite
    from notifyrules.columns.frames import FrameRules
    from notifyrules.explanation.alternatives import WhyNot
    from notifyrules.limit import Limit
    from notifyrules.prove.results import Proofs
    from notifyrules.witnesses import Witnesses

    Frame = TypeVar("Frame")


class Rules:
    """One loaded rule file, made by :func:`load`: checked, compiled, immutable, and safe to use from many threads."""

    __slots__ = (
        "_decide_json",
        "_frames",
        "_program",
        "_specializer",
        "decide",
        "diagnostics",
        "graph",
        "should_notify",
        "should_notify_each",
    )

    _decide_json: DecideJson | None
    _frames: FrameRules | None
    _program: Program
    _specializer: Specializer
    graph: Graph
    """The chart; of specialized rules the whole one, which their decisions are explained by."""
    diagnostics: tuple[Diagnostic, ...]
    """The warnings found while loading, in reading order."""
    should_notify: Decide
    """
    Decide whether to notify: `should_notify(facts, extras="forbid")` gives a :class:`~notifyrules.Decision`.

    This is the compiled function itself (:class:`~notifyrules.compiled.program.Decide` says what it takes), so that a
    call costs nothing but the decision. Of a chart that is made to be called it raises :class:`UsageError`.
    """
    should_notify_each: DecideEach
    """
    Decide for each medium of the chart: `should_notify_each(facts, per_medium=None)` gives
    :class:`~notifyrules.Decisions` (:class:`~notifyrules.compiled.media.DecideEach` says what it takes).
    """
    decide: Decide
    """Decide like :attr:`should_notify`, also where the chart is made to be called and says only an outcome."""

    def __init__(
        self,
        graph: Graph,
        diagnostics: tuple[Diagnostic, ...],
        program: Program | None = None,
        specializer: Specializer | None = None,
    ) -> None:
        """Compile *graph*, in which only the warnings *diagnostics* were found, unless it is compiled already."""
        program = program or compile_graph(graph)
        unsaid = [outcome.name for outcome in graph.outcomes.values() if outcome.notify is Notify.UNSAID]
        for name, value in {
            "graph": graph,
            "diagnostics": diagnostics,
            "_decide_json": None,
            "_program": program,
            "_frames": None,
            "_specializer": specializer or Specializer(graph),
            "decide": program.decide,
            "should_notify": _refusal(graph, unsaid[0]) if unsaid else program.decide,
            "should_notify_each": self._compile_each,
        }.items():
            object.__setattr__(self, name, value)

    def _compile_each(
        self, facts: object, per_medium: Mapping[str, object] | None = None, extras: Extras = "forbid"
    ) -> Decisions:
        """Decide for each medium the first time, by code that is compiled now and then stands in this one's place."""
        media, fixed = self.graph.media, self._program.fixed
        if media is None:
            raise UsageError(f"`{self.name}` names no media", "name the fact whose values they are: `media: ...`")
        if fixed is not None and media.fact not in self._program.reader.declared:
            message = f"`{media.fact}` is {write_literal(fixed[media.fact])} in these specialized rules"
            raise UsageError(message, "ask the whole rules, or specialize them without it")
        each = self._program.each()
        object.__setattr__(self, "should_notify_each", each)
        return each(facts, per_medium, extras)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("loaded rules never change; load the file again")

    @property
    def name(self) -> str:
        """The name of the chart."""
        return self.graph.name

    @property
    def title(self) -> str:
        """What the chart decides."""
        return self.graph.title

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of every file the rules are made of: what a log keeps to tell versions apart."""
        return self.graph.digest

    @property
    def program(self) -> Program:
        """The compiled chart, with its generated source."""
        return self._program

    def facts(self, given: object, *, extras: Extras = "forbid", absent: Absent = "default") -> Facts:
        """
        Validate facts once, for several questions.

        Args:
            given: A nested or dotted mapping, a dataclass, a pydantic object, or any object with the facts as
                attributes. An absent fact takes its default; None is a value, legal only where the type has `null`. A
                fact given as a callable is asked for when a question on the path reads it, or a text that is asked for,
                and at most once; :data:`~notifyrules.UNKNOWN` stands for one that nobody has got yet.
            extras: Whether facts that the rules do not declare are an error (`forbid`) or ignored (`ignore`).
            absent: Whether absent facts take their default (`default`), or are not known yet (`unknown`).

        Returns:
            A read-only mapping with a valid value for every declared fact, as far as they are known.

        Raises:
            FactsError: With every problem at once.
        """
        program = self._program
        if absent == "default" and (extras == "forbid" or extras == "ignore"):  # noqa: PLR1714 - a tuple is slower
            found: Facts | None = program.holding.by_class.get(type(given), program.holding.unseen)(given, extras)
            if found is not None:
                return found
        return program.reader.read(given, extras, absent, program.fixed)

    @property
    def decide_json(self) -> DecideJson:
        """
        Decide whether to notify by facts as they came over the wire.

        `decide_json(data, extras="forbid")` takes JSON, nested or dotted, as text or UTF-8, and gives what
        :attr:`should_notify` gives for the same facts (:class:`~notifyrules.compiled.program.DecideJson` says more).
        """
        if self._decide_json is None:
            # Compiled when it is first asked for: most never have JSON.
            unsaid = self.should_notify is not self.decide
            found = partial(_refuse_json, self) if unsaid else self._program.decide_json()
            object.__setattr__(self, "_decide_json", found)
            return found
        return self._decide_json

    def needs(self, given: object, *, until: NeededFor = "decision", extras: Extras = "forbid") -> tuple[str, ...]:
        """
        Tell which facts are needed next, when only some are known.

        Args:
            given: The facts that are known, as for :meth:`facts`. Absent facts are not known yet, and neither are those
                given as callables, which are not asked.
            until: What the facts are needed for: the outcome and its reason (`decision`), or the texts, `data` and
                `recheck` as well (`explanation`).
            extras: As for :meth:`facts`.

        Returns:
            Facts that the first open question reads, cheapest first by their `cost`: the first may settle it alone, so
            get that one, or all where a way costs more than what it brings. None when what is known settles it; then
            `should_notify(rules.facts(given, absent="unknown"))` decides.

        Raises:
            FactsError: What is given is not valid.
            UsageError: *until* is neither of the two.
        """
        return needed(self.graph, self.facts(given, extras=extras, absent="unknown").known(), until)

    def witnesses(
        self,
        *,
        outcome: str | None = None,
        arrow: str | None = None,
        condition: str | None = None,
        near: object = None,
        tried: bool = False,
    ) -> Witnesses:
        """
        Find readable facts that lead somewhere, as few as possible other than usual.

        Args:
            outcome: The outcome that they get.
            arrow: The arrow that they take, by its id.
            condition: What holds for them: a condition over facts and lets without parameters. Of the three, those that
                are given hold together.
            near: Facts that they are near to, as for :meth:`facts`; others have their default. A fact without a default
                that is not given has a value that can be said, and its change does not count.
            tried: Whether it is enough that a fan-out tries a branch and *arrow* lies on it, be it in vain.

        Returns:
            An iterator of read-only mappings with a value for every fact, those that had to change first. There is one
            for each minimal set of facts to change, smallest first, and none where nothing leads there. All keep to
            `assume`, and to what is known in specialized rules.

        Raises:
            FactsError: What is given in *near* is not valid.
            UsageError: There is no such outcome or arrow, the condition is not in order, or the solver is not
                installed.
        """
        require_solver()
        from notifyrules.solver import Goal, witnesses  # noqa: PLC0415 - the solver is an extra

        given = {} if near is None else self.facts(near, absent="unknown").known()
        goal = Goal(outcome, arrow, condition, tried)
        return witnesses(self.graph, {**given, **self.known_facts}, goal, frozenset(self.known_facts))

    def why_not(self, facts: object, wanted: str = "notify", may_change: Iterable[str] | None = None) -> WhyNot:
        """
        Find what would have to change for another outcome.

        Args:
            facts: What is decided for, as for :meth:`facts`.
            wanted: The outcome that is wanted; `notify`, unless an outcome is called so, is any that notifies.
            may_change: The facts that may change, by name or by a pattern such as `preferences.*`; unless given, all
                but the medium that is asked about. `now` changes by itself only.

        Returns:
            Each smallest set of up to three facts that would do, with the way through the chart then; `explain` tells
            it to one of the three readers.

        Raises:
            FactsError: The facts are not valid.
            UsageError: There is no such outcome or fact, or the solver is not installed.
        """
        require_solver()
        from notifyrules.solver import why_not  # noqa: PLC0415 - the solver is an extra

        given = self.facts(facts)
        known = {name: given[name] for name in self.graph.facts}
        return why_not(self.graph, known, wanted, may_change, frozenset(self.known_facts))

    def specialize(self, known_facts: object, *, extras: Extras = "forbid") -> Rules:
        """
        Make smaller rules for facts that are the same for many decisions.

        Args:
            known_facts: Some of the facts, as for :meth:`facts`; absent ones stay open.
            extras: As for :meth:`facts`.

        Returns:
            Rules that take the other facts, and decide like these would by all of them: the same outcome, reason,
            steps and words. What they have in common with other known facts is compiled once, and kept for those used
            last: some 60 KiB for each, and no more than 8 MB for one chart.

        Raises:
            FactsError: What is given is not valid.
        """
        given = self.facts(known_facts, extras=extras, absent="unknown")
        if isinstance(given, LazyFacts) and (asked := given.callables()):
            advice = "ask for it now, or leave it to the decisions"
            raise FactsError(
                FactProblem(name, "is a callable; what is known before is a value", advice) for name in asked
            )
        known = given.known()
        if len(known) == len(self.known_facts):
            return self
        return Rules(self.graph, self.diagnostics, self._specializer.program(known), self._specializer)

    def decide_frame(
        self,
        frame: Frame,
        *,
        because: bool = False,
        data: bool = False,
        recheck_at: bool = False,
        extras: Extras = "forbid",
    ) -> Frame:
        """
        Decide for every row of a frame at once.

        Args:
            frame: Of Polars (eager or lazy), pandas, PyArrow, DuckDB or Spark, with a column a fact, by its dotted
                name or in structs. A fact that has no column takes its default.
            because: Whether to tell the words for a person.
            data: Whether to tell what the decision carries.
            recheck_at: Whether to tell when to ask again.
            extras: Whether columns that are no facts are an error (`forbid`) or kept beside (`ignore`).

        Returns:
            The same kind of frame, with `notify`, `outcome`, `reason` and what else is asked for behind its columns.

        Raises:
            FactsError: With what is wrong with each column; of lazy frames partly when they are collected.
            UsageError: It is no frame, has such columns already, or Polars or narwhals is not installed.
        """
        try:
            from notifyrules.columns.frames import FrameRules, Wanted  # noqa: PLC0415 - frames are an extra
        except ModuleNotFoundError as error:
            advice = "install it with `pip install 'notifyrules[frames]'`"
            raise UsageError(f"frames need `{error.name}`", advice) from None
        if self._frames is None:
            object.__setattr__(self, "_frames", FrameRules(self.graph, self._program))
        assert self._frames is not None
        return self._frames.decide(frame, Wanted(because, data, recheck_at), extras)

    @property
    def known_facts(self) -> Mapping[str, Value]:
        """The facts that are fixed in specialized rules; none otherwise."""
        return {} if self._program.fixed is None else dict(self._program.fixed)

    def facts_schema(self) -> dict[str, Any]:
        """Describe the facts as JSON Schema (draft 2020-12), nested by their dotted names."""
        from notifyrules.compiled.schema import facts_schema  # noqa: PLC0415 - only who asks for it needs it

        return facts_schema(replace(self.graph, facts=self._program.reader.declared))

    def to_svg(self, decision: Decision | Decisions | WhyNot | None = None, *, expand: bool = False) -> str:
        """
        Draw the chart.

        Args:
            decision: A decision of these rules whose path is lit, or those for each medium; of what :meth:`why_not`
                found, the path now and that after the first change.
            expand: Whether called charts are opened.

        Returns:
            SVG; the same for the same input, to the byte.

        Raises:
            UsageError: No layout program is to be found.
        """
        from notifyrules.diagram import draw, to_svg  # noqa: PLC0415 - drawing is heavy

        if decision is None:
            return to_svg(draw(self.graph, expand=expand))
        passage = decision.passage if isinstance(decision, Decision) else decision.passages
        return to_svg(draw(self.graph, passage=passage, expand=expand))

    def _repr_svg_(self) -> str | None:
        """Draw the chart for a notebook; None, which shows the text, where it cannot be drawn."""
        from notifyrules.diagram import notebook_svg  # noqa: PLC0415 - drawing is heavy

        return notebook_svg(self.graph)

    def _repr_html_(self) -> str | None:
        """Give the page of the chart to a notebook, which decides in the cell; None where it cannot be drawn."""
        from notifyrules.page.html import notebook_page  # noqa: PLC0415 - drawing is heavy

        return notebook_page(self.graph)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Refuse to be pickled: the rules are code, compiled where they are loaded."""
        raise TypeError(NOT_SENT)

    def __repr__(self) -> str:
        return f"<Rules {self.name!r} from {self.graph.path}>"


def _refuse_json(rules: Rules, data: str | bytes | bytearray, extras: Extras = "forbid") -> Decision:
    """Say of a chart that is made to be called that it decides nothing, however its facts are written."""
    return rules.should_notify(rules.program.json().read(data), extras)


def _refusal(graph: Graph, outcome: str) -> Decide:
    """Make the function that refuses to say whether to notify, because *outcome* does not."""

    def refuse(_: object, facts: object, extras: Extras = "forbid") -> Decision:  # noqa: ARG001 - whatever it is asked
        advice = "the chart is made to be called by others; ask it with `explain`, or give every outcome a `notify`"
        raise UsageError(f"`{graph.name}` does not say whether `{outcome}` notifies", advice)

    return belonging(refuse)


def load(path: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None) -> Rules:
    """
    Load a rule file.

    Args:
        path: The file, or the name of one that comes with the package, such as `slack`.
        root: The folder that `include` and `call` must stay inside; unless given, the nearest one around the file in
            which a file `.notifyrules-root` stands, never beyond its repository, else the file's own folder.

    Returns:
        The rules, compiled.

    Raises:
        RulesError: With everything that was found, when any of it is an error.
        UsageError: What is given is no path, or the root no folder.
    """
    return load_place(find_place(path, root))


def load_place(place: Place) -> Rules:
    """Load the rule file of a place like :func:`load`."""
    findings, graph = build_place(place)
    if graph is None:
        raise RulesError(findings.sorted())
    return Rules(graph, findings.sorted())


def check(path: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None) -> tuple[Diagnostic, ...]:
    """
    Find everything that is wrong with a file: a rule file, one made to be included, or a file of cases.

    Args:
        path: The file, or the name of one that comes with the package.
        root: As for :func:`load`.

    Returns:
        The findings in reading order; empty for a clean file.

    Raises:
        UsageError: What is given is no path, or the root no folder. Nothing for a bad file: that is what the findings
            are for.
    """
    return examine(path, root=root).diagnostics


def examine(path: str | os.PathLike[str] | Place, *, root: str | os.PathLike[str] | None = None) -> Proofs:
    """Find everything that :func:`check` finds in a file, and keep the chart, about which nothing is proved."""
    from notifyrules.prove.results import Proofs  # noqa: PLC0415 - loading rules does without it

    place = find_place(path, root)
    if not place.name.endswith(CASES_ENDINGS):
        findings, graph = build_place(place, fragments=True)
        return Proofs(graph, findings.sorted())
    from notifyrules.cases.reading import find_all  # noqa: PLC0415 - only cases need it

    return Proofs(None, find_all(read_cases(path, root=root)).sorted())


def prove(
    path: str | os.PathLike[str] | Place,
    *,
    root: str | os.PathLike[str] | None = None,
    limit: Limit | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Proofs:
    """
    Find everything that :func:`check` finds in a file, what no facts reach, and which guarantees hold for all facts.

    Args:
        path: As for :func:`check`.
        root: As for :func:`check`.
        limit: How long it may take; a minute unless given.
        watch: Is told what is being worked on.

    Raises:
        UsageError: The solver is not installed.
    """
    require_solver()
    from notifyrules.limit import LIMIT_S, Limit  # noqa: PLC0415
    from notifyrules.prove.check import prove as prove_graph  # noqa: PLC0415 - the solver is an extra

    examined = examine(path, root=root)
    if examined.graph is None:
        return examined
    return prove_graph(examined.graph, examined.diagnostics, Limit(LIMIT_S) if limit is None else limit, watch)


def require_solver() -> None:
    """Refuse to go on without the solver."""
    if not can_prove():
        raise UsageError("proofs need the solver z3", "install it with `pip install 'notifyrules[prove]'`")


def can_prove() -> bool:
    """Tell whether the solver is installed."""
    from importlib.util import find_spec  # noqa: PLC0415 - only proofs need it

    return find_spec("z3") is not None


def read_cases(
    path: str | os.PathLike[str] | Place,
    *,
    root: str | os.PathLike[str] | None = None,
    charts: ChartLoader | None = None,
) -> Suite:
    """Read a file of cases, and the rules that it is about, unless they are among the *charts* loaded for others."""
    from notifyrules.cases.reading import read_suite  # noqa: PLC0415 - only cases need it

    return read_suite(find_place(path, root), charts or new_charts())


def new_charts() -> ChartLoader:
    """Begin to load rules for several files of cases."""
    from notifyrules.cases.reading import ChartLoader  # noqa: PLC0415 - only cases need it

    return ChartLoader(shipped_rules())


def build_place(
    place: Place, *, fragments: bool = False, library: Library | None = None
) -> tuple[Findings, Graph | None]:
    """Build a chart; one without a `flow` is an error unless *fragments* may stand alone."""
    built = (library or Library(shipped_rules())).build(place)
    if built.graph is None and not built.findings.errors and not fragments:
        at, message = Span(Source(place.name, ""), 0, 0), "the file has no `flow`, so it decides nothing"
        advice = "a file of facts and lets is brought into a rule file with `include:`"
        built.findings.add(Code.MISSING_KEY, at, message, help=advice)
    return built.findings, built.graph


def shipped_rules() -> Shipped:
    """Tell where the rule files of this package are."""
    return Shipped(shipped_root(), shipped_names())


def find_place(path: str | os.PathLike[str] | Place, root: str | os.PathLike[str] | None) -> Place:
    """
    Find a file, with its root, as :func:`load` does; one that was found is taken as it is.

    A name without a folder and a suffix is a shipped one, unless a file of that name exists.
    """
    if isinstance(path, Place):
        return path
    name, around = (
        path_text(path, "a rule file"),
        None if root is None else given_root(path_text(root, "the root folder")),
    )
    if "\n" in name or (name.lstrip().startswith(("{", "notifyrules:")) and ": " in name):
        raise UsageError("expected the path of a rule file, found what could be its text", "load it from a file")
    shipped = shipped_path(name)
    if shipped is not None and not Path(name).exists():
        return Place(shipped.resolve(), f"notifyrules:{name}", shipped_root().resolve())
    try:
        real = Path(name).resolve()
    except (OSError, ValueError, RuntimeError):
        real = Path("/nonexistent")
    others = () if Path(name).suffix else shipped_names()
    return Place(real, name, around or marked_root(real) or real.parent, others)


def path_text(path: str | os.PathLike[str], what: str) -> str:
    """Take the path of *what* as text."""
    try:
        return os.fsdecode(path)
    except TypeError:
        found = f"expected the path of {what}, found {describe(path)}"
        raise UsageError(found, "give text or a `pathlib.Path`") from None
