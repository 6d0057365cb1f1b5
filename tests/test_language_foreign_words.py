"""Claims about what other languages write: the way out that a message names is one, when it is followed."""

from __future__ import annotations

import re

import pytest

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Findings
from notifyrules.graph.declarations import NamedTypes, read_declaration
from notifyrules.language.foreign_words import meant_type
from notifyrules.source.located import Kind, Scalar, Style
from notifyrules.source.text import Source, Span
from tests.charts import findings

CHART = """\
notifyrules: 1
facts:
  on: bool = false
  n: int = 3
  t: text = ""
  l: list of text = []
  e: low | high = low
  d: duration = 0s
  m: int | null = null
flow:
  a: {{ask: A?, if: {condition}, then: "yes", else: "no"}}
outcomes:
  "yes": {{notify: true}}
  "no": {{notify: false}}
"""


def found_in(condition: str) -> Diagnostic:
    """Find the one mistake of a condition."""
    quoted = "'" + condition.replace("'", "''") + "'"
    [found] = [one for one in findings(CHART.format(condition=quoted)) if one.is_error]
    return found


class TestConditions:
    @pytest.mark.parametrize(
        ("written", "replaced", "meant"),
        [
            ("on AND on", "AND", "and"),
            ("on Or on", "Or", "or"),
            ("NOT on", "NOT", "not"),
            ("on && on", "&&", "and"),
            ("on || on", "||", "or"),
            ("!on", "!", "not"),
            ("on === true", "===", "=="),
            ("on !== true", "!==", "!="),
            ("n = 3", "=", "=="),
            ("n <> 3", "<>", "!="),
            ("n => 3", "=>", ">="),
            ("n =< 3", "=<", "<="),
            ("n equals 3", "equals", "=="),
            ("n gt 3", "gt", ">"),
            ("on xor on", "xor", "!="),
            ("on == True", "True", "true"),
            ("on == NO", "NO", "false"),
            ("m == None", "None", "null"),
            ("m != nil", "nil", "null"),
            ("m is None", "m is None", "m is null"),
            ("m is not undefined", "m is not undefined", "m is not null"),
            ("on is true", "on is true", "on"),
            ("on is false", "on is false", "not on"),
            ("on is not true", "on is not true", "not on"),
            ("e is 'low'", "is", "=="),
            ("e is not 'low'", "is not", "!="),
            ("e == low", "low", '"low"'),
            ('t == f"a"', 'f"a"', '"a"'),
            ('t contains "a"', 't contains "a"', 'contains(t, "a")'),
            ('t startswith "a"', 't startswith "a"', 'starts_with(t, "a")'),
            ('t like "a*"', 't like "a*"', 'matches(t, "a*")'),
            ('t.contains("a")', 't.contains("a")', 'contains(t, "a")'),
            ('t.startswith("a")', 't.startswith("a")', 'starts_with(t, "a")'),
            ('t.lower() == "a"', "t.lower()", "lower(t)"),
            ("t.length > 3", "t.length", "len(t)"),
            ("l.size() > 3", "l.size()", "len(l)"),
            ('startsWith(t, "a")', "startsWith", "starts_with"),
            ("size(t) > 3", "size", "len"),
            ("max(n, 5) > 3", "max(n, 5)", "(n if n > 5 else 5)"),
            ("min(n, 5) > 3", "min(n, 5)", "(n if n < 5 else 5)"),
            ("abs(n) > 3", "abs(n)", "(n if n >= 0 else -n)"),
            ("any(on, on)", "any(on, on)", "(on or on)"),
            ("all(on, on, on)", "all(on, on, on)", "(on and on and on)"),
            ("all([on, on])", "all([on, on])", "(on and on)"),
            ("coalesce(m, 3) > 2", "coalesce(m, 3)", "m ?? 3"),
            ("exists(m)", "exists(m)", "m is not null"),
            ("isnull(m)", "isnull(m)", "m is null"),
            ('one_of(t, "a", "b")', 'one_of(t, "a", "b")', 't in ["a", "b"]'),
            ("between(n, 1, 5)", "between(n, 1, 5)", "1 <= n <= 5"),
            ("d < 10 minutes", "10 minutes", "10m"),
            ("d < 10min", "10min", "10m"),
            ("d < 1 day 2 hours", "1 day 2 hours", "1d2h"),
            ("n > 1,000", "1,000", "1000"),
            ("n > 1_000", "1_000", "1000"),
            ('d < "10m"', '"10m"', "10m"),
        ],
    )
    def test_the_way_out_works(self, written: str, replaced: str, meant: str) -> None:
        """What the help says to write, written there, makes a condition in which nothing is wrong."""
        found = found_in(written)
        mended = written.replace(replaced, f"{meant} " if meant == "not" else meant)

        assert meant in re.findall(r"`([^`]+)`", " ".join(found.help))
        assert not [
            one for one in findings(CHART.format(condition="'" + mended.replace("'", "''") + "'")) if one.is_error
        ]

    @pytest.mark.parametrize(
        ("written", "span", "advice"),
        [
            ('t =~ "a.*"', "=~", "matches(text, glob)"),
            ('t ~ "a.*"', "~", "matches(text, glob)"),
            ('regex(t, "a.*")', "regex", "matches(text, glob)"),
            ("now() > d", "now", "declare the fact `now: instant`"),
            ("now > d", "now", "`now: instant`"),
            ("hash(t) == 3", "hash", "compute it beforehand and pass it as a fact"),
            ("quarter(n) == 3", "quarter", "compute it beforehand and pass it as a fact"),
            ("n * 2 > 3", "*", "compute it beforehand and pass it as a fact"),
            ("n ** 2 > 3", "**", "compute it beforehand and pass it as a fact"),
            ("n % 2 == 0", "%", "compute it beforehand and pass it as a fact"),
            ("n > 2.5", ".", "the language has no decimals"),
            ("l[0] == 'a'", "[", "no item can be taken out of a list"),
            ('e in ("low", "high")', ",", "a list stands in brackets"),
            ('e in {"low", "high"}', "{", "a list stands in brackets"),
            ("on?.n", "?.", "write `.`"),
            ("$on", "$", "without `$`"),
            ("on;", ";", "remove it"),
            ("on,", ",", "remove it"),
            ("if on", "if", "leave it out"),
            ("t == \u201ca\u201d", "\u201c", "straight quotes"),
            ("on then a", "then", "a key of its own"),
            ("n between 1 and 5", "between", "`low <= value <= high`"),
            ('e == "low" or "high"', '"high"', "write the whole comparison again"),
            ("n", "n", "such as `n > 0`"),
            ("t", "t", 'such as `t != ""`'),
            ("l", "l", "such as `len(l) > 0`"),
            ("e", "e", 'such as `e == "low"`'),
        ],
    )
    def test_what_to_do_instead(self, written: str, span: str, advice: str) -> None:
        """What the language cannot say is told with what to do instead."""
        found = found_in(written)

        assert (found.span.text, [advice]) == (span, [one for one in [advice] if one in " ".join(found.help)])


class TestTypes:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("string", "text"),
            ('str = "a"', 'text = "a"'),
            ("Integer = 3", "int = 3"),
            ("boolean = False", "bool = false"),
            ("datetime", "instant"),
            ("LocalDate", "date"),
            ("day = 2026-11-28", "date = 2026-11-28"),
            ("time zone", "timezone"),
            ("int?", "int | null"),
            ("int? = None", "int | null = null"),
            ("optional text", "text | null"),
            ("text optional", "text | null"),
            ("Optional[int]", "int | null"),
            ("nullable int", "int | null"),
            ("int | None", "int | null"),
            ("required int", "int"),
            ("int!", "int"),
            ("list[text]", "list of text"),
            ("list<string>", "list of text"),
            ("List[str] = []", "list of text = []"),
            ("array of str", "list of text"),
            ("text[]", "list of text"),
            ("optional list of string", "list of text | null"),
            ("a, b, c = a", "a | b | c = a"),
            ("a/b", "a | b"),
            ("a or b", "a | b"),
            ("enum(a, b)", "a | b"),
            ('Literal["a", "b"]', "a | b"),
            ("varchar(255)", "text"),
            ("int default 3", "int = 3"),
            ("int, default: 3", "int = 3"),
            ("int(3)", "int = 3"),
        ],
    )
    def test_the_way_out_works(self, written: str, meant: str) -> None:
        """A declaration of another language is refused with the same in this one, which is read."""
        taken = Findings()

        assert meant_type(written) == meant
        assert declared(written, taken) is None
        assert {one.code for one in taken} <= {Code.SYNTAX, Code.BAD_TYPE}
        assert meant.partition(" = ")[0] in " ".join(advice for one in taken for advice in one.help)
        assert declared(meant, Findings()) is not None

    @pytest.mark.parametrize(
        ("written", "advice"),
        [
            ("float", "numbers are whole"),
            ("decimal = 0.5", "numbers are whole"),
            ("int = 0.5", "numbers are whole"),
            ("list", "`list of text`"),
            ("array", "`list of text`"),
            ("map", "every part as a fact of its own"),
            ("dict", "every part as a fact of its own"),
            ("enum", "`low | normal | urgent`"),
            ("true | false", "write `bool`"),
            ("text = null", "`text | null = null`"),
        ],
    )
    def test_what_to_do_instead(self, written: str, advice: str) -> None:
        """A type that the language does not have is told with what to declare instead."""
        taken = Findings()

        assert declared(written, taken) is None
        assert advice in " ".join(one for found in taken for one in found.help)

    @pytest.mark.parametrize("written", ["", "foo", "a | b", "a b", "?", "[]", "list of", "x" * 500, "(" * 100])
    def test_nothing_is_made_up(self, written: str) -> None:
        """Where nothing of another language is recognised, nothing is proposed."""
        assert meant_type(written) in ("", written)


def declared(written: str, findings: Findings) -> object:
    """Read a declaration."""
    source = Source("x.yaml", written)
    scalar = Scalar(written, Span(source, 0, len(written)), Kind.TEXT, Style.PLAIN)
    return read_declaration(scalar, scalar, NamedTypes(findings))
