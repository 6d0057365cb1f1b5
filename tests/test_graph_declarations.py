"""Claims about what a file declares: facts, lets, data, classes, and what it includes."""

from __future__ import annotations

import pytest

from notifyrules.language.values import Value
from tests.charts import HEAD, OUTCOMES, asks, codes, findings, rules_of, told

FLOW = 'flow: {q: {if: b, then: "yes", else: "no"}}\n'


def declaring(line: str) -> str:
    """Write a rule file with one more fact."""
    return HEAD + "facts:\n  b: bool = false\n" + f"  {line}\n" + FLOW + OUTCOMES


class TestFacts:
    @pytest.mark.parametrize(
        ("line", "spelt", "default"),
        [
            ("x: bool", "bool", ...),
            ("x: bool = true", "bool", True),
            ("x: bool | null", "bool | null", ...),
            ("x: bool | null = null", "bool | null", None),
            ("x: null | int", "int | null", ...),
            ("x: int = -3", "int", -3),
            ("x: text = abc", "text", "abc"),
            ('x: text = ""', "text", ""),
            ("x: text = 5", "text", "5"),
            ('x: text = "a, b"', "text", "a, b"),
            ("x: a | b-c | _d", "a | b-c | _d", ...),
            ("x: yes | no = no", "yes | no", "no"),
            ("x: '\"one\"'", "one", ...),
            ('x: all | "text" | "" | "5"', 'all | "text" | "" | "5"', ...),
            ('x: list of text = [a, "b c"]', "list of text", ("a", "b c")),
            ("x: list of (push | badge) | null", "list of (push | badge) | null", ...),
            ("x: list of int = []", "list of int", ()),
            ("{name}: bool".replace("{name}", "message.in.if"), "bool", ...),
            ("x: {type: a | b, default: a}", "a | b", "a"),
            ("x: {type: bool | null, default: }", "bool | null", None),
            ("x: {type: list of text, default: [a]}", "list of text", ("a",)),
            ("x: {type: 'list of int = [1]'}", "list of int", (1,)),
        ],
    )
    def test_types_and_defaults(self, line: str, spelt: str, default: Value) -> None:
        """A fact has a type and perhaps a default, in the short form or in the long one."""
        fact = list(rules_of(declaring(line)).graph.facts.values())[-1]

        assert str(fact.type) == spelt
        assert (fact.default if fact.has_default else ...) == default

    def test_long_form(self) -> None:
        """The long form says what a fact means, what it costs, and whether its values have an order."""
        line = "x: {type: low | high, ordered: true, about: how loud, cost: 5}"
        fact = rules_of(declaring(line)).graph.facts["x"]

        assert (fact.about, fact.cost) == ("how loud", 5)
        assert "type-mismatch" not in codes(declaring(line).replace("if: b", "if: 'x < \"high\" and b'"))

    @pytest.mark.parametrize(
        ("line", "code", "span", "message"),
        [
            ("x: boolean", "bad-type", "boolean", "there is no type `boolean`"),
            ("x: a", "bad-type", "a", "there is no type `a`"),
            ("x: true | false", "bad-type", "true", "`true` is no text, and cannot be joined with other values"),
            ("x: bool | int", "bad-type", "bool", "`bool` names a type, and cannot be joined with other values"),
            ("x: a | text", "bad-type", "text", "`text` names a type"),
            ("x: a | a", "bad-type", "a", "the value `a` stands here twice"),
            ("x: a | b | null | null", "bad-type", "null", "`null` stands here twice"),
            ("x: null", "wrong-shape", "null", "expected a type such as `bool = false`"),
            ("x: list of (text)", "bad-type", "text", "parentheses stand around enumerations only"),
            ("x: list of (a | null)", "bad-type", "null", "the items of a list are never null"),
            ("x: list of text | int", "bad-type", "list of text", "a list cannot be one of several values"),
            ("x: list of nope", "bad-type", "nope", "there is no type `nope`"),
            ("x: [a, b]", "wrong-shape", "[a, b]", "found a list"),
            ("x: bool = no", "bad-type", "no", 'expected true or false, found the text "no"'),
            ("x: int = x", "bad-type", "x", "expected an integer"),
            ("x: int = 010", "bad-type", "010", "not all readers take `010` for the same number"),
            ("x: int = 1_000", "bad-type", "1_000", "not all readers take `1_000` for the same number"),
            ("x: a | b = c", "bad-type", "c", "expected one of `a`, `b`"),
            ("x: time = 24:00", "bad-type", "24:00", "expected a time"),
            ("x: duration = 15", "bad-type", "15", "expected a duration"),
            ("x: instant = 2026-11-23", "bad-type", "2026-11-23", "expected an instant"),
            ("x: timezone = Berlin", "bad-type", "Berlin", "expected a time zone"),
            ("x: list of (a | b) = [a, c]", "bad-type", "c", "expected one of `a`, `b`"),
            ("x: bool | null = false", "bad-type", "false", "no other default than null"),
            ("x: {type: bool, default: null}", "bad-type", "null", "expected true or false, found null"),
            ("x: {type: bool = true, default: false}", "bad-type", "default", "`x` has two defaults"),
            ("x: {type: list of text, default: [a, 5]}", "bad-type", "5", "expected text, found the number 5"),
            ("x: {type: a | b, default: {a: b}}", "bad-type", "{a: b}", "expected one of `a`, `b`, found a mapping"),
            ("x: {type: a | b, default: [a]}", "bad-type", "[a]", "expected one of `a`, `b`, found a list"),
            ("x: {type: int, ordered: true}", "bad-type", "true", "only an enumeration can be ordered"),
            ("x: {type: bool, cost: -1}", "wrong-shape", "-1", "expected a whole number as `cost`"),
            ("x: {default: false}", "missing-key", "x", "`x` has no `type`"),
            ("X: bool", "bad-name", "X", "`X` is not the name of a fact"),
            ("x y: bool", "bad-name", "x y", "`x y` is not the name of a fact"),
            ("x..y: bool", "bad-name", "x..y", "`x..y` is not the name of a fact"),
            ("in: bool", "bad-name", "in", "`in` is a word of the language"),
            ("b.x: bool", "name-clash", "b.x", "`b.x` lies inside of `b`, which is a fact itself"),
        ],
    )
    def test_mistakes(self, line: str, code: str, span: str, message: str) -> None:
        """A declaration that cannot be is told once, at the word that is wrong."""
        [found] = told(declaring(line))

        assert found[:2] == (code, span)
        assert message in found[2]

    @pytest.mark.parametrize(
        ("line", "advice"),
        [
            ("x: boolean", "did you mean `bool`?"),
            ("x: string", "did you mean `text`?"),
            ("x: a", 'an enumeration of one value quotes it: `"a"`'),
            ('x: "a"', "an enumeration of one value quotes it: `'\"a\"'`"),
            ("x: list of a", 'an enumeration of one value quotes it: `list of ("a")`'),
            ("x: list of (text)", "write `list of text`"),
            ("x: [a, b]", "the values of an enumeration are joined by `|`: `a | b`"),
            ("x: true", "write the type with its default: `bool = true`"),
            ("x: null", "write the type before it, such as `bool | null`"),
            ("x: int = 010", "write `10`"),
            ("message.isIn: bool", "such as `message.is_in`"),
        ],
    )
    def test_the_way_out(self, line: str, advice: str) -> None:
        """A finding shows the form that was meant."""
        [found] = findings(declaring(line))

        assert advice in "; ".join(found.help)

    def test_a_reported_fact_is_not_unknown_besides(self) -> None:
        """What reads a fact whose declaration is wrong is not reported too."""
        assert codes(declaring("x: bol").replace("if: b", "if: b and x")) == ["bad-type"]
        assert codes(declaring("message.isIn: bool").replace("if: b", "if: b and message.isIn")) == ["bad-name"]


class TestLets:
    @pytest.mark.parametrize(
        ("key", "code", "span", "message"),
        [
            ("X", "bad-name", "X", "`X` is not the name of a let"),
            ("x()", "bad-name", "()", "there is no parameter here"),
            ("x(a,)", "bad-name", ")", "the name of a parameter is missing"),
            ("x(a b)", "bad-name", "a b", "`a b` is not the name of a parameter"),
            ("x(a, a)", "name-clash", "a", "the parameter `a` stands here twice"),
            ("x(not)", "bad-name", "not", "`not` is not the name of a parameter"),
            ("x(len)", "name-clash", "len", "`len` is a function of the language"),
            ("x(b)", "name-clash", "b", "the name `b` is taken by a fact"),
            ("x(a", "bad-name", "x(a", "`x(a` is not the name of a let"),
            ("len", "name-clash", "len", "`len` is a function of the language"),
            ("b", "name-clash", "b", "the name `b` is taken by a fact"),
            ("if", "bad-name", "if", "`if` is a word of the language"),
        ],
    )
    def test_keys(self, key: str, code: str, span: str, message: str) -> None:
        """The name of a let, and each of its parameters, is its own."""
        [found] = told(asks("c", top=f"let:\n  {key}: c\n"))

        assert found == (code, span, message)

    @pytest.mark.parametrize(
        ("lets", "message"),
        [
            ("x: x", "x -> x"),
            ("x: y and b\n  y: z\n  z: x", "x -> y -> z -> x"),
            ("x(a): y(a)\n  y(a): x(a)", "x -> y -> x"),
            ("x: b\n  y: z\n  z: y", "y -> z -> y"),
        ],
    )
    def test_circles(self, lets: str, message: str) -> None:
        """Lets that lead back to themselves are told once, with the circle."""
        [(code, _, words)] = told(asks("b", top=f"let:\n  {lets}\n"))

        assert code == "cycle"
        assert message in words

    def test_two_lets_may_name_a_parameter_alike(self) -> None:
        """A parameter is known in its own let only."""
        assert codes(asks("x(b) and y(b)", top="let:\n  x(a): not a\n  y(a): a or c\n")) == []


class TestUnused:
    def test_facts_and_lets(self) -> None:
        """A fact, let or datum that nothing uses is a warning; a use in a text or in data counts."""
        text = asks("b").replace("allow: {unused-fact: not needed here, unused-outcome: not needed here}\n", "")

        assert {"unused-fact", "unused-outcome"} == set(codes(text))
        assert codes(asks("b", top="let: {x: c, y: b}\n").replace("if: 'b'", "if: y")) == ["unused-let"]
        assert "unused-fact" not in codes(
            declaring("x: text").replace('else: "no"', 'else: {to: "no", because: "{x}"}')
        )

    def test_only_assumed(self) -> None:
        """A fact that only an assumption or a guarantee reads is asked for in vain."""
        text = "notifyrules: 1\nassume: [x or b]\nfacts: {b: bool, x: bool}\n" + FLOW
        text += OUTCOMES.replace("  hold: {notify: later}\n", "") + 'guarantees: [{name: g, if: x, never: ["yes"]}]\n'

        assert codes(text) == ["unused-fact"]

    @pytest.mark.parametrize("condition", ["b and nope", "b and (c"])
    def test_silent_while_something_is_unknown(self, condition: str) -> None:
        """While a condition cannot be read, nothing is said to be unused: that one may use it."""
        text = asks(condition).replace("allow: {unused-fact: not needed here, unused-outcome: not needed here}\n", "")

        assert {"unused-fact", "unused-let"} & set(codes(text)) == set()


class TestIncludes:
    def test_what_comes_in(self) -> None:
        """Facts, lets, data, classes and assumptions of another file are those of this one, and never unused."""
        other = "notifyrules: 1\nfacts: {extra: bool}\nlet: {more: extra or b}\ndata: {d: int = 1}\nlegend: {p: blue}\n"
        rules = rules_of(asks("more", top="include: [other.yaml]\n"), other=other + "assume: [extra]\n")

        assert {"extra"} < set(rules.graph.facts)
        assert (list(rules.graph.data), dict(rules.graph.legend)) == (["d"], {"p": "blue"})
        assert len(rules.graph.assume) == 1
        assert rules.diagnostics == ()

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            ("facts: {b: bool}", "the name `b` is taken by a fact"),
            ("facts: {b.x: bool}", "`b.x` lies inside of `b`"),
            ("let: {b: true}", "the name `b` is taken by a fact"),
            ("let: {mine: true}", "the name `mine` is taken by a let"),
            ("data: {d: int = 1}", "the name `d` is taken by other data"),
            ("legend: {p: red}", "the name `p` is taken by another class"),
        ],
    )
    def test_clashes(self, other: str, message: str) -> None:
        """One name in two files is an error, with the place of the other."""
        top = "include: [other.yaml]\nlet: {mine: c}\ndata: {d: int = 2}\nlegend: {p: blue}\n"
        found = [
            one
            for one in findings(asks("mine and b", top=top), other="notifyrules: 1\n" + other + "\n")
            if one.is_error
        ]

        assert [one.code.value for one in found] == ["name-clash"]
        assert message in found[0].message
        assert found[0].labels[0].span.source.name.endswith("chart.yaml")

    def test_diamond(self) -> None:
        """A file that two others include is taken once."""
        shared = "notifyrules: 1\nfacts: {extra: bool}\n"
        both = "notifyrules: 1\ninclude: [shared.yaml]\n"

        assert codes(asks("extra", top="include: [one.yaml, two.yaml]\n"), one=both, two=both, shared=shared) == []

    def test_circle(self) -> None:
        """Files that include each other are told once, with the circle."""
        [(code, _, message)] = told(
            asks("b", top="include: [one.yaml]\n"),
            one="notifyrules: 1\ninclude: [two.yaml]\n",
            two="notifyrules: 1\ninclude: [one.yaml]\n",
        )

        assert code == "circle"
        assert "one.yaml -> " in message

    @pytest.mark.parametrize("other", ["notifyrules: 2\n", "", "a: b: c", "facts: {extra: bool}\n"])
    def test_unreadable(self, other: str) -> None:
        """What an included file cannot be read to declare is not said to be unknown."""
        assert len(told(asks("b and extra and more(b)", top="include: [other.yaml]\n"), other=other)) == 1

    def test_its_own_allowances(self) -> None:
        """What an included file allows is silent where it is included."""
        other = "notifyrules: 1\nlet: {odd: maybe_b != true}\n"
        chart = asks("odd", top="include: [other.yaml]\n")

        assert codes(chart, other=other) == ["nullable-not-equal"]
        assert codes(chart, other=other + "allow: {nullable-not-equal: null counts as false}\n") == []


class TestLegend:
    def test_colours(self) -> None:
        """A class has one of the named colours, or one by its digits."""
        text = asks("b", top='legend: {p: blue, q: "#12ab34", r: nope, s: "#1"}\n')

        assert [(span, code) for code, span, _ in told(text) if code != "unused-class"] == [
            ("nope", "wrong-shape"),
            ('"#1"', "wrong-shape"),
        ]


class TestNamesThatCannotBeSeen:
    @pytest.mark.parametrize(
        "escape", [r"\0", r"\e", r"\n", r"\t", r"\x7f", r"\N", r"\u202e", r"\u2066", r"\P", r"\uFEFF"]
    )
    @pytest.mark.parametrize(
        ("top", "what"),
        [
            ('name: "a{}b"\n', "a chart"),
            ('legend: {{"a{}b": blue}}\n', "a class"),
            ('guarantees: [{{name: "a{}b", never: [hold]}}]\n', "a guarantee"),
        ],
    )
    def test_they_are_told(self, top: str, what: str, escape: str) -> None:
        """A name with a control character, or one that reorders text, is an error, no traceback of a later stage."""
        found = [one for one in findings(asks("b", top=top.format(escape))) if one.is_error]

        assert [(one.code.value, one.span.text) for one in found] == [("bad-name", f'"a{escape}b"')]
        assert f"is not the name of {what}: it holds a character that cannot be seen" in found[0].message

    @pytest.mark.parametrize("name", ["Quiet hours", "<b>&", "静かな時間", "a\u200db", "ساعات"])
    def test_all_others_may_be(self, name: str) -> None:
        """Words of any script and signs of all kinds are names of a chart."""
        assert rules_of(asks("b", top=f'name: "{name}"\n')).graph.name == name

    @pytest.mark.parametrize("name", ["isAway", "is-away", "Is.Away", "IS_AWAY"])
    def test_a_bad_name_is_told_once(self, name: str) -> None:
        """A fact whose name cannot be is reported where declared, however its uses are spelt, and never proposed."""
        lines = f"facts:\n  user.{name}: bool = false\n"
        for use in (f"user.{name}", "user.is_away"):
            if "-" not in use and name != "Is.Away":
                text = HEAD + lines + f'flow: {{q: {{if: {use}, then: "yes", else: "no"}}}}\n' + OUTCOMES

                assert codes(text) == ["bad-name"]
