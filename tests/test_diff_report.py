"""Tell a comparison in every format, and draw it: what is said when there is much, little or nothing to say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from notifyrules.diff.gate import AllowedChanges
from notifyrules.diff.machine import format_github, format_json
from notifyrules.diff.model import Finding, Reworded
from notifyrules.diff.recorded import count_rows
from notifyrules.diff.report import format_markdown, format_text
from tests.versions import END, asking, compared, edited

Format = Callable[..., str]
READERS = (format_text, format_markdown)
ALL: tuple[Format, ...] = (format_text, format_markdown, format_github, format_json)
SHUT = AllowedChanges(())


def words(text: str) -> str:
    """Join lines, so that it does not matter where they break."""
    return " ".join(text.split())


@pytest.mark.parametrize("form", ALL)
class TestEveryFormat:
    def test_what_carries_something_else(self, tmp_path: Path, form: Format) -> None:
        """The outcome stays, and what it carries is told."""
        old = asking("b: bool", "b", top="data: {sound: text = ping}\n")
        told = form(compared(tmp_path, old, old.replace("ping", "pong")), SHUT, None)

        assert "yes->yes" in told
        assert form is format_github or ("ping" in told and "pong" in told)

    def test_what_is_open(self, tmp_path: Path, form: Format) -> None:
        """A change that could neither be shown nor excluded is told as such."""
        old = asking("t: text", 'contains(lower(t), "A")')
        comparison = compared(tmp_path, old, asking("t: text", "false"))

        assert comparison.finding is Finding.UNDECIDED
        assert "yes->no" in form(comparison, SHUT, None)

    def test_time_that_ran_out(self, tmp_path: Path, form: Format) -> None:
        """Nothing is proved, nothing is shown, and both are said."""
        comparison = compared(tmp_path, asking("i: int", "i == 7"), asking("i: int", "i == 8"), seconds=0)

        assert not comparison.complete
        assert comparison.finding is Finding.UNDECIDED
        assert list(comparison.regions) == []
        assert set(comparison.open) == {"yes->no", "no->yes"}
        assert "yes->no" in form(comparison, SHUT, None)

    def test_hostile_words(self, tmp_path: Path, form: Format) -> None:
        """Words of a file neither steer a terminal nor make lines of their own."""
        text = '"a`b|c\\n::error::d\\u001b[31m<script>"'
        because = "{to: 'no', because: " + text + "}"
        old = asking("b: bool", "b").replace("else: 'no'", f"else: {because}")
        told = form(compared(tmp_path, old, asking("b: bool", "not b")), SHUT, None)

        assert "\x1b" not in told
        assert "\n::error::d" not in told


class TestReaders:
    @pytest.mark.parametrize("form", READERS)
    def test_ways_are_told_on_request(self, tmp_path: Path, form: Format) -> None:
        """An example of each change stands there with both paths, and with the edits that make it."""
        comparison = compared(tmp_path, asking("b: bool; c: bool", "b"), asking("b: bool; c: bool", "c"))
        short, long = words(form(comparison, SHUT, None)), words(form(comparison, SHUT, None, ways=True))

        assert "edit 1" not in short
        assert long.count("edit 1") == 2
        assert {id_ for id_ in ("q.then", "q.else") if id_ in long.replace("`", "")} == {"q.then", "q.else"}

    @pytest.mark.parametrize("form", READERS)
    def test_who_leaves_a_fact_out(self, tmp_path: Path, form: Format) -> None:
        """A changed default is a change for those who rely on it, and said once."""
        old, new = asking("f: int = 1", "f > 3"), asking("f: int = 5", "f > 3")
        told = words(form(compared(tmp_path, old, new), SHUT, None)).replace("`", "")

        assert "default of f (line 3): 5, was 1" in told
        assert "Yes instead of No where f is left out" in told
        assert "by default" not in told

    @pytest.mark.parametrize("form", READERS)
    def test_many_ends_are_told_without_examples(self, tmp_path: Path, form: Format) -> None:
        """Of up to six ends each has its example; of more only the names and the answers stand there."""
        kinds = {number: [f"k{at}" for at in range(number)] for number in (6, 7)}
        for number, names in kinds.items():
            cases = ", ".join(f"{name}: {name}" for name in names)
            ends = "".join(f"  {name}: {{notify: true}}\n" for name in (*names, "no_one"))
            text = (
                f"notifyrules: 1\nfacts: {{b: bool = false, k: {' | '.join(names)}}}\nflow:\n"
                f"  q: {{if: b, then: no_one, else: s}}\n  s: {{switch: k, cases: {{{cases}}}}}\noutcomes:\n{ends}"
            )
            told = words(form(compared(tmp_path, text, text.replace("if: b", "if: b and not b")), SHUT, None))

            assert ("k = k5" in told.replace("`", "")) is (number == 6)

    @pytest.mark.parametrize("form", READERS)
    def test_ends_are_told_once(self, tmp_path: Path, form: Format) -> None:
        """What a second edit leads to as well is told by where it was told."""
        flow = "one: {if: a, then: 'no', else: two}\ntwo: {if: b, then: 'no', else: three}\n"
        lines = indent(f"{flow}three: {{if: c, then: 'yes', else: hold}}", "  ")
        old = f"notifyrules: 1\nfacts: {{a: bool, b: bool, c: bool}}\nflow:\n{lines}{END}  hold: {{notify: later}}\n"
        new = old.replace("if: a,", "if: a and b,").replace("if: b,", "if: b and a,")
        told = words(form(compared(tmp_path, old, new), SHUT, None)).replace("`", "")

        assert "as told in 1" in told

    def test_rows(self, tmp_path: Path) -> None:
        """The most frequent change comes first, with examples; what nobody decides is counted."""
        comparison = compared(tmp_path, asking("b: bool; c: bool", "b"), asking("b: bool; c: bool", "c"))
        given = [(True, False), (True, True), *[(False, True)] * 5]
        rows = [(f"row {number}", {"b": b, "c": c}) for number, (b, c) in enumerate(given)]
        counted = count_rows(comparison.old, comparison.new, [*rows, ("odd", {"b": 1, "c": True})])
        told = words(format_text(comparison, SHUT, counted))

        assert (counted.total, counted.changed) == (7, 6)
        assert (
            "recorded decisions: 6 of 7 change 5 no->yes, such as row 2, row 3, row 4 1 yes->no, such as row 0" in told
        )
        assert "passed over: odd: b:" in told
        assert "of 7 recorded decisions 6 change" in format_github(comparison, SHUT, counted)

    def test_no_rows_change(self, tmp_path: Path) -> None:
        """That is said too."""
        comparison = compared(tmp_path, asking("b: bool", "b"), asking("b: bool", "b"))
        counted = count_rows(comparison.old, comparison.new, [("one", {"b": True, "unknown": 3})])

        assert "#### Recorded decisions: 0 of 1 change\n\n- none\n" in format_markdown(comparison, SHUT, counted)


HOSTILE = """\
notifyrules: 1
title: "@team <img src=x> [a](http://b) www.c.de | `x"
facts:
  t: text = "a`b|c"
  e: '"a|b" | "`c`" | "@all" | "\\\\" = "a|b"'
data: {v: "text = ''"}
flow:
  q:
    ask: "is `t` | @you?"
    switch: e
    cases: {'"a|b"': r, '`c`': {to: 'no', because: "@team | `x` <b>\\n- item\\n# head"}, '"@all" | "\\\\"': 'no'}
  r: {if: 't == "x|`y`|"', then: 'yes', else: 'no'}
outcomes:
  'yes': {notify: true, data: {v: "`|` @x"}}
  'no': {notify: false}
guarantees:
  - {name: "g `1` | @x", if: 't == "q"', never: ['yes']}
"""
CHANGES = (
    ("then: 'yes', else: 'no'}", "then: 'yes', else: 'yes'}"),
    ("`|` @x", "``| @x"),
    ("g `1`", "g``"),
    ("text = ''", "text = '_'"),
    ('= "a|b"\'', '= "@all"\''),
    ("r: {if: 't ==", "r: {if: 't !="),
    ("is `t`", "is `` it"),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Token]:
    """Read what is written of two versions full of marks, as GitHub reads Markdown."""
    comparison = compared(tmp_path_factory.mktemp("hostile"), HOSTILE, edited(HOSTILE, *CHANGES))
    read = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(
        format_markdown(comparison, SHUT, None, ways=True)
    )
    return [part for block in read for part in (block, *(block.children or ()))]


class TestMarkdown:
    def test_nothing_in_a_file_is_markup(self, parts: list[Token]) -> None:
        """There are no links, pictures, tags and lists but those that are meant; nobody is called, outside of code."""
        kinds = {part.type.removesuffix("_open").removesuffix("_close") for part in parts}
        shown = " ".join(part.content for part in parts if part.type == "text")

        assert kinds <= {
            *("heading", "inline", "text", "code_inline", "paragraph", "softbreak", "strong", "em"),
            *("bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"),
        }
        assert not set("@<[|`*\\") & set(shown)

    @pytest.mark.parametrize(
        "words",
        [
            'q."a|b"',
            't == "x|`y`|"',
            "g `1` | @x",
            'v: "``| @x"',
            "“is `` it | @you?”",
            "@team <img src=x> [a](http://b) www.c.de | `x",
        ],
    )
    def test_words_are_shown_as_they_are(self, parts: list[Token], words: str) -> None:
        """Neither a backslash too many nor a backtick too few, in tables and outside of them."""
        assert words in {part.content for part in parts if part.type == "code_inline"}

    def test_rows_have_their_cells(self, parts: list[Token]) -> None:
        """A bar in a cell does not end it."""
        assert sum(part.type == "td_open" for part in parts) == 4 * (
            sum(part.type == "tr_open" for part in parts) // 3 * 2
        )

    def test_a_comment_takes_no_more(self, tmp_path: Path) -> None:
        """What GitHub would refuse as too long is cut, and says so."""
        comparison = compared(tmp_path, asking("b: bool", "b"), asking("b: bool", "not b"))
        words = tuple(Reworded("q", "before " * 99, "after " * 99) for _ in range(99))
        long = replace(comparison, structure=replace(comparison.structure, reworded=words))
        told = format_markdown(long, SHUT, None)

        assert 58_000 < len(told) < 60_100
        assert told.endswith("\n\n_The rest does not fit into a comment: `--format json` tells it._\n")


@pytest.mark.slow
class TestOneEdit:
    """What one edit of a shipped chart does is told on a screen."""

    @pytest.mark.parametrize(
        ("was", "now", "most"),
        [
            ("  is_vip: sender.id in preferences.vips", "  is_vip: sender.id in preferences.vips or is_mentioned", 32),
            ("and (channel.muted_until is null or now < channel.muted_until)", "", 45),
            ("if: is_mentioned or is_followed", "if: is_mentioned", 20),
            ('if: message.calls == "here" and user.active', 'if: message.calls == "here"', 32),
        ],
        ids=["a let", "a let of two ends", "a question", "a row"],
    )
    def test_how_long_it_is(self, tmp_path: Path, was: str, now: str, most: int) -> None:
        """However many ends it moves people between."""
        rules = Path(__file__).parents[1] / "rules"
        shutil.copytree(rules / "blocks", tmp_path / "blocks")
        old = (rules / "team_chat.yaml").read_text("utf-8")
        told = format_text(compared(tmp_path, old, edited(old, (was, now))), SHUT, None)

        assert len(told.splitlines()) <= most

    def test_what_most_examples_have_is_told_once(self, tmp_path: Path) -> None:
        """And an example that has something else says so."""
        rules = Path(__file__).parents[1] / "rules"
        shutil.copytree(rules / "blocks", tmp_path / "blocks")
        old = (rules / "team_chat.yaml").read_text("utf-8")
        vips = ("  is_vip: sender.id in preferences.vips", "  is_vip: sender.id in preferences.vips or is_mentioned")
        told = words(format_text(compared(tmp_path, old, edited(old, vips)), SHUT, None))

        assert "such as message.mentions = [bob], user.snoozed_until = 2026-01-05T13:00:00Z. Now: mail:" in told
        assert "with now = 2026-01-05T13:00:00Z, user.snoozed_until = 2026-01-05T14:00:00Z, device.kind" in told
        assert "mail_later: Unread for the mail's delay? No, with device.kind = mail notify:" in told
