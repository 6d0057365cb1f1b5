"""Open pages in a real browser, at the widths of a phone and of a desk, and decide, explain and find on them."""

from __future__ import annotations

import html
import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyrules import Rules, load
from notifyrules.answers.page import page
from notifyrules.cases.model import Case
from notifyrules.language.values import Value, to_plain
from notifyrules.page.html import write_page
from notifyrules.page.module import asset, write_data
from notifyrules.rules import read_cases
from notifyrules.shipped import shipped_names
from notifyrules.strategies import facts
from tests.cli import run
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded, seeds, situations
from tests.test_browser import HIGH, WIDE, Browser, browser
from tests.test_browser import pytestmark as needs_browser
from tests.test_evaluators import CORPORA, deciding, rows
from tests.test_page_decide import bare

__all__ = ["browser"]

HOSTILE = "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">$1`"
CHART = """\
notifyrules: 1
title: HOSTILE
facts:
  a: {type: "bool = false", about: HOSTILE}
  b: {type: "text | null = null"}
  c: {type: "list of text = []"}
flow:
  a: {ask: HOSTILE, about: HOSTILE, if: a, then: {to: "yes", because: "{b ?? 'nothing'}"}, else: "no"}
outcomes:
  "yes": {notify: true}
  "no": {notify: false, because: HOSTILE}
"""
CASES = """\
notifyrules-cases: 1
rules: chart.yaml
cases:
  - {name: HOSTILE, given: {a: true, b: HOSTILE}, expect: "yes"}
  - {name: another, given: {}, expect: "no"}
"""


class Scripts(HTMLParser):
    """The scripts of a page, and every address that it names."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.kinds: list[str | None] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = dict(attrs)
        if tag == "script":
            self.kinds.append(values.get("type"))
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "style") or name[:2] == "on"]


@cache
def whole(name: str) -> str:
    """Write the page of a shipped chart, once."""
    return page(load(name).graph).content.decode()


def hostile(folder: Path) -> Path:
    """Write a chart every text of which tries to run."""
    quoted = json.dumps(HOSTILE)
    (folder / "chart.cases.yaml").write_text(CASES.replace("HOSTILE", quoted), "utf-8")
    file = folder / "chart.yaml"
    file.write_text(CHART.replace("HOSTILE", quoted), "utf-8")
    return file


def _next(number: int) -> str:
    return f"n{number + 1}" if number < 199 else '"yes"'


def _further(number: int, chance: random.Random) -> str:
    """Lead a question on to a later one, or to a refusal."""
    if number < 190 and chance.random() < 0.6:
        return f"n{number + chance.randrange(1, 6)}"
    return '{to: "no", because: because of it}'


class TestFile:
    def test_is_small_and_whole(self) -> None:
        """A page of a large chart with its cases has at most 200 kB, and names no address."""
        written = whole("slack")
        read = Scripts(written)

        assert len(written.encode()) <= 200_000
        assert read.kinds == ["application/json", "application/json", "module"]
        assert read.addresses == []

    @pytest.mark.slow
    def test_of_two_hundred_questions(self, tmp_path: Path) -> None:
        """A page of a chart of 200 nodes has at most 600 kB."""
        chance = random.Random(3)  # noqa: S311 - no secret
        facts = "".join(f"  f{number}: bool = false\n" for number in range(60))
        nodes = "".join(
            f"  n{number}: {{ask: Is it so that number {number} holds?, if: f{chance.randrange(60)},"
            f" then: {_next(number)}, else: {_further(number, chance)}}}\n"
            for number in range(200)
        )
        ends = 'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        file = tmp_path / "big.yaml"
        file.write_text(f"notifyrules: 1\nfacts:\n{facts}flow:\n{nodes}{ends}", "utf-8")

        assert len(page(load(file).graph).content) <= 600_000

    def test_policy(self) -> None:
        """Nothing may run, be styled by or be fetched but what stands in it."""
        [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)">', whole("slack"))

        assert re.sub(r"sha256-[\w+/]+=*", "...", html.unescape(policy)) == (
            "default-src 'none'; style-src '...'; script-src '...'; base-uri 'none'; form-action 'none'"
        )

    def test_carries_the_cases_beside(self) -> None:
        """Each with the facts that are not at their default."""
        text = whole("slack")
        [beside] = re.findall(r'id="beside">(.*?)</script>', text)
        suite = read_cases(Path(__file__).parents[1] / "rules" / "slack.cases.yaml")

        assert [one["name"] for one in json.loads(beside)["cases"]] == [
            one.name for one in suite if isinstance(one, Case)
        ]

    def test_notebook(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A cell shows the page in a frame of its own, and nothing where it cannot be drawn."""
        rules = load("blocks/preference")
        written = rules._repr_html_()
        assert written is not None

        assert html.unescape(written.split('srcdoc="')[1]).removesuffix('"></iframe>') == write_page(rules.graph)
        assert 'sandbox="allow-scripts"' in written
        monkeypatch.setattr("notifyrules.page.html.draw", None)
        assert rules._repr_html_() is None

    def test_command(self, tmp_path: Path) -> None:
        """The suffix tells it; facts are not for it."""
        file = tmp_path / "page.html"

        assert run("render", "blocks/preference", "-o", str(file)).code == 0
        assert file.read_text("utf-8").startswith("<!doctype html>")
        assert run("render", "slack", "--to", "html", "--set", "channel.muted=true").code == 2


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    """Give what opens a page."""

    def show(text: str, fragment: str = "", *, width: int = 1280, scheme: str = "light") -> Browser:
        file = tmp_path / "page.html"
        file.write_text(text, "utf-8")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.command("Emulation.setDeviceMetricsOverride", size)
        browser.command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        browser.call("POST", f"{browser.session}/url", {"url": "about:blank"})
        browser.call("POST", f"{browser.session}/url", {"url": file.as_uri() + fragment})
        for _ in range(100):
            if browser.run("return document.getElementById('answer')?.childNodes.length"):
                break
            time.sleep(0.05)
        return browser

    yield show
    size = {"width": WIDE, "height": HIGH, "deviceScaleFactor": 1, "mobile": False}
    browser.command("Emulation.setDeviceMetricsOverride", size)


LIT = (
    "return [...document.querySelectorAll('.nr-arrow.is-lit')]"
    ".flatMap(one => (one.dataset.arrow ?? '').split(' ')).filter(Boolean)"
)
COUNT = "document.querySelectorAll('{}').length"
SET = "const field = document.getElementById('fact-{}'); field.value = {}; field.dispatchEvent(new Event('input')); "


@pytest.mark.tools
@needs_browser[1]
class TestDeciding:
    def test_a_fact_is_changed(self, opened: Callable[..., Browser]) -> None:
        """The decision follows, its path is lit, and facts that it did not read are told apart."""
        rules = load("slack")
        shown = opened(whole("slack"))
        shown.run(SET.format("channel.muted", "'true'"))
        decision = rules.should_notify({"channel.muted": True})

        assert shown.run("return document.querySelector('#answer strong').textContent") == "Not notified"
        assert decision.reason in str(shown.run("return document.getElementById('answer').textContent"))
        assert shown.run(LIT) == [step.arrow for step in decision.steps]
        unread = shown.run("return [...document.querySelectorAll('.is-unread label')].map(one => one.textContent)")
        assert isinstance(unread, list)
        assert set(unread) == set(rules.graph.facts) - {"channel.muted", "message.in_thread", "channel.name"}

    def test_every_case_by_its_link(self, opened: Callable[..., Browser]) -> None:
        """A link to a case opens it, lit."""
        rules = load("slack")
        suite = read_cases(Path(__file__).parents[1] / "rules" / "slack.cases.yaml")
        case = [one for one in suite if isinstance(one, Case)][20]
        shown = opened(whole("slack"), f"#case={case.name}")

        assert set(map(str, shown.run(LIT) or [])) >= {step.arrow for step in rules.decide(case.facts).steps}  # type: ignore[call-overload]

    @pytest.mark.parametrize("name", ["slack", "matrix", "team_chat"])
    def test_cases_fit(self, opened: Callable[..., Browser], name: str) -> None:
        """What the browser decides is what each case expects."""
        shown = opened(whole(name))

        assert shown.run(f"return [{COUNT.format('.cases button')} > 10, {COUNT.format('.is-wrong')}]") == [True, 0]

    def test_by_keyboard(self, opened: Callable[..., Browser]) -> None:
        """`/` leads to the search, Enter to the box that is found, and its details tell the cases that pass."""
        shown = opened(whole("slack"))
        for key in ("/", *"dnd override", "\ue007"):
            shown.press(key)

        assert shown.run(
            "return [location.hash, document.querySelector('#box h2').textContent, "
            f"{COUNT.format('#box .cases li')} > 0]"
        ) == ["#node=dnd_override", "DnD Override?", True]

    def test_in_a_notebook(self, opened: Callable[..., Browser]) -> None:
        """The frame of a cell decides, and opens boxes, without an address."""
        written = load("slack")._repr_html_()
        shown = opened(f"<div id=answer>cell</div>{written}")
        shown.call("POST", f"{shown.session}/frame", {"id": 0})
        shown.run(SET.format("channel.muted", "'true'") + "document.querySelectorAll('.nr-box')[3].focus()")
        shown.press("\ue007")

        assert shown.run("return document.querySelector('#answer strong').textContent") == "Not notified"
        assert shown.run("return document.querySelector('#box h2')?.textContent.length > 0") is True
        shown.call("POST", f"{shown.session}/frame", {"id": None})


def differences(shown: Browser, rules: Rules, given: Sequence[Mapping[str, Value]]) -> list[object]:
    """List decisions of the browser that are not the walk's: outcome, words, path, facts read, data, recheck."""
    plain = [{name: to_plain(value) for name, value in facts.items()} for facts in given]
    zones = {value.key for facts in given for value in facts.values() if isinstance(value, ZoneInfo)}
    chart = write_data(rules.graph, zones)
    found = shown.run(
        f"const chart = JSON.parse({json.dumps(chart)}); return {json.dumps(plain)}.map(one => decideBy(chart, one))"
    )
    expected = [bare(rules.decide(facts).record().to_dict()) for facts in given]
    assert isinstance(found, list)
    assert len(found) == len(expected) > 0
    return [(one, other) for one, other in zip(expected, found, strict=True) if one != other]


@pytest.mark.tools
@pytest.mark.slow
@needs_browser[1]
class TestFaithful:
    @pytest.fixture
    def decider(self, opened: Callable[..., Browser]) -> Browser:
        """Open a page that only decides."""
        script = f"{asset('decide.js')}\nwindow.decideBy = decideBy;"
        return opened(f'<meta charset="utf-8"><div id=answer>it</div><script type="module">{script}</script>')

    @pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
    def test_recorded(self, decider: Browser, path: Path) -> None:
        """The browser decides every recorded decision like the walk, to the last step."""
        rules = deciding(path)

        assert differences(decider, rules, list(rows(path, rules))) == []

    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(rule_files(), seeds)
    def test_charts(self, decider: Browser, file: RuleFile, seed: int) -> None:
        """Whatever the chart, whatever the facts."""
        assert differences(decider, loaded(file), situations(file, seed)) == []

    @pytest.mark.parametrize("name", shipped_names())
    @settings(max_examples=4, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_facts(self, decider: Browser, name: str, data: st.DataObject) -> None:
        """Shipped charts decide the same on drawn facts."""
        rules = load(name)
        given = data.draw(st.lists(facts(rules), min_size=20, max_size=20))

        assert differences(decider, rules, [dict(rules.facts(facts)) for facts in given]) == []


@pytest.mark.tools
@needs_browser[1]
class TestHostile:
    def test_texts_are_shown(self, opened: Callable[..., Browser], tmp_path: Path) -> None:
        """A chart whose every text is a script is shown as text; nothing of it runs."""
        shown = opened(page(load(hostile(tmp_path)).graph).content.decode())
        shown.run(
            "document.querySelector('.cases button').click();"
            "document.querySelectorAll('.nr-box').forEach(one => one.dispatchEvent(new Event('click')))"
        )

        assert "onerror" in str(shown.run("return document.getElementById('answer').textContent"))
        assert shown.run(
            "return [document.querySelectorAll('img').length, document.querySelectorAll('script').length]"
        ) == [0, 3]
        assert shown.run("return document.title.includes('<script>')") is True


@pytest.mark.tools
@needs_browser[1]
class TestLook:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [390, 1280])
    def test_nothing_runs_over(self, opened: Callable[..., Browser], width: int, scheme: str) -> None:
        """Nothing is wider than the window, and every control has a name and is large enough to be met."""
        shown = opened(whole("team_chat"), width=width, scheme=scheme)
        wide = shown.run("return document.documentElement.scrollWidth")
        nameless = shown.run(
            "return [...document.querySelectorAll('button, input, select, textarea')]"
            ".filter(one => !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length))"
            ".map(one => one.outerHTML)"
        )
        small = shown.run(
            "return [...document.querySelectorAll('button, select')]"
            ".filter(one => one.offsetParent && one.offsetHeight < 24).length"
        )

        assert (wide, nameless, small) == (width, [], 0)

    def test_ground_follows_the_scheme(self, opened: Callable[..., Browser]) -> None:
        """Dark on a dark system."""
        text = whole("blocks/preference")
        ground = "return getComputedStyle(document.body).backgroundColor"

        assert opened(text).run(ground) == "rgb(255, 255, 255)"
        assert opened(text, scheme="dark").run(ground) == "rgb(13, 17, 23)"
