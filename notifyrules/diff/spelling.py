"""
Write conditions as a rule file would hold them, lets written out.

The words of a file cannot be used: a let is read elsewhere than it is declared, and a called chart speaks of facts that
its caller calls otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from notifyrules.explanation.words import printable
from notifyrules.language import terms as t
from notifyrules.language.values import Value, write

Spelt: TypeAlias = tuple[str, int]
"""Words, and how tightly they bind."""
Naming: TypeAlias = Callable[[str], Spelt]
"""How a fact is called here."""

CHOICE, OR, AND, NOT, COMPARED, SUM, SIGN, COALESCED, ATOM = range(9)
"""From the loosest to the tightest."""

TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
"""A text that is written out in a condition."""
_NAME = re.compile(r"[a-z_][a-z0-9_.]*")
_PLAIN = re.compile(r"(?:[^\W_]|[ ,;?!'(){}\u2018-\u201D-]|[.:](?!\S))+")
"""Words of which Markdown makes nothing: no mark, no link, no person, no number of an issue."""
_TICKED = re.compile(r"(`+)(.*?[^`])\1(?!`)")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


def own_name(name: str) -> Spelt:
    """Call a fact by its name."""
    return name, ATOM


def spell(term: t.Term, names: Naming = own_name) -> str:
    """Write a condition."""
    return spelt(term, names)[0]


def at_least(spelt: Spelt, tightness: int) -> str:
    """Put words into parentheses where they bind less tightly than their place needs."""
    text, level = spelt
    return text if level >= tightness else f"({text})"


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


def names_in(condition: str) -> frozenset[str]:
    """Find the names that a condition in words speaks of: of its facts, and words of the language."""
    return frozenset(_NAME.findall(TEXT.sub("", condition)))


def ticked(text: str) -> str:
    """Put words of a file in backticks, more than there are together in them, so that sentences are Markdown."""
    shown = printable(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{ticks} {shown} {ticks}" if len(ticks) > 1 or not shown else f"`{shown}`"


def unticked(sentence: str) -> str:
    """Take the backticks off the words of a file."""
    return _TICKED.sub(lambda found: found[2].strip() if len(found[1]) > 1 else found[2], sentence)


def prose(text: str) -> str:
    """Write words of a file into a sentence; in backticks where Markdown could take them for more than words."""
    shown = printable(text)
    return shown if _PLAIN.fullmatch(shown) else ticked(shown)


def negated(term: t.Term, names: Naming = own_name) -> Spelt:
    """Write the opposite of a condition."""
    opposite = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
    match term:
        case t.LetUse(term=inner):
            return negated(inner, names)
        case t.Not(operand=operand):
            return spelt(operand, names)
        case t.Comparison(operator=operator):
            return _infix(opposite[operator], (term.left, term.right), names), COMPARED
        case t.Contains(item=item, collection=collection):
            return _infix("not in", (item, collection), names), COMPARED
        case t.IsNull(operand=operand):
            return f"{at_least(spelt(operand, names), SUM)} is not null", COMPARED
        case _:
            return f"not {at_least(spelt(term, names), NOT)}", NOT


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
            return f"[{', '.join(spelt(item, names)[0] for item in items)}]", ATOM
        case t.Arithmetic(minus=True, left=t.Constant(value=zero), right=right) if not zero:
            return f"-{at_least(spelt(right, names), SIGN)}", SIGN
        case t.Arithmetic(minus=minus, left=left, right=right):
            sign = "-" if minus else "+"
            return f"{at_least(spelt(left, names), SUM)} {sign} {at_least(spelt(right, names), SIGN)}", SUM
        case t.Coalesce(items=items):
            return " ?? ".join(at_least(spelt(item, names), ATOM) for item in items), COALESCED
        case t.Comparison(operator=operator, left=left, right=right):
            return _infix(operator, (left, right), names), COMPARED
        case t.Contains(item=item, collection=collection):
            return _infix("in", (item, collection), names), COMPARED
        case t.IsNull(operand=operand):
            return f"{at_least(spelt(operand, names), SUM)} is null", COMPARED
        case t.Not(operand=operand):
            return negated(operand, names)
        case t.Junction(every=every, items=items):
            # Parentheses also where they could be left out: readers disagree on what binds tighter.
            word, level = (" and ", AND) if every else (" or ", OR)
            return word.join(at_least(spelt(item, names), NOT) for item in items), level
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            first, second = (at_least(spelt(one, names), OR) for one in (then, condition))
            return f"{first} if {second} else {spelt(otherwise, names)[0]}", CHOICE
        case t.FunctionCall(function=function, arguments=arguments):
            return f"{function.name}({', '.join(spelt(one, names)[0] for one in arguments)})", ATOM


def _infix(word: str, sides: Sequence[t.Term], names: Naming) -> str:
    """Write two sides with a word between them."""
    return f" {word} ".join(at_least(spelt(side, names), SUM) for side in sides)
