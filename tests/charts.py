"""Write small rule files for tests, check them and load them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.rules import Rules, check, load

FACTS = """facts:
  b: bool = false
  c: bool = false
  maybe_b: bool | null = null
  i: int = 0
  t: text = ""
  maybe_t: text | null = null
  kind: dm | group | channel = dm
  maybe_kind: dm | group | null = null
  level: {type: low | mid | high, default: low, ordered: true}
  at: instant = 2026-11-23T21:00:00Z
  maybe_at: instant | null = null
  now: instant = 2026-11-23T22:00:00Z
  texts: list of text = []
"""
"""Facts of many types; charts that use few of them allow the others to be unused."""
OUTCOMES = """outcomes:
  "yes": {notify: true}
  hold: {notify: later}
  "no": {notify: false}
"""
HEAD = "notifyrules: 1\nallow: {unused-fact: not needed here, unused-outcome: not needed here}\n"


def chart(flow: str, *, top: str = "", facts: str = FACTS, outcomes: str = OUTCOMES) -> str:
    """Write a rule file around a flow, whose lines are indented here."""
    lines = "".join(f"  {line}\n" for line in flow.strip("\n").split("\n"))
    return HEAD + top + facts + "flow:\n" + lines + outcomes


def node(text: str, *, top: str = "") -> str:
    """Write a rule file with one node."""
    return chart(f"q: {text}", top=top)


def asks(condition: str, *, top: str = "") -> str:
    """Write a rule file that asks one condition."""
    quoted = condition.replace("'", "''")
    return node(f'{{if: \'{quoted}\', then: "yes", else: "no"}}', top=top)


def findings(text: str | bytes, **others: str) -> tuple[Diagnostic, ...]:
    """
    Check a rule file called `chart.yaml`.

    Args:
        text: The file.
        others: Other files beside it, by their names without `.yaml`.
    """
    with tempfile.TemporaryDirectory() as folder:
        return check(save(Path(folder), text, **others))


def told(text: str | bytes, **others: str) -> list[tuple[str, str, str]]:
    """Check a rule file and tell what was found: code, underlined words, message."""
    return [(one.code.value, one.span.text, one.message) for one in findings(text, **others)]


def codes(text: str | bytes, **others: str) -> list[str]:
    """Check a rule file and give the codes of what was found."""
    return [one.code.value for one in findings(text, **others)]


def rules_of(text: str, **others: str) -> Rules:
    """Load a rule file called `chart.yaml`."""
    with tempfile.TemporaryDirectory() as folder:
        return load(save(Path(folder), text, **others))


def save(folder: Path, text: str | bytes, **others: str) -> Path:
    """Write a rule file and others beside it."""
    for name, other in others.items():
        (folder / f"{name}.yaml").write_text(other, "utf-8")
    path = folder / "chart.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
