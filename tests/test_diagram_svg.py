"""Write a picture as SVG: whole, safe, readable by everybody, and the same every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules import load
from notifyrules.diagram import draw, to_svg
from notifyrules.diagram.lettering import width
from notifyrules.diagram.model import Diagram
from notifyrules.diagram.routing import route
from notifyrules.shipped import shipped_names
from tests.diagrams import CALLER, SVG, TABLES, drawn, elements, lit, texts

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden" / "svg"
MUTED: dict[str, object] = {"channel.muted": True, "channel.name": "#random"}

HARMLESS = ("svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "a")
HOSTILE = {
    "markup": "<script>alert(1)</script> & \"quoted\" 'single' ]]> <!-- &lt;",
    "backslashes": r"C:\new \N \G \l %s ${x} `code`",
    "lines": "one\ntwo\r\n\n\tthree",
    "control": "bell \x07 escape \x1b[31m delete \x7f",
    "unseen": "right-to-left override \u202e and a byte order mark \ufeff",
    "no characters": "\ufffe \uffff",
    "half of a pair": "\ud800",
    "right to left": "هل كتم المستخدم هذه القناة؟",
    "ideographs": "このチャンネルはミュートされていますか\uff1f「通知」の設定を確認してください。",
    "emoji": "🔕 👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️ 1️⃣",
    "one long word": "x" * 500,
    "many words": "a question that goes on and on " * 60,
    "marks": "Z̷̡̛a̸l̶g̷o̸",
    "blank": "   ",
    "empty": "",
}


def with_text(diagram: Diagram, text: str) -> Diagram:
    """Put a text into every place of a picture that holds one."""
    boxes = tuple(
        replace(
            box,
            text=text,
            about=text,
            condition=text,
            computed=(text,),
            rows=tuple(replace(row, text=text) for row in box.rows),
        )
        for box in diagram.boxes
    )
    arrows = tuple(replace(arrow, label=text, because=text) for arrow in diagram.arrows)
    clusters = tuple(replace(cluster, title=text, about=text) for cluster in diagram.clusters)
    legend = tuple((f"{text}{number}", colour) for number, (_, colour) in enumerate(diagram.legend))
    return replace(
        diagram, title=text, words=text, description=text, boxes=boxes, arrows=arrows, clusters=clusters, legend=legend
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Diagram:
    """Draw a chart with a cluster."""
    return drawn(tmp_path_factory.mktemp("small"), CALLER, expand=True)


class TestGolden:
    def test_the_chart(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """The picture of a chart, to the byte."""
        golden(GOLDEN / "team_chat.svg", to_svg(drawn(tmp_path)))

    def test_a_decision(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """The same chart with a decision on it."""
        golden(GOLDEN / "team_chat.muted.svg", to_svg(lit(tmp_path, MUTED)))

    def test_an_opened_chart(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """A chart with another one opened inside of it."""
        golden(GOLDEN / "caller.opened.svg", to_svg(drawn(tmp_path, CALLER, expand=True)))

    def test_tables(self, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
        """Two tables, and a decision that takes a row of each."""
        golden(GOLDEN / "tables.lit.svg", to_svg(lit(tmp_path, {"size": 25, "kind": "d"}, TABLES)))

    def test_the_same_picture_gives_the_same_bytes_in_another_process(self, tmp_path: Path) -> None:
        """Nothing depends on the order of sets or on the clock."""
        expected = to_svg(drawn(tmp_path))
        code = (
            "import sys; from notifyrules import load; from notifyrules.diagram import draw, to_svg; "
            "sys.stdout.buffer.write(to_svg(draw(load(sys.argv[1]).graph)).encode())"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "chart.yaml")]
        for seed in ("1", "2"):
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            found = subprocess.run(command, capture_output=True, check=True, env=environment).stdout

            assert found.decode() == expected

    def test_the_same_chart_in_another_folder_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """A picture names files without their folders."""
        other = tmp_path / "other"
        other.mkdir()

        assert to_svg(drawn(other)) == to_svg(drawn(tmp_path))


class TestReaders:
    def test_it_is_a_flowchart_with_a_title_and_a_description(self, tmp_path: Path) -> None:
        """A screen reader says what the picture shows."""
        svg = to_svg(lit(tmp_path, MUTED))
        root = ET.fromstring(svg)  # noqa: S314 - written by this program
        labels = (root.get("aria-labelledby") or "").split()
        title, description = (next(one for one in root.iter() if one.get("id") == label) for label in labels)

        assert (root.get("role"), root.get("aria-roledescription")) == ("graphics-document document", "flowchart")
        assert title.text == "Should we send a notification?"
        assert description.text == (
            "A chart with one node of each kind but a call. A flowchart of 8 boxes. It begins with “Channel muted?” "
            "and ends in “NO”, “YES”, “Badge”, “later”. Decision: NO (you muted #random)"
        )

    def test_every_box_carries_what_is_known_of_it(self, tmp_path: Path) -> None:
        """Key, id, kind, question, condition, class, `about`, file and line."""
        (group,) = elements(to_svg(drawn(tmp_path)), "g", id="team_chat-followed")

        assert {key: value for key, value in group.attrib.items() if key.startswith("data-")} == {
            "data-key": "followed",
            "data-id": "followed",
            "data-kind": "if",
            "data-question": "Thread message & user subscribed?",
            "data-condition": "message.in_thread",
            "data-class": "state",
            "data-about": "Muting spares followed threads.",
            "data-source": "chart.yaml:21",
        }

    def test_every_box_has_a_tooltip(self, tmp_path: Path) -> None:
        """The pointer shows the same, a line each."""
        (group,) = elements(to_svg(drawn(tmp_path)), "g", id="team_chat-followed")

        assert group.findtext(f"{SVG}title") == (
            "followed: Thread message & user subscribed?\n"
            "message.in_thread\n"
            "Muting spares followed threads.\n"
            "chart.yaml:21"
        )

    def test_the_tooltip_of_an_end_has_its_conditions(self, tmp_path: Path) -> None:
        """What is computed there: words, data and recheck; what is plain stands in the picture."""
        path = tmp_path / "chart.yaml"
        path.write_text(
            'notifyrules: 1\nname: ends\nfacts: {a: bool = false, t: text = "", now: instant = 2026-11-23T22:00:00Z}\n'
            "data: {loud: bool = false, via: text = push}\nflow: {q: {if: a, then: hold, else: done}}\n"
            'outcomes:\n  hold: {notify: later, because: "for {t}", recheck: 5m if a else 9m}\n'
            "  done: {notify: true, because: so, data: {loud: {expr: a}, via: mail}}\n",
            "utf-8",
        )
        svg = to_svg(draw(load(path).graph))
        told = [elements(svg, "g", id=f"ends-{end}")[0].findtext(f"{SVG}title") for end in ("hold", "done")]

        assert told == [
            "hold: hold\nbecause: for {t}\nrecheck: 5m if a else 9m\nchart.yaml:7",
            "done: done\nloud: a\nchart.yaml:8",
        ]

    def test_every_arrow_carries_its_ids(self, tmp_path: Path) -> None:
        """A page can find the arrow of a reason."""
        (group,) = elements(to_svg(drawn(tmp_path)), "g", data_arrow="preference.mentions preference.default")

        assert (group.get("data-from"), group.get("data-to")) == ("preference", "worth_it")

    @pytest.mark.parametrize("name", shipped_names())
    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    def test_arrows_lead_from_box_to_box(self, name: str, expand: bool) -> None:  # noqa: FBT001 - a column of the table
        """No two boxes have the same key, also not two ends of the same outcome, and every arrow names two of them."""
        svg = to_svg(draw(load(name).graph, expand=expand))
        keys = [box.get("data-key") for box in elements(svg, "g", class_="nr-box")]
        named = {arrow.get(end) for arrow in elements(svg, "g", class_="nr-arrow") for end in ("data-from", "data-to")}

        assert len(set(keys)) == len(keys)
        assert named == set(keys)

    def test_every_arrow_holds_its_words_and_its_tooltip(self, tmp_path: Path) -> None:
        """The pointer is told of the arrow on its words as on its line, and within seven pixels of it."""
        (group,) = elements(to_svg(drawn(tmp_path)), "g", data_arrow="dnd.then")
        reach = [path for path in group if path.get("pointer-events") == "stroke"]

        assert group.findtext(f"{SVG}title") == "dnd.then\nYes\nDo Not Disturb is on"
        assert [text.text for text in group.iter(f"{SVG}text")] == ["Yes"]
        assert [(path.get("stroke"), path.get("stroke-width")) for path in reach] == [("transparent", "14")]

    def test_the_keyboard_reaches_every_box_after_those_that_lead_to_it(self, tmp_path: Path) -> None:
        """The order in the file is the order in which boxes are reached and read, from the start to the ends."""
        svg = to_svg(drawn(tmp_path))
        boxes = elements(svg, "g", class_="nr-box")
        order = [box.get("data-key") for box in boxes]

        assert {(box.get("tabindex"), box.get("role")) for box in boxes} == {("0", "graphics-symbol img")}
        assert order[0] == "(start)"
        for arrow in elements(svg, "g", class_="nr-arrow"):
            assert order.index(arrow.get("data-from")) < order.index(arrow.get("data-to"))

    def test_a_box_says_where_its_ways_lead(self, tmp_path: Path) -> None:
        """Who hears the chart hears the question, then each answer with what it leads to; arrows are not read again."""
        svg = to_svg(drawn(tmp_path))
        (group,) = elements(svg, "g", id="team_chat-dnd")

        assert group.get("aria-label") == "User in DnD?"
        assert group.findtext(f"{SVG}desc") == (
            "Yes: “NO” (Do Not Disturb is on)\nNo: “What is the channel preference?”"
        )
        assert {arrow.get("aria-hidden") for arrow in elements(svg, "g", class_="nr-arrow")} == {"true"}

    def test_a_row_says_where_it_leads(self, tmp_path: Path) -> None:
        """The words of the row stand for those of the arrow."""
        (group,) = elements(to_svg(drawn(tmp_path, TABLES)), "g", id="tables-size")

        assert (group.findtext(f"{SVG}desc") or "").startswith("Small: “yes”\n")

    def test_a_box_that_links_is_reached_by_its_link(self, tmp_path: Path) -> None:
        """One stop of the keyboard for one thing."""
        (group,) = elements(to_svg(drawn(tmp_path, CALLER)), "g", id="caller-gate")

        assert (group.get("tabindex"), group.get("role")) == (None, "graphics-object group")
        assert group.find(f"{SVG}a") is not None

    def test_questions_answers_and_the_legend_can_be_read(self, tmp_path: Path) -> None:
        """The words of the chart are text, not outlines."""
        found = texts(to_svg(drawn(tmp_path)))

        assert {"Channel muted?", "Yes", "No", "Nothing", "1 · Small", "NO", "YES", "pref", "state"} <= set(found)

    def test_rows_carry_their_conditions(self, tmp_path: Path) -> None:
        """A row shows its label, and its condition as tooltip and data."""
        (row,) = elements(to_svg(drawn(tmp_path, TABLES)), "g", class_="nr-row", data_condition="size < 40")

        assert row.findtext(f"{SVG}title") == "Large\nsize < 40"
        assert [words.text for words in row.iter(f"{SVG}text")] == ["Large"]

    def test_the_row_that_held_is_set_in_bold(self, tmp_path: Path) -> None:
        """Of all rows only the one that the decision took."""
        rows = elements(to_svg(lit(tmp_path, {"size": 35}, TABLES)), "g", class_="nr-row")
        words = [text for row in rows for text in row.iter(f"{SVG}text")]

        assert [text.text for text in words if text.get("font-weight") == "bold"] == ["Large"]

    def test_the_values_of_a_decision_can_be_read(self, tmp_path: Path) -> None:
        """They stand in the boxes that read them."""
        found = texts(to_svg(lit(tmp_path, MUTED)))

        assert {"channel.muted = true", "Decision: NO (you muted #random)"} <= set(found)

    def test_a_called_chart_links_to_its_picture(self, tmp_path: Path) -> None:
        """The link is a file name beside this picture, and the only link there is."""
        assert [link.get("href") for link in elements(to_svg(drawn(tmp_path, CALLER)), "a")] == ["quiet.svg"]

    def test_it_has_a_ground_of_its_own_and_dark_colours_for_dark_pages(self, tmp_path: Path) -> None:
        """Whatever page it stands on, its words stand on its own panel."""
        svg = to_svg(drawn(tmp_path))
        (panel,) = elements(svg, "rect", class_="nr-panel")
        (style,) = elements(svg, "style")

        assert panel.get("fill") == "#ffffff"
        assert "prefers-color-scheme:dark){.nr-panel{fill:#0d1117" in (style.text or "")

    def test_what_is_dark_is_for_screens(self, tmp_path: Path) -> None:
        """Paper is white, whatever the system of whoever prints; the window around a picture follows the picture."""
        (style,) = elements(to_svg(drawn(tmp_path)), "style")
        media = re.findall(r"@media ([^{]*)\{", style.text or "")

        assert media == ["screen", "screen and (prefers-color-scheme:dark)"]
        assert (style.text or "").startswith("@media screen{.nr-chart{color-scheme:light dark}}")


class TestHostileText:
    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_any_text_gives_a_whole_file(self, small: Diagram, text: str) -> None:
        """Nothing that somebody writes breaks the picture, becomes markup, or needs anything from outside."""
        svg = to_svg(with_text(small, text))
        names = {element.tag for element in ET.fromstring(svg.encode()).iter()}  # noqa: S314 - written by this program

        assert names <= {f"{SVG}{name}" for name in HARMLESS}

    @pytest.mark.parametrize("name", ["a\x1bb", "a b\tc", "é\ufffe", "\ud800"])
    def test_ids_can_be_referred_to(self, small: Diagram, name: str) -> None:
        """Whatever the chart is called, no id has a blank in it, or what XML cannot hold."""
        root = ET.fromstring(to_svg(replace(small, name=name)).encode())  # noqa: S314 - written by this program
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]

        assert root.attrib["aria-labelledby"].split(" ") == ids[:2]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z0-9_./:-]+", one) for one in ids)

    @settings(max_examples=30)
    @given(text=st.text(max_size=60))
    def test_any_unicode_gives_a_whole_file(self, small: Diagram, text: str) -> None:
        """Also what no list of nasty texts thinks of."""
        ET.fromstring(to_svg(with_text(small, text)).encode())  # noqa: S314 - written by this program

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_every_line_fits_its_box(self, small: Diagram, text: str) -> None:
        """Long words are cut, long texts wrapped, and wide scripts measured as wide as they are."""
        for box in route(with_text(small, text)).boxes:
            sized = box.sized
            for line in sized.text.lines:
                assert width(line, sized.style.size, bold=sized.style.bold) <= sized.width

    def test_a_character_that_nobody_would_see_is_spelt_out(self, small: Diagram) -> None:
        """A picture cannot be made to say something else than its file."""
        assert any("<U+202E>" in words for words in texts(to_svg(with_text(small, "x \u202e y"))))
