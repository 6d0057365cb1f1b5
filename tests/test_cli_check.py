"""Check files on the command line: which files, which formats, which exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import TEAM_CHAT, run, team_chat

BROKEN = TEAM_CHAT.replace("if: user.in_dnd", "if: user.in_dmd")
WARNED = TEAM_CHAT.replace("facts:\n", "facts:\n  user.unused: bool = false\n")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestExitCodes:
    @pytest.mark.parametrize(
        ("text", "options", "code"),
        [(TEAM_CHAT, [], 0), (WARNED, [], 0), (WARNED, ["--strict"], 1), (BROKEN, [], 1), (BROKEN, ["--strict"], 1)],
        ids=["clean", "warning", "warning, strict", "error", "error, strict"],
    )
    def test_errors_fail_and_warnings_fail_when_strict(
        self, folder: Path, text: str, options: list[str], code: int
    ) -> None:
        """The exit code is 1 for errors, and with `--strict` for warnings."""
        (folder / "a.yaml").write_text(text, "utf-8")

        assert run("check", "a.yaml", *options).code == code

    def test_an_unknown_format_is_misuse(self) -> None:
        """The nearest format is offered."""
        result = run("check", "--format", "jsn")

        assert result.code == 2
        assert "did you mean `json`?" in result.err


class TestFiles:
    def test_all_files_are_checked_and_all_findings_told(self, folder: Path) -> None:
        """A mistake in the first file does not hide that in the second."""
        (folder / "a.yaml").write_text(BROKEN, "utf-8")
        (folder / "b.yaml").write_text(BROKEN, "utf-8")
        result = run("check", "a.yaml", "b.yaml")

        assert result.out.count("error[unknown-fact]") == 2
        assert "2 errors in 2 files" in result.out

    def test_the_current_folder_is_checked_unless_said(self, folder: Path) -> None:
        """Files in folders inside it are found too."""
        (folder / "rules").mkdir()
        (folder / "rules" / "a.yml").write_text(BROKEN, "utf-8")
        team_chat(folder)
        result = run("check")

        assert result.code == 1
        assert "rules/a.yml:" in result.out.replace("\\", "/")

    def test_other_yaml_files_are_passed_over_aloud(self, folder: Path) -> None:
        """A folder may hold YAML files of other tools; that they are passed over is said."""
        team_chat(folder)
        (folder / "compose.yaml").write_text("services: {}\n", "utf-8")
        result = run("check")

        assert (result.code, result.out) == (0, "no findings in team_chat.yaml\n")
        assert "passed over, without a `notifyrules:` header: compose.yaml" in result.err

    def test_a_file_that_is_named_is_never_passed_over(self, folder: Path) -> None:
        """Without a header it is a mistake."""
        (folder / "compose.yaml").write_text("services: {}\n", "utf-8")
        result = run("check", "compose.yaml")

        assert result.code == 1
        assert "format-version" in result.out

    def test_hidden_folders_are_left_out(self, folder: Path) -> None:
        """What tools keep for themselves is not looked at."""
        team_chat(folder)
        (folder / ".cache").mkdir()
        (folder / ".cache" / "a.yaml").write_text(BROKEN, "utf-8")

        assert run("check").code == 0

    def test_a_folder_without_rule_files_is_misuse(self, folder: Path) -> None:
        """Checking nothing is not the same as finding nothing."""
        (folder / "empty").mkdir()
        result = run("check", "empty")

        assert result.code == 2
        assert "the folder `empty` holds no rule files" in result.err

    def test_a_file_named_twice_is_checked_once(self, folder: Path) -> None:
        """Its findings are not repeated."""
        (folder / "a.yaml").write_text(BROKEN, "utf-8")

        assert run("check", "a.yaml", "a.yaml", ".").out.count("error[unknown-fact]") == 1

    def test_a_file_of_bytes_is_a_finding(self, folder: Path) -> None:
        """Whatever a file holds, the check ends with a finding."""
        (folder / "a.yaml").write_bytes(b"notifyrules: 1\n\xff\x00")
        result = run("check", "a.yaml")

        assert result.code == 1
        assert "error[file]" in result.out


class TestFormats:
    def test_people_are_told_when_there_is_nothing(self, folder: Path) -> None:
        """Silence could mean anything."""
        team_chat(folder)
        (folder / "b.yaml").write_text(TEAM_CHAT, "utf-8")

        assert run("check").out == "no findings in 2 files\n"

    def test_json_is_json_also_without_findings(self, folder: Path) -> None:
        """A program can always read it."""
        team_chat(folder)

        assert json.loads(run("check", "--format", "json").out)["diagnostics"] == []

    @pytest.mark.parametrize("name", ["oneline", "github", "json", "sarif"])
    def test_every_format_names_the_finding(self, folder: Path, name: str) -> None:
        """The code of the finding is in all of them."""
        (folder / "a.yaml").write_text(BROKEN, "utf-8")

        assert "unknown-fact" in run("check", "--format", name).out

    def test_a_terminal_gets_colours(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where a person looks, errors are red."""
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        (folder / "a.yaml").write_text(BROKEN, "utf-8")

        assert "\x1b[1;31merror" in run("check", terminal=True).out

    @pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_a_terminal_that_wants_none_gets_none(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
    ) -> None:
        """`NO_COLOR` and a dumb terminal are honoured."""
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv(variable, value)
        (folder / "a.yaml").write_text(BROKEN, "utf-8")

        assert "\x1b" not in run("check", terminal=True).out

    def test_a_pipe_gets_no_colours(self, folder: Path) -> None:
        """What is piped on is plain."""
        (folder / "a.yaml").write_text(BROKEN, "utf-8")

        assert "\x1b" not in run("check").out


class TestProofs:
    def test_guarantees_that_are_not_proved_are_told_of(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the solver a clean check promises less, which is said once and fails nothing."""
        monkeypatch.setattr("notifyrules.rules.can_prove", lambda: False)
        promise = "guarantees: [{name: silence, if: user.in_dnd, never: ['yes']}]\n"
        (folder / "a.yaml").write_text(TEAM_CHAT + promise, "utf-8")
        (folder / "b.yaml").write_text(TEAM_CHAT + promise, "utf-8")
        one, both, left_out = run("check", "a.yaml"), run("check"), run("check", "--no-prove")

        assert (one.code, one.out) == (0, "no findings in a.yaml\n")
        assert one.err.startswith("1 guarantee was not proved, as the solver is not installed\n  help: install it with")
        assert both.err.startswith("2 guarantees were not proved")
        assert left_out.err == ""

    def test_what_is_proved_is_counted_beside_what_is_found(self, folder: Path) -> None:
        """A warning or a broken guarantee does not hide that others hold."""
        pytest.importorskip("z3")
        silent = "guarantees: [{name: silence, if: channel.muted, always: ['no']}, {name: DMs, reachable: 'yes'}"
        (folder / "clean.yaml").write_text(f"{TEAM_CHAT}{silent}]\n", "utf-8")
        (folder / "broken.yaml").write_text(f"{TEAM_CHAT}{silent}, {{name: peace, never: ['yes']}}]\n", "utf-8")
        unused = TEAM_CHAT.replace("facts:\n", "facts:\n  nothing.reads_it: bool = false\n")
        (folder / "warned.yaml").write_text(f"{unused}{silent}]\n", "utf-8")

        assert run("check", "clean.yaml").out == "no findings in clean.yaml; 2 guarantees proved\n"
        assert run("check", "broken.yaml").out.endswith("\n\n1 error in broken.yaml; 2 guarantees proved\n")
        assert run("check", "warned.yaml").out.endswith("\n\n1 warning in warned.yaml; 2 guarantees proved\n")

    def test_where_nothing_is_promised_nothing_is_said(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file without guarantees does not need the solver."""
        monkeypatch.setattr("notifyrules.rules.can_prove", lambda: False)
        team_chat(folder)

        assert run("check").err == ""


class TestRoot:
    @pytest.fixture
    def sharing(self, tmp_path: Path) -> Path:
        """Give a folder whose rules include facts that stand beside the folder of the rules."""
        root = tmp_path / "all"
        (root / "shared").mkdir(parents=True)
        (root / "rules").mkdir()
        (root / "shared" / "facts.yaml").write_text("notifyrules: 1\nfacts: {user.bot: bool = false}\n", "utf-8")
        text = TEAM_CHAT.replace("facts:\n", "include: [../shared/facts.yaml]\nfacts:\n", 1)
        (root / "rules" / "team_chat.yaml").write_text(text, "utf-8")
        (root / "rules" / "team_chat.cases.yaml").write_text(
            "notifyrules-cases: 1\nrules: team_chat.yaml\ncases:\n"
            "  - {name: a DM, given: {message.kind: dm, user.bot: true}, expect: 'yes'}\n",
            "utf-8",
        )
        return root

    @pytest.mark.parametrize("here", [".", "all", "elsewhere"])
    @pytest.mark.parametrize(
        "command", [["check"], ["render", "--all"], ["test", "--coverage"]], ids=lambda one: one[0]
    )
    def test_a_folder_that_is_named_is_the_root_of_its_files(
        self, sharing: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], here: str
    ) -> None:
        """What stands in it may include what stands anywhere in it, wherever one is."""
        (sharing.parent / "elsewhere").mkdir()
        monkeypatch.chdir(sharing.parent / here)
        result = run(*command, sharing)

        assert (result.code, result.err) == (0, "")

    def test_a_link_to_elsewhere_keeps_its_own_folder(self, sharing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that only seems to stand in the folder is checked where it stands."""
        links = sharing.parent / "links"
        links.mkdir()
        (links / "linked.yaml").symlink_to(team_chat(sharing))
        monkeypatch.chdir(sharing.parent)

        assert run("check", "links").code == 0

    def test_includes_outside_of_the_root_are_findings(self, folder: Path) -> None:
        """Without `--root`, a marker and a repository the folder of the rule file is the root."""
        (folder / "rules").mkdir()
        (folder / "common.yaml").write_text("notifyrules: 1\nfacts: {user.in_dmd: bool = false}\n", "utf-8")
        (folder / "rules" / "a.yaml").write_text(
            BROKEN.replace("facts:\n", "include: [../common.yaml]\nfacts:\n", 1), "utf-8"
        )
        inside = run("check", "rules/a.yaml", "--root", ".")
        outside = run("check", "rules/a.yaml")

        assert "outside-root" not in inside.out
        assert "outside-root" in outside.out


class TestMadeToBeCalled:
    @pytest.mark.parametrize(
        ("outcomes", "told"),
        [
            ("open: {because: x}, held: {notify: false, because: x}", True),
            ("open: {because: x}, held: {because: x}", False),
            ("open: {notify: true, because: x}, held: {notify: false, because: x}", False),
        ],
        ids=["some", "none", "all"],
    )
    def test_some_outcomes_say_no_notify(self, folder: Path, outcomes: str, told: bool) -> None:  # noqa: FBT001 - expected
        """A chart that only some outcomes keep from deciding is told, unless one that is checked calls it."""
        flow = "flow: {q: {if: a, then: open, else: held}}"
        (folder / "a.yaml").write_text(
            f"notifyrules: 1\nfacts: {{a: bool = false}}\n{flow}\noutcomes: {{{outcomes}}}\n"
        )
        line = "`a.yaml` is only for others to call, as `open` says no `notify`"
        alone = run("check", "a.yaml").err
        called = 'q: {call: a.yaml, cases: {open: "yes", held: "no"}}'
        ends = '"yes": {notify: true, because: x}, "no": {notify: false, because: x}'
        (folder / "b.yaml").write_text(
            f"notifyrules: 1\nfacts: {{a: bool = false}}\nflow: {{{called}}}\noutcomes: {{{ends}}}\n"
        )

        assert (line in alone) is told
        assert line not in run("check", ".").err
