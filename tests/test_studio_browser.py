"""Work in the studio in a real browser: explain a decision, find what changes it, keep a case, save a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notifyrules.rules import read_cases
from tests.studio import CHART, Asked, studio
from tests.test_browser import HIGH, WIDE, Browser, browser
from tests.test_browser import pytestmark as needs_browser
from tests.test_page_access import SHOWN, VIOLATIONS, axe

__all__ = ["browser"]

pytestmark = needs_browser

HOSTILE = "</script><script>parent.document.title='run'</script><img src=x onerror=\"top.document.title='run'\">"
SET = "const field = document.getElementById('fact-{}'); field.value = {}; field.dispatchEvent(new Event('input'));"


class Window:
    """The studio, opened."""

    def __init__(self, browser: Browser, asked: Asked) -> None:
        """Open it by its link."""
        self.browser, self.asked = browser, asked
        self.go(asked.link)

    def go(self, address: str) -> None:
        """Open an address, in a window that held nothing before."""
        for one in ("about:blank", address):
            self.browser.call("POST", f"{self.browser.session}/url", {"url": one})

    def outside(self) -> None:
        """Look at the window around."""
        self.browser.call("POST", f"{self.browser.session}/frame", {"id": None})

    def until(self, script: str, *, inside: bool = False) -> object:
        """Wait until a script gives something, around the chart or inside of its frame, which may be another one."""
        found: object = None
        for _ in range(400):
            self.outside()
            if inside:
                self.browser.call("POST", f"{self.browser.session}/frame", {"id": 0})
            found = self.browser.run(f"return {script}")
            if found and not (isinstance(found, dict) and "error" in found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{script} is {found!r}")

    def inside(self, script: str, then: str = "true") -> object:
        """Do something in the frame of the chart, and wait for what it leads to."""
        self.until("document.getElementById('studio') !== null", inside=True)
        self.browser.run(script)
        return self.until(then, inside=True)


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["desk, light", "phone, dark"])
def window(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Window]:
    """Open a studio of a folder at one width and in one scheme."""
    width, scheme = request.param
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.command("Emulation.setDeviceMetricsOverride", size)
    browser.command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    with studio(tmp_path) as asked:
        yield Window(browser, asked)
    browser.call("POST", f"{browser.session}/url", {"url": "about:blank"})
    browser.command(
        "Emulation.setDeviceMetricsOverride", {"width": WIDE, "height": HIGH, "deviceScaleFactor": 1, "mobile": False}
    )


TEXT: Callable[[str], str] = "document.getElementById('{}').textContent".format


class TestWork:
    def test_the_link_opens_it(self, window: Window) -> None:
        """The token is out of the address at once, and a tab that is loaded again still has it."""
        window.until(f"{TEXT('state')} === 'no findings · 1 passed'")
        address = window.until("location.href")
        window.browser.call("POST", f"{window.browser.session}/refresh", {})

        assert window.asked.token not in str(address)
        assert window.until(f"{TEXT('state')} === 'no findings · 1 passed'")

    def test_a_decision_is_explained_changed_and_kept(self, window: Window) -> None:
        """By the page and the studio alone: why, what would change it, and a case of it."""
        window.inside(
            f"document.getElementById('tab-studio').click(); {SET.format('muted', repr('true'))}",
            "document.querySelector('#studio pre').textContent.includes('because    you muted it')",
        )
        window.inside(
            "document.querySelector('#studio .asking button').click()",
            "document.querySelectorAll('#changes button').length === 2",
        )
        window.inside(
            "document.querySelectorAll('#changes button')[1].click()",
            "document.querySelector('#answer strong').textContent === 'Notified'",
        )
        window.inside(
            "const name = document.querySelector('#studio form input'); name.value = 'urgent rings all the same';"
            "document.querySelector('#studio form').requestSubmit()",
            "document.querySelectorAll('#cases .cases button').length === 2",
        )
        suite = read_cases(window.asked.folder / "bell.cases.yaml")

        assert [one.name for one in suite] == ["it rings", "urgent rings all the same"]
        assert "given: {muted: true, urgent: true}\n" in (window.asked.folder / "bell.cases.yaml").read_text("utf-8")
        assert window.until(f"{TEXT('state')} === 'no findings · 2 passed'")
        assert window.until("document.getElementById('fact-urgent').value === 'true'", inside=True)

    def test_by_keyboard_alone(self, window: Window) -> None:
        """From the tabs on: find what changes a decision, take it, name the case, and keep it."""
        tab, enter, right = "\ue004", "\ue007", "\ue014"
        window.inside(f"{SET.format('muted', repr('true'))} document.getElementById('tab-box').focus()")
        for key in (right, tab, tab, tab, enter):
            window.browser.press(key)
        window.until("document.querySelectorAll('#changes button').length === 2", inside=True)
        for key in (tab, enter):
            window.browser.press(key)
        window.until("document.querySelector('#answer strong').textContent === 'Notified'", inside=True)
        for key in (tab, tab, *"by keyboard", enter):
            window.browser.press(key)
        window.until("document.querySelectorAll('#cases .cases button').length === 2", inside=True)

        assert [one.name for one in read_cases(window.asked.folder / "bell.cases.yaml")] == ["it rings", "by keyboard"]

    def test_another_answer_of_the_engine_is_told(self, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
        """The page decides at once; were it ever wrong, the engine's word would stand beside it."""
        said = "document.querySelector('#studio .problem').textContent"
        window.inside(SET.format("muted", "'true'"), "document.querySelector('#studio pre').textContent !== ''")
        assert window.until(f"{said} === ''", inside=True)
        other = {"outcome": "ring", "reasons": ["muted.else"], "explanations": {}}
        monkeypatch.setattr("notifyrules.studio.desk.Desk.decide", lambda *_: other)

        assert window.inside(SET.format("word", "'x'"), f"{said} === 'The engine decides ring, by muted.else.'")

    def test_without_the_solver(self, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
        """What it is needed for says so."""
        monkeypatch.setattr("notifyrules.studio.desk.can_prove", lambda: False)
        file = window.asked.folder / "bell.yaml"
        file.write_text(f"{file.read_text('utf-8')}# saved\n", "utf-8")

        assert window.inside("", "document.querySelector('#studio .asking button').disabled")
        assert window.until("document.getElementById('studio').textContent.includes('notifyrules[prove]')", inside=True)

    def test_a_saved_file_is_shown(self, window: Window) -> None:
        """With what is wrong in it, the chart as it was before; and mended, with the facts as they were."""
        file = window.asked.folder / "bell.yaml"
        window.inside(SET.format("word", "'kept'"))
        file.write_text(CHART.replace("if: muted", "if: mutde"), "utf-8")
        window.until("document.querySelector('#findings pre')?.textContent.includes('bell.yaml:8:')")

        assert window.until("document.querySelector('iframe') !== null")
        assert window.until("document.getElementById('findings').open")
        file.write_text(CHART.replace("ask: Muted?", "ask: Is it muted?"), "utf-8")
        assert window.until("document.querySelector('svg').textContent.includes('Is it muted?')", inside=True)
        assert window.until("document.getElementById('fact-word').value === 'kept'", inside=True)

    def test_a_case_that_fails_is_listed(self, window: Window) -> None:
        """Choosing it fills the fields, and the tab counts it."""
        (window.asked.folder / "bell.cases.yaml").write_text(
            "notifyrules-cases: 1\nrules: bell.yaml\ncases: [{name: it is silent, given: {word: x}, expect: silent}]\n",
            "utf-8",
        )
        window.until(f"{TEXT('state')} === 'no findings · 1 failed'")
        window.inside("", f"{TEXT('tab-studio')} === 'Studio (1)'")

        assert window.inside(
            "document.querySelector('#failed button').click()",
            "document.getElementById('fact-word').value === 'x'",
        )

    def test_nothing_runs_over(self, window: Window) -> None:
        """Neither the window nor the chart in it is wider than the screen, and the chart is as large as it can be."""
        window.inside("document.getElementById('tab-studio').click()")

        assert window.until("document.documentElement.scrollWidth === innerWidth")
        assert window.until("document.documentElement.scrollWidth === innerWidth", inside=True)
        assert window.until("document.querySelector('#stage svg').clientWidth > 250", inside=True)


class TestAxe:
    def test_finds_nothing(self, window: Window) -> None:
        """Around the chart, with a finding shown, and in the tab with everything in it."""
        script = axe()
        window.inside(
            f"document.getElementById('tab-studio').click(); {SET.format('muted', repr('true'))}"
            "document.querySelector('#studio .asking button').click()",
            "document.querySelectorAll('#changes button').length === 2",
        )
        asked = {"script": SHOWN.format(VIOLATIONS), "args": []}
        window.browser.run(script)
        inside = window.browser.call("POST", f"{window.browser.session}/execute/async", asked)
        (window.asked.folder / "bell.yaml").write_text(CHART.replace("if: muted", "if: mutde"), "utf-8")
        window.until("document.querySelector('#findings pre')")
        window.browser.run(script)
        around = window.browser.call("POST", f"{window.browser.session}/execute/async", asked)

        assert not inside
        assert not around


class TestHostile:
    def test_texts_are_shown(self, window: Window) -> None:
        """A chart, a case and a finding whose texts are scripts are shown as text; nothing of them runs."""
        quoted = json.dumps(HOSTILE)
        (window.asked.folder / "bell.cases.yaml").write_text(
            f"notifyrules-cases: 1\nrules: bell.yaml\ncases: [{{name: {quoted}, expect: silent}}]\n", "utf-8"
        )
        (window.asked.folder / "bell.yaml").write_text(
            CHART.replace("Does it ring?", quoted).replace('"something happened {word}"', quoted), "utf-8"
        )
        window.until(f"{TEXT('state')}.endsWith('1 failed')")
        window.inside("", "document.getElementById('studio').textContent.includes('onerror')")
        (window.asked.folder / "bell.cases.yaml").write_text(
            f"notifyrules-cases: 1\nrules: bell.yaml\ncases: [{{name: x, expect: {quoted}}}]\n", "utf-8"
        )

        assert window.until("document.querySelector('#findings pre')?.textContent.includes('onerror')")
        assert window.until("document.title") != "run"
        assert window.until("document.querySelectorAll('img, script').length") == 1

    def test_the_frame_reaches_nothing(self, window: Window) -> None:
        """A script that ran there all the same could neither read the window, nor the token, nor ask the studio."""
        window.until(f"{TEXT('state')} === 'no findings · 1 passed'")
        window.inside("")
        tried = (
            "const tries = [() => parent.document.title, () => parent.sessionStorage, () => sessionStorage, "
            "() => document.cookie];"
            "return tries.filter(one => { try { one(); return true; } catch { return false; } }).length"
        )
        fetched = f"return fetch('http://127.0.0.1:{window.asked.port}/').then(() => 'had', () => 'refused')"

        assert window.browser.run(tried) == 0
        assert window.browser.run(fetched) == "refused"
