"""Check the names that authors choose, and keep the words of the language free."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.visible import LONGEST, visible
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.types import LANGUAGE_WORDS, TYPE_WORDS
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span

_SEGMENT = re.compile(r"[a-z_][a-z0-9_]*")
_LET = re.compile(r"\s*(?P<name>[^\s()]+)\s*(?P<rest>\((?P<parameters>.*)\)\s*)?", re.DOTALL)


def is_segment(text: str) -> bool:
    """Tell whether a text is `[a-z_][a-z0-9_]*`."""
    return _SEGMENT.fullmatch(text) is not None


def check_box_name(name: Scalar, what: str, findings: Findings) -> bool:
    """Check the name of a node, an outcome or a row."""
    if is_segment(name):
        return True
    advice = f"names are lower case, digits and `_`{_suggestion(name)}"
    findings.add(Code.BAD_NAME, name.span, f"`{name}` is not the name of {what}", help=advice)
    return False


def check_type_name(name: Scalar, findings: Findings) -> bool:
    """Check the name of a type."""
    what = "word" if name in LANGUAGE_WORDS else "type" if name in TYPE_WORDS else ""
    if what:
        message = f"`{name}` is a {what} of the language"
        findings.add(Code.NAME_CLASH, name.span, message, help="choose another name")
    return not what and check_box_name(name, "a type", findings)


def check_visible(name: Scalar, what: str, findings: Findings) -> bool:
    """Check a name that may be any words, but must be seen: it becomes a file name, an id, a line of output."""
    if visible(name[:LONGEST]) == name[:LONGEST]:
        return True
    message = f"`{name}` is not the name of {what}: it holds a character that cannot be seen"
    findings.add(Code.BAD_NAME, name.span, message, help="write letters, digits and signs, on one line")
    return False


def check_path(name: str, span: Span, what: str, findings: Findings) -> bool:
    """Check the dotted name of a fact or a let."""
    segments = name.split(".")
    if not all(is_segment(segment) for segment in segments):
        advice = f"names are lower case, digits and `_`, joined by dots{_suggestion(name)}"
        findings.add(Code.BAD_NAME, span, f"`{name}` is not the name of {what}", help=advice)
        return False
    if segments[0] in LANGUAGE_WORDS:
        advice = f"choose another name; behind a dot any word will do: `{what.rsplit(maxsplit=1)[-1]}.{segments[0]}`"
        findings.add(Code.BAD_NAME, span, f"`{segments[0]}` is a word of the language", help=advice)
        return False
    return True


def _suggestion(name: str) -> str:
    proposal = _proposal(name)
    return f", such as `{proposal}`" if proposal else ""


def _proposal(name: str) -> str:
    """Make a name that would do of one that does not; empty where none can be made."""
    if not name.isascii():
        return ""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    parts = [re.sub(r"[^a-z0-9]+", "_", part).strip("_") for part in snake.split(".")]
    proposal = ".".join(part for part in parts if part)
    return proposal if proposal != name and all(is_segment(part) for part in proposal.split(".")) else ""


def used_as(name: str) -> tuple[str, str]:
    """Give the names by which something with a bad name may be used: as it was written, and as was proposed."""
    return str(name), _proposal(name) or name.lower()


@dataclass(frozen=True, slots=True)
class LetKey:
    """The key of a let, taken apart."""

    name: str
    parameters: tuple[str, ...] | None
    spans: tuple[Span, ...]
    """Where the parameters stand."""


def split_let(key: Scalar, findings: Findings) -> LetKey | None:
    """Read the key of a let: `name` or `name(parameter, ...)`; None after a finding."""
    if (found := _LET.fullmatch(key)) is None:
        advice = "write `name` or `name(parameter, parameter)`"
        findings.add(Code.BAD_NAME, key.span, f"`{key}` is not the name of a let", help=advice)
        return None
    name = found["name"]
    span = key.part(found.start("name"), found.end("name"))
    if not check_path(name, span, "a let", findings):
        return None
    if name in FUNCTIONS:
        findings.add(Code.NAME_CLASH, span, f"`{name}` is a function of the language", help="choose another name")
        return None
    if found["rest"] is None:
        return LetKey(name, None, ())
    if not found["parameters"].strip():
        span = key.part(found.start("rest"), found.end("rest"))
        findings.add(Code.BAD_NAME, span, "there is no parameter here", help=f"write `{name}` alone")
        return None
    parameters: dict[str, Span] = {}
    start = found.start("parameters")
    for part in found["parameters"].split(","):
        at = start + len(part) - len(part.lstrip())
        parameter = part.strip()
        # Where nothing stands, the comma or parenthesis behind it is underlined.
        span = key.part(at, at + max(len(parameter), 1))
        if not _check_parameter(parameter, span, parameters, findings):
            return None
        parameters[parameter] = span
        start += len(part) + 1
    return LetKey(name, tuple(parameters), tuple(parameters.values()))


def _check_parameter(parameter: str, span: Span, others: Mapping[str, Span], findings: Findings) -> bool:
    if not is_segment(parameter) or parameter in LANGUAGE_WORDS:
        what = f"`{parameter}` is not the name of a parameter" if parameter else "the name of a parameter is missing"
        advice = "a parameter is lower case, digits and `_`, and no word of the language"
        findings.add(Code.BAD_NAME, span, what, help=advice)
        return False
    if parameter in FUNCTIONS:
        advice = "a parameter hides nothing: choose another name"
        findings.add(Code.NAME_CLASH, span, f"`{parameter}` is a function of the language", help=advice)
        return False
    if parameter in others:
        labels = [Label(others[parameter], "the first one")]
        findings.add(Code.NAME_CLASH, span, f"the parameter `{parameter}` stands here twice", labels=labels)
        return False
    return True


def report_clash(name: str, span: Span, rival: Span, what: str, findings: Findings) -> None:
    """Report one name for two things."""
    message = f"the name `{name}` is taken by {what}"
    advice = "rename one of the two"
    findings.add(Code.NAME_CLASH, span, message, help=advice, labels=[Label(rival, "it is declared here")])
