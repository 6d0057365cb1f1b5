"""Claims about the root: which folder the files a file names stay in, the same for every command and for pytest."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from notifyrules import RulesError, UsageError, check, load
from notifyrules.cases.runner import Status
from notifyrules.cases.runner import run as run_case
from notifyrules.rules import read_cases
from tests.cli import Result, run

MARKER = ".notifyrules-root"
SHARED = "notifyrules: 1\nfacts: {user.muted: bool = false}\n"
OPS = """\
notifyrules: 1
include: [../shared/facts.yaml]
facts: {user.word: text = ""}
flow:
  muted: {ask: Muted?, if: user.muted and user.word == " 'x", then: "no", else: "yes"}
outcomes:
  "yes": {notify: true}
  "no": {notify: false}
guarantees:
  - {name: all hear, never: ["no"]}
"""
CASES = """\
notifyrules-cases: 1
rules: ops.yaml
cases:
  - {name: muted, given: {user.muted: true}, expect: "yes"}
"""
SPLIT = {"checks/ops.cases.yaml": CASES.replace("ops.yaml", "../rules/teams/ops.yaml")}

Commands = Callable[[str], list[Result]]


def write(top: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give the top of a repository with a chart, its cases, and facts that it shares with others."""
    top = tmp_path / "my project"
    rules = {"teams/ops.yaml": OPS, "teams/ops.cases.yaml": CASES, "shared/facts.yaml": SHARED, "other.yaml": "a: 1\n"}
    write(top, {f"rules/{name}": text for name, text in rules.items()})
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "x")
    return top


def git(top: Path, *words: str) -> None:
    """Run git in a folder."""
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run(["git", *who, *words], cwd=top, check=True, capture_output=True)  # noqa: S607


def outside(*results: Result) -> list[bool]:
    """Tell of each result whether it speaks of a file outside of the root."""
    return ["outside-root" in one.out + one.err for one in results]


def ask_all(chart: str, folder: str, suite: str) -> Iterator[Result]:
    """Ask every command about one chart, by its name and by that of a folder around it."""
    for path in (chart, folder, suite):
        yield run("check", "--no-prove", path)
        yield run("check", "--no-prove", "--changed", path)
        yield run("test", path)
    yield run("test", folder, "--coverage")
    for command in ("decide", "explain", "schema", "stubs", "render"):
        yield run(command, chart)
    yield run("render", "--all", folder, "-o", "drawn")
    yield run("diff", chart, chart)


@pytest.mark.slow
class TestOneRule:
    @pytest.mark.parametrize("here", [".", "rules", "rules/teams", "rules/shared"])
    def test_in_a_repository_every_command_finds_the_same(
        self, project: Path, here: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The root is the top of the repository, wherever one is, and whether a file or a folder is named."""
        monkeypatch.chdir(project / here)
        chart, folder, suite = (
            os.path.relpath(project / name)
            for name in ("rules/teams/ops.yaml", "rules/teams", "rules/teams/ops.cases.yaml")
        )
        results = list(ask_all(chart, folder, suite))

        assert [one.code for one in results] == [0] * len(results)

    @pytest.mark.parametrize("here", [".", "rules", "checks"])
    def test_cases_may_stand_apart(self, project: Path, here: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """So that what a test finds does not depend on where one is."""
        write(project, SPLIT)
        monkeypatch.chdir(project / here)
        named = [os.path.relpath(project / name) for name in ("checks", "checks/ops.cases.yaml")]

        assert [run(command, one).code for command in ("check", "test") for one in named] == [0] * 4

    @pytest.mark.parametrize("here", [".", "rules/teams"])
    def test_pytest_finds_the_same(
        self, project: Path, here: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where it is started below the top."""
        write(project, SPLIT)
        monkeypatch.chdir(project / here)

        pytester.runpytest_inprocess("-p", "no:cacheprovider", project).assert_outcomes(passed=2)

    def test_a_marker_narrows_it(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The nearest folder with a marker counts, for every command and for the library."""
        (project / "rules" / "teams" / MARKER).touch()
        monkeypatch.chdir(project)
        results = list(ask_all("rules/teams/ops.yaml", "rules/teams", "rules/teams/ops.cases.yaml"))

        assert outside(*results) == [True] * len(results)
        with pytest.raises(RulesError, match="outside of the root"):
            load("rules/teams/ops.yaml")

    def test_a_marker_widens_it_where_there_is_no_repository(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As in an image that holds the files alone."""
        write(tmp_path, {"teams/ops.yaml": OPS, "teams/ops.cases.yaml": CASES, "shared/facts.yaml": SHARED})
        monkeypatch.chdir(tmp_path)
        before = list(ask_all("teams/ops.yaml", "teams", "teams/ops.cases.yaml"))
        (tmp_path / MARKER).touch()
        after = list(ask_all("teams/ops.yaml", "teams", "teams/ops.cases.yaml"))

        assert outside(*before) == [True] * len(before)
        assert [one.code for one in after] == [0] * len(after)
        assert load("teams/ops.yaml").name == "ops"

    def test_without_either_it_is_the_folder_named(self, tmp_path: Path) -> None:
        """Of a file that is named, its own."""
        write(tmp_path, {"teams/ops.yaml": OPS, "shared/facts.yaml": SHARED})
        results = [run("check", "--no-prove", tmp_path), run("check", "--no-prove", tmp_path / "teams" / "ops.yaml")]

        assert outside(*results) == [False, True]

    def test_it_is_never_wider_than_the_repository(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A marker above it does not count, nor does a folder named; what is asked for does."""
        (project.parent / MARKER).touch()
        write(project.parent, {"shared/facts.yaml": SHARED})
        write(project, {"ops.yaml": OPS})
        monkeypatch.chdir(project.parent)
        named = (project / "ops.yaml", project, project.parent)

        assert outside(*(run("check", "--no-prove", one) for one in named)) == [True, True, True]
        assert outside(run("check", "--no-prove", project / "ops.yaml", "--root", ".")) == [False]

    def test_a_repository_inside_of_another_is_one(self, project: Path) -> None:
        """Such as a submodule, at the top of which a file has the name that a folder has elsewhere."""
        (project / "rules" / "teams" / ".git").write_text("gitdir: elsewhere\n", "utf-8")

        assert outside(run("check", "--no-prove", project / "rules")) == [True]

    @pytest.mark.parametrize("name", ["facts.yaml", "folder/facts.yaml"], ids=["file", "folder"])
    def test_no_link_leads_out_of_it(self, project: Path, name: str) -> None:
        """Neither of a file nor of a folder."""
        write(project.parent, {"secret/facts.yaml": SHARED})
        link = project / "rules" / Path(name).parts[0]
        link.symlink_to(project.parent / "secret" / ("facts.yaml" if link.suffix else ""))
        write(project, {"rules/ops.yaml": OPS.replace("../shared/facts.yaml", name)})

        assert outside(run("check", "--no-prove", project / "rules" / "ops.yaml")) == [True]

    def test_the_library_takes_nothing_wider_unasked(self, project: Path) -> None:
        """Whoever calls it may have files of strangers, so that the repository does not count."""
        chart = project / "rules" / "teams" / "ops.yaml"

        assert [one.code.value for one in check(chart)] == ["outside-root"]
        assert check(chart, root=project) == ()
        (project / "rules" / MARKER).touch()
        assert check(chart) == ()
        [case] = read_cases(chart.with_name("ops.cases.yaml"))
        assert run_case(case).status is Status.PASSED


class TestSaying:
    @pytest.mark.parametrize(
        ("mark", "options", "why"),
        [
            ("rules/teams", [], "`rules/teams`|because `.notifyrules-root` stands in it|move `.notifyrules-root` to"),
            (None, [], "`.`|the top of the repository"),
            (None, ["--root", "rules/teams"], "`rules/teams`|the folder of the file, or because it was given"),
            (None, ["--root", "rules"], "`rules`|that was given|below that folder, or give a wider root"),
        ],
        ids=["marked", "repository", "own", "given"],
    )
    def test_the_message_names_the_root_and_why(
        self, project: Path, mark: str | None, options: list[str], why: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So that nobody has to guess which folder counts."""
        write(project, {"rules/teams/ops.yaml": OPS.replace("../shared", "../../../shared")})
        if mark is not None:
            (project / mark / MARKER).touch()
        monkeypatch.chdir(project)
        told = run("check", "rules/teams/ops.yaml", *options).out

        assert all(one in told for one in why.split("|"))

    @pytest.mark.parametrize("root", ["nope", "rules/other.yaml", ""], ids=["missing", "file", "empty"])
    def test_a_root_that_is_no_folder_is_misuse(
        self, project: Path, root: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """For every command, and for the library."""
        monkeypatch.chdir(project)
        chart = "rules/teams/ops.yaml"
        commands = [
            ["check", chart], ["check", "rules"], ["test", "rules"], ["test", chart], ["decide", chart],
            ["explain", chart], ["schema", chart], ["stubs", chart], ["render", chart], ["render", "--all"],
            ["diff", chart, chart], ["diff", f"HEAD:{chart}", chart], ["check", "--changed", chart],
        ]  # fmt: skip
        results = [run(*words, "--root", root) for words in commands]

        assert [one.code for one in results] == [2] * len(results)
        assert all(f"`{root}`" in one.err for one in results)
        with pytest.raises(UsageError, match="the root"):
            load(chart, root=root)


class TestPrintedCommands:
    @pytest.mark.parametrize("here", [".", "rules/teams"])
    def test_the_way_to_a_broken_promise_is_drawn(
        self, project: Path, here: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the command that is printed, where it is printed, as a shell reads it."""
        monkeypatch.chdir(project / here)
        told = run("check", os.path.relpath(project / "rules"))

        assert self.pasted(told.out) == 0
        assert Path("ops.svg").read_text("utf-8") != run("render", project / "rules" / "teams" / "ops.yaml").out

    @pytest.mark.parametrize(
        ("name", "options"),
        [("teams/ops.yaml", ["--root", "."]), ("teams", ["--root", "."]), (".", []), ("-x/ops.yaml", ["--root", "."])],
        ids=["file", "folder", "found", "dash"],
    )
    def test_a_root_that_was_given_is_given_again(
        self, tmp_path: Path, name: str, options: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the command would not find it."""
        write(tmp_path, {f"{'-x' if '-x' in name else 'teams'}/ops.yaml": OPS, "shared/facts.yaml": SHARED})
        monkeypatch.chdir(tmp_path)
        told = run("check", *options, "--", name)

        assert self.pasted(told.out) == 0

    def pasted(self, told: str) -> int:
        """Run the command that is printed, and give its exit code."""
        [command] = re.findall(r"to see the path: `notifyrules (.*)`$", told, re.MULTILINE)
        return run(*shlex.split(command)).code


class TestRevisions:
    @pytest.mark.parametrize(
        ("here", "words"),
        [
            ("rules/teams", ["--root", "..", "HEAD:./ops.yaml", "ops.yaml"]),
            ("rules/teams", ["--root", "../..", "HEAD:rules/teams/ops.yaml", "ops.yaml"]),
            ("rules", ["--root", ".", "HEAD:./teams/ops.yaml", "teams/ops.yaml"]),
            ("rules/teams", ["HEAD:./ops.yaml", "ops.yaml"]),
            (".", ["HEAD:rules/teams/ops.yaml", "HEAD:rules/teams/ops.yaml"]),
        ],
    )
    def test_the_root_of_both_versions_is_the_same(
        self, project: Path, here: str, words: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whether it is given, from where one is, or found."""
        monkeypatch.chdir(project / here)
        told = run("diff", *words)

        assert (told.code, told.err) == (0, "")

    def test_a_marker_of_the_revision_counts(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As it was committed."""
        (project / "rules" / "teams" / MARKER).touch()
        git(project, "add", "-A")
        git(project, "commit", "-q", "-m", "y")
        (project / "rules" / "teams" / MARKER).unlink()
        monkeypatch.chdir(project)

        assert outside(run("diff", "HEAD:rules/teams/ops.yaml", "HEAD~1:rules/teams/ops.yaml")) == [True]
        assert run("diff", "HEAD~1:rules/teams/ops.yaml", "rules/teams/ops.yaml").code == 0


class TestHooks:
    @pytest.fixture
    def hook(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
        """Give a function that runs a shipped hook as pre-commit does: at the top, its arguments before the files."""
        monkeypatch.chdir(project)
        hooks = YAML(typ="safe").load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text("utf-8"))
        known = {one["id"]: one for one in hooks}

        def ask(name: str, *files: str, args: tuple[str, ...] = ()) -> Result:
            taken = [file for file in files if re.search(known[name]["files"], file)]
            assert taken
            given = taken if known[name].get("pass_filenames", True) else []
            return run(*shlex.split(known[name]["entry"])[1:], *args, *given)

        return ask

    @pytest.mark.parametrize(
        ("changed", "edit", "broken"),
        [
            ("rules/shared/facts.yaml", ("user.muted", "user.silent"), "rules/teams/ops.yaml"),
            ("rules/teams/ops.yaml", ('"yes"', '"sure"'), "rules/teams/ops.cases.yaml"),
            ("rules/block.yaml", ("held", "kept"), "rules/caller.yaml"),
            ("rules/deep.yaml", ("deep.fact", "deep.other"), "rules/asks.yaml"),
            ("rows.jsonl", ("yes", "none"), "rows.jsonl"),
        ],
        ids=["included", "tested", "called", "included by what is included", "rows"],
    )
    def test_readers_of_what_changed_are_checked(
        self, project: Path, hook: Callable[..., Result], changed: str, edit: tuple[str, str], broken: str
    ) -> None:
        """Those that include, call or test it, and those that read them."""
        text = OPS.replace("  - {name: all hear", "  - {name: all hear, if: user.word == 'y'")
        block = "notifyrules: 1\nfacts: {q: bool = false}\nflow: {a: {ask: Q?, if: q, then: held, else: free}}\n"
        head = "notifyrules: 1\noutcomes: {sure: {notify: true}, nope: {notify: false}}\n"
        write(
            project,
            {
                "rules/teams/ops.yaml": text,
                "rules/block.yaml": f"{block}outcomes: {{held: {{}}, free: {{}}}}\n",
                "rules/caller.yaml": f"{head}facts: {{q: bool = false}}\nflow: {{b: {{ask: Block?, call: block.yaml, "
                "cases: {held: nope, free: sure}}}\n",
                "rules/deep.yaml": "notifyrules: 1\nfacts: {deep.fact: bool = false}\n",
                "rules/between.yaml": "notifyrules: 1\ninclude: [deep.yaml]\n",
                "rules/asks.yaml": f"{head}include: [between.yaml]\n"
                "flow: {b: {ask: Deep?, if: deep.fact, then: sure, else: nope}}\n",
                "rules/recorded.cases.yaml": "notifyrules-cases: 1\nrules: teams/ops.yaml\n"
                "cases: [{name: all, rows: ../rows.jsonl}]\n",
                "rows.jsonl": '{"facts": {}, "expect": "yes"}\n',
            },
        )
        before = hook("notifyrules-check", changed, "rules/other.yaml")
        path = project / changed
        path.write_text(path.read_text("utf-8").replace(*edit), "utf-8")
        after = hook("notifyrules-check", changed, "rules/other.yaml")

        assert (before.code, before.err) == (0, "")
        assert after.code == 1
        assert f"--> {broken}:" in after.out

    def test_a_shared_file_that_was_renamed_breaks_its_readers(
        self, project: Path, hook: Callable[..., Result]
    ) -> None:
        """What names a file that is not there is checked as well."""
        (project / "rules" / "shared" / "facts.yaml").rename(project / "rules" / "shared" / "base.yaml")

        assert "rules/teams/ops.yaml" in hook("notifyrules-check", "rules/shared/base.yaml").out
        assert "rules/teams/ops.yaml" in hook("notifyrules-check", "rules/shared/facts.yaml").out

    def test_other_yaml_is_none_of_its_business(self, hook: Callable[..., Result]) -> None:
        """Below `rules/` as elsewhere."""
        assert hook("notifyrules-check", "rules/other.yaml") == Result(
            0, "no findings in 0 files\n", "", b"no findings in 0 files\n"
        )

    def test_pictures_may_be_held_fresh_anywhere(self, project: Path, hook: Callable[..., Result]) -> None:
        """By the arguments of the hook, without which it looks where `render --all` does."""
        write(project, {"services/x/rules/ops.yaml": OPS.replace("../shared", "../../../rules/shared")})
        where = ("services/x/rules", "-o", "services/x/diagrams")
        stale = hook("notifyrules-render", "services/x/rules/ops.yaml", args=where)
        [command] = re.findall(r"run `notifyrules (.*)`", stale.err)

        assert run(*shlex.split(command)).code == 0
        assert hook("notifyrules-render", "services/x/diagrams/ops.svg", args=where).code == 0
        assert "`diagrams/ops.svg` is missing" in hook("notifyrules-render", "rules/teams/ops.yaml").err
