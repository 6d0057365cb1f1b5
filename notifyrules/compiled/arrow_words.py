"""
Find the words of a decision without its steps.

Most arrows into outcomes settle alone what is said there. For the others it is decided again, by code that is arranged
like the one that decides and hands on what was said last; like all generated code it is held equal to the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property, lru_cache
from typing import Final, Literal, TypeAlias

from notifyrules.compiled.asks import asks_of
from notifyrules.compiled.charts import Calls, NotInline, write_chart
from notifyrules.compiled.control_flow import Block, Writers
from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.facts_object import FIXED, Facts
from notifyrules.compiled.limits import LIMITS, CodeLimits
from notifyrules.compiled.names import Names, compiled, indent, run, slots
from notifyrules.evaluation.walk import walk
from notifyrules.graph.model import Arrow, Call, Graph, Message, Notify, Outcome
from notifyrules.language.terms import Term
from notifyrules.language.types import Basic
from notifyrules.language.values import write
from notifyrules.source.text import Span

_CHARTS: Final = 64
"""Charts of which it is kept what their arrows say."""
_SELDOM: Final = 20
"""Decisions whose words the walk finds, before code is written for them."""


class OnTheWay(Enum):
    """The type of :data:`ON_THE_WAY`."""

    ON_THE_WAY = "on the way"


ON_THE_WAY: Final = OnTheWay.ON_THE_WAY
"""Stands for words that depend on how an arrow was reached."""


@lru_cache(_CHARTS)
def settled_words(graph: Graph) -> Mapping[str, Message | OnTheWay | None]:
    """Find what each arrow into an outcome says, whatever the way there was."""
    found: dict[str, Message | OnTheWay | None] = {}
    for end in {outcome.notify for outcome in graph.outcomes.values()}:
        before: dict[str, set[Message | OnTheWay | None]] = {name: set() for name in graph.nodes}
        before[graph.start].add(None)
        for name in graph.order:
            node = graph.nodes[name]
            for arrow in node.arrows:
                said = before[name]
                if (own := _text(arrow, end)) is not None:
                    said = {own}
                elif isinstance(node, Call) and _speaks(node.callee, end):
                    said = {ON_THE_WAY}
                if arrow.target in graph.nodes:
                    before[arrow.target] |= said
                elif (outcome := graph.outcomes[arrow.target]).notify is end:
                    last = {_text(outcome, end) if one is None else one for one in said}
                    found[arrow.id] = last.pop() if len(last) == 1 else ON_THE_WAY
    return found


def _text(one: Arrow | Outcome, end: Notify) -> Message | None:
    return None if one.because is None else one.because.texts.get(end)


def _speaks(graph: Graph, end: Notify) -> bool:
    """Tell whether a chart has words for an end, or one that it calls."""
    arrows = (arrow for node in graph.nodes.values() for arrow in node.arrows)
    called = (node.callee for node in graph.nodes.values() if isinstance(node, Call))
    own: tuple[Arrow | Outcome, ...] = (*arrows, *graph.outcomes.values())
    return any(_text(one, end) is not None for one in own) or any(_speaks(one, end) for one in called)


def plain_words(graph: Graph, arrow: str) -> str | Message | OnTheWay | None:
    """Give what an arrow into an outcome says, written out where nothing is filled in."""
    said = settled_words(graph)[arrow]
    return said.settled or said if isinstance(said, Message) else said


class Teller:
    """Find the words of decisions for one kind of end: by code that decides again, and keeps what is said last."""

    def __init__(
        self, graph: Graph, kind: type[Facts], end: Notify, limits: CodeLimits = LIMITS, seldom: int = _SELDOM
    ) -> None:
        """Prepare to find words; for the first few, *seldom*, code would cost more to write than it saves."""
        self._graph, self._kind, self._end, self._limits = graph, kind, end, limits
        self._seldom = seldom

    def words(self, facts: Facts) -> str | None:
        """Find the words in force for what facts lead to."""
        if self._seldom > 0:
            self._seldom -= 1
            return walk(self._graph, facts.known()).because
        if (find := self._find) is None:
            return walk(self._graph, facts.known(), asks=asks_of).because
        found = find(facts)
        if found is False:
            return None
        return found if isinstance(found, str) else found(facts)

    @cached_property
    def _find(self) -> Callable[[Facts], _FoundWords] | None:
        """Write the code; None where a called chart is too large to be written into this one, and the walk tells."""
        graph, kind, end, limits = self._graph, self._kind, self._end, self._limits
        names = Names()
        facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in kind.slots.items()}
        fixed = slots(name for name in kind.names if name not in kind.slots)
        facts |= {name: Spelling(f"facts.{FIXED}.{slot}", ("facts",)) for name, slot in fixed.items()}
        expressions = Expressions(facts, names, limits)
        names.thing("set", set)
        names.thing("tuple", tuple)
        speech = _SpeechWriter(graph, end, expressions, "w")
        calls = _TellingCalls(names, limits, end)
        calls.speeches[id(expressions)] = speech
        writers = Writers(expressions, speech.answer, calls, variables="facts, w", say=speech.say, words="w")
        try:
            written = write_chart(graph, limits, writers)
        except NotInline:
            return None
        find = ["def find(facts):", "    w = False", *indent(written.entry)]
        source = "\n".join([*expressions.functions, *calls.functions, *written.functions, *find])
        code: Callable[[Facts], _FoundWords]
        code = run(compiled(source, f"<the words of {graph.name}>"), names.table)["find"]
        return code


_FoundWords: TypeAlias = "str | Literal[False] | Callable[[Facts], str]"
"""What was said last: words, False where there were none, or what fills them in."""


class _SpeechWriter:
    """Write what is said in one chart, for one kind of end of the outermost one."""

    def __init__(self, graph: Graph, end: Notify, expressions: Expressions, variable: str) -> None:
        """Prepare to write; the *variable* holds what was said last."""
        self.variable = variable
        self.heard: dict[str, str] = {}
        """By arrow that leaves a called chart, the variable of what was said there."""
        self._graph, self._end = graph, end
        self._expressions = expressions
        self._written: dict[Span, str] = {}

    def say(self, arrow: Arrow) -> list[str]:
        """Write that what an arrow says is what was said last, or what the called chart says that it leaves."""
        if (text := _text(arrow, self._end)) is not None:
            return [f"{self.variable} = {self._spell(text)}"]
        if (heard := self.heard.get(arrow.id)) is not None:
            return [f"{self.variable} = {self.variable} if {heard} is False else {heard}"]
        return []

    def answer(self, arrow: Arrow) -> list[str]:
        """Write the end of the outermost chart."""
        return [f"return {self._last(arrow)}"]

    def result(self, arrow: Arrow) -> list[str]:
        """Write the end of a called chart, which has no words for an end of another kind than its own."""
        return [f"{self.variable} = {self._last(arrow)}"]

    def _last(self, arrow: Arrow) -> str:
        outcome = self._graph.outcomes[arrow.target]
        if not outcome.notify.counts_for(self._end):
            return "False"
        own = _text(outcome, self._end)
        return self.variable if own is None else f"{self._spell(own)} if {self.variable} is False else {self.variable}"

    def _spell(self, text: Message) -> str:
        """Name words, or a function that fills them in."""
        names = self._expressions.names
        if text.settled is not None:
            return names.constant(text.settled, "words")
        if text.span not in self._written:
            function = self._written[text.span] = names.new("fill")
            pieces = [names.constant(one, "words") if isinstance(one, str) else self._fill(one) for one in text.pieces]
            self._expressions.functions.append(f"def {function}(facts):\n    return {' + '.join(pieces)}\n")
        return self._written[text.span]

    def _fill(self, term: Term) -> str:
        """Write a value as a person reads it; texts are that already."""
        written = self._expressions.write(term)
        is_text = term.type.base is Basic.TEXT and not term.type.nullable
        return f"({written})" if is_text else f"{self._expressions.names.thing('write', write)}({written})"


class _TellingCalls(Calls):
    """Write the charts that a chart calls, and keep what they say."""

    def __init__(self, names: Names, limits: CodeLimits, end: Notify) -> None:
        super().__init__(names, limits, "facts")
        self._end = end
        self.speeches: dict[int, _SpeechWriter] = {}
        """What writes the words of each chart, by what writes its conditions."""

    def __call__(self, node: Call, expressions: Expressions) -> tuple[Block, str]:
        if not _speaks(node.callee, self._end):
            return super().__call__(node, expressions)
        inner = self._inner_of(node, expressions)
        if id(inner) not in self.speeches:
            self.speeches[id(inner)] = _SpeechWriter(node.callee, self._end, inner, self._names.temporary())
        speech, variable = self.speeches[id(inner)], self._names.temporary()
        self.speeches[id(expressions)].heard |= dict.fromkeys((arrow.id for arrow in node.arrows), speech.variable)

        def answer(arrow: Arrow) -> list[str]:
            return [f"{variable} = {arrow.target!r}", *speech.result(arrow)]

        block = self._inside(node.callee, Writers(inner, answer, self, say=speech.say, words=speech.variable))
        if block is None:
            raise NotInline
        return Block([f"{speech.variable} = False", *block.lines], stays=True, levels=block.levels), variable
