"""Write labels that run from right to left, and those that a format has no letters for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from notifyrules import load
from notifyrules.cli import main
from notifyrules.diagram import mermaid_caveats, png_caveats, to_dot, to_mermaid, to_svg
from notifyrules.diagram.layout import run_layout
from notifyrules.diagram.lettering import drawable, is_leftward, set_apart, wrap
from notifyrules.diagram.png import to_png
from tests.diagrams import drawn, elements, lit

HEBREW = """\
notifyrules: 1
name: hebrew
title: האם לשלוח?
legend: {העדפה: blue}
facts: {channel.muted: bool = false, channel.name: text = "כללי?", size: int = 0}
data: {sound: text = ""}
flow:
  muted:
    class: העדפה
    ask: האם הערוץ מושתק?
    if: channel.name != "" and channel.muted
    then: {to: "no", label: כן.}
    else: size
  size:
    ask: Latin first, then עברית?
    first:
      - {if: size < 1, to: "yes", label: אזכור אישי (@user).}
      - {if: size < 2, to: "yes", label: "Latin עברית"}
      - {if: size < 3, to: "yes", label: "עברית ואחריה Latin words at the end, so many that they take several lines"}
      - {if: size < 4, to: "no"}
    else: "no"
outcomes:
  "yes": {notify: true, label: שלח!, data: {sound: צליל?}}
  "no": {notify: false, label: לא., because: "השתקת את {channel.name}."}
"""
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MUTED: dict[str, object] = {"channel.muted": True}
SCRIPTS = {"Chinese": "频道已静音吗", "Arabic": "هل القناة صامتة؟", "Thai": "ผู้ใช้ออนไลน์", "emoji": "👍🏽👨‍👩‍👧"}


def styles(svg: str) -> dict[str, tuple[str | None, str | None]]:
    """Give the direction and the anchor of each line of a picture."""
    return {text.text or "": (text.get("direction"), text.get("text-anchor")) for text in elements(svg, "text")}


class TestDirection:
    @pytest.mark.parametrize(
        ("text", "leftward"),
        [
            ("האם?", True),
            ("هل؟", True),
            ("Slack האם?", False),
            ("1 · (@) האם?", True),
            ("האם Slack?", True),
            ("42 → 7.", False),
            ("", False),
            ("𐤀𐤁", True),
        ],
    )
    def test_the_first_letter_decides(self, text: str, leftward: bool) -> None:  # noqa: FBT001 - a column
        """Digits and marks have no direction of their own."""
        assert is_leftward(text) is leftward

    def test_a_line_of_svg_has_the_direction_of_its_whole_text(self, tmp_path: Path) -> None:
        """Also where a later line begins with Latin letters."""
        found = styles(to_svg(drawn(tmp_path, HEBREW)))

        assert found["האם הערוץ מושתק?"] == ("rtl", None)
        assert found["Latin first, then עברית?"] == (None, None)
        later = [style for line, style in found.items() if "at the end" in line or "several" in line]
        assert later
        assert {style[0] for style in later} == {"rtl"}

    def test_what_stands_at_a_side_stays_there(self, tmp_path: Path) -> None:
        """A line from right to left starts at the right: a row at the right edge, a class right behind its colour."""
        found = styles(to_svg(drawn(tmp_path, HEBREW)))

        assert found["אזכור אישי (@user)."] == ("rtl", "start")
        assert found["Latin עברית"] == (None, "start")
        assert found["העדפה"] == ("rtl", "end")

    def test_latin_pictures_know_nothing_of_it(self, tmp_path: Path) -> None:
        """No direction, and none of the marks that nobody sees."""
        svg = to_svg(lit(tmp_path, {}))

        assert "direction" not in svg
        assert not set(svg) & set("\u2066\u2067\u2068\u2069")

    def test_words_inside_of_a_sentence_are_set_apart(self, tmp_path: Path) -> None:
        """Their last mark is theirs, and not the sentence's."""
        words = lit(tmp_path, MUTED, HEBREW).words

        assert words == "Decision: \u2067לא.\u2069 (\u2067השתקת את כללי?.\u2069)"

    def test_values_and_data_are_set_apart(self, tmp_path: Path) -> None:
        """A Hebrew value behind the Latin name of its fact."""
        svg = to_svg(lit(tmp_path, MUTED, HEBREW))

        assert 'channel.name = \u2067"כללי?"\u2069\n' in svg
        assert ">sound: \u2067צליל?\u2069<" in svg  # noqa: RUF001 - Hebrew

    def test_what_is_set_apart_stays_so_on_the_next_line(self) -> None:
        """Every line of SVG is a text of its own."""
        lines = wrap(f"Decision: {set_apart('אבג דהו זחט יכל?')} ({set_apart('b אב.')})", 14, limit=80, lines=9)

        assert lines == ("Decision:", "\u2067אבג דהו\u2069", "\u2067זחט יכל?\u2069", "(\u2066b אב.\u2069)")  # noqa: RUF001

    @pytest.mark.parametrize("text", ["a \u2067b\u2069 c", "\u2067א", "\u202eא", "\u2066\u2067א\u2069"])
    def test_hidden_marks_of_strangers_are_spelt_out(self, text: str) -> None:
        """Only around letters from right to left does a picture hold such marks, and always in pairs."""
        assert "<U+20" in drawable(text)

    @pytest.mark.parametrize("write", [to_dot, to_mermaid])
    def test_other_formats_mark_their_lines(self, tmp_path: Path, write: Callable[..., str]) -> None:
        """DOT and Mermaid have no attribute for it."""
        assert "\u2067האם הערוץ מושתק?\u2069" in write(drawn(tmp_path, HEBREW))


class TestLetters:
    @pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
    def test_png_names_what_it_has_no_letters_for(self, tmp_path: Path, text: str) -> None:
        """And the format that has them."""
        (told,) = png_caveats(drawn(tmp_path, HEBREW.replace("Latin עברית", text)))

        assert f"`{text[0]}`" in told
        assert "SVG" in told

    def test_png_says_nothing_of_letters_that_it_has(self, tmp_path: Path) -> None:
        """Western scripts, Greek, Cyrillic and Hebrew."""
        text = HEBREW.replace("Latin עברית", "Größe, Ωμέγα, Привет → “…” · 5 €")
        picture = drawn(tmp_path, text.replace(" → ", " "))

        assert list(png_caveats(picture)) == []

    @pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
    def test_squares_stay_inside_of_their_box(self, tmp_path: Path, text: str) -> None:
        """A line of them is no wider than the room that its letters were given; none of the letters is left."""
        picture = drawn(tmp_path, HEBREW.replace("האם הערוץ מושתק?", text * 3))
        seen: list[str] = []

        def layout(dot: str, *options: str) -> bytes:
            seen.append(dot)
            return run_layout(dot, *options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("notifyrules.diagram.png.run_layout", layout)
            to_png(picture)
        labels = re.findall(r'fontsize=(\d+) .*label="([^"]*\u25a1[^"]*)" width=([\d.]+)', seen[0])

        assert labels
        assert all(label.count("\u25a1") * int(size) * 0.605 <= float(wide) * 72 for size, label, wide in labels)
        assert not set(text) & set(seen[0]) - set(" ")

    @pytest.mark.parametrize(
        ("nodes", "told"),
        [(249, 0), (250, 1), (1200, 2)],
        ids=["few arrows", "too many arrows", "too much text as well"],
    )
    @pytest.mark.slow
    def test_mermaid_tells_of_charts_that_viewers_refuse(self, tmp_path: Path, nodes: int, told: int) -> None:
        """Five hundred arrows, or fifty thousand characters."""
        flow = "".join(f"  n{at}: {{if: a == {at}, then: x, else: n{at + 1}}}\n" for at in range(nodes - 1))
        text = f"notifyrules: 1\nfacts: {{a: int = 0}}\nflow:\n{flow}  n{nodes - 1}: {{if: a < 0, then: x, else: y}}\n"
        picture = drawn(tmp_path, f"{text}outcomes: {{x: {{notify: true}}, y: {{notify: false}}}}\n")

        found = list(mermaid_caveats(picture, to_mermaid(picture)))

        assert len(found) == told
        assert all("maxEdges" in one or "maxTextSize" in one for one in found)

    def test_the_command_line_warns(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The picture is written all the same."""
        path = tmp_path / "chart.yaml"
        path.write_text(HEBREW.replace("Latin עברית", "静音"), encoding="utf-8")

        code = main(["render", str(path), "-o", str(tmp_path / "chart.png")])

        assert code == 0
        assert (tmp_path / "chart.png").exists()
        assert f"warning: `{path}`: PNG has no letters for `静`, `音` and shows squares" in capsys.readouterr().err


class TestNotebooks:
    @pytest.mark.slow
    def test_rules_and_decisions_draw_themselves(self) -> None:
        """The chart, and the chart with the way lit."""
        rules = load("slack")
        decision = rules.should_notify({"channel.muted": True})

        assert rules._repr_svg_() == rules.to_svg()
        assert decision._repr_svg_() == rules.to_svg(decision)

    def test_nothing_is_raised(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where no layout program is to be found, or a fact cannot be had, the notebook shows the text."""
        rules = load("slack")
        decision = rules.should_notify({"channel.muted": True})
        monkeypatch.setattr("notifyrules.diagram.layout._bundled", lambda: None)
        monkeypatch.setenv("PATH", "")

        assert (rules._repr_svg_(), decision._repr_svg_()) == (None, None)


LAST_MARK = """
<script>
const found = [...document.querySelectorAll('text')].map(text => {
  const whole = text.textContent;
  const left = at => text.getStartPositionOfChar(at).x, first = left(0), last = left(whole.length - 1);
  const box = text.getBBox(), frame = (text.closest('g.nr-box') ?? text.parentNode).querySelector('rect').getBBox();
  return [whole, last < first, box.x >= frame.x && box.x + box.width <= frame.x + frame.width];
});
document.body.dataset.found = JSON.stringify(found);
</script>
"""


@pytest.mark.tools
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and fonts for what is looked at")
def test_a_browser_shows_the_last_mark_at_the_left(tmp_path: Path) -> None:
    """And the words inside of their box."""
    page = tmp_path / "page.html"
    page.write_text(f"<meta charset=utf-8>{to_svg(drawn(tmp_path, HEBREW))}{LAST_MARK}", encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    shown = subprocess.run(
        [*command, "--dump-dom", page.as_uri()], capture_output=True, check=True, timeout=60
    ).stdout.decode()
    told = json.loads(unescape(re.findall('data-found="([^"]*)"', shown)[0]))
    seen = {words: (leftwards, inside) for words, leftwards, inside in told}

    assert seen["האם הערוץ מושתק?"] == (True, True)
    assert seen["לא."] == (True, True)
    assert seen["אזכור אישי (@user)."][0] is True
    assert seen["Latin first, then עברית?"] == (False, True)
