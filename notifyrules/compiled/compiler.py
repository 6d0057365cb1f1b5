"""
Compile a chart to Python: nested `if` statements that end at a constant for every arrow into an outcome.

One function takes facts in any form. It decides at once by facts that are validated already; values of a plain dict it
accepts by sight and decides by them while they stand in local variables; whatever is not as usual goes to the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from notifyrules.compiled.charts import Calls, NotInline, write_chart
from notifyrules.compiled.control_flow import Writers
from notifyrules.compiled.decision import Decision, Verdict
from notifyrules.compiled.dict_facts import (
    Unusual,
    write_acceptance,
    write_checks,
    write_loose_acceptance,
    write_own_acceptance,
)
from notifyrules.compiled.expressions import Expressions, Spelling
from notifyrules.compiled.facts_object import FIXED, Facts
from notifyrules.compiled.facts_reader import Extras, FactsReader
from notifyrules.compiled.limits import LIMITS, CodeLimits
from notifyrules.compiled.media import Decisions, MediaReader, alike, decide_slowly
from notifyrules.compiled.names import Names, compiled, indent, run, slots
from notifyrules.compiled.object_facts import ObjectWriter
from notifyrules.compiled.other_facts import LOOSE, Converters, FormsCode
from notifyrules.compiled.other_facts import ODD as OTHER_ODD
from notifyrules.compiled.partial import NotKnown, looking
from notifyrules.compiled.program import (
    Bind,
    BindEach,
    BindJson,
    Decide,
    DecideJson,
    Program,
    UnboundProgram,
    belonging_json,
)
from notifyrules.compiled.residual import Front
from notifyrules.graph.model import Arrow, Graph, Media
from notifyrules.language.mismatch import Mismatch

if TYPE_CHECKING:
    from notifyrules.compiled.typed_json import JsonForm

ODD: Final = (Unusual, Mismatch, KeyError, TypeError)
"""What accepting code raises when the reader must look."""


def compile_graph(graph: Graph, limits: CodeLimits = LIMITS) -> Program:
    """Compile a chart without errors; what it decides is what :func:`notifyrules.evaluation.walk.walk` does."""
    return compile_residual(graph, graph, None, FactsReader(graph.facts), limits).program(None)


def compile_residual(
    whole: Graph, left: Graph, settled: Arrow | None, reader: FactsReader, limits: CodeLimits = LIMITS
) -> UnboundProgram:
    """Compile what is *left* of a chart by fixed facts; *settled* is the arrow into the outcome if nothing is left."""
    compiler = _Compiler(whole, left, reader, limits)
    source = compiler.source(settled)
    bind = cast("Bind", compiler.run(source)["bind"])

    def compile_forms(write: Callable[[_Compiler], str]) -> object:
        other = _Compiler(whole, left, reader, limits)
        return other.run(write(other))["bind"]

    fixed = frozenset(reader.kind.names) - reader.declared.keys()
    writer = ObjectWriter(reader.declared, reader.kind.slots, fixed)
    deciding = FormsCode(writer, lambda found: compile_forms(lambda other: other.forms(settled, found)))
    holding = FormsCode(writer, lambda found: compile_forms(lambda other: other.holding(found)))
    each = cache(lambda: _compile_each(whole, left, settled, reader, limits))
    typed = cache(lambda: _compile_typed(lambda: _Compiler(whole, left, reader, limits), settled))
    return UnboundProgram(left, reader, bind, source, each, deciding, holding, typed)


def _compile_typed(make: Callable[[], _Compiler], settled: Arrow | None) -> BindJson:
    from notifyrules.compiled.typed_json import can_read  # noqa: PLC0415 - only who has JSON needs it

    @cache
    def compile_form(form: JsonForm) -> Callable[..., object]:
        compiler = make()
        return cast("Callable[..., object]", compiler.run(compiler.typed(settled, form))["bind"])

    def bind(fixed: Facts | None, decide: Decide, read_and_decide: DecideJson) -> DecideJson:
        @cache
        def decide_by(form: JsonForm, *others: JsonForm) -> DecideJson:
            def otherwise(data: str | bytes | bytearray, extras: Extras = "forbid") -> Decision:
                return decide_by(*others)(data, extras)

            made = compile_form(form)(fixed, decide, read_and_decide, otherwise if others else read_and_decide)
            return belonging_json(made)

        return decide_by("whole", "partly", "dotted")

    return bind if can_read() else lambda _fixed, _decide, read_and_decide: read_and_decide


def _compile_each(
    whole: Graph, left: Graph, settled: Arrow | None, reader: FactsReader, limits: CodeLimits
) -> BindEach:
    assert whole.media is not None
    compiler = _Compiler(whole, left, reader, limits)
    return cast("BindEach", compiler.run(compiler.each(settled, whole.media))["bind"])


class _Compiler:
    def __init__(self, whole: Graph, left: Graph, reader: FactsReader, limits: CodeLimits) -> None:
        """Prepare to compile *left*, all of *whole* or a part of it."""
        self._whole = whole
        self._graph = left
        self.reader = reader
        self._limits = limits
        self._fixed = slots(name for name in reader.kind.names if name not in reader.kind.slots)
        self._names = Names()
        self._verdicts: dict[str, Verdict] = {}
        self._facts = self._names.thing("Facts", reader.kind)
        self._decision = self._names.thing("Decision", Decision)
        self._read = f"{self._names.thing('read_facts', reader.read)}(facts, extras"
        self._read += f", 'default', {FIXED})" if self._fixed else ")"
        self._partly = self._names.thing("decide_partly", self._decide_partly)
        for thing in (bool, dict, int, str, set, len, type):
            self._names.thing(thing.__name__, thing)
        self._names.thing("Function", FunctionType)
        self._names.thing("ODD", ODD)
        self._names.thing("KeyError", KeyError)
        self._names.thing("LOOSE", LOOSE)

    def run(self, source: str) -> dict[str, object]:
        return run(compiled(source, f"<{self._graph.name} compiled by notifyrules>"), self._names.table)

    def source(self, settled: Arrow | None) -> str:
        if settled is None:
            functions, entry, by_variables = self._written()
        else:
            functions, entry, by_variables = [], self._answer(settled), self._answer(settled)
        other = f" or facts.{FIXED} is not {FIXED}" if self._fixed else ""
        decide = [
            "def decide(_, facts, extras='forbid'):",
            f"    if facts.__class__ is not {self._facts}{other}:",
            "        if facts.__class__ is dict:",
            "            return decide_dict(facts, extras)",
            "        d = by_class.get(type(facts), unseen)(facts, extras)",
            "        if d is not None:",
            "            return d",
            f"        facts = {self._read}",
            "        if facts.incomplete:",
            f"            return {self._partly}(facts)",
            f"    d = {self._decision}()",
            "    d._facts = facts",
            *indent(entry),
            "",
            # A function of its own: the many variables would make every call of the other one dearer.
            "def decide_dict(facts, extras):",
            *indent(self._taking(self._going_on(by_variables), f"decide(None, {self._read})")),
            "    d = by_class[LOOSE](facts, extras)",
            f"    return decide(None, {self._read}) if d is None else d",
        ]
        bind = [f"def bind({FIXED}, by_class, unseen):", *(f"    {line}" if line else "" for line in decide)]
        return "\n".join([*functions, *bind, "    return decide, decide_dict"]) + "\n"

    def _taking(self, finish: Iterable[str], odd: str) -> list[str]:
        """Write what is done with a plain dict, with one that has an *odd* value, and with one of another layout."""
        slots = self.reader.kind.slots
        accepting = write_acceptance(self.reader.declared, slots, self._names, refusal="break")
        return [
            # What leaves this loop, which goes round once, has another layout.
            "while True:",
            "    try:",
            *indent(indent(accepting)),
            "    except KeyError:",
            "        break",
            "    except ODD:",
            "        pass",
            "    else:",
            *indent(indent(finish)),
            f"    return {odd}",
        ]

    def forms(self, settled: Arrow | None, converters: Converters) -> str:
        """Write how values and dicts of any layout are decided by."""
        functions, by_variables = self._by_variables(self._answer) if settled is None else ([], self._answer(settled))
        bind = [*self._loosely(self._going_on(by_variables), converters), "return values, loose"]
        return "\n".join([*functions, *self._bound(bind)])

    def holding(self, converters: Converters) -> str:
        """Write how values and dicts become facts."""
        finish = [*self._held(), "return held"]
        take = [
            "def take(facts, extras):",
            *indent(self._taking(finish, "None")),
            "    return by_class[LOOSE](facts, extras)",
        ]
        return "\n".join(self._bound([*self._loosely(finish, converters), *take, "return values, loose, take"]))

    def _bound(self, lines: Iterable[str]) -> list[str]:
        return [f"def bind({FIXED}, decide, by_class, unseen):", *indent(lines)]

    def _loosely(self, finish: Iterable[str], converters: Converters) -> list[str]:
        """Write what takes a value for each slot, and what takes them from a dict of any layout."""
        declared, slots = self.reader.declared, self.reader.kind.slots
        self._names.thing("OTHER_ODD", OTHER_ODD)
        taken, given = ", ".join(slots.values()), (declared, slots, self._names)
        return [
            f"def values({taken}):",
            *indent([*write_checks(*given), *finish]),
            "def loose(facts, extras):",
            "    ignore = extras == 'ignore'",
            "    if not ignore and extras != 'forbid':",
            "        return None",
            "    try:",
            *indent(indent(write_loose_acceptance(*given, converters, tuple(self._fixed)))),
            "    except OTHER_ODD:",
            "        return None",
        ]

    def typed(self, settled: Arrow | None, form: JsonForm) -> str:
        """Write the function that decides by JSON of one form, and hands on what is of another, or unusual."""
        from notifyrules.compiled.typed_json import ERRORS, TypedJson, as_bytes  # noqa: PLC0415

        slots = self.reader.kind.slots
        json = TypedJson(self.reader.declared, slots, self._names, form, self.reader.kind.names)
        if settled is None:
            functions, by_variables = self._by_variables(self._answer, json.facts)
        else:
            functions, by_variables = [], self._answer(settled)
        if by_variables is None:
            going_on = self._going_on(None, {slots[name]: one.text for name, one in json.facts.items()})
        elif form == "whole":
            values = _tuple([*(one.text for one in json.facts.values()), *([FIXED] if self._fixed else [])])
            # What belongs to others is not to live as long as the decision.
            values = values if self._fixed else f"o if extras == 'forbid' else {values}"
            going_on = [f"d = {self._decision}()", f"d._facts = {values}", *by_variables]
        else:
            going_on = self._going_on(by_variables)
        for name, thing in {"bytes": bytes, "as_bytes": as_bytes, "ERRORS": ERRORS}.items():
            self._names.thing(name, thing)
        strictly, openly = json.decode()
        lines = [
            "def decide_json(_, data, extras='forbid'):",
            "    try:",
            "        wire = data if data.__class__ is bytes else as_bytes(data)",
            "        if extras == 'forbid':",
            f"            o = {strictly}(wire)",
            "        elif extras == 'ignore':",
            f"            o = {openly}(wire)",
            "        else:",
            "            return read_and_decide(data, extras)",
            "    except ERRORS:",
            "        return otherwise(data, extras)",
            "    try:",
            *indent(indent(json.statements())),
            "    except ERRORS:",
            "        return read_and_decide(data, extras)",
            *indent(going_on),
        ]
        bind = [f"def bind({FIXED}, decide, read_and_decide, otherwise):", *indent(lines), "    return decide_json"]
        return "\n".join([*functions, *bind]) + "\n"

    def each(self, settled: Arrow | None, media: Media) -> str:
        """Write the function that decides for every medium, inside of one that takes what it does not know itself."""
        if settled is None:
            functions, by_variables = self._by_variables(self._tell)
            same = alike(self._graph, media)
        else:
            functions, by_variables, same = [], self._tell(settled), frozenset({settled.id})
        slots, layout = self.reader.kind.slots, self.reader.kind.layout
        reader = MediaReader(media, self.reader)
        own = [slots[name] for name in reader.own]
        shared = [slots[name] for name in reader.shared]
        taken = f"{', '.join([*shared, slots[media.fact]])}, own"
        unpacked = [f"    {_tuple(own)} = own"] if own else []
        if by_variables is None:
            by_variables = [*self._held(), "return decide(None, held)._verdict"]
        slowly = partial(decide_slowly, media, same)
        things = {"media": media, "names": media.names, "same": same, "slowly": slowly, "Decisions": Decisions}
        for name, thing in {**things, "zip": zip}.items():
            self._names.thing(name, thing)
        read = self._names.thing("read_each", reader.read)
        lines = [
            f"def decide_by({taken}):",
            *unpacked,
            *indent(by_variables),
            "",
            "def make_by(shared, own, verdicts):",
            f"    {_tuple(shared)} = shared",
            "    made = {}",
            f"    for {slots[media.fact]}, {_tuple(own)}, v in zip(names, own, verdicts):",
            f"        d = {self._decision}()",
            "        d._verdict = v",
            f"        d._facts = {_tuple(layout)}",
            f"        made[{slots[media.fact]}] = d",
            "    return made",
            "",
            "def own_by(facts, own):",
            *unpacked,
            *indent(write_own_acceptance(reader.own, slots, self._names)),
            f"    return {_tuple(own)}",
            "",
            "def decide_each(facts, per_medium=None, extras='forbid'):",
            "    if facts.__class__ is dict:",
            "        try:",
            *(f"            {line}" for line in write_acceptance(reader.shared | reader.own, slots, self._names)),
            *(f"            {line}" for line in self._own_by_medium(media, own)),
            "        except ODD:",
            "            pass",
            "        else:",
            *(f"            {line}" for line in self._by_medium(media, shared)),
            f"    return slowly({read}(facts, per_medium, extras, {FIXED}), decide)",
        ]
        bind = [f"def bind({FIXED}, decide):", *(f"    {line}" if line else "" for line in lines)]
        return "\n".join([*functions, *bind, "    return decide_each"]) + "\n"

    def _own_by_medium(self, media: Media, own: list[str]) -> list[str]:
        """Write that each medium has what is given for it, and what counts for all otherwise."""
        refusal = f"raise {self._names.thing('Unusual', Unusual)}"
        lines: list[str] = []
        for number, medium in enumerate(map(self._names.literal, media.names)):
            lines += [f"if {medium} in per_medium:", f"    o{number} = own_by(per_medium[{medium}], o{number})"]
            lines += ["    left -= 1"]
        return [
            f"{' = '.join(f'o{number}' for number in range(len(media.names)))} = {_tuple(own)}",
            "if per_medium is not None:",
            "    if per_medium.__class__ is not dict:",
            f"        {refusal}",
            "    left = len(per_medium)",
            *indent(lines),
            "    if left:",
            f"        {refusal}",
        ]

    def _by_medium(self, media: Media, shared: list[str]) -> list[str]:
        """Write that accepted values are decided by for each medium, those of its own among them."""
        first, *others = (
            f"v{number} = decide_by({', '.join([*shared, self._names.literal(medium), f'o{number}'])})"
            for number, medium in enumerate(media.names)
        )
        every = range(len(media.names))
        return [
            first,
            "if v0.reason in same:",
            f"    {' = '.join(f'v{number}' for number in every[1:])} = v0",
            "else:",
            *indent(others),
            "found = Decisions()",
            "found.media = media",
            f"found._verdicts = {_tuple(f'v{number}' for number in every)}",
            f"found._shared = {_tuple(shared)}",
            f"found._own = {_tuple(f'o{number}' for number in every)}",
            "found._make = make_by",
            "found._made = None",
            "return found",
        ]

    def _written(self) -> tuple[list[str], list[str], list[str] | None]:
        """Write the chart: functions, how an object decides, how variables do (None if functions need the object)."""
        facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in self.reader.kind.slots.items()}
        facts |= {name: Spelling(f"facts.{FIXED}.{slot}", ("facts",)) for name, slot in self._fixed.items()}
        expressions = Expressions(facts, self._names, self._limits)
        calls = Calls(self._names, self._limits, "facts")
        writers = Writers(expressions, self._answer, calls, variables="facts, d")
        written = write_chart(self._graph, self._limits, writers)
        functions, by_variables = self._by_variables(self._answer)
        return [*functions, *expressions.functions, *calls.functions, *written.functions], written.entry, by_variables

    def _by_variables(
        self, answer: Callable[[Arrow], list[str]], spelt: Mapping[str, Spelling] | None = None
    ) -> tuple[list[str], list[str] | None]:
        """Write how values in local variables lead to an answer; None where it cannot be done without their object."""
        facts = {name: Spelling(slot, (slot,)) for name, slot in self.reader.kind.slots.items()} | dict(spelt or {})
        facts |= {name: Spelling(f"{FIXED}.{slot}", (FIXED,)) for name, slot in self._fixed.items()}
        expressions = Expressions(facts, self._names, self._limits)
        try:
            calls = Calls(self._names, self._limits, None)
            written = write_chart(self._graph, self._limits, Writers(expressions, answer, calls))
        except NotInline:
            return [], None
        return ([], None) if written.functions else (expressions.functions, written.entry)

    def _going_on(self, by_variables: list[str] | None, spelt: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """Write what is done with accepted values: they are decided by, or become facts."""
        if by_variables is None:
            return [*self._held(spelt), "return decide(None, held)"]
        return [f"d = {self._decision}()", f"d._facts = {_tuple(self.reader.kind.layout)}", *by_variables]

    def _held(self, spelt: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """Write how accepted values become facts, of which some are spelt otherwise than by their slots."""
        layout = self.reader.kind.layout
        return [f"held = {self._facts}()", *(f"held.{slot} = {spelt.get(slot, slot)}" for slot in layout)]

    def _answer(self, arrow: Arrow) -> list[str]:
        return [f"d._verdict = {self._end(arrow)}", "return d"]

    def _tell(self, arrow: Arrow) -> list[str]:
        return [f"return {self._end(arrow)}"]

    def _end(self, arrow: Arrow) -> str:
        return self._names.thing(f"END_{arrow.id}", self._verdict(arrow))

    def _verdict(self, arrow: Arrow) -> Verdict:
        if arrow.id not in self._verdicts:
            notify = self._whole.outcomes[arrow.target].notify
            self._verdicts[arrow.id] = Verdict(arrow.target, arrow.id, notify, self._whole, self.reader.kind)
        return self._verdicts[arrow.id]

    def _decide_partly(self, facts: Facts) -> Decision:
        """Decide by facts some of which are not known, if the others settle it."""
        front = Front(self._whole, looking(facts))
        reached = front.reach()
        if isinstance(reached, str):
            raise NotKnown(*sorted(front.needed(reached) - facts.known().keys(), key=facts.names.index))
        decision = Decision()
        decision._facts = facts  # noqa: SLF001 - made here
        decision._verdict = self._verdict(reached)  # noqa: SLF001
        return decision


def _tuple(items: Iterable[str]) -> str:
    return f"({''.join(f'{item}, ' for item in items)})"


def compile_assumptions(graph: Graph) -> Callable[[Facts], bool]:
    """Compile what a chart assumes into one function, which tells whether validated facts keep to all of it."""
    names = Names()
    facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in slots(graph.facts).items()}
    expressions = Expressions(facts, names, LIMITS)
    for term in graph.assume:
        expressions.count(term)
    written = [f"    if {expressions.write_negated(term)}:\n        return False" for term in graph.assume]
    source = "\n".join([*expressions.functions, "def holds(facts):", *written, "    return True"])
    return cast("Callable[[Facts], bool]", run(compiled(source, f"<what {graph.name} assumes>"), names.table)["holds"])
