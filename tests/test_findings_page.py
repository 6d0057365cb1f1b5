"""Hold the page of findings to the catalogue and its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from notifyrules.diagnostics.codes import PROVED, Code
from tests.test_diagnostics import example

PAGE = Path(__file__).parents[1] / "docs" / "findings.md"

_HEAD = """\
# Findings

What `notifyrules check` can find, with a file that shows it, what is printed for it, and a file that is silent.
Errors keep a file from being used; warnings do not, unless `--strict` is given.
A warning that is in order is silenced where it stands, with a reason: `allow: {{unused-fact: why}}`.
A code never changes its meaning.

{index}
"""


def test_the_page_is_generated(golden: Callable[[Path, str], None]) -> None:
    """Every code stands on the page with its real output; `--update-golden` writes it anew."""
    golden(PAGE, "".join(_page()))


def _page() -> Iterator[str]:
    """Write the page."""
    yield _HEAD.format(index="\n".join(f"- [`{code.value}`](#{code.value}) ({_kind(code)})" for code in Code))
    for code in Code:
        bad, good = example(code.value, "bad"), example(code.value, "good")
        yield f"\n## {code.value}\n\n{_kind(code).capitalize()}. {code.why}\n"
        yield f"\n{_listing(bad)}\n"
        yield f"\n```text\n{bad.with_name('bad.out').read_text('utf-8').rstrip()}\n```\n"
        yield f"\nSilent:\n\n{_listing(good)}\n"


def _kind(code: Code) -> str:
    """Name the severity, and what is needed to find it."""
    return f"{code.severity.value}, found by proof" if code in PROVED else code.severity.value


def _listing(path: Path) -> str:
    """Show a file; of one with odd characters, what can be printed."""
    text = path.read_bytes().decode("utf-8", "backslashreplace").rstrip()
    shown = "".join(character if character.isprintable() or character == "\n" else "�" for character in text)
    lines = shown.split("\n")
    few = 60
    kept = [*lines[:few], "# ..."] if len(lines) > few else lines
    return "```yaml\n" + "\n".join(line[:200] for line in kept) + "\n```"
