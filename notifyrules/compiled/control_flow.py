"""
Arrange the nodes of a chart as stretches of code.

Every way through a stretch ends in one of three manners: it leaves the function with an answer, it runs off the end of
its block to the place that stands behind it, or it goes there by `break`. Which node stands behind which is found by
:mod:`notifyrules.compiled.chart_shape`; where more places would have to be reached at once, one becomes a function,
and the chart is written again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from notifyrules.compiled.chart_shape import BRANCH_FUNCTION, DECIDING, DONE, REFUSED, ChartShape, Ends, Stretch
from notifyrules.compiled.expressions import Expressions
from notifyrules.graph.model import Arrow, Call, Notify


@dataclass(frozen=True, slots=True)
class Block:
    """Some statements."""

    lines: Sequence[str]
    stays: bool
    """Whether a way through them runs off their end."""
    levels: int = 0
    """Levels of indentation inside."""

    def inside(self) -> list[str]:
        """Indent the statements by a level."""
        return [f"    {line}" for line in self.lines] or ["    pass"]

    def otherwise(self) -> list[str]:
        """Write the statements behind an `if` as what is done else."""
        if not self.lines:
            return []
        first, *rest = self.lines
        if first.startswith("if ") and all(line.startswith((" ", "elif ", "else:")) for line in rest):
            return [f"el{first}", *rest]
        return ["else:", *self.inside()]

    def then(self, following: Callable[[], Block]) -> Block:
        """Put others behind them, if they can be reached."""
        if not self.stays:
            return self
        other = following()
        return Block([*self.lines, *other.lines], other.stays, max(self.levels, other.levels))

    @property
    def last(self) -> tuple[bool, bool, int]:
        """Rank the block for standing last, without indentation: one that does nothing, one that stays, a large one."""
        return (not self.lines, self.stays, len(self.lines))


STAY: Final = Block((), stays=True)
"""Nothing: the end of the block is the place to go."""


def loop(block: Block) -> Block:
    """Make a loop of statements that runs once, for `break` to leave."""
    return Block(["while True:", *block.inside()], stays=True, levels=block.levels + 1)


def choose(ways: Sequence[tuple[tuple[str, str], Block]], last: Block) -> Block:
    """Choose one of several ways, each behind its test beside the opposite; the last is for when none holds."""
    if not ways:
        return last
    if len(ways) == 1:
        return _either(*ways[0], last)
    lines: list[str] = []
    tied = False
    for (test, _), block in ways:
        lines += [f"{'elif' if tied else 'if'} {test}:", *block.inside()]
        # Behind a way that stays, the others must not be tried.
        tied = tied or block.stays
    lines += last.otherwise() if tied else last.lines
    levels = max([last.levels, *(block.levels for _, block in ways)]) + 1
    return Block(lines, tied or last.stays, levels)


def _either(tests: tuple[str, str], yes: Block, no: Block) -> Block:
    """Choose one of two ways; one that leaves stands first, so that the other needs no indentation."""
    if not yes.lines and not no.lines:
        return STAY
    stays = yes.stays or no.stays
    if not no.lines or (yes.lines and _first(yes, no)):
        levels = max(yes.levels + 1, no.levels)
        return Block([f"if {tests[0]}:", *yes.inside(), *no.lines], stays, levels)
    if not yes.lines or _first(no, yes):
        levels = max(no.levels + 1, yes.levels)
        return Block([f"if {tests[1]}:", *no.inside(), *yes.lines], stays, levels)
    return Block([f"if {tests[0]}:", *yes.inside(), *no.otherwise()], stays, max(yes.levels, no.levels) + 1)


def _first(one: Block, other: Block) -> bool:
    if one.stays:
        return False
    return other.stays or len(one.lines) <= len(other.lines)


class Unreachable(AssertionError):  # noqa: N818 - it names what was reached
    """Say that generated code went where nothing leads: a fault of the generator, never of the rules."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What can be reached from where a statement stands."""

    stretch: Stretch
    end: str | None = None
    """The place that is reached by running off the end of the block."""
    behind: str | None = None
    """The place that is reached by `break`."""
    loops: int = 0


@dataclass(slots=True)
class CodePlan:
    """What the parts of a chart become."""

    branch: int
    """Nodes from which on a branch becomes a function."""
    functions: set[tuple[str, bool]] = field(default_factory=set)
    """Nodes that are functions of their own: outside of branches, and in them."""
    hops: bool = False
    """Whether functions are returned for the caller to call, with the last words, so that the stack stays flat."""


@dataclass(frozen=True, slots=True)
class Writers:
    """What a chart is written with."""

    expressions: Expressions
    answers: Callable[[Arrow], list[str]]
    calls: Callable[[Call, Expressions], tuple[Block, str]]
    """Writes the statements that ask a called chart, and names the variable that then holds the name of its outcome."""
    prefix: str = ""
    """What the names of its functions begin with."""
    variables: str = ""
    """The arguments that its functions hand to each other."""
    say: Callable[[Arrow], Sequence[str]] | None = None
    """Writes that words of an arrow that is taken are the last ones; None where nobody wants to know."""
    words: str = ""
    """The variable that holds the words that were said last."""


class StretchWriter(ABC):
    """Write the stretches of one chart, by one plan."""

    def __init__(self, shape: ChartShape, plan: CodePlan, writers: Writers) -> None:
        self.graph = shape.graph
        self.shape = shape
        self.plan = plan
        self.wanted: set[tuple[str, bool]] = set()
        """Functions that the plan lacks: what was written is no good without them."""
        self.called: dict[tuple[str, bool], None] = {}
        """Functions that were called, and are still to be written."""
        self._expressions = writers.expressions
        self._answers = writers.answers
        self._calls = writers.calls
        self._say = writers.say
        self._words = writers.words
        self._prefix = writers.prefix
        self._variables = f"{writers.variables}, entered" if shape.reentrant else writers.variables
        self._written: set[tuple[str, bool]] = set()

    # ---- StretchWriter of code ----

    def _closed(self, block: Block) -> Block:
        """See to it that what must not run off its end says so: silence would be a refusal that nobody decided."""
        return block.then(
            lambda: Block([f"raise {self._expressions.names.thing('Unreachable', Unreachable)}"], stays=False)
        )

    def _loop(self, block: Block) -> Block:
        """Write what is left by `break` or with an answer, and in no other manner."""
        return loop(self._closed(block))

    def body(self, ends: Ends, end: str | None = None) -> Block:
        """Write the whole chart, as what stands in an entry, with the place *end* behind it, if any."""
        start = self.graph.start
        if (start, False) in self.plan.functions:
            begin = [f"r = {self._function(start, trying=False)}({self._variables})", *self._drive(), "return r"]
            return Block(begin, stays=False)
        block = self._stretch(start, self.shape.stretch(start, ends, self._functions(trying=False)), end)
        return block if end is not None else self._closed(block)

    def function(self, name: str, *, trying: bool) -> list[str]:
        """Write the function of a node."""
        ends = BRANCH_FUNCTION if trying else DECIDING
        stretch = self.shape.stretch(name, ends, self._functions(trying=trying))
        lines = [f"def {self._name(name, trying=trying)}({self._variables}):"]
        if trying and name in self.shape.reentrant:
            lines += [f"    if {name!r} in entered:", "        return None", f"    entered.add({name!r})"]
        return [*lines, *self._closed(self._stretch(name, stretch, None)).inside()]

    def _stretch(self, name: str, stretch: Stretch, end: str | None) -> Block:
        """Write a stretch of code, unless it is too long for one."""
        if stretch.cuts:
            self.wanted |= {(cut, stretch.ends.trying) for cut in stretch.cuts}
            return STAY
        return self._region(name, Whereabouts(stretch, end))

    def _functions(self, *, trying: bool) -> set[str]:
        return {name for name, inside in self.plan.functions if inside is trying}

    def _name(self, name: str, *, trying: bool) -> str:
        """Name the function of a node; ids of nodes are safe names."""
        return f"{self._prefix}{'try' if trying else 'at'}_{name}"

    def _function(self, name: str, *, trying: bool) -> str:
        """Name the function of a node, and see to it that it is written."""
        self.called[name, trying] = None
        return self._name(name, trying=trying)

    def _drive(self) -> list[str]:
        """Write the loop that calls what functions return until it is no function."""
        if not self.plan.hops:
            return []
        if self._words:
            return ["while r.__class__ is tuple:", f"    r, {self._words} = r", f"    r = r({self._variables})"]
        return ["while r.__class__ is Function:", f"    r = r({self._variables})"]

    def _want(self, name: str, where: Whereabouts) -> None:
        self.wanted.add((name, where.stretch.ends.trying))

    def _region(self, name: str, where: Whereabouts) -> Block:
        """Write a node and all that stands inside and behind it."""
        return self._stand(name, where.stretch.behind.get(name, ()), where)

    def _stand(self, name: str, later: tuple[str, ...], where: Whereabouts) -> Block:
        """Write a node with some of the nodes that stand behind it."""
        limits = self.shape.limits
        if len(later) > limits.behind:
            for one in later[limits.behind :]:
                self._want(one, where)
            return STAY
        if not later:
            return self._node(name, where)
        *before, last = later
        stretch, rest = where.stretch, tuple(before)
        needed = stretch.outside(name, rest) - {last}
        flat = stretch.levels(name, rest) <= limits.flat
        if flat and needed <= {where.behind}:
            return self._stand(name, rest, replace(where, end=last)).then(lambda: self._region(last, where))
        if not needed and where.loops < limits.loops:
            around = self._loop(self._stand(name, rest, Whereabouts(stretch, None, last, where.loops + 1)))
            return around.then(lambda: self._region(last, where))
        # Inside of this loop only one place beside the last node can be reached, from the last node too.
        if flat and len(needed) == 1 and stretch.leads[last] <= needed and where.loops < limits.loops:
            (goal,) = needed
            inner = Whereabouts(stretch, last, goal, where.loops + 1)
            both = self._stand(name, rest, inner).then(lambda: self._region(last, replace(inner, end=goal)))
            # Whatever runs off the end of both has come to the goal, which stands behind the loop.
            return loop(both.then(lambda: Block(["break"], stays=False))).then(lambda: self._go_to(goal, where))
        self._want(last, where)
        return self._stand(name, rest, where)

    def _go_to(self, place: str, where: Whereabouts) -> Block:
        if place == where.end:
            return STAY
        if place == where.behind:
            return Block(["break"], stays=False)
        if place == REFUSED and not where.stretch.ends.labelled:
            return Block(["return None"], stays=False)
        # What cannot be reached from here becomes a function; a place behind a branch cannot, so the branch does.
        self._want(where.stretch.entry if place in (REFUSED, DONE) else place, where)
        return STAY

    # ---- Ways ----

    def _follow(self, arrow: Arrow, where: Whereabouts) -> Block:
        return self._saying(arrow, lambda: self._lead(arrow, where))

    def _saying(self, arrow: Arrow, lead: Callable[[], Block]) -> Block:
        """Write what an arrow says before what it leads to."""
        said = None if self._say is None else self._say(arrow)
        return Block(said, stays=True).then(lead) if said else lead()

    def _lead(self, arrow: Arrow, where: Whereabouts) -> Block:
        ends = where.stretch.ends
        if arrow.target in self.graph.outcomes:
            if ends.trying and self.graph.outcomes[arrow.target].notify is Notify.NO:
                return self._go_to(REFUSED, where)
            return Block(self._answers(arrow), stays=ends.done).then(lambda: self._go_to(DONE, where))
        name = arrow.target
        if (name, ends.trying) in self.plan.functions:
            return self._hand_over(name, where)
        if name in where.stretch.merges:
            return self._go_to(name, where)
        block = self._region(name, where)
        if block.levels >= self.shape.limits.deepest and not self.shape.is_small(name):
            self._want(name, where)
        return block

    def _hand_over(self, name: str, where: Whereabouts) -> Block:
        ends = where.stretch.ends
        function = self._function(name, trying=ends.trying)
        if not ends.labelled:
            call = f"{function}({self._variables})"
            if self.plan.hops:
                call = f"{function}, {self._words}" if self._words else function
            return Block([f"return {call}"], stays=False)
        return self._try(function).then(lambda: self._go_to(REFUSED, where))

    def _try(self, function: str) -> Block:
        """Call the function of a branch, and leave with its answer unless it refuses."""
        call = [f"r = {function}({self._variables})", *self._drive()]
        return Block([*call, "if r is not None:", "    return r"], stays=True, levels=1)

    def _goal(self, arrow: Arrow, where: Whereabouts) -> str:
        """Name what arrows have in common that need not be told apart here."""
        outcome = self.graph.outcomes.get(arrow.target)
        if outcome is None or where.stretch.ends.done:
            return arrow.target if self._say is None else "\n".join([arrow.target, *self._say(arrow)])
        return REFUSED if where.stretch.ends.trying and outcome.notify is Notify.NO else arrow.id

    # ---- Nodes ----

    @abstractmethod
    def _node(self, name: str, where: Whereabouts) -> Block:
        """Write a node and what stands inside it."""
