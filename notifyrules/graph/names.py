"""
Check the names that authors choose, and keep the words of the language free.
"""

from __future__ import annotations

import re

from notifyrules.conditions.functions import FUNCTIONS
from notifyrules.conditions.types import LANGUAGE_WORDS
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

_SEGMENT = re.compile(r"[a-z_][a-z0-9_]*")
_LET = re.compile(r"\s*(?P<name>[^\s()]+)\s*(?P<rest>\((?P<parameters>.*)\)\s*)?", re.DOTALL)


def is_segment(text: str) -> bool:
    """
    Tell whether a text is `[a-z_][a-z0-9_]*`.
    """
    return _SEGMENT.fullmatch(text) is not None


def check_box_name(name: Scalar, what: str, findings: Findings) -> bool:
    """
    Check the name of a node, an outcome or a row.
    """
    if is_segment(name):
        return True
    findings.add(
        Code.BAD_NAME,
        name.span,
        f"`{name}` is not the name of {what}",
        help=f"names are lower case, digits and `_`{_suggestion(name)}",
    )
    return False


def check_path(name: str, span: Span, what: str, findings: Findings) -> bool:
    """
    Check the dotted name of a fact or a let.
    """
    segments = name.split(".")
    if not all(is_segment(segment) for segment in segments):
        findings.add(
            Code.BAD_NAME,
            span,
            f"`{name}` is not the name of {what}",
            help=f"names are lower case, digits and `_`, joined by dots{_suggestion(name)}",
        )
        return False
    if segments[0] in LANGUAGE_WORDS:
        findings.add(
            Code.BAD_NAME,
            span,
            f"`{segments[0]}` is a word of the language",
            help=f"choose another name; behind a dot any word will do: `{what.rsplit(maxsplit=1)[-1]}.{segments[0]}`",
        )
        return False
    return True


def _suggestion(name: str) -> str:
    """
    Propose a name that would do.
    """
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    parts = [re.sub(r"[^a-z0-9]+", "_", part).strip("_") for part in snake.split(".")]
    proposal = ".".join(part for part in parts if part)
    if proposal and proposal != name and all(is_segment(part) for part in proposal.split(".")):
        return f", such as `{proposal}`"
    return ""


def split_let(key: Scalar, findings: Findings) -> tuple[str, tuple[str, ...] | None] | None:
    """
    Read the key of a let: `name` or `name(parameter, ...)`.

    Returns:
        The name and the parameters, None for a let without; None as a whole after a finding.
    """
    found = _LET.fullmatch(key)
    if found is None:
        findings.add(
            Code.BAD_NAME,
            key.span,
            f"`{key}` is not the name of a let",
            help="write `name` or `name(parameter, parameter)`",
        )
        return None
    name = found["name"]
    if not check_path(name, key.part(found.start("name"), found.end("name")), "a let", findings):
        return None
    if name in FUNCTIONS:
        findings.add(Code.NAME_CLASH, key.span, f"`{name}` is a function of the language", help="choose another name")
        return None
    if found["rest"] is None:
        return name, None
    parameters: list[str] = []
    for part in re.finditer(r"[^,]+|(?<=,)(?=,|$)|^$", found["parameters"]):
        parameter = part.group().strip()
        start = found.start("parameters") + part.start()
        span = key.part(start, max(start + len(part.group()), start))
        if not is_segment(parameter) or parameter in LANGUAGE_WORDS:
            findings.add(
                Code.BAD_NAME,
                span,
                f"`{parameter}` is not the name of a parameter",
                help="a parameter is lower case, digits and `_`, and no word of the language",
            )
            return None
        if parameter in FUNCTIONS:
            findings.add(
                Code.NAME_CLASH,
                span,
                f"`{parameter}` is a function of the language",
                help="a parameter hides nothing: choose another name",
            )
            return None
        if parameter in parameters:
            findings.add(Code.NAME_CLASH, span, f"the parameter `{parameter}` stands here twice")
            return None
        parameters.append(parameter)
    return name, tuple(parameters)


def report_clash(name: str, span: Span, rival: Span, what: str, findings: Findings) -> None:
    """
    Report one name for two things.
    """
    findings.add(
        Code.NAME_CLASH,
        span,
        f"the name `{name}` is taken by {what}",
        help="rename one of the two",
        labels=[Label(rival, "it is declared here")],
    )
