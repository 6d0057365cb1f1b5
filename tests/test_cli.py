"""Enter by the command line's door: help, misuse, bugs, readers that leave early."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import notifyrules
from notifyrules.cli import door
from notifyrules.cli.output import with_progress
from tests.cli import Terminal, run, team_chat

COMMANDS = ("check", "decide", "explain", "render", "schema")
NOTIFYRULES = [sys.executable, "-c", "import sys; from notifyrules.cli import main; sys.exit(main())"]


class TestHelp:
    def test_the_exit_codes_are_documented(self) -> None:
        """Whoever scripts the command finds them in its help."""
        result = run("--help")

        assert result.code == 0
        assert all(f"\n    {code}  " in result.out for code in range(4))

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_has_help_with_an_example(self, command: str) -> None:
        """The help of a command ends with a line to copy."""
        result = run(command, "--help")

        assert result.code == 0
        assert f"Example: notifyrules {command} " in result.out.strip().splitlines()[-1]

    def test_no_command_at_all_shows_the_help(self) -> None:
        """Who types only the name learns what there is."""
        result = run()

        assert "Commands:" in result.out + result.err

    @pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)], ids=str)
    def test_help_says_nothing_of_shell_completion(self, command: tuple[str, ...]) -> None:
        """Options that nobody asked for are not offered."""
        assert "completion" not in run(*command, "--help").out

    def test_the_version_is_told(self) -> None:
        """`--version` prints what is installed, as the package says it."""
        result = run("--version")

        assert result.code == 0
        assert result.out == f"notifyrules {notifyrules.__version__}\n"
        assert re.match(r"\d+\.\d+", notifyrules.__version__)

    def test_a_version_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A copy that runs without being installed says so, and lacks the attribute."""

        def version(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.delitem(vars(notifyrules), "__version__", raising=False)
        monkeypatch.setattr("importlib.metadata.version", version)

        assert run("--version").out == "notifyrules (not installed)\n"
        assert not hasattr(notifyrules, "__version__")

    @pytest.mark.slow
    def test_the_examples_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the help shows works as it stands."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "rules").mkdir()
        team_chat(tmp_path / "rules")
        for command in COMMANDS:
            example = run(command, "--help").out.strip().splitlines()[-1].partition("Example: notifyrules ")[2]

            assert run(*example.split()).code == 0


class TestMisuse:
    @pytest.mark.parametrize(
        "arguments",
        [["decid"], ["decide"], ["decide", "slack", "--sett", "a=1"], ["check", "--format"], ["schema", "a", "b"]],
        ids=" ".join,
    )
    def test_a_wrong_call_is_misuse(self, arguments: list[str]) -> None:
        """The exit code is 2, with a word of what is wrong and without a traceback."""
        result = run(*arguments)

        assert (result.code, result.out) == (2, "")
        assert "Error: " in result.err
        assert "Traceback" not in result.err

    def test_an_escape_sequence_is_not_printed(self) -> None:
        """What a script passes on from strangers cannot reach the terminal raw."""
        result = run("decide", "slack", "--set", "\x1b[2J=1")

        assert result.code == 2
        assert "\x1b" not in result.err


def broken(*_: object, **__: object) -> int:
    """Fail as only a bug can."""
    raise ZeroDivisionError("division by zero \x1b[2J")


class TestBugs:
    @pytest.fixture(autouse=True)
    def _bug(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put a bug where rules are loaded."""
        monkeypatch.setattr("notifyrules.rules.load", broken)
        monkeypatch.delenv(door.DEBUG, raising=False)

    def test_a_bug_is_one_line_and_how_to_report_it(self) -> None:
        """The exit code is 3, and no traceback frightens anybody."""
        result = run("decide", "slack")

        assert (result.code, result.out) == (3, "")
        assert (
            result.err.splitlines()[0]
            == "error: this is a bug in notifyrules: ZeroDivisionError: division by zero <U+001B>[2J"
        )
        assert door.DEBUG in result.err.splitlines()[1]
        assert len(result.err.splitlines()) == 2

    def test_the_traceback_is_shown_when_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the variable set, the traceback stands before the line."""
        monkeypatch.setenv(door.DEBUG, "1")
        result = run("decide", "slack")

        assert result.code == 3
        assert result.err.startswith("Traceback (most recent call last):")

    @pytest.mark.parametrize(("failure", "code"), [(ZeroDivisionError, 3), (KeyboardInterrupt, 130)])
    def test_a_failure_before_any_command_ends_the_same(
        self, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException], code: int
    ) -> None:
        """Whatever happens while the command line itself is read, no traceback is shown."""

        def fail(**_: object) -> None:
            raise failure

        monkeypatch.setattr("notifyrules.cli.app.app", fail)
        result = run("decide", "slack")

        assert result.code == code
        assert "Traceback" not in result.err

    def test_an_interrupt_is_no_bug(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who stops the command gets the shell's own exit code, and no words."""

        def stopped(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr("notifyrules.rules.load", stopped)

        assert (run("decide", "slack").code, run("decide", "slack").err) == (130, "")


class TestProcess:
    """A few claims that only a real process can show."""

    def test_a_reader_that_leaves_is_no_failure(self) -> None:
        """`notifyrules schema slack | head -1` ends in silence."""
        with subprocess.Popen(
            [*NOTIFYRULES, "schema", "slack"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            told = process.stderr.read()

        assert (process.returncode, told) == (0, b"")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    @pytest.mark.parametrize(
        "command", ["check rules/slack.yaml", "test rules/slack.yaml", "render slack --format dot"]
    )
    @pytest.mark.parametrize(
        ("redirected", "told"),
        [
            (">&-", "error: standard output is closed\n"),
            ("> /dev/full", "error: standard output cannot be written: no space left on device\n"),
            (">&- 2>&-", ""),
            ("> /dev/full 2> /dev/full", ""),
        ],
    )
    @pytest.mark.slow
    def test_output_that_goes_nowhere_is_misuse(self, command: str, redirected: str, told: str) -> None:
        """Where standard output takes nothing, one line says so, if there is anywhere to say it."""
        words = f"{shlex.join(NOTIFYRULES)} {command} {redirected}"
        done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (2, told)

    @pytest.mark.parametrize(
        "command",
        [["decide", "slack", "--facts", "-"], ["render", "slack", "--facts", "-"], ["explain", "--record", "-"]],
    )
    @pytest.mark.slow
    def test_standard_input_that_is_closed_is_misuse(self, command: list[str]) -> None:
        """Whoever runs the command without one asked it to read one."""
        words = f"{shlex.join([*NOTIFYRULES, *command])} <&-"
        done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout) == (2, "")
        assert re.fullmatch("error: the (facts file|record) cannot be read: standard input is closed\n", done.stderr)

    def test_the_package_runs_as_a_module(self) -> None:
        """Where no script is on the path, under the same name."""
        done = subprocess.run(
            [sys.executable, "-m", "notifyrules", "render"], capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: no rules are named")

    @pytest.mark.parametrize("module", ["typer", "notifyrules.cli.app", "ruamel.yaml"])
    def test_an_interrupt_while_it_is_loaded_ends_it_at_once(self, tmp_path: Path, module: str) -> None:
        """With the exit code of one that was stopped, and without a traceback."""
        stopper = "import os, signal\n\ndef find_spec(name, path=None, target=None):\n"
        stopper += f"    if name == {module!r}:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        (tmp_path / "stopper.py").write_text(stopper, "utf-8")
        code = f"import sys; sys.path.append({str(tmp_path)!r}); import stopper; sys.meta_path.insert(0, stopper)\n"
        words = [sys.executable, "-c", code + NOTIFYRULES[-1], "decide", "slack"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

    def test_a_terminal_without_the_characters_gets_their_numbers(self) -> None:
        """Where output cannot hold a character, it is written out."""
        environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
        command = [*NOTIFYRULES, "decide", "slack", "--set", "channel.muted=true", "--set", "channel.name=#会"]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)

        assert done.returncode == 0
        assert b"you muted #\\u4f1a" in done.stdout

    def test_help_comes_without_the_heavy_parts(self) -> None:
        """Help answers before the YAML reader, the grammar and the drawing are imported."""
        probe = (
            "import sys; from notifyrules.cli import main; main(['--help']);"
            "print(sorted({'pydantic', 'ruamel', 'graphviz', 'z3'} & set(sys.modules)), file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True)

        assert done.stderr.split() == [b"[]"]


class TestProgress:
    def test_long_work_is_shown_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The items come through, and the bar goes to standard error."""
        monkeypatch.setattr("sys.stderr", Terminal(io.BytesIO(), "utf-8"))
        items = list(range(20))
        tracked = with_progress(items, "checking")

        assert tracked is not items
        assert list(tracked) == items

    def test_short_work_and_pipes_are_left_alone(self) -> None:
        """Nothing is wrapped around a few items."""
        items = [1, 2]

        assert with_progress(items, "checking") is items
