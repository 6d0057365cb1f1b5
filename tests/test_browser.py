"""Open pictures in a real browser: point at them, walk them by keyboard, print them, and look at them at night."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import pytest

from notifyrules import load
from notifyrules.shipped import shipped_names

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(not (shutil.which("chromedriver") and shutil.which("chromium")), reason="needs chromium"),
]

WIDE, HIGH = 1400, 4000
QUIET: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars"
)
POINTED: Final = """
const missed = [];
for (const arrow of document.querySelectorAll('.nr-arrow')) {
  const found = (x, y) => document.elementFromPoint(x, y)?.closest('.nr-arrow') === arrow;
  const name = arrow.querySelector('title').textContent, line = arrow.querySelector('path');
  const half = line.getTotalLength() / 2, at = d => line.getPointAtLength(d).matrixTransform(line.getScreenCTM());
  const here = at(half), before = at(half - 0.5), after = at(half + 0.5);
  const way = Math.hypot(after.x - before.x, after.y - before.y);
  const [aside, down] = [(before.y - after.y) / way, (after.x - before.x) / way];
  for (const by of [0, 3, -3]) if (!found(here.x + by * aside, here.y + by * down)) missed.push(`${name}: ${by}`);
  for (const text of arrow.querySelectorAll('text')) {
    const words = text.getBoundingClientRect();
    if (!found(words.x + words.width / 2, words.y + words.height / 2)) missed.push(`${name}: ${text.textContent}`);
  }
}
for (const box of document.querySelectorAll('.nr-box')) {
  const place = box.querySelector('rect').getBoundingClientRect();
  for (const [x, y] of [[0.5, 0.03], [0.5, 0.97], [0.02, 0.5], [0.98, 0.5], [0.5, 0.5], [0.3, 0.1], [0.7, 0.9]]) {
    const found = document.elementFromPoint(place.x + place.width * x, place.y + place.height * y);
    if (found?.closest('.nr-box') !== box) missed.push(`${box.dataset.key}: ${x}, ${y}`);
  }
}
return missed;
"""


class Browser:
    """A browser without a window, spoken to by WebDriver."""

    def __init__(self, port: int, folder: Path) -> None:
        """Open it, with nothing remembered."""
        self.port = port
        options = {"binary": shutil.which("chromium"), "args": [*QUIET.split(), f"--user-data-dir={folder}"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options}
        opened = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{opened['sessionId']}"
        size = {"width": WIDE, "height": HIGH, "deviceScaleFactor": 1, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", size)

    def call(self, method: str, path: str, body: object = None) -> dict[str, str]:
        """Ask for something."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, None if body is None else json.dumps(body))
        found: dict[str, str] = json.loads(connection.getresponse().read())["value"]
        connection.close()
        return found

    def command(self, name: str, values: object) -> dict[str, str]:
        """Ask for something that only this browser can do."""
        return self.call("POST", f"{self.session}/goog/cdp/execute", {"cmd": name, "params": values})

    def show(self, svg: str, folder: Path, *, scheme: str = "light", media: str = "screen") -> None:
        """Open a picture."""
        file = folder / "picture.svg"
        file.write_text(svg, encoding="utf-8")
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", {"media": media, "features": features})
        self.call("POST", f"{self.session}/url", {"url": file.as_uri()})

    def run(self, script: str) -> object:
        """Run a script in the page."""
        return self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": []})

    def press(self, key: str) -> None:
        """Press a key."""
        keys = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self.call("POST", f"{self.session}/actions", {"actions": actions})

    def colour(self, x: int, y: int) -> tuple[int, ...]:
        """Look at one pixel."""
        clip = {"x": x, "y": y, "width": 1, "height": 1, "scale": 1}
        png = base64.b64decode(self.command("Page.captureScreenshot", {"clip": clip})["data"])
        at = png.index(b"IDAT")
        (size,) = struct.unpack(">I", png[at - 4 : at])
        return tuple(zlib.decompressobj().decompress(png[at + 4 : at + 4 + size])[1:4])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Open a browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL) as driver:  # noqa: S607 - on the path
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        opened = Browser(port, tmp_path_factory.mktemp("browser"))
        yield opened
        opened.call("DELETE", opened.session)
        driver.terminate()


class TestPointer:
    @pytest.mark.parametrize("name", shipped_names())
    @pytest.mark.parametrize("expand", [False, True], ids=["folded", "opened"])
    def test_everything_is_found(self, browser: Browser, tmp_path: Path, name: str, expand: bool) -> None:  # noqa: FBT001 - a column of the table
        """Every arrow in its middle, three pixels beside that and on its words; every box all over."""
        browser.show(load(name).to_svg(expand=expand), tmp_path)

        assert browser.run(POINTED) == []

    def test_with_a_decision_on_it(self, browser: Browser, tmp_path: Path) -> None:
        """So it is among lit and faint lines."""
        rules = load("slack")
        browser.show(rules.to_svg(rules.should_notify({"channel.muted": True})), tmp_path)

        assert browser.run(POINTED) == []


class TestKeyboard:
    def test_every_box_is_reached_in_order(self, browser: Browser, tmp_path: Path) -> None:
        """Tab by tab, from the start to the ends; the box that is reached has a heavy edge."""
        browser.show(load("blocks/preference").to_svg(), tmp_path)
        keys = browser.run("return [...document.querySelectorAll('.nr-box')].map(box => box.dataset.key)")
        assert isinstance(keys, list)
        edge = "getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth"
        reached = []
        for _ in keys:
            browser.press("\ue004")
            reached.append(browser.run(f"return [document.activeElement.dataset.key, {edge}]"))

        assert reached == [[key, "4px"] for key in keys]


class TestNight:
    PANEL = "return getComputedStyle(document.querySelector('.nr-panel')).fill"

    def test_a_dark_picture_has_a_dark_window(self, browser: Browser, tmp_path: Path) -> None:
        """Opened alone, it does not stand in a white one."""
        browser.show(load("blocks/preference").to_svg(), tmp_path, scheme="dark")

        assert max(browser.colour(WIDE - 10, HIGH - 10)) < 40
        assert browser.run(self.PANEL) == "rgb(13, 17, 23)"

    def test_a_light_one_has_a_white_window(self, browser: Browser, tmp_path: Path) -> None:
        """As the reader's system is."""
        browser.show(load("blocks/preference").to_svg(), tmp_path)

        assert browser.colour(WIDE - 10, HIGH - 10) == (255, 255, 255)
        assert browser.run(self.PANEL) == "rgb(255, 255, 255)"

    def test_paper_is_white(self, browser: Browser, tmp_path: Path) -> None:
        """Also when somebody prints from a dark system."""
        browser.show(load("blocks/preference").to_svg(), tmp_path, scheme="dark", media="print")

        assert browser.colour(WIDE - 10, HIGH - 10) == (255, 255, 255)
        assert browser.run(self.PANEL) == "rgb(255, 255, 255)"
