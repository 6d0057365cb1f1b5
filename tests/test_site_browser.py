"""The site of the documentation, opened from a folder in a real browser."""

from __future__ import annotations

import time
from pathlib import Path

from tests.test_browser import Browser, browser
from tests.test_browser import pytestmark as needs_browser
from tests.test_site import built, needs_builder, site

__all__ = ["browser", "built", "site"]
pytestmark = [*needs_browser, needs_builder]


def test_search_finds_a_heading(built: Path, browser: Browser) -> None:
    """What is typed is found without a server, and leads to its heading."""
    browser.call("POST", f"{browser.session}/url", {"url": (built / "code" / "rules.html").as_uri()})
    for key in "/has_word":
        browser.press(key)
        time.sleep(0.2)
    for _ in range(20):
        time.sleep(0.5)
        browser.press("\ue007")
        if "#" in str(browser.run("return location.href")):
            break

    assert browser.run("return location.href") == f"{(built / 'language.html').as_uri()}?h=has_word#has_word"
