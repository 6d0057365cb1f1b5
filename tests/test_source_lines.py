"""Claims about lines that YAML cannot read because of an earlier one: the line that is to blame is told, and mended."""

from __future__ import annotations

import re

import pytest

from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source
from notifyrules.source.yaml_errors import YamlProblem

CHART = """\
facts:
  a.one: bool = false
  a.two: int = 3

otherwise: silent

flow:
  first:
    ask: A?
    # why it is asked
    if: a.one
    then: second
    else: ring
  second:
    switch: a.two
    cases:
      1: ring
      2: ring
      3: silent
  third:
    first:
      - if: a.one
        to: ring
      - if: a.two > 3
        to: ring

outcomes:
  ring: {notify: true}
  silent: {notify: false}
"""


def problem_in(text: str) -> YamlProblem:
    """Find the one thing that is wrong with a file."""
    _, [problem] = read_yaml(Source("x.yaml", text))
    return problem


def damaged(good: str, bad: str) -> str:
    """Make one mistake in the chart."""
    assert CHART.count(good) == 1
    return CHART.replace(good, bad)


class TestIndentation:
    @pytest.mark.parametrize(
        ("good", "bad", "word"),
        [
            ("    if: a.one\n    then: s", "      if: a.one\n    then: s", "if"),
            ("    then: second", "      then: second", "then"),
            ("    then: second", "   then: second", "then"),
            ("    then: second", "then: second", "then"),
            ("    else: ring\n", "else: ring\n", "else"),
            ("  second:\n", "   second:\n", "second"),
            ("  a.two: i", "   a.two: i", "a.two"),
            ("      2: ring", "    2: ring", "2"),
            ("      2: ring", "        2: ring", "2"),
            ("      3: silent", "       3: silent", "3"),
            ("        to: ring\n\n", "          to: ring\n\n", "to"),
            ("        to: ring\n\n", "       to: ring\n\n", "to"),
            ("  silent: {", "    silent: {", "silent"),
            ("  silent: {", " silent: {", "silent"),
        ],
    )
    def test_it_is_the_line_that_is_set_in_wrongly(self, good: str, bad: str, word: str) -> None:
        """A key at a wrong depth is told at its own line, with the depth of its neighbours; nothing is to be quoted."""
        problem = problem_in(damaged(good, bad))
        depth = len(good) - len(good.lstrip(" "))

        assert word == problem.span.text
        assert good.split(":", maxsplit=1)[0].strip() == word
        assert "is indented by" in problem.message
        assert f"by {depth} blanks, like" in problem.help
        assert "quote" not in problem.help

    def test_a_list_where_names_are(self) -> None:
        """A dash in front of the first of several names is told at the dash."""
        problem = problem_in(damaged("  a.one: bool", "  - a.one: bool"))

        assert (problem.span.text, problem.span.line) == ("-", 2)
        assert "line 3 goes on with the key `a.two`" in problem.message

    def test_a_text_that_goes_on(self) -> None:
        """A colon in the second line of a text is no key at a wrong depth."""
        problem = problem_in("a: one\n   two\n   three: four\n")

        assert problem.message == "YAML takes what stands before this `:` for a key, which cannot stand here"


class TestColons:
    @pytest.mark.parametrize(
        ("good", "bad"),
        [
            ("    ask: A?", "    ask A?"),
            ("    if: a.one\n    then: s", "    if:a.one\n    then: s"),
            ("    then: second", "    then second"),
            ("    else: ring", "    else ring"),
            ("  second:\n", "  second\n"),
            ("  first:\n    ask", "  first\n    ask"),
            ("flow:\n", "flow\n"),
            ("otherwise: silent", "otherwise silent"),
            ("      2: ring", "      two ring"),
            ("  a.one: bool = false", "  a.one:bool = false"),
            ("  a.one: bool = false", "  a.one = false"),
            ("  a.two: int = 3", "  a.two = 3"),
            ("  ring: {notify: true}", "  ring {notify: true}"),
            ("  silent: {notify: false}", "  silent {notify: false}"),
        ],
    )
    def test_it_is_the_line_without_it(self, good: str, bad: str) -> None:
        """A colon that was forgotten is told at its line, and what to write there is the line as it was meant."""
        problem = problem_in(damaged(good, bad))
        [meant] = re.findall(r"write `([^`]*)`", problem.help)

        assert bad.split("\n", maxsplit=1)[0].strip() == problem.span.text
        assert good.split("\n", maxsplit=1)[0].strip().replace("2: ring", "two: ring") == meant

    def test_a_comment_of_another_language(self) -> None:
        """`//` begins no comment."""
        problem = problem_in(damaged("otherwise", "// the end\notherwise"))

        assert (problem.span.text, problem.help) == ("// the end", "a comment begins with `#`: `# the end`")

    def test_a_node_in_one_line(self) -> None:
        """A colon forgotten in front of a brace is told there, whatever colons stand inside."""
        problem = problem_in("flow:\n  a {if: b, then: c}\n")

        assert (problem.span.text, problem.help.split(";")[0]) == ("a {if: b, then: c}", "write `a: {if: b, then: c}`")

    def test_long_lines_cost_nothing(self) -> None:
        """A line of a million blanks is looked at as far as a key can reach."""
        assert problem_in("a: b\nc" + " " * 900_000 + "d\ne: f\n").what == "syntax"
