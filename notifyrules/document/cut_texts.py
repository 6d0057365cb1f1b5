"""Find texts that YAML cut at a `#`, and tell them from comments."""

from __future__ import annotations

from dataclasses import replace

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.source.located import Located, Map, Scalar, Seq, Style
from notifyrules.source.quoting import quote_yaml
from notifyrules.source.text import Span

_LOOKED_AT = 200
"""Code points behind a text in which its comment is looked for."""


def warn_of_cut_texts(tree: Located, findings: Findings) -> None:
    """Warn where a comment that looks like a channel or a number cuts a text."""
    waiting: list[Located] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Map):
            waiting.extend(one.values())
        elif isinstance(one, Seq):
            waiting.extend(one)
        elif one.style is Style.PLAIN and one:
            _warn(one, findings)


def _warn(text: Scalar, findings: Findings) -> None:
    """Warn if the comment behind a text looks like a part of it."""
    rest = text.span.source.text[text.span.end : text.span.end + _LOOKED_AT].partition("\n")[0].rstrip()
    comment = rest.lstrip(" \t")
    if not comment.startswith("#") or comment == rest or comment[1:2] in ("", " ", "\t", "#", "-", "="):
        return
    at = text.span.end + len(rest) - len(comment)
    whole = quote_yaml(f"{text} {comment}")
    findings.add(
        Code.CUT_TEXT,
        Span(text.span.source, at, at + len(comment)),
        f"YAML cuts the text here: `{text}`",
        notes=["a `#` behind a blank begins a comment"],
        help=f"quote the whole text: `{whole}`; or, for a comment, put a blank behind the `#`",
    )


def explain_cut_texts(findings: Findings) -> None:
    """Join the warning of a cut text with the error that the cut made of it."""
    cuts = {(found.span.source, found.span.line): found for found in findings if found.code is Code.CUT_TEXT}
    if not cuts:
        return
    for found in findings:
        cut = cuts.get((found.span.source, found.span.line))
        if found.code is Code.SYNTAX and cut is not None and found.span.end <= cut.span.start:
            findings.drop([found, cut])
            findings.extend([replace(found, notes=(cut.message, *cut.notes), help=cut.help[:1])])
