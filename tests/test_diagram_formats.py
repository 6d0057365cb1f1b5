"""Write the same picture as DOT, Mermaid and PNG."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyrules.diagram import to_dot, to_mermaid, to_png
from notifyrules.diagram.layout import run_layout
from notifyrules.diagram.model import Diagram
from notifyrules.errors import UsageError
from tests.diagrams import CALLER, TABLES, drawn, lit
from tests.test_diagram_geometry import random_chart
from tests.test_diagram_svg import GOLDEN, HOSTILE, MUTED, with_text

pytestmark = pytest.mark.slow

MODULES = os.environ.get("NOTIFYRULES_NODE_MODULES", "")
PARSE = """
const [modules, ...files] = process.argv.slice(1);
const {createRequire} = await import('node:module');
const {readFileSync} = await import('node:fs');
const {JSDOM} = createRequire(modules + '/')('jsdom');
const dom = new JSDOM('');
Object.assign(globalThis, {window: dom.window, document: dom.window.document});
const mermaid = (await import(modules + '/mermaid/dist/mermaid.core.mjs')).default;
for (const file of files) console.log((await mermaid.parse(readFileSync(file, 'utf8'))).diagramType);
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Diagram:
    """Draw a chart with a cluster."""
    return drawn(tmp_path_factory.mktemp("small"), CALLER, expand=True)


class TestDot:
    def test_the_chart(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """The chart as DOT, to the byte."""
        golden(GOLDEN / "team_chat.dot", to_dot(drawn(tmp_path)))

    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    @pytest.mark.parametrize("seed", range(3))
    def test_graphviz_reads_it(self, tmp_path: Path, seed: int, expand: bool) -> None:  # noqa: FBT001 - a column
        """Charts with every kind of node are laid out by the program that DOT is written for."""
        svg = run_layout(to_dot(drawn(tmp_path, random_chart(seed), expand=expand)), "-Tsvg")

        assert b"<svg" in svg

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_any_text_is_shown_and_none_is_obeyed(self, small: Diagram, text: str) -> None:
        """Graphviz draws the words; nothing in them is an attribute, an image, a link, HTML or an escape."""
        dot = to_dot(with_text(small, text))
        svg = run_layout(dot, "-Tsvg")

        assert b"<script" not in svg
        assert set(re.findall(r'URL="?([^"\s\]]+)', dot)) <= {"quiet.svg"}
        assert "image" not in dot

    def test_backslashes_and_entities_are_words(self, small: Diagram) -> None:
        """A backslash and an entity are drawn as they are written."""
        svg = run_layout(to_dot(with_text(small, r"a\Nb &lt;")), "-Tsvg").decode()

        assert r"a\Nb &amp;lt;" in svg

    def test_what_looks_like_an_html_label_is_words(self, small: Diagram) -> None:
        """Angle brackets around a text make no markup of it."""
        svg = run_layout(to_dot(with_text(small, "<<b>x</b>>")), "-Tsvg").decode()

        assert "&lt;&lt;b&gt;x&lt;/b&gt;&gt;" in svg

    def test_arrows_leave_the_rows_of_a_table(self, tmp_path: Path) -> None:
        """Each row has a port of its own."""
        dot = to_dot(lit(tmp_path, {"size": 25}, TABLES))

        assert 'PORT="r3"' in dot
        assert "\tn1:r0:e -> " in dot
        assert b"<svg" in run_layout(dot, "-Tsvg")

    def test_a_decision_is_lit(self, tmp_path: Path) -> None:
        """The arrows on the way are broad."""
        dot = to_dot(lit(tmp_path, MUTED))

        assert dot.count('color="#0a53c1" fontcolor') == 3

    def test_no_layout_program_is_needed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """DOT and Mermaid leave the placing to others."""
        monkeypatch.setattr("notifyrules.diagram.layout.find_layout", pytest.fail)

        assert to_dot(drawn(tmp_path))
        assert to_mermaid(drawn(tmp_path))


class TestMermaid:
    def test_the_chart(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """The chart as Mermaid, to the byte."""
        golden(GOLDEN / "team_chat.mmd", to_mermaid(drawn(tmp_path)))

    def test_an_opened_chart_is_a_subgraph(self, small: Diagram) -> None:
        """With the question of the call as its title."""
        assert '  subgraph s0["Is it quiet?"]' in to_mermaid(small).splitlines()

    def test_a_table_is_a_box_with_an_arrow_for_each_row(self, tmp_path: Path) -> None:
        """Mermaid has no tables, so the words of a row stand on its arrow."""
        assert '  n1 -->|"Large"| n' in to_mermaid(drawn(tmp_path, TABLES))

    def test_a_decision_is_lit(self, tmp_path: Path) -> None:
        """The arrows on the way are broad, the others faint."""
        assert "  linkStyle 0,1,4 stroke:#0a53c1,stroke-width:3px" in to_mermaid(lit(tmp_path, MUTED))

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_only_words_stand_between_quotes(self, small: Diagram, text: str) -> None:
        """Whatever somebody writes, every character that Mermaid might obey is spelt as a number."""
        for words in re.findall(r'"([^"]*)"', to_mermaid(with_text(small, text))):
            rest = re.sub(r"#\d+;|<br/>", "", words)

            assert not set(rest) & set('"#%&:;<>`\\*_~|{}[]')

    @pytest.mark.tools
    @pytest.mark.skipif(
        not (MODULES and shutil.which("node")),
        reason="needs node, and NOTIFYRULES_NODE_MODULES for where `npm install mermaid jsdom` put its modules",
    )
    def test_mermaid_reads_it(self, tmp_path: Path, small: Diagram) -> None:
        """Mermaid's own parser accepts charts with every kind of node, decisions and hostile texts."""
        pictures = [
            drawn(tmp_path),
            lit(tmp_path, MUTED),
            small,
            *(drawn(tmp_path, random_chart(seed), expand=True) for seed in range(3)),
            *(with_text(small, text) for text in HOSTILE.values()),
        ]
        files = [tmp_path / f"{number}.mmd" for number, _ in enumerate(pictures)]
        for file, picture in zip(files, pictures, strict=True):
            file.write_text(to_mermaid(picture), encoding="utf-8")
        command = ["node", "--input-type=module", "-e", PARSE, str(Path(MODULES).resolve()), *map(str, files)]
        found = subprocess.run(command, capture_output=True, check=False, text=True)

        assert found.stdout.split() == ["flowchart-v2"] * len(files), found.stderr


class TestPng:
    def test_it_is_the_picture_at_twice_its_size(self, tmp_path: Path) -> None:
        """A PNG, sharp on fine screens."""
        found = to_png(lit(tmp_path, MUTED))

        assert found.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">I", found[16:20])[0] > 1000

    def test_tables_and_calls_are_painted(self, tmp_path: Path) -> None:
        """Everything that a picture can hold."""
        assert to_png(lit(tmp_path, {"size": 25}, TABLES)).startswith(b"\x89PNG")
        assert to_png(lit(tmp_path, {"user.away": True}, CALLER)).startswith(b"\x89PNG")

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_any_text_can_be_painted(self, small: Diagram, text: str) -> None:
        """Nothing that somebody writes stops the program that paints."""
        assert to_png(with_text(small, text)).startswith(b"\x89PNG")

    @pytest.mark.parametrize("limit", ["LARGEST", "LONGEST"])
    def test_a_large_picture_is_refused(self, small: Diagram, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It says how large it is, and what to ask for instead."""
        monkeypatch.setattr(f"notifyrules.diagram.png.{limit}", 100)
        with pytest.raises(UsageError, match=r"a picture of [\d,]+ by [\d,]+ pixels is too large for PNG") as caught:
            to_png(small)

        assert caught.value.help == "ask for SVG, which stays sharp at any size"
