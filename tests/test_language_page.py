"""
Hold the page of the language to the language: what it leaves out, and what its tables say conditions give.

The examples in its blocks are run with those of the other documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import notifyrules
from notifyrules.document.model import (
    CallPart,
    Document,
    FanOutPart,
    FirstPart,
    GuaranteePart,
    LongFact,
    LongMedia,
    LongTarget,
    LongType,
    OutcomePart,
    QuestionPart,
    RowPart,
    SwitchPart,
    TogetherPart,
)
from notifyrules.document.shapes import Part
from notifyrules.language.functions import FUNCTIONS, Function
from notifyrules.language.types import TYPE_WORDS

PAGE = Path(__file__).parents[1] / "docs" / "language.md"

_PARTS = (
    *(Document, LongMedia, LongType, LongFact, LongTarget, OutcomePart, GuaranteePart, TogetherPart),
    *(QuestionPart, SwitchPart, FirstPart, RowPart, FanOutPart, CallPart),
)
_BAR = "\0"
"""Stands for a bar that is no border of a cell."""
_SAMPLE = re.compile(r"^```yaml\n# sample\.yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FUNCTION = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->", re.DOTALL)


def _text() -> str:
    """Read the page."""
    return PAGE.read_text("utf-8")


@cache
def _tables() -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Give the rows of all tables by the heads of their columns, code without its backticks."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    head: tuple[str, ...] = ()
    for line in _text().split("\n"):
        if not line.startswith("|"):
            head = ()
            continue
        cells = tuple(
            one.strip().strip("`").replace(_BAR, "|") for one in line.replace(r"\|", _BAR).strip("|").split("|")
        )
        if not head:
            head = cells
        elif not line.startswith("|---"):
            found.setdefault(head, []).append(cells)
    return found


def _rows(*head: str) -> list[tuple[str, ...]]:
    """Give the rows below one head, each once."""
    rows = list(dict.fromkeys(_tables()[head]))
    assert len(rows) >= 5
    return rows


def _write(folder: Path, facts: str, words: str) -> Path:
    """Write a rule file whose only words are *words*, filled in."""
    path = folder / "asked.yaml"
    path.write_text(
        f"notifyrules: 1\n{facts}\n"
        'let: {asked: "len(\\"a\\") == 1"}\n'
        "flow: {one: {ask: One?, if: asked, then: end, else: end}}\n"
        f"outcomes: {{end: {{notify: true, because: {json.dumps(words)}}}}}\n",
        "utf-8",
    )
    return path


def _with_sample(folder: Path, condition: str) -> Path:
    """Write a rule file that tells what *condition* gives for the facts that the page shows."""
    shown = _SAMPLE.search(_text())
    assert shown is not None
    (folder / "sample.yaml").write_text(shown[1], "utf-8")
    return _write(folder, "include: [sample.yaml]", f"{{{condition}}}")


@pytest.mark.parametrize(("condition", "said"), _rows("condition", "gives"))
def test_a_condition_gives_what_the_page_says(condition: str, said: str, tmp_path: Path) -> None:
    """What stands beside a condition is what a text with it reads."""
    rules = notifyrules.load(_with_sample(tmp_path, condition))

    assert rules.should_notify({}).because == said


@pytest.mark.parametrize(("condition", "said"), _rows("condition", "is refused as"))
def test_a_condition_is_refused_as_the_page_says(condition: str, said: str, tmp_path: Path) -> None:
    """The finding beside a condition is the one that it gets where it is asked."""
    path = _with_sample(tmp_path, "user.unread")
    path.write_text(path.read_text("utf-8").replace("if: asked", f"if: {json.dumps(condition)}"), "utf-8")
    found = {one.code.value for one in notifyrules.check(path)} - {"unused-let"}

    assert [f"[`{code}`](findings.md#{code})" for code in found] == [said]


@pytest.mark.parametrize(("declared", "given", "said"), _rows("type", "given", "prints"))
def test_a_value_prints_as_the_page_says(declared: str, given: str, said: str, tmp_path: Path) -> None:
    """A value of a type, given in the form shown, reads in a text as shown."""
    rules = notifyrules.load(_write(tmp_path, f"facts: {{x: {json.dumps(declared)}}}", "{x}"))

    assert rules.should_notify({"x": json.loads(given)}).because == said


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_function_has_its_place(function: Function, request: pytest.FixtureRequest) -> None:
    """Below its name stands what the language itself says of each form; `--update-golden` writes it anew."""
    text = _text()
    said = "\n".join(f"`{one.signature}`\n\n{one.about} `{one.example}`\n" for one in function.forms)
    begin, end = f"#### {function.name}\n\n<!-- {function.name} -->\n", f"<!-- /{function.name} -->"
    before, _, rest = text.partition(begin)
    listed, found, after = rest.partition(end)
    if found and request.config.getoption("--update-golden"):
        PAGE.write_text(before + begin + said + end + after, "utf-8")
        return

    assert listed == said


def test_no_other_function_is_named() -> None:
    """The page describes no function that the language does not have."""
    assert sorted(name for name, _ in _FUNCTION.findall(_text())) == sorted(FUNCTIONS)


@pytest.mark.parametrize("word", sorted(TYPE_WORDS))
def test_every_type_has_a_heading(word: str) -> None:
    """Each type of the language has a place of its own."""
    assert f"\n### {word}\n" in _text()


def _keys() -> Iterator[str]:
    """Name each key of a rule file, with the mapping that it belongs to."""
    for part in _PARTS:
        yield from (f"{part.__name__}.{key}" for key in part.known_keys())


@pytest.mark.parametrize("key", list(_keys()))
def test_every_key_is_in_a_table(key: str) -> None:
    """Whatever a rule file can say is the first cell of some row, or a part of a node's form."""
    name = key.partition(".")[2]
    firsts = {row[0] for rows in _tables().values() for row in rows}
    forms = " ".join(row[1] for row in _rows("node", "keys", "ways out"))

    assert name in firsts or re.search(rf"\b{name}\b", forms)


def test_every_part_of_a_file_is_looked_at() -> None:
    """A new kind of mapping in a rule file is held to the page as well."""

    def below(part: type[Part]) -> Iterator[type[Part]]:
        for one in part.__subclasses__():
            yield one
            yield from below(one)

    others = {"NodePart", "Shared", "Fragment", "LongExpectation", "MediaExpectation", "CasePart", "CasesDocument"}
    others |= {"DifferencePart", "DifferencesDocument"}

    assert {one.__name__ for one in below(Part)} - others == {one.__name__ for one in _PARTS}


def test_every_example_is_a_rule_file() -> None:
    """A block of YAML has the name that it is saved under, so that it is checked."""
    blocks = re.findall(r"^```yaml\n(.*?)\n(.*?)\n", _text(), re.MULTILINE)

    assert len(blocks) > 20
    assert [name for name, header in blocks if not name.startswith("# ") or header != "notifyrules: 1"] == []
