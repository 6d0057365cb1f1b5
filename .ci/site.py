"""
Build the site of the documentation: `python .ci/site.py [FOLDER]`, `site` unless given.

It needs `pip install -e '.[docs]'`.

The pages are those of the repository. Links between them are rewritten to where each stands on the site; what else they
name comes along as a file. The gallery holds every shipped chart as its page, drawn now. Whatever leads nowhere on the
finished site fails the build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import notifyrules
from notifyrules.answers.page import page
from notifyrules.shipped import shipped_names, shipped_path

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?\[(?:[^\]\[]|\[[^\]]*\])*\]\()([^)\s]+)(\))")
FOLDERS = ("notifyrules", "rules", "diagrams", "benchmarks")
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "docs/story/README.md": "story.md",
    **{f"{name}/README.md": f"code/{name}.md" for name in FOLDERS},
    **{f"docs/{path.name}": path.name for path in sorted((ROOT / "docs").glob("*.md"))},
}
"""Where each page of the repository stands on the site."""


# ---- Pages ----


def stage(folder: Path) -> None:
    """Lay everything that the site is built of into a folder."""
    docs = folder / "docs"
    for source, target in PAGES.items():
        put(docs / target, rewritten(source, docs))
    put(docs / "api.md", api())
    put(docs / "gallery.md", gallery(docs))
    for name in ("mkdocs.yml", "roles.py"):
        shutil.copy(ROOT / ".ci" / name, folder)
    shutil.copy(ROOT / ".ci" / "iframe-worker.js", docs)
    (folder / "notifyrules").symlink_to(ROOT / "notifyrules")


def put(file: Path, text: str) -> None:
    """Write a file, into folders that may not be there yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def rewritten(source: str, docs: Path) -> str:
    """Give a page with its links as the site has them, and bring the files along that it names."""

    def link(found: re.Match[str]) -> str:
        address, _, anchor = found[2].partition("#")
        if not address or re.match(r"[a-z]+:", address):
            return found[0]
        meant = os.path.normpath(Path(source).parent / address)
        if (ROOT / meant).is_dir():
            meant = f"{meant}/README.md"
        target = PAGES.get(meant, f"files/{meant}")
        if meant not in PAGES:
            (docs / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / meant, docs / target)
        way = os.path.relpath(target, Path(PAGES[source]).parent)
        return f"{found[1]}{way}{'#' * bool(anchor)}{anchor}{found[3]}"

    parts = CODE.split((ROOT / source).read_text("utf-8"))
    # What stands between grave accents may be the text of a link; whole blocks are left alone.
    text = "".join(f"\0{number}\0" if part.startswith("```") else part for number, part in enumerate(parts))
    return re.sub("\0(\\d+)\0", lambda found: parts[int(found[1])], LINK.sub(link, text))


def api() -> str:
    """Write the page of the public names, each told by its docstring."""
    head = "# The public names\n\nWhat `import notifyrules` gives; [From Python](python.md) tells how it is used.\n"
    names = sorted(notifyrules.__all__, key=lambda one: (one[0].isupper(), one))
    parts = [f"\n::: notifyrules.{name}\n" for name in names]
    options = "    options: {filters: [], members: [__call__]}\n"
    calls = ("program.Decide", "program.DecideJson", "media.DecideEach")
    parts += [f"\n::: notifyrules.compiled.{name}\n{options}" for name in calls]
    return head + "".join(parts)


def gallery(docs: Path) -> str:
    """Write every shipped chart as its page, and the page that leads to them."""
    said = "it decides as you change facts, and shows its cases."
    said = f"Every chart that comes with the package, as [its page](commands.md#the-chart-as-a-page): {said}"
    parts = ["# Gallery", said]
    for name in sorted(shipped_names(), key=lambda one: ("/" in one, one)):
        rules, file = notifyrules.load(name), shipped_path(name)
        assert file is not None
        target = f"gallery/{rules.name}.html"
        put(docs / target, page(rules.graph).content.decode())
        put(docs / f"gallery/{rules.name}.svg", rules.to_svg())
        put(docs / f"gallery/{rules.name}.yaml", file.read_text("utf-8"))
        picture = f"[![{rules.title}](gallery/{rules.name}.svg)]({target})"
        ways = f"[open the page]({target}) · [the rule file](gallery/{rules.name}.yaml) · `notifyrules.load({name!r})`"
        parts += [f"## {name}", rules.title, ways, picture]
    return "\n\n".join(parts) + "\n"


# ---- Links of the finished site ----


class Page(HTMLParser):
    """What a page of the site can be pointed at by, and what it points at."""

    def __init__(self, text: str) -> None:
        """Read it."""
        super().__init__()
        self.anchors: set[str] = {""}
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[key] for key in ("id", "name") if key in values}
        self.links += [values[key] for key in ("href", "src") if key in values and tag != "base"]


def broken(site: Path) -> Iterator[str]:
    """Tell what leads nowhere on a site, and what is fetched from elsewhere."""
    pages = {file: Page(file.read_text("utf-8")) for file in sorted(site.rglob("*.html"))}
    for file, found in pages.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            # What begins with a stroke is meant from the top.
            around = site if parts.path.startswith("/") else file.parent
            target = Path(os.path.normpath(around / unquote(parts.path).lstrip("/"))) if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            anchors = pages[target].anchors if target in pages else {parts.fragment}
            # A page of a chart is led into by its own names.
            is_chart = file.parent.name == "gallery" or parts.fragment.startswith(("case=", "node="))
            if not target.is_file() or not (is_chart or unquote(parts.fragment) in anchors):
                yield f"{file.relative_to(site)}: {link}"


def build(site: Path) -> list[str]:
    """Build the site into a folder, and tell what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder))
        command = [Path(sys.executable).with_name("zensical"), "build", "--clean", "--strict"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode:
            return [run.stdout + run.stderr]
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(Path(folder) / "site", site)
    # Types of Python are not those of the language that have the same names.
    told = (site / "api.html").read_text("utf-8")
    put(site / "api.html", re.sub(r'<a class="autorefs[^>]*href="language[^>]*>(.*?)</a>', r"\1", told))
    return list(broken(site))


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "site")
    if problems := build(target):
        sys.exit("\n".join(problems))
    print(f"the site is in {target}: open {target / 'index.html'}")
