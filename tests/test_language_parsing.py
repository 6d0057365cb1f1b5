"""Claims about reading conditions: how tightly what binds, and how mistakes are told."""

from __future__ import annotations

import pytest

from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.language import syntax as s
from notifyrules.language.parsing import MAX_DEPTH, MAX_LENGTH, parse_case_key, parse_condition, parse_declaration
from notifyrules.language.syntax import ListWord
from notifyrules.source.located import Kind, Scalar, Style
from notifyrules.source.text import Source, Span
from tests.conditions import scalar, told, value_of


def grouped(text: str) -> str:
    """Write a condition with parentheses around everything."""
    syntax = parse_condition(scalar(text), Findings())
    assert syntax is not None
    return _grouped(syntax)


def _grouped(syntax: s.Syntax) -> str:
    """Write an expression with parentheses around every part of it."""
    parts = [_grouped(part) for part in s.children(syntax)]
    match syntax:
        case s.Literal() | s.Name():
            return syntax.span.text
        case s.Group():
            return parts[0]
        case s.ListSyntax():
            return f"[{', '.join(parts)}]"
        case s.CallSyntax(name=name):
            return f"{name}({', '.join(parts)})"
        case s.Minus():
            return f"(-{parts[0]})"
        case s.Negated():
            return f"(not {parts[0]})"
        case s.ArithmeticSyntax(operator=operator) | s.Logic(operator=operator):
            return "(" + f" {operator} ".join(parts) + ")"
        case s.Coalesced():
            return "(" + " ?? ".join(parts) + ")"
        case s.ComparisonSyntax(operators=operators):
            return (
                "(" + parts[0] + "".join(f" {one} {part}" for one, part in zip(operators, parts[1:], strict=True)) + ")"
            )
        case s.Membership(negated=negated):
            return f"({parts[0]} {'not in' if negated else 'in'} {parts[1]})"
        case s.NullTest(negated=negated):
            return f"({parts[0]} is {'not ' if negated else ''}null)"
        case s.ChoiceSyntax():
            return f"({parts[0]} if {parts[1]} else {parts[2]})"


class TestPrecedence:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a or b and c", "(a or (b and c))"),
            ("a and b or c", "((a and b) or c)"),
            ("not a and b", "((not a) and b)"),
            ("not a == b", "(not (a == b))"),
            ("not not a", "(not (not a))"),
            ("a ?? b == c", "((a ?? b) == c)"),
            ("a ?? b ?? c", "(a ?? b ?? c)"),
            ("-a ?? b", "(-(a ?? b))"),
            ("-a + b", "((-a) + b)"),
            ("a - b - c", "((a - b) - c)"),
            ("a + b < c - d", "((a + b) < (c - d))"),
            ("a < b <= c", "(a < b <= c)"),
            ("a in b and c not in d", "((a in b) and (c not in d))"),
            ("a is null or b is not null", "((a is null) or (b is not null))"),
            ("a + b in c", "((a + b) in c)"),
            ("a if b else c if d else e", "(a if b else (c if d else e))"),
            ("a or b if c and d else e or f", "((a or b) if (c and d) else (e or f))"),
            ("f(a, b)(c)", None),
            ("f(a or b, [c, d])", "f((a or b), [c, d])"),
            ("(a or b) and c", "((a or b) and c)"),
            ("[a, b,]", "[a, b]"),
            ("[]", "[]"),
            ("message.in.not", "message.in.not"),
        ],
    )
    def test_what_binds_tighter(self, text: str, expected: str | None) -> None:
        """From the tightest: `??`, `-a`, `+ -`, comparisons and tests, `not`, `and`, `or`, `if else`."""
        if expected is None:
            assert parse_condition(scalar(text), Findings()) is None
        else:
            assert expected == grouped(text)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('"a"', "a"),
            ("'a'", "a"),
            ('"it\'s"', "it's"),
            ("'it\\'s'", "it's"),
            ('"\\n\\t\\\\\\""', '\n\t\\"'),
            ('"😀"', "😀"),
            ("17", 17),
            ("-3 + 5", 2),
            ("true", True),
            ("null", None),
            ("[1, 2]", (1, 2)),
        ],
    )
    def test_literals(self, text: str, expected: object) -> None:
        """Literals are texts in either quotes, whole numbers, bools, null and lists."""
        assert expected == value_of(text)

    @pytest.mark.parametrize(
        ("one", "other"), [("2h30m", "150m"), ("1d", "24h"), ("1w", "7d"), ("1s500ms", "1500ms"), ("1ms", "1000us")]
    )
    def test_durations(self, one: str, other: str) -> None:
        """A duration is written in its units, largest first."""
        assert value_of(one) == value_of(other)

    def test_times(self) -> None:
        """A time is written as a clock shows it."""
        assert value_of("22:00") == value_of("22:00:00")
        assert value_of("07:30 < 22:00") is True


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "span", "message", "advice"),
        [
            ("b && b", "&&", "found `&&` where an operator or the end is expected", "write `and`"),
            ("b || b", "||", "found `||` where an operator or the end is expected", "write `or`"),
            ("!b", "!", "found `!` where a value is expected", "write `not`"),
            ("i = 3", "=", "found `=` where an operator or the end is expected", "write `==` to compare"),
            ("i <> 3", ">", "found `>` where a value is expected", "write `!=`"),
            ("i * 2", "*", "found `*` where an operator or the end is expected", "adds and subtracts only"),
            ("b ? i : i", "?", "found `?` where an operator or the end is expected", "a if condition else b"),
            ("{b}", "{", "found `{` where a value is expected", "no braces"),
            ("b and", "d", "the condition ends where a value is expected", "say what stands behind `and`"),
            ("i +", "+", "the condition ends where a value is expected", "say what stands behind `+`"),
            ("and b", "and", "found `and` where a value is expected", ""),
            ("b == not b", "not", "found `not` where a value is expected", "`(not ...)`"),
            ("i is 3", "3", "found `3` where `null` or `not null` is expected", "compare with `==`"),
            ("i is not in [1]", "in", "found `in` where `null` or `not null` is expected", "write `not in`"),
            ("i not null", "null", "found `null` where `in` is expected", "write `is not null`"),
            ("i == 1 == 2 in [1]", "in", "found `in` where an operator or the end is expected", "parentheses"),
            ("b if b", "b", "the condition ends where `else` is expected", "`a if condition else b`"),
            ("(b", "b", "the condition ends where `)` is expected", "close the `(` before `b` with `)`"),
            ("lower(t", "t", "the condition ends where `)` is expected", "close the `(` behind `lower` with `)`"),
            ('(t == "(" and (b)', ")", "the condition ends where `)` is expected", "close the `(` before `t` with `)`"),
            ("b)", ")", "found `)` where the end is expected", "this `)` closes nothing"),
            ("[1", "1", "the condition ends where `,` or `]` is expected", "close the `[` before `1` with `]`"),
            ("len(", "(", "the condition ends where a value is expected", "close the `(` behind `len` with `)`"),
            ("(", "(", "the condition ends where a value is expected", "close the `(` with `)`"),
            ('t in ["a, "b"]', "b", "found `b` where an operator or `]` is expected", "is a quote missing"),
            ('"abc', '"', 'the text that begins with " does not end', 'close it with another "'),
            ('"a\\qb"', "\\q", "`\\q` is not an escape", "write `\\\\`"),
            ("message..in", ".", "found `.` where an operator or the end is expected", "single dots"),
            ("i < 010", "010", "`010` begins with a zero", "write `10`"),
            ("i < 1_000", "_000", "found `_000` where an operator or the end is expected", "write `1000`"),
            ("i < 1.5", ".", "found `.` where an operator or the end is expected", "no decimals"),
            ("wait < 15x", "x", "found `x` where an operator or the end is expected", "units w d h m s ms"),
            ("wait < 1m1h", "1m1h", "`1m1h` is not a duration", "write `1h1m`"),
            ("time < 24:00", "24:00", "`24:00` is not a time", "midnight is `00:00`"),
            ("time < 9:00", "9:00", "`9:00` is not a time", "two digits"),
            ("day > 2026-01-01", "", "", ""),
            ("day > 2026 - 11 - 23", "", "", ""),
            ("2026-11-23-1 == day", "", "", ""),
            (
                "day > 2026-1-5",
                "2026-1-5",
                "`2026-1-5` is not a date",
                "two digits for month and day: `2026-01-05`",
            ),
            ("day > 2026-02-29", "2026-02-29", "`2026-02-29` is not a day that the calendar has", ""),
            ("day > 1969-12-30", "1969-12-30", "`1969-12-30` is not a day from 1969-12-31 to 2200-01-01", ""),
            ("day > 2026-01-01d", "01", "`01` begins with a zero", ""),
            ("day > 2026-11-23 22:00", "22", "found `22`", "declare a fact"),
            ("at > 2026-11-23T10:00:00Z", "T10", "found `T10`", "declare a fact"),
            ("i < 99999999999999999999", "99999999999999999999", "is not an integer within plus or minus 2^53", ""),
            ("", "", "expected a condition, found nothing", ""),
        ],
    )
    def test_words(self, text: str, span: str, message: str, advice: str) -> None:
        """What was found and what is expected is said at the word that is wrong, with what to write instead."""
        findings = Findings()
        parse_condition(scalar(text), findings)
        if not message:
            assert len(findings) == 0
            return
        [found] = findings

        assert span == found.span.text
        assert message in found.message
        assert advice in "".join(found.help)

    def test_dates_are_no_instants(self) -> None:
        """A day is no point in time, and comparing it with one says so."""
        [(code, words, message)] = told("at > 2026-11-23")

        assert (code, words) == ("type-mismatch", "at > 2026-11-23")
        assert "cannot compare `instant` with `date`" in message


class TestLimits:
    def test_length(self) -> None:
        """A condition of more than ten thousand characters is refused unread."""
        assert [code for code, _, _ in told("b and " * (MAX_LENGTH // 6 + 1) + "b")] == ["limit"]

    @pytest.mark.parametrize(
        ("before", "inner", "after"),
        [
            ("(", "b", ")"),
            ("not ", "b", ""),
            ("-", "i", ""),
            ("lower(", "t", ")"),
            ("b if b else ", "b", ""),
            ("i + ", "i", ""),
            ("[", "i", "]"),
        ],
    )
    def test_depth(self, before: str, inner: str, after: str) -> None:
        """Whatever stands inside of itself too often is refused: parentheses, `not`, calls, choices, sums."""
        deep = before * (MAX_DEPTH + 1) + inner + after * (MAX_DEPTH + 1)

        assert [code for code, _, _ in told(deep)] == ["limit"]

    def test_brackets_in_texts_do_not_count(self) -> None:
        """A text may hold as many brackets as it likes."""
        assert told('t == "' + "(" * 1_000 + '"') == []

    def test_long_is_not_deep(self) -> None:
        """A thousand items of one `and` are as deep as two."""
        assert told("b and " * 1_000 + "b") == []


class TestDeclarations:
    @pytest.mark.parametrize(
        ("text", "alternatives", "default"),
        [
            ("bool", ["bool"], None),
            ("bool = false", ["bool"], "false"),
            ("bool=false", ["bool"], "false"),
            ("a | b-c | null", ["a", "b-c", "null"], None),
            ('all | "text" | ""', ["all", "text", ""], None),
            ("text = 'a b'", ["text"], "a b"),
            ("duration = -15m", ["duration"], "-15m"),
            ("timezone = Europe/Berlin", ["timezone"], "Europe/Berlin"),
            ("instant = 2026-11-23T22:00:00+01:00", ["instant"], "2026-11-23T22:00:00+01:00"),
        ],
    )
    def test_types_and_defaults(self, text: str, alternatives: list[str], default: str | None) -> None:
        """A type is its alternatives, a default what stands behind `=`; most need no quotes."""
        found = parse_declaration(scalar(text), Findings())
        assert found is not None
        assert not isinstance(found.default, tuple)

        assert alternatives == [one.text for one in found.alternatives if not isinstance(one, ListWord)]
        assert default == (None if found.default is None else found.default.text)

    def test_lists(self) -> None:
        """`list of` binds tighter than `|`."""
        found = parse_declaration(scalar("list of (push | badge) | null = [push, 'badge']"), Findings())
        assert found is not None
        [listed, null] = found.alternatives
        assert isinstance(listed, ListWord)
        assert isinstance(found.default, tuple)

        assert [word.text for word in listed.items] == ["push", "badge"]
        assert listed.span.text == "list of (push | badge"
        assert not isinstance(null, ListWord)
        assert [word.text for word in found.default] == ["push", "badge"]

    @pytest.mark.parametrize(
        ("text", "span", "advice"),
        [
            ("text = this channel", "channel", '"this channel"'),
            ("text = a,b", ",", '"a,b"'),
            ("a = b | c", "|", "behind the whole type"),
            ("a | 5", "5", '"5"'),
            ("a |", "|", ""),
            ("bool =", "=", ""),
            ("list of list of int", "of", "a list cannot hold lists"),
        ],
    )
    def test_mistakes(self, text: str, span: str, advice: str) -> None:
        """A declaration that cannot be read is told like a condition."""
        findings = Findings()
        parse_declaration(scalar(text), findings)
        [found] = findings

        assert ("syntax", span) == (found.code.value, found.span.text)
        assert advice in "".join(found.help)


class TestCaseKeys:
    @pytest.mark.parametrize(
        ("text", "style", "expected"),
        [
            ("a | b | null", Style.PLAIN, ["a", "b", "null"]),
            ("a b", Style.DOUBLE, ["a b"]),
            ("null", Style.SINGLE, ["null"]),
            ("a | b", Style.DOUBLE, ["a", "b"]),
            ('"a|b"', Style.SINGLE, ["a|b"]),
            ("-1 | 2", Style.PLAIN, ["-1", "2"]),
            ("", Style.DOUBLE, [""]),
        ],
    )
    def test_values(self, text: str, style: Style, expected: list[str]) -> None:
        """A key without a bar that YAML quotes whole is that text; any other is read like the values of a type."""
        written = text if style is Style.PLAIN else f"{style.value}{text}{style.value}"
        key = Scalar(text, Span(Source("x", written), 0, len(written)), Kind.TEXT, style)
        words = parse_case_key(key, Findings())
        assert words is not None

        assert expected == [word.text for word in words]

    @pytest.mark.parametrize(("text", "advice"), [("a b", '"a b"'), ("1 | 01", "write `1`"), ("a |", ""), ("| a", "")])
    def test_mistakes(self, text: str, advice: str) -> None:
        """A key that cannot be read says how to write it."""
        findings = Findings()

        assert parse_case_key(scalar(text), findings) is None
        assert advice in "".join(next(iter(findings)).help)
