"""Find rule files in folders that may hold anything."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notifyrules.document.files import is_ours
from tests.cli import TEAM_CHAT, run


class TestStrangeNames:
    @pytest.mark.parametrize(
        ("command", "ending"),
        [
            *((command, ending) for command in ("check", "test") for ending in ("", ".yaml", ".cases.yaml")),
            *(("decide", ending) for ending in ("", ".yaml")),
            ("render", ".yaml"),
            ("new", ".yaml"),
        ],
    )
    def test_a_name_that_is_too_long_leads_to_no_file(self, command: str, ending: str) -> None:
        """What the system refuses is told of like a file that is not there."""
        result = run(command, f"{'a' * 5_000}{ending}")

        assert result.code == 2
        assert "aaaa" in result.out + result.err

    def test_cases_of_rules_with_such_a_name(self, tmp_path: Path) -> None:
        """A file of cases may name rules that the system refuses."""
        cases = tmp_path / "x.cases.yaml"
        cases.write_text(f"notifyrules-cases: 1\nrules: {'a' * 5_000}.yaml\ncases: []\n", "utf-8")

        result = run("test", cases, "--root", tmp_path)

        assert result.code == 1
        assert "error[file]" in result.out


_ASKED = [
    *([command, "{}"] for command in ("check", "test", "decide", "explain", "schema", "stubs", "render")),
    ["check", "good.yaml", "{}"],
    ["diff", "{}", "good.yaml"],
    ["diff", "good.yaml", "{}"],
]
"""Commands that are given a file of rules."""
_DATA = [
    ["decide", "good.yaml", "--facts", "{}"],
    ["explain", "good.yaml", "--facts", "{}"],
    ["explain", "--record", "{}"],
    ["render", "good.yaml", "--facts", "{}"],
    ["diff", "good.yaml", "good.yaml", "--rows", "{}"],
]
"""Commands that are given a file of facts."""


class TestMisuse:
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in a folder with a good chart, and with what is no file that could be opened."""
        monkeypatch.chdir(tmp_path)
        Path("good.yaml").write_text(TEAM_CHAT, "utf-8")
        Path("folder").mkdir()
        Path("folder.yaml").mkdir()
        Path("folder.cases.yaml").mkdir()
        os.mkfifo("pipe.yaml")
        Path("locked.yaml").write_text(TEAM_CHAT, "utf-8")
        Path("locked.yaml").chmod(0)

    @pytest.mark.parametrize("words", _ASKED, ids=" ".join)
    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("none.yaml", "`none.yaml` does not exist"),
            ("none.cases.yaml", "`none.cases.yaml` does not exist"),
            ("god.yaml", "did you mean `good.yaml`?"),
            ("slak", "did you mean `slack`?"),
            ("good.yaml/x.yaml", "`good.yaml/x.yaml` cannot be read: not a directory"),
            ("folder", "folder"),
            ("folder.yaml", "folder"),
            ("folder.cases.yaml", "folder"),
            ("pipe.yaml", "`pipe.yaml` is not a regular file"),
            ("x\0y.yaml", "y.yaml"),
        ],
    )
    def test_a_file_that_cannot_be_opened_is_misuse(self, words: list[str], name: str, message: str) -> None:
        """For every command alike, whatever the reason, and nothing else is done."""
        result = run(*(word.format(name) for word in words))

        assert (result.code, result.out) == (2, "")
        assert message in result.err

    @pytest.mark.parametrize("words", _DATA, ids=" ".join)
    @pytest.mark.parametrize("name", ["none.json", "folder", "good.yaml/x.json", "x\0y.json"])
    def test_so_is_one_of_facts(self, words: list[str], name: str) -> None:
        """Whichever option names it."""
        result = run(*(word.format(name) for word in words))

        assert (result.code, result.out) == (2, "")
        assert "cannot be read" in result.err

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
    @pytest.mark.parametrize("words", [*_ASKED, *_DATA], ids=" ".join)
    def test_so_is_one_that_may_not_be_read(self, words: list[str]) -> None:
        """The reason is told."""
        result = run(*(word.format("locked.yaml") for word in words))

        assert (result.code, result.out) == (2, "")
        assert "locked.yaml" in result.err

    def test_one_that_a_file_names_is_a_finding(self) -> None:
        """The mistake is in the file then."""
        Path("a.yaml").write_text(TEAM_CHAT.replace("facts:\n", "include: [none.yaml]\nfacts:\n", 1), "utf-8")

        assert [run(command, "a.yaml").code for command in ("check", "decide", "render", "schema")] == [1, 1, 1, 1]


class TestStrangeFiles:
    def test_blanks_are_read_in_a_moment(self, tmp_path: Path) -> None:
        """A header is looked for in a time that grows with the file, not with its square."""
        blanks = tmp_path / "blanks.yaml"
        blanks.write_text(" " * 64_000 + "\n", "utf-8")

        assert not is_ours(blanks)

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        """What is no regular file is looked at by whoever opens it with care."""
        pipe = tmp_path / "pipe.yaml"
        os.mkfifo(pipe)

        assert is_ours(pipe)
        assert run("render", "--all", tmp_path).code == 1


_CHART = TEAM_CHAT.removeprefix("notifyrules: 1\n")
_CASES = "notifyrules-cases: 1\nrules: nope.yaml\ncases: []\n"
_BOM = b"\xef\xbb\xbf"


def _folder(tmp_path: Path, rules: bytes, cases: bytes = b"") -> Path:
    """Write one more rule file, and perhaps one more file of cases, beside a good chart with a good case."""
    (tmp_path / "good.yaml").write_text(TEAM_CHAT.replace("name: team_chat", "name: good"), "utf-8")
    case = "{name: a DM, given: {message.kind: dm}, expect: 'yes'}"
    (tmp_path / "good.cases.yaml").write_text(f"notifyrules-cases: 1\nrules: good.yaml\ncases:\n  - {case}\n", "utf-8")
    if rules:
        (tmp_path / "more.yaml").write_bytes(rules)
    if cases:
        (tmp_path / "more.cases.yaml").write_bytes(cases)
    return tmp_path


class TestTelling:
    @pytest.mark.parametrize(
        ("before", "header"),
        [
            (_BOM, "notifyrules: 1"),
            (b"# why\n" * 20_000, "notifyrules: 1"),
            (_BOM + b"# why\r\n\r\n---\r\n", "notifyrules: 1"),
            (b"# why\r", "notifyrules: 1"),
            (b"name: more\n", "notifyrules: 1"),
            (b"title: |\n" + b"  long\n" * 20_000, "notifyrules: 1"),
            (b"", "'notifyrules' : 1"),
            (b"", "? notifyrules\n: 1"),
        ],
        ids=["mark", "comments", "mark and document", "old line ends", "later", "far later", "quoted", "spelt out"],
    )
    @pytest.mark.slow
    def test_every_command_reads_what_check_reads_by_name(self, tmp_path: Path, before: bytes, header: str) -> None:
        """A rule file in a folder is told by its header, wherever that stands."""
        chart = _CHART.replace("name: team_chat\n", "" if b"name: more" in before else "name: more\n")
        chart = chart.replace("title: Should we send a notification?\n", "") if b"title" in before else chart
        content = before + f"{header}\n{chart}".encode()
        folder = _folder(tmp_path, content.replace(b"\n", b"\r") if b"\r" in before else content)

        assert run("check", folder / "more.yaml").code == 0
        assert run("check", folder).out == "no findings in 3 files\n"
        assert "more.svg" in run("render", "--all", folder, "-o", tmp_path / "drawn").out
        assert f"{tmp_path.name}/more.yaml" in run("test", folder, "--coverage").out

    @pytest.mark.parametrize("before", [_BOM, b"# why\n" * 20_000, b"# why\r"], ids=["mark", "comments", "line ends"])
    @pytest.mark.slow
    def test_no_command_passes_over_cases(self, tmp_path: Path, before: bytes, pytester: pytest.Pytester) -> None:
        """Cases in a folder are told by their header too."""
        folder = _folder(tmp_path, b"", before + _CASES.encode())

        assert "nope.yaml" in run("check", folder).out
        assert "nope.yaml" in run("test", folder).out
        assert "nope.yaml" in run("test", folder / "more.cases.yaml").out
        assert pytester.runpytest("-p", "no:cacheprovider", folder).ret == pytest.ExitCode.INTERRUPTED

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"notifyrules: 1\nflow: {", "error[yaml-syntax]"),
            (b"# why\n- a: {\nnotifyrules: 1\n", "error["),
            ("notifyrules: 1\n".encode("utf-16"), "is not UTF-8 text"),
            (b"a: 1\n---\nnotifyrules: 1\n", "error["),
        ],
        ids=["broken", "broken before", "utf-16", "second document"],
    )
    def test_what_is_meant_for_one_is_not_passed_over(self, tmp_path: Path, content: bytes, message: str) -> None:
        """A file that is no YAML, and has such a header on one of its lines, is found faulty by every command."""
        folder = _folder(tmp_path, content)
        results = [run("check", folder), run("render", "--all", folder, "-o", tmp_path / "drawn")]

        assert [one.code for one in results] == [1, 1]
        assert all(message in one.out + one.err for one in results)

    @pytest.mark.parametrize(
        "content",
        [
            b"kind: ConfigMap\ndata:\n  rules.yaml: |\n    notifyrules: 1\n",
            b"services:\n  notifyrules: 1\n",
            b"# notifyrules: 1\na: 1\n",
            b"notifyrules-of-old: 1\n",
            b"- notifyrules: 1\n",
        ],
        ids=["text", "deeper", "comment", "another key", "list"],
    )
    def test_other_yaml_is_passed_over_by_all(self, tmp_path: Path, content: bytes) -> None:
        """What only mentions the header is nobody's rule file."""
        folder = _folder(tmp_path, content)

        assert run("check", folder).err == f"passed over, without a `notifyrules:` header: {folder / 'more.yaml'}\n"
        assert run("render", "--all", folder, "-o", tmp_path / "drawn").code == 0

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may list everything")
    def test_a_folder_that_may_not_be_listed_is_told_of(self, tmp_path: Path) -> None:
        """Nobody takes it for checked."""
        _folder(tmp_path, b"")
        (tmp_path / "locked").mkdir(mode=0)

        assert f"passed over: {tmp_path / 'locked'}: permission denied" in run("check", tmp_path).err
