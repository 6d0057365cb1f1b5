"""The site of the documentation: every page is on it, and nothing on it leads nowhere."""

from __future__ import annotations

import re
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from ruamel.yaml import YAML

import notifyrules
from notifyrules.shipped import shipped_names

CI = Path(__file__).parents[1] / ".ci"
needs_builder = pytest.mark.skipif(find_spec("zensical") is None, reason="needs the extra `docs`")


@pytest.fixture(scope="module")
def site() -> ModuleType:
    """Load what builds it."""
    spec = spec_from_file_location("site_of_documents", CI / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_in_its_contents(site: ModuleType) -> None:
    """Each page of the repository stands once in the list at the side, and so do the names and the gallery."""
    contents = YAML(typ="safe").load(CI / "mkdocs.yml")["nav"]
    entries = [entry for section in contents for entries in section.values() for entry in entries]
    listed = [page for entry in entries for page in (entry.values() if isinstance(entry, dict) else [entry])]

    assert sorted(listed) == sorted([*site.PAGES.values(), "api.md", "gallery.md"])


def test_links_lead_to_where_pages_stand(site: ModuleType, tmp_path: Path) -> None:
    """A page that moved is found, a folder by its page, and what is no page comes along as a file."""
    text = site.rewritten("README.md", tmp_path)

    assert "](guide.md)" in text
    assert "](code/rules.md)" in text
    assert "](files/diagrams/slack.svg)" in text
    assert (tmp_path / "files" / "diagrams" / "slack.svg").is_file()
    assert "](../events.md)" not in site.rewritten("docs/story/README.md", tmp_path)


def test_what_stands_in_code_is_left_alone(site: ModuleType, tmp_path: Path) -> None:
    """Blocks of code stay to the byte."""
    blocks = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

    for page in site.PAGES:
        written = blocks.findall((CI.parent / page).read_text("utf-8"))

        assert blocks.findall(site.rewritten(page, tmp_path)) == written


def test_every_public_name_is_told(site: ModuleType) -> None:
    """The page of names asks for each."""
    assert set(re.findall(r"^::: notifyrules\.(\w+)$", site.api(), re.MULTILINE)) == set(notifyrules.__all__)


def test_every_public_name_has_its_type() -> None:
    """Who reads the package without running it, as type checkers and the site do, finds each where it comes from."""
    text = (CI.parent / "notifyrules" / "__init__.py").read_text("utf-8")
    lines = re.findall(r"^    from ([\w.]+) import (.+)$", text.partition("if TYPE_CHECKING:")[2], re.MULTILINE)

    found = {name for _, names in lines for name in names.split(", ")}

    assert [name for name in notifyrules.__all__ if name not in found] == ["should_notify"]


def test_what_leads_nowhere_is_seen(site: ModuleType, tmp_path: Path) -> None:
    """A page, an anchor and a picture that are missing are told; what is there, and other sites, are not."""
    (tmp_path / "a.html").write_text(
        '<h1 id="one"></h1><a href="#one"></a><a href="#two"></a><a href="b.html"></a><img src="c.svg">'
        '<a href="https://example.org/x"></a><a href="/a.html#one"></a><a href="a.html#three"></a>',
        "utf-8",
    )

    assert list(site.broken(tmp_path)) == [f"a.html: {link}" for link in ("#two", "b.html", "c.svg", "a.html#three")]


@pytest.fixture(scope="module")
def built(site: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it, without a warning and with nothing that leads nowhere."""
    folder: Path = tmp_path_factory.mktemp("built") / "site"

    assert site.build(folder) == []
    return folder


@pytest.mark.slow
@needs_builder
def test_it_is_built(built: Path) -> None:
    """Every shipped chart is there as its page, and every public name by its docstring."""
    charts = {notifyrules.load(name).name for name in shipped_names()}

    assert {file.stem for file in (built / "gallery").glob("*.html")} == charts
    api = (built / "api.html").read_text("utf-8")
    assert ":class:" not in api
    assert "Load a rule file." in api
    assert 'href="#notifyrules.compiled.program.Decide"' in api
    assert "language.html#bool" not in api


@pytest.mark.slow
@needs_builder
def test_nothing_is_fetched_from_elsewhere(built: Path) -> None:
    """Styles, scripts, pictures and the index that is searched are its own."""
    fetched = re.compile(r'<(?:link|script|img|iframe)[^>]+(?:href|src)="?(?:https?:)?//[^>]*')
    found = {file.name: fetched.findall(file.read_text("utf-8")) for file in built.rglob("*.html")}

    assert [(name, one) for name, ones in found.items() for one in ones] == []
