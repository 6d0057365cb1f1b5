"""Check calls: functions of the language, and lets with parameters, which are inlined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.phrases import count
from notifyrules.language import syntax as s
from notifyrules.language import terms as t
from notifyrules.language.comparing import check_common_items
from notifyrules.language.context import Argument, Context, described
from notifyrules.language.functions import FUNCTIONS, Function, Parameter, describe_types
from notifyrules.language.names import LetSyntax
from notifyrules.language.types import ListOf, Type, fits


def check_call(syntax: s.CallSyntax, at: Context) -> t.Term | None:
    """Check a call of a function of the language."""
    function = FUNCTIONS[syntax.name]
    if len(syntax.arguments) != len(function.parameters):
        takes = count(len(function.parameters), "argument")
        message = f"`{function.name}` takes {takes}, found {len(syntax.arguments)}"
        at.report(Code.WRONG_ARGUMENTS, syntax.span, message, f"its form is `{function.signature}`")
        return None
    checked = [
        _argument(part, function, parameter, at)
        for parameter, part in zip(function.parameters, syntax.arguments, strict=True)
    ]
    arguments = tuple(argument for argument in checked if argument is not None)
    if len(arguments) < len(checked):
        return None
    lists = [argument for argument in arguments if isinstance(argument.type.base, ListOf)]
    if len(lists) == 2 and not check_common_items(lists[0], lists[1], at):  # noqa: PLR2004 - both arguments are lists
        return None
    return t.Call(syntax.span, function.result, function, arguments)


def _argument(part: s.Syntax, function: Function, parameter: Parameter, at: Context) -> t.Term | None:
    """Check one argument against its parameter."""
    argument = at.required(part)
    if argument is None or any(_accepts(wanted, argument.type) for wanted in parameter.types):
        return argument
    message = f"expected {describe_types(parameter.types)} as the {parameter.name}, found {described(argument)}"
    at.report(Code.TYPE_MISMATCH, argument.span, message, f"the form is `{function.signature}`")
    return None


def _accepts(wanted: Type, actual: Type) -> bool:
    """Tell whether an argument fits a parameter; a list without an item type takes every list."""
    if wanted.base == ListOf(None):
        return isinstance(actual.base, ListOf)
    return fits(actual, wanted)


def inline(syntax: s.CallSyntax, lets: Mapping[str, LetSyntax], at: Context) -> t.Term | None:
    """Check a let with parameters as if its body stood here."""
    let = lets.get(syntax.name)
    if let is None or let.parameters is None:
        # Reported as a name that nothing bears.
        return None
    if len(syntax.arguments) != len(let.parameters):
        message = f"`{syntax.name}` takes {count(len(let.parameters), 'argument')}, found {len(syntax.arguments)}"
        form = f"{syntax.name}({', '.join(let.parameters)})"
        at.report(Code.WRONG_ARGUMENTS, syntax.span, message, f"write `{form}`")
        return None
    if let.body is None:
        return None
    bindings = {
        name: Argument(argument, at.bindings, at.use)
        for name, argument in zip(let.parameters, syntax.arguments, strict=True)
    }
    term = at.check(let.body, replace(at, bindings=bindings, use=at.use or syntax.span))
    return None if term is None else t.LetUse(syntax.span, term.type, syntax.name, term, shared=False)
