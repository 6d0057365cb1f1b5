"""Claims about reading YAML: what a scalar is, what is refused, and in which words."""

from __future__ import annotations

import pytest

from notifyrules.source.located import Kind, Map, Scalar, Seq, Style
from notifyrules.source.reader import MAX_DEPTH, Budget, kind_of, read_yaml
from notifyrules.source.text import Source
from notifyrules.source.yaml_errors import YamlProblem

CHART = "a: 1\nb:\n  c: [x, y]\n  d: {e: f}\n"


def read(text: str) -> Map:
    """Read a file in which there is nothing wrong."""
    tree, problems = read_yaml(Source("x.yaml", text))
    assert problems == ()
    assert isinstance(tree, Map)
    return tree


def problem_in(text: str) -> YamlProblem:
    """Find the one thing that is wrong with a file."""
    _, [problem] = read_yaml(Source("x.yaml", text))
    return problem


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "texts"),
        [
            (Kind.NULL, ["", "~", "null", "Null", "NULL"]),
            (Kind.BOOL, ["true", "True", "TRUE", "false", "False", "FALSE"]),
            (Kind.INT, ["0", "-1", "+1", "9007199254740993", "0o17", "0xff"]),
            (Kind.FLOAT, ["1.5", ".5", "1.", "1e3", "-1.5E-3", ".inf", "-.Inf", ".nan"]),
            (Kind.TEXT, ["yes", "no", "on", "off", "y", "nULL", "22:00", "1_000", "2026-11-23", "0b1", "-", "1.2.3"]),
        ],
    )
    def test_core_schema(self, kind: Kind, texts: list[str]) -> None:
        """A plain scalar is what the core schema of YAML 1.2 says, so `yes`, `on` and `22:00` stay text."""
        assert {kind} == {kind_of(text) for text in texts}

    @pytest.mark.parametrize(
        ("text", "kind", "style"),
        [
            ("true", Kind.BOOL, Style.PLAIN),
            ('"true"', Kind.TEXT, Style.DOUBLE),
            ("'5'", Kind.TEXT, Style.SINGLE),
            ("|\n  5", Kind.TEXT, Style.LITERAL),
            (">\n  5", Kind.TEXT, Style.FOLDED),
        ],
    )
    def test_quoted_is_text(self, text: str, kind: Kind, style: Style) -> None:
        """Whatever is quoted or stands in a block is text."""
        value = read(f"a: {text}")["a"]  # type: ignore[index]
        assert isinstance(value, Scalar)

        assert (kind, style) == (value.kind, value.style)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{a: true, b: FALSE, c: null, d: ~}", {"a": True, "b": False, "c": None, "d": None}),
            ("{a: 0o17, b: 0xff, c: -3, d: 1.5}", {"a": 15, "b": 255, "c": -3, "d": 1.5}),
            ('{a: [1, "1", yes]}', {"a": [1, "1", "yes"]}),
            ("{a: " + "9" * 5000 + "}", {"a": int("9" * 40)}),
        ],
    )
    def test_plain_data(self, text: str, expected: object) -> None:
        """A value is given as plain data; a number of thousands of digits is some number that is far out of range."""
        assert expected == read(text).plain()


class TestPlaces:
    def test_collections(self) -> None:
        """Collections end with their last value, in braces or without."""
        tree = read(CHART)
        inner = tree["b"]  # type: ignore[index]
        assert isinstance(inner, Map)
        listed = inner["c"]  # type: ignore[index]

        assert CHART.rstrip() == tree.span.text
        assert inner.span.text == "c: [x, y]\n  d: {e: f}"
        assert isinstance(listed, Seq)
        assert listed.span.text == "[x, y]"
        assert [item.span.text for item in listed] == ["x", "y"]

    def test_keys(self) -> None:
        """A key has a place of its own, and is found by its text."""
        key = read(CHART).key("b")

        assert key is not None
        assert (key.span.text, key.span.line, key.span.column) == ("b", 2, 1)
        assert read(CHART).key("z") is None

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("a:\nb: 1", ":"), ("a:   # said later\n\nb: 1", ":"), ("{a: , b: 1}", ":"), ("{a, b: 1}", "a"), ("a:", ":")],
    )
    def test_nothing(self, text: str, expected: str) -> None:
        """A value that is left out stands where the sign in front of it does, not where the next word begins."""
        assert expected == read(text)["a"].span.text  # type: ignore[index]


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "words", "span"),
        [
            ("a: &x b", "`&x` is a YAML anchor", "&x"),
            ("a: &x [b]", "`&x` is a YAML anchor", "&x"),
            ("&x a: b", "`&x` is a YAML anchor", "&x"),
            ("a: *x", "`*x` is a YAML alias", "*x"),
            ("*x : a", "`*x` is a YAML alias", "*x"),
            ("a: !!str b", "`!!str` is a YAML tag", "!!str"),
            ("a: !x {b: c}", "`!x` is a YAML tag", "!x"),
            ("{a: !b, c: d}", "`!b` is a YAML tag", "!b"),
            ("a: {<<: {b: c}}", "`<<` is a YAML merge key", "<<"),
            ("%YAML 1.1\n---\na: b", "YAML directives are not allowed", "%YAML 1.1"),
            ("%TAG ! x:\n---\na: b", "YAML directives are not allowed", "%TAG ! x:"),
            ("%ODD x\n---\na: b", "YAML directives are not allowed", "%ODD x"),
            ("a: b\n---\nc: d", "one YAML document; a second one begins here", "---"),
            ("{[a]: b}", "a key must be a text", "["),
            ("? {a: b}\n: c", "a key must be a text", "{"),
            ("a: 010", "`010` is 10 to YAML 1.2", "010"),
            ("a: -007", "`-007` is -7 to YAML 1.2", "-007"),
            ("a: 1_000", "`1_000` is text to YAML 1.2", "1_000"),
        ],
    )
    def test_features(self, text: str, words: str, span: str) -> None:
        """What hides the meaning of a file is refused where it stands."""
        problem = problem_in(text)

        assert ("feature", span) == (problem.what, problem.span.text)
        assert words in problem.message

    @pytest.mark.parametrize(
        "text", ["---\na: b", "a: b\n...\n", 'a: "<<"\n"<<": c', "a: 0", "a: 10", 'a: "010"', "? a\n: b"]
    )
    def test_allowed(self, text: str) -> None:
        """A document may be marked as one, and what is quoted hides nothing."""
        assert read(text)

    def test_repeated_key(self) -> None:
        """A key that stands twice is reported at the second, with the place of the first, whose value is kept."""
        tree, [problem] = read_yaml(Source("x.yaml", "a: {b: 1, c: 2, b: 3}"))

        assert isinstance(tree, Map)
        assert problem.rival is not None
        assert (problem.what, problem.span.column, problem.rival.column) == ("duplicate", 17, 5)
        assert tree.plain() == {"a": {"b": 1, "c": 2}}

    def test_repeated_section(self) -> None:
        """Of a section that stands twice, both halves are read on."""
        tree, [problem] = read_yaml(Source("x.yaml", "a: {b: 1}\na: {b: 3, c: 2}"))

        assert isinstance(tree, Map)
        assert problem.what == "duplicate"
        assert tree.plain() == {"a": {"b": 1, "c": 2}}

    @pytest.mark.parametrize("text", ['a: "\\uD800"', 'a: "x\\uDFFF"', '"\\uD83D\\uDE00": b'])
    def test_half_a_character(self, text: str) -> None:
        """Half of a surrogate pair is no character, and nothing after the reader meets one."""
        tree, problems = read_yaml(Source("x.yaml", text))

        assert isinstance(tree, Map)
        assert {"syntax"} == {problem.what for problem in problems}
        assert "half of a surrogate pair" in problems[0].message
        assert str(tree).encode()


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "message", "span", "advice"),
        [
            ("a: b: c", "YAML takes what stands before this `:` for a key, which cannot stand here", ":", '"b: c"'),
            ("a: @b c", "YAML takes `@` for a sign of its own", "@", '"@b c"'),
            ("a: `b` c", "YAML takes a backtick for a sign of its own", "`", '"`b` c"'),
            ("a: %b c", "YAML takes `%` for a sign of its own", "%", '"%b c"'),
            ("a: - b c", "YAML takes `-` for a sign of its own", "-", '"- b c"'),
            ('a: "b" c', "YAML ends the value before `c`", "c", "'\"b\" c'"),
            ("a: [b] c", "YAML ends the value before `c`", "c", '"[b] c"'),
            ("a: {b: c} d", "YAML ends the value before `d`", "d", '"{b: c} d"'),
            ("a: |b c", "YAML takes `|` for the beginning of a text of several lines", "|", '"|b c"'),
            ("a: >b c", "YAML takes `>` for the beginning of a text of several lines", ">", '">b c"'),
            ("{a: b [c]}", "found `[` where `,` or `}` is expected", "[", '"b [c]"'),
            ('{a: "b" c}', "found `c` where `,` or `}` is expected", "c", "'\"b\" c'"),
            ("{a: b: c}", "found `:` where `,` or `}` is expected", ":", '"b: c"'),
            ("[a, b}", "found `}` where `,` or `]` is expected", "}", "quote a text"),
            ("{a: b #c, d: e}", "a `#` behind a blank begins a comment", "#c, d: e}", '"b #c"'),
            ("a: {b: c\nd: e", "this `{` is not closed", "{", "close it with `}`"),
            ("a: {b: c}}", "this `}` closes nothing", "}", "remove it"),
            ('a: "b\nc: d', 'the text that begins with " does not end', '"', "close it"),
            ("a: 'b", "the text that begins with ' does not end", "'", "close it"),
            ('a: "\\q"', "`\\q` is not an escape in double quotes", "\\q", "single quotes"),
            ('a: "\\u12"', "`\\u` needs more hexadecimal digits", "\\u", "\\u00e9"),
            ('a: "\\UFFFFFFFF"', "this escape is beyond the last code point of Unicode", "\\UFFFFFFFF", "itself"),
            ('a: "\\U00110000"', "this escape is beyond the last code point of Unicode", "\\U00110000", "itself"),
            ("a:\n\tb: c", "a tab stands in the indentation", "\t", "spaces"),
            ('a: "b\nc: "d"', 'the text that begins with " does not end in its line', '"', "close it"),
            ("a:\tb", "a tab stands here, which YAML does not take for a blank", "\t", "a blank"),
            ("a: b\0", "the character U+0000 may not stand in a YAML file", "\0", "remove it"),
            ("a: [b, {c", "found the end of the file", "c", "quote a text"),
        ],
    )
    def test_words(self, text: str, message: str, span: str, advice: str) -> None:
        """A mistake is told in plain words at the word that is wrong, with the quoted form of what was meant."""
        problem = problem_in(text)

        assert ("syntax", span) == (problem.what, problem.span.text)
        assert message in problem.message
        assert advice in problem.help


class TestLimits:
    @pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
    def test_depth(self, text: str) -> None:
        """A file that nests a hundred thousand deep is refused, not followed."""
        assert problem_in(text).what in ("limit", "feature")

    def test_depth_is_counted(self) -> None:
        """Just as deep as allowed is allowed."""
        assert read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
        assert problem_in("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH).what == "limit"

    def test_parts(self) -> None:
        """The parts of all files of a chart are counted together."""
        budget = Budget(events=12)

        assert (read_yaml(Source("x", "{a: b, c: d}"), budget)[1], budget.events) == ((), 2)
        assert [one.what for one in read_yaml(Source("y", "{a: b}"), budget)[1]] == ["limit"]

    @pytest.mark.parametrize("text", ["", "# nothing", "\n\n"])
    def test_nothing(self, text: str) -> None:
        """A file without a value is no value, and no mistake of YAML."""
        assert read_yaml(Source("x", text)) == (None, ())
