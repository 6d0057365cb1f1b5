"""Choose the words of a picture: what a person wrote comes before what the language would say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from notifyrules.diagram.lettering import set_apart
from notifyrules.graph.model import Arrow, Because, Graph, Outcome, Row
from notifyrules.language.terms import Term, facts_read
from notifyrules.language.values import Value, write

NOT_SET: Final = "not set"
"""What a picture calls null."""

# Text in quotes is what somebody compares with, and is left alone.
_NULL: Final = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|\bis (?P<set>not )?null\b|(?P<sign>[=!]=) null\b""")
_NAMES: Final = re.compile(r"[a-z_][a-z0-9_]*(?: [a-z_][a-z0-9_]*)*")


def label_of(arrow: Arrow) -> str:
    """Choose what is written on an arrow: the author's words, else the answer."""
    return (arrow.label or "").strip() or arrow.answer


def case_words(case: Mapping[Value, Arrow] | Mapping[str, Arrow]) -> str:
    """Choose what is written on the way out for some values."""
    return (next(iter(case.values())).label or "").strip() or ", ".join(answers(case).values())


def answers(case: Mapping[Value, Arrow] | Mapping[str, Arrow]) -> dict[str, str]:
    """Give the words for each value of a case, by the id of its arrow."""
    return {arrow.id: NOT_SET if value is None else arrow.answer for value, arrow in case.items()}


def row_words(row: Row) -> str:
    """
    Choose what stands in a row of an ordered table.

    The author's words are its label, else its name, else a condition that is nothing but names, else why it settles the
    decision; only a row without any of them shows its condition as it is written.
    """
    arrow, written = row.arrow, row.condition.span.one_line
    name = arrow.id.removeprefix(f"{arrow.node}.")
    if arrow.label and arrow.label.strip():
        return arrow.label.strip()
    if not name.isdecimal():
        return name.replace("_", " ")
    if _NAMES.fullmatch(written):
        return written.replace("_", " ")
    return condition_words(written) if arrow.because is None else because_words(arrow.because)


def condition_words(written: str) -> str:
    """Put what a condition says of null in words, and leave the rest as it is written."""

    def words(found: re.Match[str]) -> str:
        if found["text"]:
            return found["text"]
        return "is set" if found["set"] or found["sign"] == "!=" else f"is {NOT_SET}"

    return _NULL.sub(words, written)


def because_words(because: Because) -> str:
    """Give the words for a person as they are written, conditions in braces."""
    return because.written(lambda message: message.written)


def value_words(value: Value) -> str:
    """Write a value for a person: lists without brackets, and null in words."""
    if value is None:
        return NOT_SET
    return ", ".join(map(write, value)) or "nothing" if isinstance(value, tuple) else write(value)


def data_words(outcome: Outcome, graph: Graph) -> str:
    """Say in one line what a decision carries that ends here, as far as it is not what every decision carries."""
    usual = {name: field.default for name, field in graph.data.items() if field.has_default}
    told = {name: held for name, held in outcome.data.items() if name not in usual or held != usual[name]}
    return "; ".join(
        f"{name}: {set_apart(condition_words(held.span.one_line) if isinstance(held, Term) else value_words(held))}"
        for name, held in told.items()
    )


def computed_words(outcome: Outcome, *, carries: bool) -> Iterator[str]:
    """Write what an end computes, one line each: its words, the data where decisions carry it, and its recheck."""
    if outcome.because is not None and any(
        isinstance(one, Term) for text in outcome.because.messages for one in text.pieces
    ):
        yield f"because: {because_words(outcome.because)}"
    if carries:
        yield from (f"{name}: {held.span.one_line}" for name, held in outcome.data.items() if isinstance(held, Term))
    if outcome.recheck is not None and facts_read(outcome.recheck):
        yield f"recheck: {outcome.recheck.span.one_line}"
