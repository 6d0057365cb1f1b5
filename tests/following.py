"""Write small rule files that change, follow them, and wait for what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from notifyrules import LiveRules, Rules

EVERY = 0.005
CHART = """\
notifyrules: 1
include: [facts.yaml]
flow:
  loud: {{ask: Loud?, if: loud, then: {{to: "yes", because: "{then}"}}, else: called}}
  called:
    call: called.yaml
    cases: {{held: {{to: "no", because: "{then}"}}, free: {{to: "yes", because: "{then}"}}}}
outcomes: {{"yes": {{notify: true}}, "no": {{notify: false}}}}
"""
FACTS = "notifyrules: 1\nfacts: {{loud: {{type: bool, default: false, about: {about}}}}}\n"
CALLED = """\
notifyrules: 1
facts: {{quiet: bool = {default}}}
flow: {{a: {{ask: Quiet?, if: quiet, then: held, else: free}}}}
outcomes: {{held: {{}}, free: {{}}}}
"""
SMALL = """\
notifyrules: 1
facts: {{loud: bool = true}}
flow: {{loud: {{ask: Loud?, if: loud, then: {{to: "yes", because: "{then}"}}, else: {{to: "no", because: "{then}"}}}}}}
outcomes: {{"yes": {{notify: true}}, "no": {{notify: false}}}}
"""


def until(condition: Callable[[], object], what: str = "the condition holds") -> None:
    """Wait until something holds; the end is far beyond what it takes."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(EVERY)


def write(file: Path, text: str) -> Path:
    """Write a file the plain way, which truncates it first."""
    file.write_text(text, "utf-8")
    return file


def small(file: Path, then: str) -> Path:
    """Write a chart of one question, whose words tell versions apart."""
    return write(file, SMALL.format(then=then))


def word(asked: Rules | LiveRules, **facts: object) -> str | None:
    """Decide, and give the words."""
    return asked.should_notify(facts).because


def chart_in(folder: Path) -> Path:
    """Write a chart that includes a file and calls another, into a folder."""
    write(folder / "facts.yaml", FACTS.format(about="first"))
    write(folder / "called.yaml", CALLED.format(default="false"))
    return write(folder / "chart.yaml", CHART.format(then="first"))
