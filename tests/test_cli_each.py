"""Decide and explain for every medium on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import run

CHART = """notifyrules: 1
media: {fact: device, per_medium: [level]}
facts:
  muted: bool = false
  device: desktop | phone
  level: all | never = all
flow:
  muted: {if: muted, then: {to: "no", because: you muted it}, else: level}
  level: {if: level == "never", then: {to: "no", because: never here}, else: phone}
  phone: {if: device == "phone", then: {to: "yes", because: it rings}, else: {to: "yes", because: it shows}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
OWN = ("--set", "level@phone=never")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Give the path of a rule file with media."""
    path = tmp_path / "devices.yaml"
    path.write_text(CHART, "utf-8")
    return path


class TestEach:
    def test_each_medium_has_its_answer(self, rules: Path) -> None:
        """The answer, its words and its reason stand under the name of the medium."""
        assert run("decide", rules, "--each").out == (
            "desktop: Notified: yes\n  because  it shows\n  reason   phone.else\n"
            "phone: Notified: yes\n  because  it rings\n  reason   phone.then\n"
        )

    def test_a_fact_is_set_for_one_medium(self, rules: Path) -> None:
        """What is set for a medium counts there, and what is set for all elsewhere."""
        result = run("decide", rules, "--each", *OWN, "--json")

        assert result.json["notified"] == ["desktop"]
        assert result.json["refused"] == ["phone"]
        assert result.json["decisions"]["phone"]["facts"]["level"] == "never"

    def test_each_is_explained(self, rules: Path) -> None:
        """There is a paragraph for each; where all is the same, it is said once."""
        told = "desktop:\nYou were notified: it shows.\n\nphone:\nYou were not notified: never here.\n"

        assert run("explain", rules, "--each", "--reader", "user", *OWN).out == told
        assert run("explain", rules, "--each", "--reader", "user", *OWN, "--json").json["explanation"] == told[:-1]
        assert run("explain", rules, "--each", "--reader", "user", "--set", "muted=true").out == (
            "You were not notified: you muted it.\n"
        )

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (("--each", "--set", "level@phon=never"), "phon: is no medium: `device` is never that"),
            (("--each", "--set", "muted@phone=true"), "muted@phone: is the same for all media"),
            (("--each", "--set", "level@phone=x"), "--set: level@phone: expected"),
            (("--each", "--set", "device=phone"), "or leave out `--each`"),
            (OWN, "--set: level@phone: is set for one medium"),
        ],
    )
    def test_what_cannot_be_is_said(self, rules: Path, words: tuple[str, ...], found: str) -> None:
        """A setting for a medium names one, a fact that may differ, and a value of its type."""
        result = run("decide", rules, *words)

        assert result.code == 2
        assert found in result.err

    def test_a_record_holds_one_decision(self, tmp_path: Path) -> None:
        """What was logged is explained as it was."""
        result = run("explain", "--record", tmp_path / "log.json", "--each")

        assert result.code == 2
        assert "a record holds one decision" in result.err
