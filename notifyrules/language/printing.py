"""
Write conditions out: how tightly each form binds, and so where parentheses go, is a row in a table for each language.

Here stands the language of the rules itself, lets written out. The words of a file cannot be used: a let is read
elsewhere than it is declared, and a called chart speaks of facts that its caller calls otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from notifyrules.language import terms as t
from notifyrules.language.values import Value, write

Spelt: TypeAlias = tuple[str, int]
"""Words, and how tightly they bind."""
Naming: TypeAlias = Callable[[str], Spelt]
"""How a fact is called here."""

CHOICE, OR, AND, NOT, COMPARED, SUM, SIGN, COALESCED, ATOM = range(9)
"""From the loosest to the tightest, in the language and in Python."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of term is written."""

    words: str
    """With a place for each operand, numbered in the order of evaluation; without one they stand between operands."""
    binds: int
    least: tuple[int, ...]
    """How tightly operands must bind to need no parentheses; the last number is that of all further ones."""

    def put(self, *texts: str) -> str:
        """Write operands that are in their parentheses already."""
        return self.words.format(*texts) if "{" in self.words else self.words.join(texts)

    def fill(self, write_one: Callable[[t.Term, int], str], *operands: t.Term) -> Spelt:
        """Write operands, each by a function that is told how tightly it must bind."""
        last = len(self.least) - 1
        return self.put(*(write_one(one, self.least[min(at, last)]) for at, one in enumerate(operands))), self.binds


def forms(side: int, null: str) -> dict[str, Form]:
    """Give what the language and Python write alike, but for what stands beside a comparison, and null."""
    return {
        "if": Form("{1} if {0} else {2}", CHOICE, (OR, OR, CHOICE)),
        # Parentheses also where they could be left out: readers disagree on what binds tighter.
        "or": Form(" or ", OR, (NOT,)),
        "and": Form(" and ", AND, (NOT,)),
        "not": Form("not {}", NOT, (NOT,)),
        "is null": Form(f"{{}} is {null}", COMPARED, (side,)),
        "is not null": Form(f"{{}} is not {null}", COMPARED, (side,)),
        **{word: Form(f" {word} ", COMPARED, (side,)) for word in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")},
    }


FORMS: Final = {
    **forms(SUM, "null"),
    "+": Form(" + ", SUM, (SUM, SIGN)),
    "-": Form(" - ", SUM, (SUM, SIGN)),
    "minus": Form("-{}", SIGN, (SIGN,)),
    "??": Form(" ?? ", COALESCED, (ATOM,)),
}
"""The language."""
OPPOSITES: Final = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def at_least(spelt: Spelt, tightness: int) -> str:
    """Put words into parentheses where they bind less tightly than their place needs."""
    text, binds = spelt
    return text if binds >= tightness else f"({text})"


def own_name(name: str) -> Spelt:
    """Call a fact by its name."""
    return name, ATOM


def spell(term: t.Term, names: Naming = own_name) -> str:
    """Write a condition."""
    return spelt(term, names)[0]


def spell_value(value: Value) -> Spelt:
    """Write a value out."""
    match value:
        case bool():
            return ("true" if value else "false"), ATOM
        case str():
            return f'"{value.translate(_ESCAPES)}"', ATOM
        case tuple():
            return f"[{', '.join(spell_value(item)[0] for item in value)}]", ATOM
        case _:
            text = write(value)
            return text, SIGN if text.startswith("-") else ATOM


def negated(term: t.Term, names: Naming = own_name) -> Spelt:
    """Write the opposite of a condition."""
    match term:
        case t.LetUse(term=inner):
            return negated(inner, names)
        case t.Not(operand=operand):
            return spelt(operand, names)
        case t.Comparison(operator=operator):
            name = OPPOSITES[operator]
        case t.Contains():
            name = "not in"
        case t.IsNull():
            name = "is not null"
        case _:
            return _filled("not", (term,), names)
    return _filled(name, t.parts(term), names)


def spelt(term: t.Term, names: Naming = own_name) -> Spelt:
    """Write a condition, and say how tightly it binds."""
    match term:
        case t.Constant(value=value):
            return spell_value(value)
        case t.FactRead(name=name):
            return names(name)
        case t.LetUse(term=inner):
            return spelt(inner, names)
        case t.ListTerm(items=items):
            return f"[{', '.join(spell(item, names) for item in items)}]", ATOM
        case t.FunctionCall(function=function, arguments=arguments):
            return f"{function.name}({', '.join(spell(one, names) for one in arguments)})", ATOM
        case t.Not(operand=operand):
            return negated(operand, names)
        case t.Arithmetic(minus=True, left=t.Constant(value=zero), right=right) if not zero:
            return _filled("minus", (right,), names)
        case t.Arithmetic(minus=minus):
            form = "-" if minus else "+"
        case t.Coalesce():
            form = "??"
        case t.Comparison(operator=form):
            pass
        case t.Contains():
            form = "in"
        case t.IsNull():
            form = "is null"
        case t.Junction(every=every):
            form = "and" if every else "or"
        case t.Choice():
            form = "if"
    return _filled(form, t.parts(term), names)


def _filled(form: str, operands: tuple[t.Term, ...], names: Naming) -> Spelt:
    return FORMS[form].fill(lambda one, least: at_least(spelt(one, names), least), *operands)
