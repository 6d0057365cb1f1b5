"""Compare versions on the command line: formats, files, revisions, pictures, exit codes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import TEAM_CHAT, run
from tests.diagrams import elements
from tests.versions import EDITED, edited

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden" / "diff"
SLACK = Path(__file__).parents[1] / "rules" / "slack.yaml"
REWORDED = edited(TEAM_CHAT, ("Channel muted?", "Is the channel muted?"))
NOT_A_CHANGE = "every decision stays as it is: proved for all facts"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two versions of a rule file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(TEAM_CHAT, "utf-8")
    (tmp_path / "new.yaml").write_text(EDITED, "utf-8")
    return tmp_path


class TestFormats:
    @pytest.mark.parametrize("name", ["text", "json", "markdown", "github"])
    def test_what_changes_for_whom(self, name: str, golden: Callable[[Path, str], None]) -> None:
        """Every format, to the byte."""
        golden(GOLDEN / f"team_chat.{name}", run("diff", "old.yaml", "new.yaml", "--format", name).out)

    @pytest.mark.parametrize("name", ["text", "json", "markdown", "github"])
    def test_what_is_allowed_and_what_was_recorded(
        self, name: str, folder: Path, golden: Callable[[Path, str], None]
    ) -> None:
        """A change that is allowed, recorded decisions, and more rows that nobody decides than anybody reads."""
        rows = [
            {"facts": {"message.kind": "dm", "user.in_dnd": number > 2}, "id": f"row {number}"} for number in range(9)
        ]
        lines = [json.dumps(row) for row in (*rows, *({"facts": {}} for _ in range(9)))]
        (folder / "rows.jsonl").write_text("\n".join(lines), "utf-8")
        words = ("diff", "old.yaml", "new.yaml", "--format", name, "--rows", "rows.jsonl", "--allow", "no->hold")

        golden(GOLDEN / f"recorded.{name}", run(*words).out)

    @pytest.mark.parametrize("name", ["text", "json", "markdown", "github"])
    def test_nothing_changes(self, name: str, folder: Path, golden: Callable[[Path, str], None]) -> None:
        """That every decision stays is said, and what is reworded all the same."""
        (folder / "new.yaml").write_text(REWORDED, "utf-8")
        result = run("diff", "old.yaml", "new.yaml", "--format", name)

        assert (result.code, result.err) == (0, "")
        golden(GOLDEN / f"reworded.{name}", result.out)

    def test_one_arrow_of_slack(self, folder: Path) -> None:
        """In a chart of forty boxes one quiet re-route is told for whom it is one, and all of them."""
        text = SLACK.read_text("utf-8")
        (folder / "slack.yaml").write_text(text, "utf-8")
        dnd = "if: message.overrides_dnd\n    then: broadcast\n"
        (folder / "quiet.yaml").write_text(edited(text, (dnd, dnd.replace("broadcast", "thread"))), "utf-8")
        result = run("diff", "slack.yaml", "quiet.yaml")
        told = run("diff", "slack.yaml", "quiet.yaml", "--format", "json").json

        assert result.code == 1
        assert result.out.startswith(
            "slack.yaml -> quiet.yaml\n"
            "decisions change: no->yes, no->hold\n\n"
            "1. dnd_override.then (line 137): DnD Override? Yes\n"
            "     leads to thread, led to broadcast\n"
        )
        assert len(result.out.splitlines()) < 20
        assert {region["before"]["reason"] for region in told["regions"]} == {"suppressed.then"}
        assert [region["edits"] for region in told["regions"]] == [[1], [1]]
        assert told["complete"]

    def test_regions_are_told_on_request(self) -> None:
        """Each change is told with an example and both paths behind the edits."""
        short, long = (run("diff", "old.yaml", "new.yaml", *more).out for more in ((), ("--regions",)))

        assert "before   " not in short
        assert "\n\nno->hold  (not allowed)\n  example  " in long
        assert long.count("  before   ") == long.count("  after    ") > 1

    def test_an_unknown_format_is_misuse(self) -> None:
        """The nearest format is offered."""
        result = run("diff", "old.yaml", "new.yaml", "--format", "markdwn")

        assert result.code == 2
        assert "did you mean `markdown`?" in result.err

    def test_what_is_worked_on_is_shown_on_a_terminal(self) -> None:
        """Where a person waits, they see what for."""
        assert "comparing" in run("diff", "old.yaml", "new.yaml", terminal=True).err


class TestExitCodes:
    @pytest.mark.parametrize(
        ("allowed", "code"),
        [
            ([], 1),
            (["no->hold"], 1),
            (["no->hold", "yes->no", "no->yes"], 0),
            (["no->*", "yes->no"], 0),
            (["*->*"], 0),
            (["*->no", "* -> yes"], 1),
        ],
    )
    def test_only_what_is_allowed_passes(self, allowed: list[str], code: int) -> None:
        """The exit code is 1 as long as any change of a decision is not allowed."""
        options = [word for change in allowed for word in ("--allow", change)]

        assert run("diff", "old.yaml", "new.yaml", *options).code == code

    @pytest.mark.parametrize(
        ("allowed", "message"),
        [
            ("no", "`no` is no change\n  help: write the outcomes before and after, such as `no->hold`"),
            ("no->hld", "`hld` is not an outcome of `new.yaml`\n  help: did you mean `hold`?"),
            ("hold->no", "`hold` is not an outcome of `old.yaml`\n  help: the outcomes are `yes`, `no`"),
            ("facts:refuse", "`facts:refuse` is no change"),
            ("facts:*", "`facts:*` is no change"),
            ("*", "`*` is no change"),
            ("", "`` is no change"),
            ("data->gone", "`data` is not an outcome of `old.yaml`"),
            ("accepted->refused", "`accepted` is not an outcome of `old.yaml`"),
        ],
    )
    def test_what_cannot_be_allowed_is_misuse(self, allowed: str, message: str) -> None:
        """A change that is misspelt would allow nothing, so it is refused."""
        result = run("diff", "old.yaml", "new.yaml", "--allow", allowed)

        assert (result.code, result.out) == (2, "")
        assert message in result.err
        assert result.err.endswith("`facts:refused`, `data:gone`, `media:gone`\n")

    def test_what_can_be_allowed_is_told(self, folder: Path) -> None:
        """The help lists the words; where something is not allowed, the options that let it pass are there to copy."""
        (folder / "new.yaml").write_text(edited(EDITED, ("message.size: int = 0", "message.size: int")), "utf-8")
        listed = " ".join(run("diff", "--help").out.split())
        out = run("diff", "old.yaml", "new.yaml", "--allow", "no->*").out
        options = next(line for line in out.splitlines() if "--allow" in line)

        assert all(word in listed for word in ("'no->hold'", "facts:refused", "data:gone", "media:gone"))
        assert options == "  --allow 'yes->no' --allow facts:refused"
        assert run("diff", "old.yaml", "new.yaml", "--allow", "no->*", *shlex.split(options)).code == 0

    def test_a_file_with_errors_is_a_finding(self, folder: Path) -> None:
        """What is wrong with it is told as ever."""
        (folder / "new.yaml").write_text(edited(TEAM_CHAT, ("if: user.in_dnd", "if: user.in_dmd")), "utf-8")
        result = run("diff", "old.yaml", "new.yaml")

        assert (result.code, result.out) == (1, "")
        assert "error[unknown-fact]" in result.err

    def test_shipped_rules_go_by_their_names(self) -> None:
        """A shipped chart is the same as itself."""
        result = run("diff", "slack", "slack")

        assert result.code == 0
        assert NOT_A_CHANGE in result.out

    def test_without_the_solver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The extra that is missing is named."""
        monkeypatch.setattr("notifyrules.rules.can_prove", lambda: False)
        result = run("diff", "old.yaml", "new.yaml")

        assert result.code == 2
        assert "notifyrules[prove]" in result.err


class TestLimit:
    def test_no_time_no_claims(self) -> None:
        """Without time nothing is proved and nothing shown: every change there may be is open, and fails."""
        result = run("diff", "old.yaml", "new.yaml", "--timeout", "0")

        assert result.code == 1
        assert "no change of a decision was shown, and none excluded for" in result.out
        assert "the time limit was reached" in result.out

    def test_changes_that_may_be_are_held_to_the_gate(self) -> None:
        """What is allowed anyway need not be decided."""
        assert run("diff", "old.yaml", "new.yaml", "--timeout", "0", "--allow", "*->*").code == 0


class TestRows:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b'{"facts": {}', "rows.jsonl:1:13: this is not JSON"),
            (b"\n\n[]\n", "rows.jsonl:3: a row is an object with `facts`"),
            (b'{"facts": []}\n', "rows.jsonl:1: a row is an object with `facts`"),
            (b'\n{"facts": {"a": 1, "a": 2}}\n', "rows.jsonl:2:20: the key `a` stands here twice"),
            (b'{"facts": {}}\n{} {}\n', "rows.jsonl:2:4: a second JSON value begins here"),
            (b'{"id": 1}\n', "rows.jsonl:1: a row is an object with `facts`"),
            (b"\xff\xfe\n", "the rows `rows.jsonl` are not UTF-8 text"),
        ],
        ids=["cut off", "a list", "no object", "a key twice", "two values", "no facts", "bytes"],
    )
    def test_files_that_hold_no_rows_are_misuse(self, folder: Path, content: bytes, message: str) -> None:
        """The line is named."""
        (folder / "rows.jsonl").write_bytes(content)
        result = run("diff", "old.yaml", "new.yaml", "--rows", "rows.jsonl")

        assert (result.code, result.out) == (2, "")
        assert message in result.err

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no file without end")
    def test_a_row_without_end_is_misuse(self) -> None:
        """No more is read of it than a row may have."""
        result = run("diff", "old.yaml", "new.yaml", "--rows", "/dev/zero")

        assert result.code == 2
        assert "/dev/zero:1: a row is larger than 16 MiB" in result.err

    def test_many_keys_are_looked_at_once(self, folder: Path) -> None:
        """That one of very many stands there twice is found at once."""
        keys = ", ".join(f'"k{number}": 1' for number in range(100_000))
        (folder / "rows.jsonl").write_text(f'{{"facts": {{{keys}, "k99999": 2}}}}\n', "utf-8")
        result = run("diff", "old.yaml", "new.yaml", "--rows", "rows.jsonl")

        assert result.code == 2
        assert "the key `k99999` stands here twice" in result.err

    def test_a_missing_file_is_misuse(self) -> None:
        """The system says why."""
        result = run("diff", "old.yaml", "new.yaml", "--rows", "none.jsonl")

        assert result.code == 2
        assert "the rows `none.jsonl` cannot be read: no such file or directory" in result.err

    def test_rows_about_several_media_are_counted_for_each(self, folder: Path) -> None:
        """With what the medium has of its own; what it expects is not compared, as of any row."""
        chart = (
            "notifyrules: 1\nmedia: {fact: kind, per_medium: [user.level]}\n"
            "facts: {kind: desktop | mobile | mail, user.level: all | none, user.x: bool}\n"
            'flow: {q: {if: user.level == "all" and user.x, then: "yes", else: "no"}}\n'
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'
        )
        (folder / "old.yaml").write_text(chart, "utf-8")
        (folder / "new.yaml").write_text(chart.replace("user.x,", 'user.x and kind != "mail",'), "utf-8")
        row = {
            "id": "a",
            "facts": {"user": {"level": "none", "x": True}},
            "per_medium": {"mobile": {"user": {"level": "all"}}, "mail": {"user.level": "all"}},
            "expect": {"each": {"desktop": "no", "mobile": "yes", "mail": "yes"}},
        }
        (folder / "rows.jsonl").write_text(json.dumps(row), "utf-8")
        out = run("diff", "old.yaml", "new.yaml", "--rows", "rows.jsonl").out

        assert "recorded decisions: 1 of 3 change" in out
        assert "1 yes->no, such as a, kind=mail" in out

    def test_rows_are_counted(self, folder: Path) -> None:
        """How many recorded decisions change in which way; those of rows with neither facts are told apart."""
        asked = [{"message.kind": "dm", "user.in_dnd": True}, {"message.kind": "dm"}, {"message.size": "x"}]
        lines = "".join(json.dumps({"facts": facts}) + "\n\n" for facts in asked)
        (folder / "rows.jsonl").write_text("\ufeff" + lines, "utf-8")
        rows = run("diff", "old.yaml", "new.yaml", "--rows", "rows.jsonl", "--format", "json").json["rows"]

        assert (rows["total"], rows["changed"], rows["changes"]) == (2, 1, {"no->hold": 1})
        assert rows["examples"] == {"no->hold": ["rows.jsonl:1"]}
        assert [problem.partition(": ")[0] for problem in rows["passed_over"]] == ["rows.jsonl:5"]


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a git repository in which the second of two revisions changes a rule file, and one that it includes."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    git("init", "--quiet")
    rules = folder / "rules"
    rules.mkdir()
    included = edited(TEAM_CHAT, ("facts:\n", "include: [common.yaml]\nfacts:\n"), ("if: user.in_dnd", "if: is_quiet"))
    called = edited(
        included, ("dnd: {ask: User in DnD?, if: is_quiet, then: {", "dnd: {call: dnd.yml, cases: {quiet: {")
    )
    called = edited(called, ("Do Not Disturb is on}, else: kind}", "Do Not Disturb is on}, free: kind}}"))
    (rules / "team_chat.yaml").write_text(called, "utf-8")
    (rules / "common.yaml").write_text(
        "notifyrules: 1\nfacts: {user.away: bool = false}\nlet: {is_quiet: user.in_dnd}\n"
    )
    callee = "notifyrules: 1\nfacts: {user.in_dnd: bool}\nflow: {q: {if: user.in_dnd, then: quiet, else: free}}\n"
    (rules / "dnd.yml").write_text(callee + "outcomes: {quiet: {}, free: {}}\n", "utf-8")
    (folder / "empty").mkdir()
    (folder / "empty" / "README").write_text("nothing\n", "utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    (rules / "dnd.yml").write_text(
        callee.replace("user.in_dnd: bool}", "user.in_dnd: bool, user.away: bool}").replace(
            "if: user.in_dnd", "if: user.in_dnd or user.away"
        )
        + "outcomes: {quiet: {}, free: {}}\n",
        "utf-8",
    )
    git("commit", "--quiet", "--all", "--message", "second")
    return folder


def git(*arguments: str, given: str = "") -> bytes:
    """Run git in the current folder."""
    words = ["git", *arguments]
    return subprocess.run(words, input=given.encode(), check=True, capture_output=True).stdout


def commit(message: str) -> None:
    """Commit everything that is in the current folder."""
    git("add", ".")
    git("commit", "--quiet", "--message", message)


class TestRevisions:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("HEAD~1:rules/team_chat.yaml", "rules/team_chat.yaml"),
            ("HEAD~1:rules/team_chat.yaml", "HEAD:./rules/team_chat.yaml"),
            ("HEAD~1:rules/../rules/team_chat.yaml", "HEAD:{here}/rules/team_chat.yaml"),
        ],
        ids=["a file", "relative", "absolute"],
    )
    def test_what_a_file_calls_is_of_its_revision(self, repository: Path, old: str, new: str) -> None:
        """Only the called chart changed; so it is what makes decisions change."""
        result = run("diff", old, new.format(here=repository.as_posix()), "--format", "json")

        assert result.err == ""
        assert [one["change"] for one in result.json["changes"]] == ["yes->no"]
        assert result.json["regions"][0]["facts"]["user.away"] is True
        assert result.json["old"]["path"] == old

    @pytest.mark.usefixtures("repository")
    def test_a_revision_is_what_it_is(self) -> None:
        """The same revision twice is equivalent."""
        assert NOT_A_CHANGE in run("diff", "HEAD:rules/team_chat.yaml", "HEAD:rules/team_chat.yaml").out

    def test_a_dot_means_the_current_folder(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As git has it; without a dot a path begins at the top of the repository."""
        monkeypatch.chdir(repository / "rules")
        result = run("diff", "HEAD:./team_chat.yaml", "HEAD:rules/team_chat.yaml")

        assert (result.code, result.err) == (0, "")

    @pytest.mark.usefixtures("repository")
    def test_the_root_is_a_folder_of_the_revision(self) -> None:
        """Includes and calls may come from anywhere inside of it."""
        result = run("diff", "HEAD:rules/team_chat.yaml", "rules/team_chat.yaml", "--root", ".")

        assert (result.code, result.err) == (0, "")

    @pytest.mark.usefixtures("repository")
    @pytest.mark.parametrize(
        ("word", "message"),
        [
            ("HEAD~7:rules/team_chat.yaml", "there is no revision `HEAD~7`"),
            ("--all:rules/team_chat.yaml", "there is no revision `--all`"),
            ("HEAD:rules/slack.yaml", "there is no `rules/slack.yaml` in the revision `HEAD`"),
            ("HEAD:none/slack.yaml", "there is no `none/slack.yaml` in the revision `HEAD`"),
            ("HEAD:empty/slack.yaml", "there is no `empty/slack.yaml` in the revision `HEAD`"),
            ("HEAD:rules", "there is no `rules` in the revision `HEAD`"),
            ("HEAD:../team_chat.yaml", "`../team_chat.yaml` lies outside of the repository"),
        ],
    )
    def test_what_is_not_there_is_misuse(self, word: str, message: str) -> None:
        """It is said what there is not."""
        result = run("diff", "--", word, "rules/team_chat.yaml")

        assert (result.code, result.out) == (2, "")
        assert message in result.err

    def test_a_path_from_where_you_are(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Below the top of the repository, it is said how a path counts from there."""
        monkeypatch.chdir(repository / "rules")
        told = run("diff", "HEAD:team_chat.yaml", "team_chat.yaml")
        meant = "HEAD:./team_chat.yaml"

        assert f"from where you are, write `{meant}`" in told.err
        assert run("diff", meant, "team_chat.yaml").err == ""

    def test_files_may_be_called_like_revisions(self, folder: Path) -> None:
        """Where there is no such revision, what is there as a file is read as one."""
        (folder / "HEAD:old.yaml").write_text(TEAM_CHAT, "utf-8")

        assert run("diff", "HEAD:old.yaml", "old.yaml").code == 0

    def test_no_file_stands_in_for_a_revision(self, repository: Path) -> None:
        """Whoever adds a file chooses its name, and must not choose what their change is compared with."""
        word = "HEAD:rules/team_chat.yaml"
        (repository / word).parent.mkdir()
        (repository / word).write_text(EDITED, "utf-8")
        result = run("diff", word, "new.yaml")

        assert (result.code, result.out) == (2, "")
        assert f"`{word}` is a file, and `HEAD` is a revision as well" in result.err
        assert f"for the file write ./{word}" in result.err
        assert NOT_A_CHANGE in run("diff", f"./{word}", "new.yaml").out

    def test_a_file_called_like_a_revision_is_read_without_git(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without git there is no revision that could be meant."""
        monkeypatch.setenv("PATH", str(folder))
        (folder / "HEAD:old.yaml").write_text(TEAM_CHAT, "utf-8")

        assert run("diff", "HEAD:old.yaml", "old.yaml").code == 0

    @pytest.mark.parametrize("attribute", ["export-subst", "export-ignore", "ident"])
    def test_attributes_change_no_revision(self, repository: Path, attribute: str) -> None:
        """What is compared is what was committed, not what git would pack or check out."""
        words = "$Format:%s$ $Id$"
        (repository / "named.yaml").write_bytes(
            edited(TEAM_CHAT, ("channel.muted,", f"channel.name == '{words}',")).encode()
        )
        commit("named")
        (repository / ".gitattributes").write_text(f"*.yaml {attribute}\n", "utf-8")
        commit("attributes")
        result = run("diff", "HEAD:named.yaml", "named.yaml")

        assert (result.code, result.err) == (0, "")
        assert NOT_A_CHANGE in result.out

    def test_links_are_followed_inside_of_a_revision(self, repository: Path) -> None:
        """To a file as to a folder; and includes count from where the file is."""
        (repository / "rules" / "link.yaml").symlink_to("team_chat.yaml")
        (repository / "folder").symlink_to("rules")
        commit("links")

        assert NOT_A_CHANGE in run("diff", "HEAD:rules/link.yaml", "rules/team_chat.yaml").out
        assert NOT_A_CHANGE in run("diff", "HEAD:folder/link.yaml", "rules/link.yaml", "--root", ".").out

    @pytest.mark.parametrize(
        "target",
        ["{outside}/old.yaml", "../../old.yaml", "up/up/up/../../../old.yaml", "none/../../../old.yaml", "link.yaml"],
    )
    def test_links_lead_nowhere_else(self, repository: Path, target: str) -> None:
        """They are as if they were not there, and spoil nothing that is beside them."""
        (repository / "rules" / "up").symlink_to(".")
        (repository / "rules" / "link.yaml").symlink_to(target.format(outside=repository.as_posix()))
        commit("links")
        result = run("diff", "HEAD:rules/link.yaml", "new.yaml")

        assert (result.code, result.out) == (2, "")
        assert "there is no `rules/link.yaml` in the revision `HEAD`" in result.err
        assert NOT_A_CHANGE in run("diff", "HEAD:rules/team_chat.yaml", "rules/team_chat.yaml").out

    @pytest.mark.usefixtures("repository")
    def test_names_that_no_file_can_have_are_passed_over(self) -> None:
        """No rule file includes what is not called in UTF-8, and no folder holds a name that is too long."""
        blob = git("rev-parse", "HEAD:rules/dnd.yml").decode().strip()
        for name in (b"rules/\xff.yaml", b"rules/" + b"a" * 300 + b".yaml"):
            git("update-index", "--add", "--cacheinfo", os.fsdecode(b"100644," + blob.encode() + b"," + name))
        git("commit", "--quiet", "--message", "names")

        assert NOT_A_CHANGE in run("diff", "HEAD:rules/team_chat.yaml", "rules/team_chat.yaml").out
        assert run("diff", f"HEAD:rules/{'a' * 300}.yaml", "new.yaml").code == 2

    @pytest.mark.usefixtures("repository")
    def test_a_name_is_only_once_in_a_revision(self) -> None:
        """Nobody could tell which of two files is meant, in a tree that was made so or where case does not count."""
        blob = git("rev-parse", "HEAD:rules/dnd.yml").decode().strip()
        entry = f"100644 blob {blob}\ta.yaml\n"
        tree = git("mktree", given=entry + entry).decode().strip()
        revision = git("commit-tree", tree, "-m", "twice").decode().strip()
        result = run("diff", f"{revision}:a.yaml", "new.yaml")

        assert result.code == 2
        assert "the revision has two files that are both called `a.yaml` here" in result.err

    def test_a_large_file_is_refused_only_where_it_is_read(self, repository: Path) -> None:
        """As the file itself would be, however large."""
        (repository / "rules" / "large.yaml").write_text(TEAM_CHAT + "#" * 1024**2, "utf-8")
        commit("large")
        result = run("diff", "HEAD:rules/large.yaml", "rules/team_chat.yaml")

        assert result.code == 1
        assert "`HEAD:rules/large.yaml` is larger than 1,024 KiB" in result.err
        assert NOT_A_CHANGE in run("diff", "HEAD:rules/team_chat.yaml", "rules/team_chat.yaml").out

    @pytest.mark.usefixtures("repository")
    @pytest.mark.parametrize("start", ["HEAD:", "HEAD:./", "", "./"])
    @pytest.mark.parametrize("end", ["", "/a.yaml"])
    def test_names_that_are_too_long_are_misuse(self, start: str, end: str) -> None:
        """Or found to be no files, as any other name."""
        result = run("diff", f"{start}{'a' * 5000}{end}", "new.yaml")

        assert result.code in {1, 2}
        assert "aaa" in result.err
        assert "bug" not in result.err

    def test_only_dots_before_a_slash_mean_the_current_folder(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A folder may be called with a dot."""
        (repository / ".rules").mkdir()
        (repository / ".rules" / "a.yaml").write_text(TEAM_CHAT, "utf-8")
        commit("dot")
        monkeypatch.chdir(repository / "rules")

        assert NOT_A_CHANGE in run("diff", "HEAD:.rules/a.yaml", "../old.yaml").out

    def test_a_folder_without_git_has_no_revisions(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What git says is passed on."""
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
        result = run("diff", "HEAD:old.yaml", "new.yaml")

        assert result.code == 2
        assert "git does not answer: fatal: not a git repository" in result.err

    def test_without_git(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is only needed for revisions."""
        monkeypatch.setenv("PATH", str(folder))
        result = run("diff", "HEAD:old.yaml", "new.yaml")

        assert result.code == 2
        assert "git is needed to read a revision, and is not installed" in result.err
        assert run("diff", "old.yaml", "old.yaml").code == 0

    @pytest.mark.usefixtures("repository")
    def test_a_revision_that_is_too_large_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only the rule files below the root are read, and those not without end."""
        monkeypatch.setattr("notifyrules.revisions._MOST", 1024)
        result = run("diff", "HEAD:rules/team_chat.yaml", "rules/team_chat.yaml")

        assert result.code == 2
        assert "the rule files of the revision are larger than" in result.err


class TestPicture:
    @pytest.mark.parametrize(
        ("name", "start"),
        [
            ("a.svg", b"<"),
            ("a.png", b"\x89PNG"),
            ("a.dot", b"digraph"),
            ("a.GV", b"digraph"),
            ("a.mmd", b"flowchart"),
            ("a.mermaid", b"flowchart"),
        ],
    )
    def test_the_suffix_tells_the_format(self, folder: Path, name: str, start: bytes) -> None:
        """The file's name says what to draw; the text is printed as well."""
        result = run("diff", "old.yaml", "new.yaml", "--picture", name)

        assert "decisions change" in result.out
        assert (folder / name).read_bytes().startswith(start)

    def test_a_suffix_that_tells_nothing_is_misuse(self) -> None:
        """Before anything is compared."""
        result = run("diff", "old.yaml", "new.yaml", "--picture", "a.pdf")

        assert (result.code, result.out) == (2, "")
        assert "`a.pdf` does not tell its format" in result.err

    def test_what_is_new_gone_and_moved_stands_out(self, folder: Path) -> None:
        """Everything else is faded; what was there before is dashed, beside what is there now."""
        run("diff", "old.yaml", "new.yaml", "--picture", "a.svg")
        arrows = elements((folder / "a.svg").read_text("utf-8"), "g", class_="nr-arrow")
        classes = {one.get("data-arrow"): [part.get("class") for part in one if part.get("class")] for one in arrows}
        marked = {id_: found[0] for id_, found in classes.items() if found[0] != "nr-line nr-faded"}
        lit = dict.fromkeys(("bot.then", "bot.else", "dnd.then", "kind.dm"), "nr-line nr-lit")

        moved = dict.fromkeys(("no->hold", "no->yes", "yes->no"), "nr-line nr-moved")

        assert marked == {**lit, **moved, **dict.fromkeys(("was:dnd.then", "was:kind.dm"), "nr-line nr-tried")}

    @pytest.mark.parametrize(
        ("words", "shown"),
        [
            (["a.mmd"], "```mermaid\nflowchart TD\n"),
            (["a b.svg"], "![both versions as one chart](a%20b.svg)\n"),
            (["a.svg", "--picture-link", "https://x.org/a"], "![both versions as one chart](https://x.org/a)\n"),
        ],
        ids=["Mermaid", "a file", "a link"],
    )
    def test_markdown_shows_it(self, words: list[str], shown: str) -> None:
        """The picture stands folded below: Mermaid itself, others by a link."""
        told = run("diff", "old.yaml", "new.yaml", "--format", "markdown", "--picture", *words).out

        assert f"\n\n<details>\n<summary>Both versions as one chart</summary>\n\n{shown}" in told
        assert told.endswith("\n\n</details>\n")

    def test_both_versions_in_one_picture(self, folder: Path, golden: Callable[[Path, str], None]) -> None:
        """To the byte."""
        run("diff", "old.yaml", "new.yaml", "--picture", "a.svg")

        golden(GOLDEN / "team_chat.svg", (folder / "a.svg").read_bytes().decode())
