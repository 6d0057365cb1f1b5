"""
Run every example of the README and of the documentation, in the order in which they stand.

A block of YAML that begins with a comment naming a file is written to that file, and checks clean unless the block
behind it shows what is found; proofs find nothing either, where the solver is installed. A `python` block runs; a
`text` block behind it is what it prints. In a `console` block the lines behind `$` are run, and the lines below are
what they print; a command without lines below only has to succeed.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import notifyrules
from notifyrules.language.functions import FUNCTIONS, Function
from notifyrules.language.glob_matching import has_glob_word
from notifyrules.language.word_matching import has_word
from notifyrules.rules import can_prove, prove
from tests.cli import run

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = re.findall(r"^  ([a-z][a-z-]*)  ", run("--help").out.partition("Commands:")[2], re.MULTILINE)
_COMMAND = re.compile(r"\bnotifyrules ([a-z][a-z-]*)((?: [^`|\n&#]*)?)")
_OPTION = re.compile(r"(?<![^\s/])-{1,2}[a-z][a-z-]*")
_LISTED = re.compile(r"^ +-.*?(?=  |$)", re.MULTILINE)
_ALONE = re.compile(r"`(--[a-z][a-z-]*)[^`]*`")
_WORDS = re.compile(r"^\| `(\".*?\")` \| `(\".*?\")` \| (yes|no) \| (yes|no) \|", re.MULTILINE)
_EXPECTED = "notifyrules-differences:"
"""The header of files that commands read beside a rule file, and `check` does not."""
_FILE = re.compile(r"# (\S+\.(?:yaml|json|jsonl|py))\n")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    line: int


_FUNCTIONS = [form for function in FUNCTIONS.values() for form in function.forms]


def _blocks(path: Path) -> Iterator[Block]:
    """Give the fenced blocks of a document."""
    text = path.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        yield Block(found[1], found[2], text.count("\n", 0, found.start()) + 1)


def _documents() -> list[Path]:
    """List the README and the documentation, but for the page generated from examples with tests of their own."""
    written = (path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name != "findings.md")
    return [ROOT / "README.md", *written]


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one `notifyrules` command in a folder."""
    program, *words = shlex.split(command)
    assert program == "notifyrules", command

    return subprocess.run(
        [Path(sys.executable).with_name("notifyrules"), *words], cwd=folder, capture_output=True, text=True, check=False
    )


class _Session:
    """The examples of one document, sharing a folder and the names of their Python."""

    def __init__(self, folder: Path) -> None:
        """Run in *folder*."""
        self._folder = folder
        # A real module: dataclasses and frameworks look up where a class or a view comes from.
        self.module = ModuleType("examples")
        self._printed = ""
        self.unclean: dict[str, str] = {}
        """What was found in the files shown so far, unless the document shows that it is found."""

    def run(self, block: Block) -> None:
        """Run one block."""
        match block.language:
            case "yaml" | "json" | "jsonl":
                named = _FILE.match(block.text)
                if named is not None:
                    target = self._folder / named[1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    # JSON has no comments, so the one with the name is not part of the file.
                    target.write_text(block.text if block.language == "yaml" else block.text[named.end() :], "utf-8")
                    if target.suffix == ".yaml" and "notifyrules" in block.text and _EXPECTED not in block.text:
                        self._check(named[1])
            case "python":
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed), contextlib.chdir(self._folder):
                    code = compile(block.text, f"line {block.line}", "exec", dont_inherit=True)
                    exec(code, self.module.__dict__)  # noqa: S102 - our own words
                self._printed = printed.getvalue()
            case "text":
                assert block.text.strip() == self._printed.strip()
            case "console":
                self._console(block.text)
            case _:
                pass

    def _check(self, name: str) -> None:
        """Check a file that a document shows; one with findings must be the subject of a command that shows them."""
        with contextlib.chdir(self._folder):
            found = prove(name).diagnostics if can_prove() else notifyrules.check(name)
        if found:
            self.unclean[name] = "\n".join(str(one) for one in found)

    def _console(self, text: str) -> None:
        """Run the commands of a console block."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            if expected.strip():
                self.unclean = {name: found for name, found in self.unclean.items() if name not in command}
            done = _run(command, self._folder)
            printed = done.stdout + done.stderr

            assert done.returncode in ((0, 1) if expected.strip() else (0,)), printed
            if expected.strip():
                assert expected.strip() == printed.strip()


_ELSEWHERE = ROOT / "docs" / "service.md"
"""A page whose examples want the service, and run in `tests/service/test_service_page.py`."""


@pytest.mark.parametrize(
    "path",
    [path for path in _documents() if path != _ELSEWHERE],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_example_of_the_document_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example does what the document says it does."""
    session = _Session(tmp_path)
    monkeypatch.setitem(sys.modules, "examples", session.module)
    for block in _blocks(path):
        session.run(block)

    assert session.unclean == {}


@cache
def _options(command: str) -> frozenset[str]:
    """List the options of a command, as its help does."""
    return frozenset(_OPTION.findall("\n".join(_LISTED.findall(run(command, "--help").out))))


@pytest.mark.parametrize("path", _documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_option_that_a_document_names_exists(path: Path) -> None:
    """An option of a command is one of its own, and one that stands alone is one of some command."""
    text = path.read_text("utf-8")
    named = [(command, one) for command, words in _COMMAND.findall(text) for one in _OPTION.findall(words)]
    known = frozenset[str]().union(*map(_options, _COMMANDS))

    assert [(command, one) for command, one in named if command not in _COMMANDS or one not in _options(command)] == []
    assert [one for one in _ALONE.findall(text) if one not in known] == []


def test_the_table_of_words_is_true() -> None:
    """Each row of the table says what both rules for words say."""
    said = _WORDS.findall((ROOT / "docs" / "words.md").read_text("utf-8"))
    found = [
        (
            text,
            word,
            *("yes" if find(json.loads(text), json.loads(word)) else "no" for find in (has_word, has_glob_word)),
        )
        for text, word, *_ in said
    ]

    assert len(said) > 20
    assert said == found


@pytest.mark.parametrize("function", _FUNCTIONS, ids=lambda one: one.signature.partition(" ->")[0])
def test_the_example_of_every_function_is_true(function: Function, tmp_path: Path) -> None:
    """What the documentation shows of a function holds."""
    rules = tmp_path / "rules.yaml"
    condition = function.example.replace("'", "''")
    rules.write_text(
        "notifyrules: 1\nfacts: {now: instant, user.timezone: timezone = UTC, "
        'user.quiet_hours: {type: schedule, default: [{from: "22:00", until: "07:00"}]}}\n'
        f'flow: {{one: {{if: \'{condition}\', then: "yes", else: "no"}}}}\n'
        'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
        "utf-8",
    )

    assert notifyrules.load(rules).should_notify({"now": "2026-11-23T23:30:00Z"}).outcome == "yes"
