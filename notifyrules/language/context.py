"""Say what holds at one place of a condition, and report what is wrong there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.null_narrowing import Narrowed
from notifyrules.language.types import BOOL, Basic, Enumeration, ListOf, Type, fits, quote
from notifyrules.source.text import Span


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a let: checked where its parameter stands, in the names of the place that passed it."""

    syntax: s.Syntax
    bindings: Mapping[str, Argument]
    use: Span | None


@dataclass(frozen=True, slots=True)
class Context:
    """
    What holds at one place of a condition.

    The methods that check a part give its term, or None after a finding.
    """

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
    signs = {Basic.INT: "> 0", Basic.TEXT: '!= ""', Basic.DURATION: "> 0s", Basic.TIME: ">= 09:00"}
    sign = signs.get(base) if base is not None else None
    return "compare it with something" + (f", such as `{words} {sign}`" if sign else "")


def null_help(term: t.Term) -> str:
    """Say how to rule null out."""
    words = term.span.one_line
    if not isinstance(term, (t.FactRead, t.LetUse, t.Call)) or words.startswith("("):
        words = f"({words})"
    return f"test `{words} is not null` first, or give a default with `{words} ?? ...`"
