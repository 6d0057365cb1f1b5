"""Hold the documents together: links lead somewhere, the README is short, and no command or name of the API is lost."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import notifyrules
from notifyrules.cli.door import BUG, CLEAN, FOUND, MISUSE
from notifyrules.document.cases_model import CasePart, LongExpectation
from tests.cli import run

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README_BYTES = 9_000
"""What a newcomer reads in ten minutes."""

_FOLDERS = ("docs", "notifyrules", "rules", "diagrams", "benchmarks", "tests")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^  ([a-z]+)  ", re.MULTILINE)


def _pages() -> list[Path]:
    """List every page that is written for readers."""
    inner = (path for folder in _FOLDERS for path in sorted((ROOT / folder).rglob("*.md")))
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *inner]


@cache
def _anchors(page: Path) -> frozenset[str]:
    """Name the headings of a page as links do: lower case, blanks as hyphens, signs left out, repetitions counted."""
    found: dict[str, int] = {}
    names: list[str] = []
    for heading in _HEADING.findall(_BLOCK.sub("", page.read_text("utf-8"))):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.append(f"{name}-{found[name]}" if name in found else name)
        found[name] = found.get(name, 0) + 1
    return frozenset(names)


def _broken(page: Path, root: Path = ROOT) -> Iterator[str]:
    """Give the links of a page that lead to no file below *root*, or to no heading."""
    for link in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or root not in target.parents or (anchor and anchor not in _anchors(target)):
            yield link


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link of a page leads to a file that exists, and to a heading of it."""
    assert list(_broken(page)) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    """A file that is missing, a heading that is missing, and a way out of the repository are told."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n[a](#one) [b](#two) [c](gone.md) [d](https://example.org) [e](..) `[f](gone.md)`\n", "utf-8"
    )

    assert list(_broken(page, tmp_path)) == ["#two", "gone.md", ".."]


def test_every_page_is_linked_from_the_readme() -> None:
    """Whatever stands in the folder of the documents can be found from the first page."""
    linked = {link.partition("#")[0] for link in _LINK.findall((ROOT / "README.md").read_text("utf-8"))}

    assert [page.name for page in DOCS.glob("*.md") if f"docs/{page.name}" not in linked] == []


def test_the_readme_is_short() -> None:
    """The first page holds what a newcomer needs, and leaves the rest to the others."""
    assert len((ROOT / "README.md").read_bytes()) <= README_BYTES


def test_an_index_shows_the_readme_without_its_folder() -> None:
    """Where a package index shows it, nothing leads to a file beside it, and the package is installed by its name."""
    hook = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = readme = (ROOT / "README.md").read_text("utf-8")
    for one in hook["substitutions"]:
        text, found = re.subn(one["pattern"], one["replacement"], text)

        assert found, one["pattern"]

    assert [link for link in _LINK.findall(_CODE.sub("", text)) if not link.startswith("https://")] == []
    assert set(re.findall(r"pip install (.*?)[ )`]", text)) == {
        "notifyrules",
        "'notifyrules[prove]'",
        "'notifyrules[service]'",
        "-e",
    }
    assert _HEADING.findall(_BLOCK.sub("", text)) == _HEADING.findall(_BLOCK.sub("", readme))


def test_what_the_readme_leads_to_is_in_the_source_distribution() -> None:
    """Every file and folder that it links is packed."""
    packed = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    linked = {link.partition("/")[0] for link in _LINK.findall((ROOT / "README.md").read_text("utf-8"))}

    assert linked <= {name.strip("/") for name in packed}


def test_every_command_has_its_row() -> None:
    """The page of the command line names each command that the program lists, and no other."""
    listed = _COMMAND.findall(run("--help").out.partition("Commands:")[2])
    rows = re.findall(r"^\| `notifyrules ([a-z]+)` \|", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted(listed)


def test_every_exit_code_has_its_row() -> None:
    """The page of the command line says what each exit code means."""
    rows = re.findall(r"^\| (\d) \|", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)

    assert [int(row) for row in rows] == [CLEAN, FOUND, MISUSE, BUG]


@pytest.mark.parametrize("key", [*CasePart.known_keys(), *LongExpectation.known_keys()])
def test_every_key_of_a_case_has_its_row(key: str) -> None:
    """The page of cases has a row for whatever a case and an expectation can say."""
    assert f"\n| `{key}` | " in (DOCS / "cases.md").read_text("utf-8")


def _public(kind: type) -> list[str]:
    """Name what a class offers."""
    return [name for name in dir(kind) if not name.startswith("_")]


@pytest.mark.parametrize(
    "name",
    [
        *notifyrules.__all__,
        *(f"rules.{name}" for name in _public(notifyrules.Rules)),
        *(f"decision.{name}" for name in _public(notifyrules.Decision)),
        *(f"decisions.{name}" for name in _public(notifyrules.Decisions) if name not in dir(Mapping)),
    ],
)
def test_every_name_of_the_library_is_on_its_page(name: str) -> None:
    """What can be imported, and what rules and decisions offer, is said of in the page for Python."""
    assert re.search(rf"\b{re.escape(name)}\b", (DOCS / "python.md").read_text("utf-8"))
