"""Decide on the command line: the ways to give facts, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notifyrules.evaluation.record import Record
from tests.cli import CALLED, run, team_chat


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Give the path of a rule file."""
    return team_chat(tmp_path)


class TestAnswer:
    def test_the_answer_its_words_and_its_reason_are_printed(self, rules: Path) -> None:
        """Three lines tell outcome, words for a person, and the id of the arrow."""
        result = run("decide", rules, "--set", "message.kind=dm", "--set", "channel.muted=true")

        assert result.out == "Not notified: no\n  because  you muted this channel\n  reason   muted.then\n"

    @pytest.mark.parametrize("setting", ["message.kind=dm", "message.kind=group"])
    def test_the_exit_code_does_not_tell_the_answer(self, rules: Path, setting: str) -> None:
        """It ran, so the exit code is 0, whatever was decided."""
        assert run("decide", rules, "--set", setting).code == 0

    def test_json_is_the_record_of_the_decision(self, rules: Path) -> None:
        """What is printed for programs can be kept in a log and read back."""
        result = run("decide", rules, "--set", "message.kind=dm", "--json")

        assert Record.from_dict(result.json).outcome == "yes"

    def test_shipped_rules_go_by_their_name(self) -> None:
        """The chart that comes with the package needs no path."""
        result = run("decide", "slack", "--set", "channel.muted=true", "--set", "channel.name=#random")

        assert "because  you muted #random" in result.out

    def test_data_and_recheck_are_printed(self, tmp_path: Path) -> None:
        """What the outcome carries stands below the answer."""
        path = tmp_path / "held.yaml"
        path.write_text(
            "notifyrules: 1\nfacts: {now: instant, quiet: bool}\ndata: {via: 'list of text = []'}\n"
            "flow: {night: {if: quiet, then: held, else: sent}}\n"
            "outcomes: {held: {notify: later, recheck: 8h, data: {via: [push]}}, sent: {notify: true}}\n",
            "utf-8",
        )
        result = run("decide", path, "--set", "now=2026-11-23T22:00:00Z", "--set", "quiet=true")

        assert result.out == (
            "Not notified yet: held\n  reason   night.then\n  data     via = [push]\n  recheck  2026-11-24T06:00:00Z\n"
        )


class TestSettings:
    @pytest.mark.parametrize(
        ("setting", "name", "value"),
        [
            ("channel.muted=true", "channel.muted", True),
            ("channel.muted=false", "channel.muted", False),
            ("message.kind=dm", "message.kind", "dm"),
            ('message.kind="dm"', "message.kind", "dm"),
            ("channel.name=#random", "channel.name", "#random"),
            ("channel.name=true", "channel.name", "true"),
            ("channel.name=null", "channel.name", "null"),
            ("channel.name=a = b", "channel.name", "a = b"),
            ('channel.name="quoted, \\u00fc"', "channel.name", "quoted, ü"),
            ('channel.name="', "channel.name", '"'),
            ('channel.name="\\q"', "channel.name", '"\\q"'),
            ("channel.name=", "channel.name", ""),
            ("message.size=-12", "message.size", -12),
            ("message.labels=[]", "message.labels", []),
            ("message.labels=[urgent, for review]", "message.labels", ["urgent", "for review"]),
            ('message.labels=["a, b", c]', "message.labels", ["a, b", "c"]),
            ("user.quiet_from=22:00", "user.quiet_from", "22:00"),
            ("user.quiet_from=null", "user.quiet_from", None),
            (" message.size = 7 ", "message.size", 7),
            ("user.quiet=[{from: '22:00', until: 07:00}]", "user.quiet", [{"from": "22:00", "until": "07:00"}]),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_value_is_read_as_its_fact_is_declared(self, rules: Path, setting: str, name: str, value: object) -> None:
        """Texts and enumerations stand bare, lists in brackets, `null` is null where the type has it."""
        result = run(
            "decide",
            rules,
            "--set",
            "message.kind=channel" if name != "message.kind" else setting,
            *(["--set", setting] if name != "message.kind" else []),
            "--json",
        )

        assert result.json["facts"][name] == value

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("channel.muted=yes", '--set: channel.muted: expected true or false, found the text "yes"'),
            ("channel.muted=null", '--set: channel.muted: expected true or false, found the text "null"'),
            ("message.kind=direct", "--set: message.kind: expected one of `dm`, `group`, `channel`"),
            ("message.size=many", '--set: message.size: expected an integer, found the text "many"'),
            ("message.size=1.5", '--set: message.size: expected an integer, found the text "1.5"'),
            ("message.size=" + "9" * 30, "--set: message.size: expected an integer"),
            ("message.labels=urgent", "--set: message.labels: expected a list of text, found the text"),
            ("message.labels=[a,]", "--set: message.labels: expected a list of text, found the text"),
            ("message.labels=[,a]", "--set: message.labels: expected a list of text, found the text"),
            ("user.quiet=nights", "--set: user.quiet: expected a list of windows"),
            ("user.quiet=[{from: 22:00", "--set: user.quiet: expected a list of windows"),
            ("user.quiet_from=25:00", "--set: user.quiet_from: expected a time"),
            (
                "chanel.muted=true",
                "--set: chanel.muted: is not a fact of these rules\n  help: did you mean `channel.muted`?",
            ),
        ],
        ids=lambda value: value[:30],
    )
    def test_a_wrong_value_is_misuse_that_names_the_fact(self, rules: Path, setting: str, message: str) -> None:
        """The message says which fact, what was found and what is expected."""
        result = run("decide", rules, "--set", setting)

        assert (result.code, result.out) == (2, "")
        assert message in result.err

    @pytest.mark.parametrize("setting", ["channel.muted", "=true", ""])
    def test_a_setting_without_a_fact_or_a_value_is_misuse(self, rules: Path, setting: str) -> None:
        """The form is shown."""
        result = run("decide", rules, "--set", setting)

        assert result.code == 2
        assert "write `--set fact=value`" in result.err

    def test_all_wrong_settings_are_told_at_once(self, rules: Path) -> None:
        """One run shows every mistake."""
        result = run("decide", rules, "--set", "channel.muted=maybe", "--set", "message.size=x", "--set", "no.such=1")

        assert result.err.count("error: --set: ") == 3

    def test_setting_a_fact_twice_is_misuse(self, rules: Path) -> None:
        """Neither of two values wins in silence."""
        result = run("decide", rules, "--set", "message.size=1", "--set", "message.size=2")

        assert result.code == 2
        assert "message.size: is set twice" in result.err

    @pytest.mark.parametrize(
        ("setting", "name", "value"),
        [
            ("channel.name='a \"b\" '", "channel.name", 'a "b" '),
            ("channel.name='it''s'", "channel.name", "it's"),
            ("channel.name='tis", "channel.name", "'tis"),
            ('channel.name=" a "', "channel.name", " a "),
            ("channel.name=  a  ", "channel.name", "a"),
            ("message.labels=['a, b',\" c \", don't]", "message.labels", ["a, b", " c ", "don't"]),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_quotes_of_either_kind_keep_blanks_and_commas(
        self, rules: Path, setting: str, name: str, value: object
    ) -> None:
        """A value is read the same alone and in a list: blanks around it are dropped, quotes taken off."""
        result = run("decide", rules, "--set", "message.kind=dm", "--set", setting, "--json")

        assert result.json["facts"][name] == value

    @pytest.mark.parametrize(
        ("setting", "advice"),
        [
            ("channel.muted=True", "write it in lower case"),
            ("channel.muted=yes", "write true or false"),
            ("channel.muted=1", "write true or false"),
            ("message.labels=deploy", "write `--set 'message.labels=[deploy]'`"),
            ("user.quiet=22:00-07:00", """write `--set 'user.quiet=[{from: "22:00", until: "07:00"}]'`"""),
            (
                "channel={name: general, muted: true}",
                "set its facts one by one, such as `--set channel.muted=true`",
            ),
            ("channel=x", "set its facts one by one, such as `--set channel.muted=...`"),
        ],
    )
    def test_help_is_what_the_shell_takes(self, rules: Path, setting: str, advice: str) -> None:
        """What is said to do can be typed."""
        assert f"\n  help: {advice}\n" in run("decide", rules, "--set", setting).err

    def test_a_group_is_told_from_an_unknown_fact(self, rules: Path) -> None:
        """The name is right; it only holds no value of its own."""
        assert "--set: channel: is a group of facts\n" in run("decide", rules, "--set", "channel=x").err

    @pytest.mark.parametrize("command", ["decide", "explain", "render"])
    def test_a_setting_without_its_option_is_understood(self, rules: Path, command: str) -> None:
        """The option that was forgotten is named."""
        result = run(command, rules, "--json" if command != "render" else "--expand", "channel.name=a b")

        assert result.code == 2
        assert "help: did you mean `--set 'channel.name=a b'`?" in result.err

    def test_a_word_too_many_is_no_setting(self, rules: Path) -> None:
        """Only what looks like a setting is taken for one."""
        result = run("decide", rules, "other.yaml", "--set", "message.kind=dm")

        assert result.code == 2
        assert "did you mean" not in result.err

    def test_a_missing_fact_is_misuse(self, rules: Path) -> None:
        """A fact without a default has to be given."""
        result = run("decide", rules)

        assert result.code == 2
        assert "message.kind: is missing" in result.err


class TestFactsFile:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("facts.yaml", "channel.muted: true\nmessage.kind: dm\n"),
            ("facts.yaml", "channel: {muted: true}\nmessage:\n  kind: dm\n"),
            ("facts.json", '{"channel": {"muted": true}, "message.kind": "dm"}'),
            ("facts.txt", '\ufeff{"channel": {\n\t"muted": true}, "message.kind": "dm"}'),
            ("facts.txt", "{channel.muted: true, message.kind: dm}"),
        ],
        ids=["dotted YAML", "nested YAML", "JSON", "JSON by another name", "braces that are no JSON"],
    )
    def test_json_and_yaml_are_read_nested_or_dotted(self, rules: Path, tmp_path: Path, name: str, text: str) -> None:
        """What the file is written in, and under which name, does not matter."""
        file = tmp_path / name
        file.write_text(text, "utf-8")

        assert run("decide", rules, "--facts", file, "--json").json["reason"] == "muted.then"

    def test_a_dash_is_standard_input(self, rules: Path) -> None:
        """Facts can be piped in."""
        result = run("decide", rules, "--facts", "-", "--json", stdin='{"message.kind": "dm"}')

        assert result.json["outcome"] == "yes"

    def test_a_setting_wins_over_the_file(self, rules: Path) -> None:
        """One fact can be varied against a file."""
        result = run(
            "decide", rules, "--facts", "-", "--set", "message.kind=channel", "--json", stdin="message: {kind: dm}"
        )

        assert result.json["facts"]["message.kind"] == "channel"

    def test_a_later_file_wins_over_an_earlier_one(self, rules: Path, tmp_path: Path) -> None:
        """Facts that several situations share are kept once; what is wrong is found in the file that counts."""
        (tmp_path / "all.yaml").write_text("message: {kind: dm}\nchannel.muted: nonsense\n", "utf-8")
        (tmp_path / "one.yaml").write_text("channel: {muted: true}\n", "utf-8")
        first, second = tmp_path / "all.yaml", tmp_path / "one.yaml"

        assert run("decide", rules, "--facts", first, "--facts", second, "--json").json["reason"] == "muted.then"
        assert f"{first}:2:1: channel.muted: expected" in run("decide", rules, "--facts", first).err

    def test_pairs_of_surrogates_in_json_are_one_character(self, rules: Path) -> None:
        """Escapes as JSON writers print them are read as JSON means them."""
        facts = json.dumps({"message.kind": "dm", "channel.name": "🎉"})
        result = run("decide", rules, "--facts", "-", "--json", stdin=facts)

        assert result.json["facts"]["channel.name"] == "🎉"

    def test_a_wrong_value_is_found_in_the_file(self, rules: Path, tmp_path: Path) -> None:
        """The message says file, line and column of the fact in YAML."""
        file = tmp_path / "facts.yaml"
        file.write_text("message: {kind: dm}\nchannel:\n  muted: no\n", "utf-8")
        result = run("decide", rules, "--facts", file)

        assert result.code == 2
        assert f'error: {file}:3:3: channel.muted: expected true or false, found the text "no"' in result.err

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "holds no facts"),
            ("channel: [{a: 1}]", "channel: expected a group of facts, found a list"),
            ("[1, 2]", "holds no facts"),
            ("just text", "holds no facts"),
            ("a: 1\na: 2\n", "<standard input>:2:1: the key `a` stands here twice"),
            ("a: &x 1\nb: *x\n", "is a YAML anchor"),
            ("a: [1\n", "<standard input>:1:4: this `[` is not closed"),
            ("channel: {muted: true}\nchannel.muted: false\n", "<standard input>:2:1: channel.muted: is given twice"),
            ('{"message.kind": "dm", "message.kind": "dm"}', "stands here twice"),
            ("a: " + "[" * 200, "more than 50 levels deep"),
            ("message.size: " + "9" * 5_000, "message.size: expected an integer"),
            ('{"message.size": ' + "9" * 5_000 + "}", "message.size: expected an integer"),
            ('{"message.size": 1.5}', "message.size: expected an integer, found the number 1.5"),
            ("chanel.muted: true", "chanel.muted: is not a fact of these rules"),
        ],
        ids=lambda value: value[:30],
    )
    def test_what_is_no_set_of_facts_is_misuse(self, rules: Path, text: str, message: str) -> None:
        """Traps of YAML, duplicate keys and wrong shapes are told with their place."""
        result = run("decide", rules, "--facts", "-", stdin=text)

        assert (result.code, result.out) == (2, "")
        assert message in result.err

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('{"a": 1,}', "facts.json:1:9: this is not JSON"),
            ('{"a": {"b": 1},\n "b": [{"c": "b"}],\n  "b": 2}', "facts.json:3:3: the key `b` stands here twice"),
            ('{"x": "NaN", "a": NaN}', "facts.json:1:19: `NaN` is not JSON"),
            ('{"a": [-Infinity]}', "facts.json:1:8: `-Infinity` is not JSON"),
            ('{"a":' * 100_000, "facts.json: the JSON nests too deeply"),
        ],
        ids=["syntax", "duplicate", "NaN", "-Infinity", "depth"],
    )
    def test_a_json_file_is_held_to_be_json(self, rules: Path, tmp_path: Path, text: str, message: str) -> None:
        """A file that calls itself JSON is not read as YAML instead."""
        (tmp_path / "facts.json").write_text(text, "utf-8")
        result = run("decide", rules, "--facts", tmp_path / "facts.json")

        assert result.code == 2
        assert message in result.err

    def test_a_file_that_cannot_be_read_is_misuse(self, rules: Path, tmp_path: Path) -> None:
        """Missing files and folders are told apart."""
        missing = run("decide", rules, "--facts", tmp_path / "none.yaml")
        folder = run("decide", rules, "--facts", tmp_path)

        assert (missing.code, folder.code) == (2, 2)
        assert "cannot be read: no such file" in missing.err
        assert "cannot be read" in folder.err

    def test_bytes_that_are_no_text_are_misuse(self, rules: Path) -> None:
        """The first byte that is wrong is named."""
        result = run("decide", rules, "--facts", "-", stdin=b"a: \xff")

        assert result.code == 2
        assert "is not UTF-8 text: byte 3 is 0xff" in result.err

    def test_too_much_of_anything_is_refused(self, rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Input beyond the limit is not read to its end."""
        monkeypatch.setattr("notifyrules.cli.inputs.MAX_BYTES", 10)
        result = run("decide", rules, "--facts", "-", stdin='{"message.kind": "dm"}')

        assert result.code == 2
        assert "is larger than" in result.err

    def test_too_much_yaml_is_refused(self, rules: Path) -> None:
        """YAML beyond the limit of rule files is not read."""
        result = run("decide", rules, "--facts", "-", stdin="a: " + "x" * 2_000_000)

        assert result.code == 2
        assert "is larger than 1,024 KiB" in result.err


class TestRules:
    def test_broken_rules_are_findings(self, tmp_path: Path) -> None:
        """The findings are shown on standard error and the exit code is 1."""
        path = tmp_path / "broken.yaml"
        path.write_text(
            'notifyrules: 1\nflow: {a: {if: nope, then: "yes", else: "yes"}}\noutcomes: {"yes": {notify: true}}\n',
            "utf-8",
        )
        result = run("decide", path)

        assert (result.code, result.out) == (1, "")
        assert "error[unknown-fact]" in result.err

    def test_a_chart_made_to_be_called_is_misuse(self, tmp_path: Path) -> None:
        """It gives an outcome, but does not say whether to notify."""
        path = tmp_path / "quiet.yaml"
        path.write_text(CALLED, "utf-8")
        result = run("decide", path)

        assert result.code == 2
        assert "made to be called" in result.err
