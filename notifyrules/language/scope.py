"""Know what the conditions of a file may name and what holds at one place of them, and report what is wrong there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.foreign_words import instead_of, meant_function, meant_literal
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.kinds import KINDS
from notifyrules.language.null_narrowing import Narrowed
from notifyrules.language.syntax_errors import clipped
from notifyrules.language.types import BOOL, Basic, Enumeration, ListOf, Type, fits, quote
from notifyrules.source.text import Span

_NAME_SHOWN = 80
_USABLE = re.compile(r"[a-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class LetSyntax:
    """A let as it was written."""

    name: str
    span: Span
    parameters: tuple[str, ...] | None
    """The parameters in order; None for a let that takes none."""
    body: s.Syntax | None
    """None where the body could not be parsed."""


@dataclass(slots=True)
class Scope:
    """The names that the conditions of one file may use."""

    facts: Mapping[str, Type]
    lets: Mapping[str, LetSyntax]
    findings: Findings
    broken: frozenset[str] = frozenset()
    """Names that were reported where they are declared, so that uses of them are not reported again."""
    complete: bool = True
    """Whether all declarations could be read; if not, an unknown name may be one of the others."""
    terms: dict[str, t.Term | None] = field(default_factory=dict)
    """The lets without parameters that have been checked; None for one with findings."""
    used: set[str] = field(default_factory=set)
    """The lets that some condition uses."""
    extents: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many terms each checked let becomes, and how deep they nest."""
    total: int = 0
    """Terms made so far for the whole file."""
    exceeded: bool = False
    """Whether it was reported that lets become too much; it is not reported again for every let on the way."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a let: checked where its parameter stands, in the names of the place that passed it."""

    syntax: s.Syntax
    bindings: Mapping[str, Argument]
    use: Span | None


@dataclass(frozen=True, slots=True)
class Context:
    """What holds at one place of a condition; what checks a part there gives its term, or None after a finding."""

    check: Callable[[s.Syntax, Context], t.Term | None]
    """Checks any expression."""
    findings: Findings
    narrowed: Narrowed = frozenset()
    """The values that are known not to be null here."""
    bindings: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}))
    """The parameters of the let being inlined."""
    use: Span | None = None
    """Where that let is used; None outside of one."""
    doubtful: bool = False
    """Whether the condition holds names that nothing bears: a test for null may have been meant by one of them."""

    def term(self, part: s.Syntax, more: Narrowed = frozenset()) -> t.Term | None:
        """Check a part where *more* values are known not to be null."""
        return self.check(part, replace(self, narrowed=self.narrowed | more) if more else self)

    def required(self, part: s.Syntax) -> t.Term | None:
        """Check a part that must not be null."""
        term = self.term(part)
        if term is None or not term.type.nullable:
            return term
        self.may_be_null(term)
        return None

    def boolean(self, part: s.Syntax, more: Narrowed = frozenset()) -> t.Term | None:
        """Check a part that must be true or false."""
        term = self.term(part, more)
        if term is None or fits(term.type, BOOL):
            return term
        if term.type.nullable and (term.type.base is None or fits(term.type.required, BOOL)):
            self.may_be_null(term)
        else:
            message = f"expected {spelled(BOOL)}, found {described(term)}"
            self.report(Code.TYPE_MISMATCH, term.span, message, comparison_help(term))
        return None

    def may_be_null(self, term: t.Term, *advice: str) -> None:
        """Report a value that may be null where it must not."""
        if self.doubtful:
            return
        if term.type.base is None:
            self.report(Code.UNGUARDED_NULL, term.span, "`null` cannot stand here", *advice)
        else:
            message = f"`{term.span.one_line}` may be null here"
            self.report(Code.UNGUARDED_NULL, term.span, message, *(advice or (null_help(term),)))

    def report(self, code: Code, span: Span, message: str, *advice: str) -> None:
        """Report a finding; one inside a let with parameters also shows where the let is used."""
        labels = (Label(self.use, "used here"),) if self.use is not None and self.use != span else ()
        self.findings.add(code, span, message, help=advice, labels=labels)


def check_names(syntax: s.Syntax, scope: Scope, parameters: Sequence[str] = ()) -> bool:
    """Report every name in a condition that nothing bears, and tell whether all are known."""
    clean = True
    waiting = [syntax]
    while waiting:
        one = waiting.pop()
        waiting.extend(s.children(one))
        match one:
            case s.Name(span, name) if name not in scope.facts and name not in parameters:
                clean = _known_let(name, span, scope, parameters) and clean
            case s.CallSyntax(_, name, _) if name not in FUNCTIONS:
                clean = _known_call(one, scope, parameters) and clean
            case _:
                pass
    return clean


def _known_let(name: str, span: Span, scope: Scope, parameters: Sequence[str]) -> bool:
    """Tell whether a name that is no fact is a let without parameters, and report it if not."""
    if (let := scope.lets.get(name)) is not None:
        scope.used.add(name)
        if let.parameters is None:
            return True
        if name not in scope.broken:
            example = f"{name}({', '.join(let.parameters)})"
            scope.findings.add(Code.WRONG_ARGUMENTS, span, f"`{name}` needs its arguments", help=f"write `{example}`")
        return False
    if name in scope.broken or not scope.complete:
        return False
    if name in FUNCTIONS:
        message = f"`{name}` is a function and needs its arguments"
        scope.findings.add(Code.WRONG_ARGUMENTS, span, message, help=f"write `{FUNCTIONS[name].signature}`")
        return False
    advice = _meant_value(name, scope, parameters)
    scope.findings.add(Code.UNKNOWN_FACT, span, f"`{clipped(name, _NAME_SHOWN)}` is not a declared fact", help=advice)
    return False


def _meant_value(name: str, scope: Scope, parameters: Sequence[str]) -> str:
    holder = next((fact for fact, kind in scope.facts.items() if name in _values(kind)), None)
    if holder is not None:
        return f"a value is quoted text: `{quote(name)}` is one of `{holder}`"
    if literal := meant_literal(name):
        return f"write `{literal}`"
    holder, _, last = name.rpartition(".")
    if holder in scope.facts and (function := _function(last)):
        return f"write `{function}({holder})`"
    values = (let.name for let in scope.lets.values() if let.parameters is None)
    otherwise = "declare it under `facts:`" + (": `now: instant`" if name == "now" else "")
    broken = (one for one in scope.broken if _USABLE.fullmatch(one))
    return did_you_mean(name, [*parameters, *scope.facts, *broken, *values], otherwise)


def _function(word: str) -> str:
    """Name the function that a word was meant for, as this language or another calls it; empty where there is none."""
    return word if word in FUNCTIONS else meant_function(word)


def _known_call(call: s.CallSyntax, scope: Scope, parameters: Sequence[str]) -> bool:
    """Tell whether a called name is a let with parameters, and report it if not."""
    name, span = call.name, call.name_span
    if (let := scope.lets.get(name)) is not None:
        scope.used.add(name)
        if let.parameters is not None:
            return True
        if name not in scope.broken:
            message = f"`{name}` takes no arguments"
            scope.findings.add(Code.WRONG_ARGUMENTS, span, message, help=f"write `{name}` alone")
        return False
    if name in scope.broken or not scope.complete:
        return False
    if name in scope.facts:
        message = f"`{name}` is a fact, not a function"
        scope.findings.add(Code.UNKNOWN_FUNCTION, span, message, help=f"write `{name}` alone")
        return False
    advice = _meant_call(call, scope, parameters)
    scope.findings.add(Code.UNKNOWN_FUNCTION, span, f"there is no function `{clipped(name, _NAME_SHOWN)}`", help=advice)
    return False


def _meant_call(call: s.CallSyntax, scope: Scope, parameters: Sequence[str]) -> list[str]:
    holder, _, last = call.name.rpartition(".")
    subject = holder in scope.facts or holder in scope.lets or holder in parameters
    arguments = [*([holder] if subject else []), *(argument.span.one_line for argument in call.arguments)]
    if subject and (function := _function(last)):
        return [f"write `{function}({', '.join(arguments)})`"]
    if advice := instead_of(last if subject else call.name, arguments):
        return [advice]
    if function := meant_function(call.name):
        return [f"did you mean `{function}`?"]
    known = [*FUNCTIONS, *(other.name for other in scope.lets.values() if other.parameters is not None)]
    if near := did_you_mean(call.name, known):
        return [near]
    return ["compute it beforehand and pass it as a fact", f"the functions are {named(FUNCTIONS)}"]


def _values(kind: Type) -> tuple[str, ...]:
    base = kind.base.item if isinstance(kind.base, ListOf) else kind.base
    return base.values if isinstance(base, Enumeration) else ()


def spelled(wanted: Type) -> str:
    """Spell a type for a sentence."""
    return "true or false (`bool`)" if wanted == BOOL else f"`{wanted}`"


def described(term: t.Term) -> str:
    """Say what a term is, for a sentence: a text that is written out by itself, anything else by its type."""
    if isinstance(term, t.Constant) and isinstance(term.value, str) and term.type.base is not Basic.TIMEZONE:
        return f"the text `{quote(term.value)}`"
    return spelled(term.type)


def comparison_help(term: t.Term) -> str:
    """Say how to make a condition of a value that is none."""
    words, base = term.span.one_line, term.type.base
    if isinstance(term, t.Constant) and isinstance(base, Enumeration):
        return f"write the whole comparison again, as in `fact == {words}`, or `fact in [..., {words}]`"
    if isinstance(base, ListOf):
        return f"compare it with something, such as `len({words}) > 0`"
    if isinstance(base, Enumeration):
        return f"compare it with something, such as `{words} == {quote(base.values[0])}`"
    test = KINDS[base].test if base is not None else ""
    return "compare it with something" + (f", such as `{words} {test}`" if test else "")


def null_help(term: t.Term) -> str:
    """Say how to rule null out."""
    words = term.span.one_line
    if not isinstance(term, (t.FactRead, t.LetUse, t.FunctionCall)) or words.startswith("("):
        words = f"({words})"
    return f"test `{words} is not null` first, or give a default with `{words} ?? ...`"
