"""Draw on the command line: one chart, all charts of a folder, and whether pictures are fresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import TEAM_CHAT, Result, run, team_chat

FRAGMENT = "notifyrules: 1\nfacts: {user.role: text}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with one rule file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    team_chat(tmp_path / "rules")
    return tmp_path


def render(*arguments: str) -> Result:
    """Draw the rule file."""
    return run("render", "rules/team_chat.yaml", *arguments)


class TestOneChart:
    def test_svg_goes_to_standard_output(self) -> None:
        """Without a file and a format, SVG is printed."""
        result = render()

        assert result.code == 0
        assert "<svg" in result.out
        assert "Channel muted?" in result.out

    @pytest.mark.parametrize(
        ("name", "start"),
        [("a.svg", b"<"), ("a.DOT", b"digraph"), ("a.gv", b"digraph"), ("a.png", b"\x89PNG")],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_the_suffix_tells_the_format(self, folder: Path, name: str, start: bytes) -> None:
        """The file's name says what to draw."""
        assert render("-o", name).code == 0
        assert (folder / name).read_bytes().startswith(start)

    def test_mermaid_is_text(self) -> None:
        """Mermaid can be printed into a Markdown file."""
        assert "flowchart" in render("--format", "mermaid").out

    def test_a_format_that_is_given_wins(self, folder: Path) -> None:
        """Whatever the suffix says."""
        assert render("-o", "a.txt", "--format", "dot").code == 0
        assert (folder / "a.txt").read_bytes().startswith(b"digraph")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["-o", "a.pdf"], "`a.pdf` does not tell its format"),
            (["--format", "gif"], "there is no format `gif`"),
            (["-o", "none/a.svg"], "cannot be written: no such file"),
            (["--check"], "there is no picture to check"),
            (["--all", "--set", "a=1"], "facts light the path of one chart"),
            (["--set", "no.such=1"], "is not a fact of these rules"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_cannot_be_drawn_is_misuse(self, options: list[str], message: str) -> None:
        """The message says what is missing."""
        result = render(*options)

        assert result.code == 2
        assert message in result.err

    def test_a_png_is_not_thrown_at_a_terminal(self) -> None:
        """A terminal would not survive it."""
        result = run("render", "rules/team_chat.yaml", "--format", "png", terminal=True)

        assert result.code == 2
        assert "a PNG is nothing for a terminal" in result.err

    def test_rules_have_to_be_named(self) -> None:
        """Without rules there is nothing to draw."""
        assert "no rules are named" in run("render").err

    def test_facts_light_a_path(self) -> None:
        """The picture of a decision is not the bare one."""
        lit = render("--set", "message.kind=dm")

        assert lit.code == 0
        assert lit.out != render().out


class TestAll:
    def test_every_chart_is_drawn_under_its_name(self, folder: Path) -> None:
        """Charts of inner folders too; what is made to be included, files of cases and other YAML are left out."""
        blocks = folder / "rules" / "blocks"
        blocks.mkdir()
        (blocks / "b.yaml").write_text(TEAM_CHAT.replace("name: team_chat", "name: other"), "utf-8")
        (blocks / "common.yaml").write_text(FRAGMENT, "utf-8")
        (blocks / "b.cases.yaml").write_text("notifyrules-cases: 1\nrules: b.yaml\ncases: []\n", "utf-8")
        (blocks / "compose.yaml").write_text("services: {}\n", "utf-8")
        result = run("render", "--all")

        assert result.code == 0
        assert sorted(path.name for path in (folder / "diagrams").iterdir()) == ["other.svg", "team_chat.svg"]

    def test_a_folder_that_cannot_be_made_is_misuse(self, folder: Path) -> None:
        """The reason is the system's."""
        (folder / "diagrams").write_text("", "utf-8")
        result = run("render", "--all")

        assert result.code == 2
        assert "the folder `diagrams` cannot be made: file exists" in result.err

    def test_what_was_drawn_is_told(self) -> None:
        """A second run finds everything unchanged."""
        first, second = run("render", "--all"), run("render", "--all")

        assert first.out.split() == ["drawn", str(Path("diagrams/team_chat.svg"))]
        assert second.out.split() == ["unchanged", str(Path("diagrams/team_chat.svg"))]

    def test_folders_and_format_can_be_chosen(self, folder: Path) -> None:
        """The folder of rules is named first, that of pictures by `-o`."""
        assert run("render", "--all", "rules", "-o", "pictures", "--format", "dot").code == 0
        assert (folder / "pictures" / "team_chat.dot").is_file()

    def test_a_chart_with_errors_does_not_stop_the_others(self, folder: Path) -> None:
        """It is told of, and the exit code is 1."""
        (folder / "rules" / "a.yaml").write_text("notifyrules: 1\nflow: {}\n", "utf-8")
        result = run("render", "--all")

        assert result.code == 1
        assert "error[" in result.err
        assert (folder / "diagrams" / "team_chat.svg").is_file()

    @pytest.mark.parametrize(
        "content",
        [b"notifyrules: 1\n\xff", b"notifyrules: 1\nflow: [", b"notifyrules: 1\n#" + b" " * 1_100_000],
        ids=["bytes", "no YAML", "too large"],
    )
    def test_a_file_that_cannot_be_read_is_told_of(self, folder: Path, content: bytes) -> None:
        """It is not taken for a file that is made to be included and left out."""
        (folder / "rules" / "a.yaml").write_bytes(content)
        result = run("render", "--all")

        assert result.code == 1
        assert "a.yaml" in result.err

    @pytest.mark.parametrize(
        ("name", "message"),
        [("team_chat", "is called `team_chat` like"), ('"../../x"', "cannot be the name of a file")],
        ids=["twice", "a path"],
    )
    def test_a_name_that_is_no_file_of_its_own_is_refused(self, folder: Path, name: str, message: str) -> None:
        """Pictures are called after charts, and the name of a chart is a stranger's."""
        (folder / "rules" / "z.yaml").write_text(TEAM_CHAT.replace("name: team_chat", f"name: {name}"), "utf-8")
        result = run("render", "--all")

        assert result.code == 1
        assert message in result.err
        assert sorted(path.name for path in folder.iterdir()) == ["diagrams", "rules"]

    @pytest.mark.parametrize(("name", "message"), [("none", "there is no folder"), ("diagrams", "holds no charts")])
    def test_nothing_to_draw_is_misuse(self, folder: Path, name: str, message: str) -> None:
        """Drawing nothing is not the same as drawing everything."""
        (folder / "diagrams").mkdir()
        result = run("render", "--all", name)

        assert result.code == 2
        assert message in result.err


class TestCheck:
    def test_fresh_pictures_pass(self) -> None:
        """What was just drawn is fresh."""
        run("render", "--all")
        result = run("render", "--check")

        assert (result.code, result.out) == (0, "the picture is fresh\n")

    def test_a_stale_picture_fails_and_says_what_to_run(self, folder: Path) -> None:
        """After a change of the rules the picture is named, and the command that draws it again works."""
        run("render", "--all")
        (folder / "rules" / "team_chat.yaml").write_text(TEAM_CHAT.replace("User in DnD?", "Busy?"), "utf-8")
        result = run("render", "--check")

        assert result.code == 1
        assert "is stale" in result.err
        assert "run `notifyrules render --all`" in result.err

        run("render", "--all")

        assert run("render", "--check").code == 0

    def test_a_missing_picture_fails_and_nothing_is_written(self, folder: Path) -> None:
        """Checking does not draw."""
        result = run("render", "--check")

        assert result.code == 1
        assert "is missing" in result.err
        assert not (folder / "diagrams").exists()

    def test_one_picture_is_checked_with_all_its_options(self, folder: Path) -> None:
        """The command that is told draws the very picture that was checked."""
        options = ["--set", "message.kind=dm", "--set", "channel.name=a b", "-o", "a.svg", "--expand"]
        render(*options)
        fresh = render(*options, "--check")
        (folder / "a.svg").write_text("old", "utf-8")
        stale = render(*options, "--check")

        assert (fresh.code, stale.code) == (0, 1)
        assert "rules/team_chat.yaml --set message.kind=dm --set 'channel.name=a b' -o a.svg --expand`" in stale.err
