"""Parse, check and evaluate single conditions for tests."""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.graph.declarations import NamedTypes, read_declaration
from notifyrules.language.checker import check_condition, check_let
from notifyrules.language.evaluator import evaluate
from notifyrules.language.parsing import parse_condition
from notifyrules.language.scope import LetSyntax, Scope
from notifyrules.language.terms import Term
from notifyrules.language.types import Enumeration, Type
from notifyrules.language.values import Value
from notifyrules.source.located import Scalar
from notifyrules.source.text import Source, Span

FACTS: Mapping[str, str] = {
    "b": "bool",
    "maybe_b": "bool | null",
    "i": "int",
    "maybe_i": "int | null",
    "t": "text",
    "maybe_t": "text | null",
    "kind": "dm | group | channel",
    "maybe_kind": "dm | group | null",
    "other_kind": "channel | thread",
    "level": "low | mid | high",
    "day": "date",
    "at": "instant",
    "now": "instant",
    "time": "time",
    "wait": "duration",
    "zone": "timezone",
    "hours": "schedule",
    "texts": "list of text",
    "ints": "list of int",
    "maybe_texts": "list of text | null",
    "via": "list of (push | badge)",
    "message.in": "bool",
}
"""The facts that conditions of tests are about; `level` is ordered."""


def scalar(text: str) -> Scalar:
    """Make a scalar that is a whole file."""
    return Scalar(text, Span(Source("x.yaml", text), 0, len(text)))


def type_of(text: str) -> Type:
    """Read a type."""
    declared = read_declaration(scalar(text), scalar(text), NamedTypes(Findings()))
    assert declared is not None, text
    return declared.type


def scope(lets: Mapping[str, str], findings: Findings) -> Scope:
    """Declare the facts, and lets by the keys and bodies that they would have in a file."""
    facts = {name: type_of(spelt) for name, spelt in FACTS.items()}
    assert isinstance(facts["level"].base, Enumeration)
    facts["level"] = Type(Enumeration(facts["level"].base.values, facts["level"].base.values))
    declared: dict[str, LetSyntax] = {}
    for key, body in lets.items():
        name, _, rest = key.partition("(")
        parameters = tuple(part.strip() for part in rest.rstrip(")").split(",")) if rest else None
        written = scalar(body)
        declared[name] = LetSyntax(name, scalar(key).span, parameters, parse_condition(written, findings))
    return Scope(facts, declared, findings)


def check(text: str, wanted: str | None = None, **lets: str) -> tuple[Term | None, tuple[Diagnostic, ...]]:
    """
    Check a condition.

    Args:
        text: The condition.
        wanted: The type that it must have.
        lets: Lets by name; parameters stand behind two underscores, as in `either__own__general`.

    Returns:
        The term, None after an error, and everything that was found, in reading order.
    """
    findings = Findings()
    names = {_key(name): body for name, body in lets.items()}
    known = scope(names, findings)
    syntax = parse_condition(scalar(text), findings)
    term = None if syntax is None else check_condition(syntax, known, None if wanted is None else type_of(wanted))
    return term, findings.sorted()


def check_lets(**lets: str) -> tuple[Diagnostic, ...]:
    """Check lets by themselves, in the order given."""
    findings = Findings()
    known = scope({_key(name): body for name, body in lets.items()}, findings)
    for let in known.lets.values():
        check_let(let, known)
    return findings.sorted()


def _key(name: str) -> str:
    """Spell a let's key."""
    first, *parameters = name.split("__")
    return f"{first}({', '.join(parameters)})" if parameters else first


def told(text: str, wanted: str | None = None, **lets: str) -> list[tuple[str, str, str]]:
    """Check a condition and tell what was found: code, underlined words, message."""
    return [(one.code.value, one.span.text, one.message) for one in check(text, wanted, **lets)[1]]


def value_of(text: str, facts: Mapping[str, Value] | None = None, **lets: str) -> Value:
    """Compute the value of a condition in which nothing is wrong."""
    term, found = check(text, **lets)
    assert term is not None, [one.message for one in found]
    return evaluate(term, facts or {}, {})
