"""Ask without a command line: whoever asks gets what the command line prints for programs."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

import notifyrules
from notifyrules.answers import check, decisions, diff, render, test
from notifyrules.cases.runner import Selection
from notifyrules.limit import Limit
from notifyrules.rules import Rules, find_place
from tests.cli import TEAM_CHAT, run, team_chat

GIVEN = {"message.kind": "dm", "channel.muted": True}
SETTINGS = ("--set", "message.kind=dm", "--set", "channel.muted=true")
CASES = """\
notifyrules-cases: 1
rules: team_chat.yaml
cases:
  - {name: A muted channel is silent, given: {message.kind: dm, channel.muted: true}, expect: "no"}
  - {name: Everything else is loud, given: {message.kind: group}, expect: "yes"}
"""


@pytest.fixture(autouse=True)
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """Work in a folder with rules, a version of them that differs, and cases of which one fails."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "team_chat.cases.yaml").write_text(CASES, "utf-8")
    (tmp_path / "new.yaml").write_text(TEAM_CHAT.replace("size < 100", "size < 50"), "utf-8")
    return notifyrules.load(team_chat(tmp_path).name)


class TestToDict:
    def test_decide(self, rules: Rules) -> None:
        """A decision is its record."""
        assert run("decide", "team_chat.yaml", "--json", *SETTINGS).json == decisions.decide(rules, GIVEN).to_dict()

    def test_explain(self, rules: Rules) -> None:
        """An explanation stands beside its decision."""
        explained = decisions.explain(rules, GIVEN, "support")

        assert run("explain", "team_chat.yaml", "--json", *SETTINGS).json == explained.to_dict()

    @pytest.mark.parametrize("now", ["team_chat.yaml", "new.yaml"])
    def test_explain_logged(self, rules: Rules, now: str) -> None:
        """What has become of the rules since stands there too."""
        record = decisions.decide(rules, GIVEN)
        logged = decisions.explain_logged(record, notifyrules.load(now), "support")

        printed = run("explain", now, "--json", "--record", "-", stdin=json.dumps(record.to_dict()))
        assert printed.json == logged.to_dict()
        assert logged.changed == (now == "new.yaml")

    def test_check(self) -> None:
        """Findings of all files are counted together."""
        Path("broken.yaml").write_text(TEAM_CHAT.replace('to: "no"', "to: nowhere"), "utf-8")
        checked = check.check([find_place("broken.yaml", None), find_place("team_chat.cases.yaml", None)])

        assert run("check", "broken.yaml", "team_chat.cases.yaml", "--no-prove", "--format", "json").json == (
            checked.to_dict()
        )
        assert checked.to_dict()["errors"] == 2

    def test_test(self) -> None:
        """What became of the cases stands beside what they cover."""
        suites = test.read_all([find_place("team_chat.cases.yaml", None)])
        tested = test.test(suites, Selection(), test.record(suites, ()))

        assert run("test", "team_chat.cases.yaml", "--coverage", "--format", "json").json == tested.to_dict()
        assert tested.failed

    def test_diff(self, rules: Rules) -> None:
        """A change that is not allowed is one for every door."""
        diffed = diff.diff(rules.graph, notifyrules.load("new.yaml").graph, limit=Limit(60))

        assert run("diff", "team_chat.yaml", "new.yaml", "--format", "json").json == diffed.to_dict()
        assert diffed.refused == ("yes->no",)

    @pytest.mark.parametrize("picture_format", render.FORMATS)
    def test_render(self, rules: Rules, picture_format: str) -> None:
        """A picture is text, or base64 where its format is none."""
        picture = render.render(rules.graph, picture_format).to_dict()["picture"]
        printed = run("render", "team_chat.yaml", "--format", picture_format).raw

        assert picture == (base64.b64encode(printed) if picture_format == "png" else printed).decode()
