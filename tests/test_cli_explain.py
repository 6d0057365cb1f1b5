"""Explain on the command line: decisions made now and decisions that were logged."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from notifyrules.explanation import Reader
from notifyrules.rules import load
from tests.cli import CALLED, TEAM_CHAT, run, team_chat

FACTS = {"message.kind": "dm", "channel.muted": True, "channel.name": "#random"}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Give the path of a rule file, relative to the working folder."""
    return team_chat(tmp_path)


@pytest.fixture
def log(rules: Path, tmp_path: Path) -> Path:
    """Give the path of a decision that was logged."""
    return write_log(tmp_path, load(rules).should_notify(FACTS).to_dict())


def write_log(folder: Path, record: object) -> Path:
    """Keep a record in a file."""
    path = folder / "decision.json"
    path.write_text(json.dumps(record), "utf-8")
    return path


class TestReaders:
    @pytest.mark.parametrize("reader", ["user", "support", "engineer"])
    def test_a_decision_is_explained_like_by_the_api(self, rules: Path, reader: Reader) -> None:
        """Both doors give the same words."""
        expected = load(rules).should_notify(FACTS).explain(reader)
        result = run("explain", rules, "--facts", "-", "--reader", reader, stdin=json.dumps(FACTS))

        assert result.code == 0
        assert result.out == f"{expected}\n"

    def test_support_sees_what_was_not_asked(self, rules: Path) -> None:
        """Questions behind the answer are named, in short."""
        result = run("explain", rules, "--facts", "-", stdin=json.dumps(FACTS))

        assert "Questions not asked: User in DnD?; What kind of message?; Urgent and small?" in result.out

    def test_an_unknown_reader_is_misuse(self, rules: Path) -> None:
        """The nearest reader is offered before anything is read."""
        result = run("explain", rules, "--reader", "enginer")

        assert result.code == 2
        assert "did you mean `engineer`?" in result.err

    def test_json_holds_the_words_and_the_decision(self, rules: Path) -> None:
        """A program gets both."""
        result = run("explain", rules, "--facts", "-", "--reader", "user", "--json", stdin=json.dumps(FACTS)).json

        assert result["explanation"] == "You were not notified: you muted #random."
        assert result["decision"]["reason"] == "muted.then"

    def test_a_chart_made_to_be_called_is_explained(self, tmp_path: Path) -> None:
        """Such a chart only gives an outcome, which can be explained all the same."""
        path = tmp_path / "quiet.yaml"
        path.write_text(CALLED, "utf-8")

        assert run("explain", path, "--reader", "user").out.startswith("The answer is “free”.")

    def test_rules_have_to_be_named(self) -> None:
        """Without rules and without a record there is nothing to explain."""
        result = run("explain")

        assert result.code == 2
        assert "no rules are named" in result.err


class TestRecord:
    def test_a_logged_decision_is_explained_from_its_record(self, rules: Path, log: Path) -> None:
        """The explanation is the one that was given when it was decided."""
        expected = load(rules).should_notify(FACTS).explain("user")

        assert run("explain", "--record", log, "--reader", "user").out.startswith(expected)

    def test_a_record_can_be_piped_in(self, log: Path) -> None:
        """A dash is standard input."""
        result = run("explain", "--record", "-", stdin=log.read_bytes())

        assert result.code == 0
        assert "muted = true" in result.out

    def test_rules_that_are_the_same_are_said_to_be(self, rules: Path, log: Path) -> None:
        """The reader learns that nothing has changed."""
        result = run("explain", rules, "--record", log)

        assert result.out.endswith("The rules have not changed since.\n")
        assert "Questions not asked" in result.out

    def test_a_change_that_keeps_the_answer_is_told(self, rules: Path, log: Path) -> None:
        """The digests differ, and today's rules decide the same."""
        rules.write_text(TEAM_CHAT.replace("User in DnD?", "Do Not Disturb?"), "utf-8")
        result = run("explain", rules, "--record", log)

        assert "The rules have changed since: their digest was" in result.out
        assert "Today's rules decide the same for these facts: not notified: no, by muted.then." in result.out
        assert "Questions not asked" not in result.out

    def test_the_person_concerned_is_told_of_a_change_in_plain_words(self, rules: Path, log: Path) -> None:
        """No digest, no name of an arrow."""
        rules.write_text(TEAM_CHAT.replace("if: channel.muted,", "if: channel.muted and user.in_dnd,"), "utf-8")
        told = load(rules).should_notify({**FACTS, "user.in_dnd": True}).explain("user")

        assert run("explain", rules, "--record", log, "--reader", "user").out == (
            f"{told}\n\nThe rules have changed since then.\n"
        )

    def test_rules_that_are_not_at_hand_are_none_of_a_persons_business(self, log: Path) -> None:
        """Somebody who was not notified has no rule file to name."""
        record: dict[str, Any] = json.loads(log.read_text("utf-8"))
        record["rules"]["path"] = "none.yaml"
        result = run("explain", "--record", "-", "--reader", "user", stdin=json.dumps(record))

        assert len(result.out.splitlines()) == 1

    def test_a_change_of_the_answer_is_told(self, rules: Path, log: Path) -> None:
        """What today's rules decide for the facts of then stands below the explanation."""
        rules.write_text(TEAM_CHAT.replace("if: channel.muted,", "if: channel.muted and user.in_dnd,"), "utf-8")
        result = run("explain", rules, "--record", log)

        assert result.code == 0
        assert result.out.startswith("Not notified\n")
        assert "Today's rules decide otherwise for these facts: notified: yes, by kind.dm." in result.out

    def test_facts_dropped_since_are_named(self, rules: Path, log: Path) -> None:
        """Facts that today's rules do not know do not keep them from deciding."""
        changed = TEAM_CHAT.replace('  channel.name: text = "this channel"\n', "").replace("{channel.name}", "it")
        rules.write_text(changed, "utf-8")
        result = run("explain", rules, "--record", log)

        assert "  because: you muted it\n" in result.out
        assert "Facts that today's rules do not know: channel.name.\n" in result.out

    def test_facts_missing_today_are_named(self, rules: Path, log: Path) -> None:
        """Rules that ask for more than was logged cannot decide, and say what is missing."""
        changed = TEAM_CHAT.replace("facts:\n", "facts:\n  user.role: text\n").replace(
            "if: user.in_dnd", 'if: user.in_dnd or user.role == "guest"'
        )
        rules.write_text(changed, "utf-8")
        result = run("explain", rules, "--record", log)

        assert result.code == 0
        assert "Today's rules cannot decide for these facts:\n  user.role: is missing" in result.out

    def test_json_tells_the_same(self, rules: Path, log: Path) -> None:
        """A program learns whether the rules changed and what they decide today."""
        same = run("explain", rules, "--record", log, "--json").json
        rules.write_text(TEAM_CHAT.replace("if: channel.muted,", "if: channel.muted and user.in_dnd,"), "utf-8")
        other = run("explain", rules, "--record", log, "--json").json

        assert (same["rules_changed"], same["today"]) == (False, None)
        assert (other["rules_changed"], other["today"]["outcome"], other["today_fails"]) == (True, "yes", None)

    def test_what_explain_printed_for_programs_is_a_record_too(self, rules: Path) -> None:
        """The decision inside of it is taken."""
        printed = run("explain", rules, "--set", "message.kind=dm", "--json").out

        assert run("explain", "--record", "-", stdin=printed).code == 0

    def test_decisions_for_several_media_are_no_record(self) -> None:
        """What is kept of each medium is a record of its own."""
        every = run("decide", "slack", "--each", "--json").json
        whole = run("explain", "--record", "-", stdin=json.dumps(every))
        one = run("explain", "--record", "-", "--reader", "user", stdin=json.dumps(every["decisions"]["mobile"]))

        assert (whole.code, one.code) == (2, 0)
        assert "give one of them, as it stands under `decisions`" in whole.err

    def test_facts_beside_a_record_are_misuse(self, log: Path) -> None:
        """A record brings its own."""
        result = run("explain", "--record", log, "--set", "channel.muted=false")

        assert result.code == 2
        assert "a record holds the facts of its decision" in result.err


class TestRulesOfARecord:
    def test_shipped_rules_are_found_by_the_record(self) -> None:
        """A decision of the shipped chart needs no path."""
        printed = run("decide", "slack", "--json").out

        assert run("explain", "--record", "-", stdin=printed).out.endswith("The rules have not changed since.\n")

    def test_rules_below_the_current_folder_are_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The path in the record is tried from the working folder."""
        team_chat(tmp_path)
        monkeypatch.chdir(tmp_path)
        printed = run("decide", "team_chat.yaml", "--set", "message.kind=dm", "--json").out

        assert run("explain", "--record", "-", stdin=printed).out.endswith("The rules have not changed since.\n")

    @pytest.mark.parametrize(
        "path", ["/etc/hostname", f"..{os.sep}secret.yaml", "none.yaml", "notifyrules:none", "\x00"]
    )
    def test_a_forged_path_opens_nothing(self, log: Path, path: str) -> None:
        """A record comes from a log; files outside of the current folder are none of its business."""
        record: dict[str, Any] = json.loads(log.read_text("utf-8"))
        record["rules"]["path"] = path
        result = run("explain", "--record", "-", stdin=json.dumps(record))

        assert result.code == 0
        assert "are not at hand" in result.out
        assert result.err == ""

    @pytest.mark.parametrize(
        "way", ["{file}", "notifyrules:{file}", "notifyrules:../secret/team_chat.yaml", "link.yaml"]
    )
    def test_a_forged_path_opens_no_rules_elsewhere(
        self, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        """Neither an absolute path, nor the prefix of shipped rules, nor a link leads out of the current folder."""
        (tmp_path / "secret").mkdir()
        (tmp_path / "here").mkdir()
        team_chat(tmp_path / "secret")
        secret = tmp_path / "secret" / "team_chat.yaml"
        (tmp_path / "here" / "link.yaml").symlink_to(secret)
        monkeypatch.chdir(tmp_path / "here")
        record: dict[str, Any] = json.loads(log.read_text("utf-8"))
        record["rules"]["path"] = way.format(file=secret)
        result = run("explain", "--record", "-", stdin=json.dumps(record))

        assert result.code == 0
        assert "are not at hand" in result.out


class TestMalformedRecords:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "this is not JSON"),
            ('{"notifyrules-record": 1, "rules"', "<standard input>:1:34: this is not JSON"),
            ("{}\n{}", "<standard input>:2:1: a second JSON value begins here"),
            ("[]", "this is no record of a decision: it is a list"),
            ("{}", "this is no record of a decision: it has no `notifyrules-record: 1`"),
            ('{"notifyrules-record": 7}', "the record is written in version 7"),
            ('{"notifyrules-record": 1, "notifyrules-record": 1}', "stands here twice"),
            ('{"a":' * 100_000, "the JSON nests too deeply"),
        ],
        ids=["nothing", "cut", "two", "list", "empty", "version", "twice", "depth"],
    )
    def test_what_is_no_record_is_misuse(self, text: str, message: str) -> None:
        """The message says what is wrong with it."""
        result = run("explain", "--record", "-", stdin=text)

        assert (result.code, result.out) == (2, "")
        assert message in result.err
