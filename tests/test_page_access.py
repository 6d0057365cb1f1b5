"""Meet pages as people do: by what axe finds, by size, by drag, on paper, by search, and with texts that mean harm."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from notifyrules import load
from notifyrules.answers.page import page
from notifyrules.diagnostics.visible import visible
from tests.test_browser import Browser, browser
from tests.test_browser import pytestmark as needs_browser
from tests.test_page import CASES, CHART, opened, whole

__all__ = ["browser", "opened"]
pytestmark = needs_browser
Open = Callable[..., Browser]

SHOWN = "const done = arguments[arguments.length - 1]; axe.run().then(found => done({}))"
VIOLATIONS = "found.violations.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 90))])"
PANELS = ("facts", "told", "hand", "cases", "box")
SIZE = "return Math.round(document.querySelector('#stage svg').getBoundingClientRect().width)"
SCROLLED = "const stage = document.getElementById('stage'); return [stage.scrollLeft, stage.scrollTop]"
INK = " .:-=+*#%@"
FONTS = """
const brush = new OffscreenCanvas(1, 1).getContext("2d");
return ["body", "#stage text", "code"].map((one) => {
  brush.font = `100px ${getComputedStyle(document.querySelector(one)).fontFamily}`;
  return Math.round(brush.measureText("Hamburgefonstiv 0123").width);
});
"""
DECODE = """
const [png, wide, high, done] = arguments, image = new Image();
image.onload = () => {
  const brush = new OffscreenCanvas(wide, high).getContext("2d");
  brush.imageSmoothingQuality = "high";
  brush.drawImage(image, 0, 0, wide, high);
  const { data } = brush.getImageData(0, 0, wide, high);
  const luma = (at) => Math.round(0.3 * data[4 * at] + 0.59 * data[4 * at + 1] + 0.11 * data[4 * at + 2]);
  done(Array.from({ length: high }, (_, y) => Array.from({ length: wide }, (_, x) => luma(y * wide + x))));
};
image.src = `data:image/png;base64,${png}`;
"""
ALTERED = {
    "ends the script": "</script><script>document.title = 'run'</script>",
    "ends the data": "--><!--<script>document.title = 'run'//",
    "lines of JavaScript": "a\u2028b\u2029c",
    "turned round": "\u202eevil\u2066\u200f",
    "markup": "<img src=x onerror=\"document.title = 'run'\"><b>&lt;",
    "template": "$title $$ <%= 1 + 1 %> `document.title`",
    "address": "javascript:document.title = 'run'",
    "prototype": "__proto__",
}

ODD = """\
notifyrules: 1
facts: {constructor: bool = false, __proto__: bool = false}
flow:
  constructor: {ask: A?, if: constructor, then: __proto__, else: "no"}
  __proto__: {ask: B?, if: __proto__, then: "yes", else: {to: "no", because: x}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
ODD_CASES = """\
notifyrules-cases: 1
rules: chart.yaml
cases: [{name: __proto__, given: {constructor: true, __proto__: true}, expect: "yes"}]
"""


def axe() -> str:
    """Give the script of axe, which a package for another driver carries."""
    found = find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs the package axe-playwright-python")
    return Path(found.submodule_search_locations[0], "axe.min.js").read_text("utf-8")


def point(shown: Browser, kind: str, at: tuple[int, int], **more: object) -> None:
    """Move the mouse, press it, release it, or turn its wheel."""
    shown.command("Input.dispatchMouseEvent", {"type": kind, "x": at[0], "y": at[1], **more})


def printed(shown: Browser) -> bytes:
    """Print the page."""
    paper = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}
    return base64.b64decode(shown.command("Page.printToPDF", paper)["data"])


class TestAxe:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [390, 1280])
    @pytest.mark.parametrize("name", ["slack", "team_chat"])
    def test_finds_nothing(self, opened: Open, name: str, width: int, scheme: str) -> None:
        """In each of the tabs."""
        script = axe()
        shown = opened(whole(name), width=width, scheme=scheme)
        shown.run(script)
        found = {}
        for panel in PANELS:
            shown.run(f"document.getElementById('tab-{panel}').click()")
            asked = {"script": SHOWN.format(VIOLATIONS), "args": []}
            found[panel] = shown.call("POST", f"{shown.session}/execute/async", asked)

        assert {key: one for key, one in found.items() if one} == {}

    def test_would_find_something(self, opened: Open) -> None:
        """A button without a name is found: the test looks."""
        script = axe()
        shown = opened(whole("blocks/preference"))
        shown.run(script)
        shown.run("document.getElementById('fit').textContent = ''")
        asked = {"script": SHOWN.format(VIOLATIONS), "args": []}

        assert [one[0] for one in shown.call("POST", f"{shown.session}/execute/async", asked)] == ["button-name"]


class TestStage:
    def test_zoom(self, opened: Open) -> None:
        """Buttons, keys and the wheel with Ctrl make the chart larger and smaller; what is pointed at stays."""
        shown = opened(whole("slack"))
        sizes = [shown.run(SIZE)]
        shown.run("document.getElementById('larger').click()")
        sizes.append(shown.run(SIZE))
        shown.press("-")
        sizes.append(shown.run(SIZE))
        under = "const at = document.elementFromPoint(440, 193); return at.closest('.nr-box').dataset.key"
        before = shown.run(under)
        point(shown, "mouseWheel", (440, 193), deltaX=0, deltaY=-300, modifiers=2)
        shown.run("return new Promise(requestAnimationFrame)")

        assert sizes == [783, 979, 783]
        assert (shown.run(SIZE), before, shown.run(under)) == (2128, "muted", "muted")

    def test_drag(self, opened: Open) -> None:
        """The chart is dragged, and the box under the mouse is not opened by that; a click opens it."""
        shown = opened(whole("slack"))
        point(shown, "mousePressed", (440, 407), button="left", clickCount=1, buttons=1)
        for y in (380, 340, 300):
            point(shown, "mouseMoved", (440, y), button="left", buttons=1)
        point(shown, "mouseReleased", (440, 300), button="left", clickCount=1)
        dragged = shown.run(SCROLLED)
        opened_by_drag = shown.run("return location.hash")
        for kind in ("mousePressed", "mouseReleased"):
            point(shown, kind, (440, 300), button="left", clickCount=1, buttons=1)

        assert (dragged, opened_by_drag) == ([0, 107], "")
        assert shown.run("return location.hash") == "#node=broadcast"

    def test_search(self, opened: Open) -> None:
        """What is found is marked, in titles, conditions and names; Escape forgets it."""
        shown = opened(whole("slack"))
        marked = "return [...document.querySelectorAll('.is-found')].map(one => one.dataset.key)"
        typed = "const field = document.getElementById('search'); field.focus(); field.value = {};"
        shown.run(typed.format("'in_followed'") + "field.dispatchEvent(new Event('input'))")
        found = shown.run(marked)
        shown.press("\ue00c")

        assert (found, shown.run(marked)) == (["muted_thread", "thread"], [])

    def test_no_choice_is_lost_by_a_link(self, opened: Open) -> None:
        """A link to something that is not there shows the page as without it."""
        for fragment in ("#case=nothing", "#node=nothing", "#node=a/b/c", "#case=%", "#other"):
            shown = opened(whole("slack"), fragment)

            assert shown.run("return document.querySelector('#answer strong').textContent") == "Not notified"


def letters(shown: Browser) -> str:
    """Measure the fonts that this machine has for the page and for the chart."""
    return " ".join(str(one) for one in shown.run(FONTS))  # type: ignore[attr-defined]


def drawn(shown: Browser, width: int) -> str:
    """Look at the window from afar: a character for each 10 x 20 pixels, the darker the more ink it has."""
    clip = {"x": 0, "y": 0, "width": width, "height": 900, "scale": 1}
    png = shown.command("Page.captureScreenshot", {"clip": clip})["data"]
    shown.call("POST", f"{shown.session}/url", {"url": "about:blank"})
    asked = {"script": DECODE, "args": [png, width // 10, 45]}
    rows = shown.call("POST", f"{shown.session}/execute/async", asked)
    return "".join("".join(INK[(255 - luma) * len(INK) // 256] for luma in row) + "\n" for row in rows)  # type: ignore[operator]


def apart(one: str, other: str) -> float:
    """Give how much of what stands out from the ground, in either, is not so in the other: 0 for the same."""
    assert len(one) == len(other)
    levels = [(INK.find(left), INK.find(right)) for left, right in zip(one, other, strict=True) if left != "\n"]
    [(ground, _)] = Counter(left for left, _ in levels).most_common(1)
    inked = sum(max(abs(left - ground), abs(right - ground)) for left, right in levels)
    return sum(abs(left - right) for left, right in levels) / inked


class TestFromAfar:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [390, 1280])
    def test_looks_as_before(
        self, opened: Open, width: int, scheme: str, request: pytest.FixtureRequest, golden: Callable[[Path, str], None]
    ) -> None:
        """Where there was ink is ink, wherever letters are as wide as they were."""
        shown = opened(whole("slack"), width=width, scheme=scheme)
        fonts, path = letters(shown), Path(__file__).parent / "golden" / "page" / f"slack-{width}-{scheme}.txt"
        seen = drawn(shown, width)
        if not path.is_file() or request.config.getoption("--update-golden"):
            golden(path, f"{fonts}\n{seen}")
        before, _, expected = path.read_text("utf-8").partition("\n")
        if fonts != before:
            pytest.skip(f"drawn with other fonts: {before}, here {fonts}; `--update-golden` draws it with these")

        assert apart(seen, expected) < 0.2

    def test_would_see_a_change(self, opened: Open) -> None:
        """A column that is gone is one."""
        shown = opened(whole("slack"))
        before = drawn(shown, 1280)
        shown = opened(whole("slack"))
        shown.run("document.querySelector('aside').remove()")

        assert apart(before, drawn(shown, 1280)) > 0.3


class TestPrint:
    @pytest.mark.parametrize("name", ["slack", "team_chat", "blocks/preference"])
    def test_one_sheet(self, opened: Open, name: str) -> None:
        """The chart and why it was decided so stand on one sheet, on white."""
        shown = opened(whole(name), scheme="dark")

        assert len(re.findall(rb"/Type\s*/Page\b", printed(shown))) == 1


class TestHostileTexts:
    @pytest.mark.parametrize("text", [*ALTERED.values()], ids=[*ALTERED])
    def test_every_text(self, opened: Open, tmp_path: Path, text: str) -> None:
        """Titles, questions, words, values and names of cases are seen whole and in order; nothing runs or fails."""
        quoted = json.dumps(text, ensure_ascii=True)
        (tmp_path / "chart.cases.yaml").write_text(CASES.replace("HOSTILE", quoted), "utf-8")
        (tmp_path / "chart.yaml").write_text(CHART.replace("HOSTILE", quoted), "utf-8")
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode())
        shown.run(
            "window.failed = []; addEventListener('error', event => failed.push(event.message));"
            "document.querySelector('.cases button').click();"
            "document.querySelectorAll('.nr-box').forEach(one => one.dispatchEvent(new Event('click')));"
            "document.querySelectorAll('[role=tab]').forEach(one => one.click());"
            "document.querySelectorAll('#hand .wide')[0].click()"
        )
        told = shown.run("return [document.title, document.getElementById('told').textContent, failed]")
        assert isinstance(told, list)

        assert told[0] == visible(text)
        assert visible(text) in told[1]
        assert told[2] == []
        assert shown.run("return document.querySelectorAll('img, script, b').length") == 3

    @pytest.mark.parametrize("width", [390, 1280])
    def test_words_without_an_end(self, opened: Open, tmp_path: Path, width: int) -> None:
        """A word that is longer than the window is broken, in each of the tabs."""
        (tmp_path / "chart.cases.yaml").write_text(CASES.replace("HOSTILE", "w" * 400), "utf-8")
        (tmp_path / "chart.yaml").write_text(CHART.replace("HOSTILE", "w" * 400), "utf-8")
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode(), "#node=a", width=width)
        over = (
            "return [...document.querySelectorAll('header, aside, aside *')]"
            ".filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 90))"
        )
        found = {}
        for panel in PANELS:
            shown.run(f"document.getElementById('tab-{panel}').click()")
            found[panel] = shown.run(over)

        assert found == {panel: [] for panel in PANELS}

    def test_names_that_every_object_has(self, opened: Open, tmp_path: Path) -> None:
        """Nodes, facts and cases may be called like what JavaScript knows of every object."""
        (tmp_path / "chart.yaml").write_text(ODD, "utf-8")
        (tmp_path / "chart.cases.yaml").write_text(ODD_CASES, "utf-8")
        written = page(load(tmp_path / "chart.yaml").graph).content.decode()
        node = opened(written, "#node=__proto__").run("return document.querySelector('#box h2').textContent")
        shown = opened(written, "#case=__proto__")
        case = shown.run("return document.getElementById('answer').textContent")
        turns = shown.run("return [...document.querySelectorAll('#told .wide code')].map(one => one.textContent)")

        assert (node, case) == ("B?", "The case “__proto__”Notified · yes__proto__.then")
        assert turns == ["constructor = false", "__proto__ = false"]
