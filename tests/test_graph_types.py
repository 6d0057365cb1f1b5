"""Claims about named types: where a name may stand, what it stands for, and how what is wrong with one is told."""

from __future__ import annotations

import pytest

from tests.charts import HEAD, OUTCOMES, asks, codes, findings, rules_of, told

TYPES = """\
types:
  level: disabled | participating | watch
  urgency: {type: low | mid | high, ordered: true, about: As the sender marked it.}
  host: text
  count: int | null
  hosts: list of host
  reach: level | global
  pressing: urgency
"""
FLOW = 'flow: {q: {if: b, then: "yes", else: "no"}}\n'
ALLOWED = HEAD.replace("allow: {", "allow: {unused-type: not needed here, ")


def declaring(line: str, types: str = TYPES) -> str:
    """Write a rule file with named types and one more fact."""
    return ALLOWED + types + "facts:\n  b: bool = false\n" + f"  {line}\n" + FLOW + OUTCOMES


def typed(line: str) -> str:
    """Write a rule file with one more type, which nothing uses."""
    return declaring("x: bool = false", TYPES + f"  {line}\n")


class TestNames:
    @pytest.mark.parametrize(
        ("line", "shown", "stands_for"),
        [
            ("x: level", "level", "disabled | participating | watch"),
            ("x: level = watch", "level", "disabled | participating | watch"),
            ("x: level | null", "level | null", "disabled | participating | watch | null"),
            ("x: null | level", "level | null", "disabled | participating | watch | null"),
            ("x: level | global", "level | global", "disabled | participating | watch | global"),
            ("x: 'all | level | null = null'", "all | level | null", "all | disabled | participating | watch | null"),
            ("x: level | urgency", "level | urgency", "disabled | participating | watch | low | mid | high"),
            ("x: '\"level\" | urgency'", '"level" | urgency', '"level" | low | mid | high'),
            ("x: '\"level\" | other = level'", '"level" | other', '"level" | other'),
            ("x: reach", "reach", "disabled | participating | watch | global"),
            ("x: host = a", "host", "text"),
            ("x: host | null", "host | null", "text | null"),
            ("x: count", "count | null", "int | null"),
            ("x: hosts", "hosts", "list of text"),
            ("x: hosts | null", "hosts | null", "list of text | null"),
            ("x: list of host = [a]", "list of host", "list of text"),
            ("x: list of level", "list of level", "list of (disabled | participating | watch)"),
            ("x: list of (level | all)", "list of (level | all)", "list of (disabled | participating | watch | all)"),
            ("x: {type: level, default: watch}", "level", "disabled | participating | watch"),
            ("x: pressing = high", "pressing", "low | mid | high"),
        ],
    )
    def test_a_name_stands_where_a_type_name_may(self, line: str, shown: str, stands_for: str) -> None:
        """A fact whose type has a name is shown by it, and takes the values that the name stands for."""
        kind = rules_of(declaring(line)).graph.facts["x"].type

        assert str(kind) == shown
        assert str(kind.unnamed) == stands_for

    def test_a_type_may_stand_behind_its_use(self) -> None:
        """Types may name each other in any order."""
        types = "types:\n  reach: level | global\n  level: disabled | watch\n"

        assert str(rules_of(declaring("x: reach", types)).graph.facts["x"].type.unnamed) == "disabled | watch | global"

    def test_names_have_a_space_of_their_own(self) -> None:
        """A type may be called like a fact, a node or an outcome."""
        types = "types: {b: bool, q: int, hold: text}\n"

        assert codes(declaring("x: q = 1", types)) == []

    def test_types_are_equal_when_what_they_stand_for_is(self) -> None:
        """A fact of a called file is bound by one of the same name, whatever the two call its type."""
        asked = "notifyrules: 1\ntypes: {grade: a | b}\nfacts: {kind: grade}\n"
        asked += (
            "flow: {q: {if: 'kind == \"a\"', then: o, else: p}}\noutcomes: {o: {notify: true}, p: {notify: false}}\n"
        )
        calls = "notifyrules: 1\ntypes: {level: LEVEL}\nfacts: {kind: level}\n"
        calls += 'flow: {q: {call: asked.yaml, cases: {o: "yes", p: "no"}}}\n'
        calls += 'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n'

        assert codes(calls.replace("LEVEL", "a | b"), asked=asked) == []
        [found] = findings(calls.replace("LEVEL", "a | c"), asked=asked)
        assert found.message == "the fact `kind` is `a | c` here and `a | b` in `asked.yaml`"

    def test_the_order_belongs_to_the_type(self) -> None:
        """Values of an ordered type compare with `<`, also through another name; beside others they have no order."""
        for declared, found in (("urgency", []), ("pressing", []), ("urgency | none", ["type-mismatch"])):
            text = declaring(f"x: {declared}").replace("if: b", "if: 'x < \"high\" and b'")

            assert [code for code in codes(text) if code != "unused-allow"] == found

    def test_data_may_be_of_named_types(self) -> None:
        """What decisions carry may be of a named type."""
        text = declaring("x: bool = false", TYPES + "data: {at: level = watch, left: count = 3}\n")
        decision = rules_of(text).should_notify({"b": True})

        assert decision.data == {"at": "watch", "left": 3}

    def test_included_types_are_brought_in(self) -> None:
        """A file may use the types of those that it includes, and they theirs."""
        text = ALLOWED + "include: [shared]\nfacts: {b: bool = false, x: level | all}\n" + FLOW + OUTCOMES
        shared = "notifyrules: 1\ninclude: [deeper.yaml]\ntypes: {level: low | high}\nfacts: {y: host = a}\n"
        facts = rules_of(
            text.replace("[shared]", "[shared.yaml]"), shared=shared, deeper="notifyrules: 1\ntypes: {host: text}\n"
        ).graph.facts

        assert [str(facts[name].type) for name in ("x", "y")] == ["level | all", "host"]

    def test_only_the_files_own_types_are_reported_as_unused(self) -> None:
        """A type that nothing uses, or only types that nothing uses, is reported; an included one is not."""
        text = HEAD + "include: [shared.yaml]\ntypes: {level: a | b, reach: level | c, host: text}\n"
        text += "facts: {b: bool = false, x: list of host}\n" + FLOW + OUTCOMES

        found = told(text, shared="notifyrules: 1\ntypes: {other: int}\n")

        assert found == [
            ("unused-type", "level", "nothing uses the type `level`"),
            ("unused-type", "reach", "nothing uses the type `reach`"),
        ]


class TestMessages:
    @pytest.mark.parametrize(
        ("line", "condition", "message"),
        [
            ("x: level", "x + 1 > 2", "`+` cannot join `level` and `int`"),
            ("x: host", "x > 2", "`>` cannot compare `host` with `int`"),
            ("x: level | null", "x == 3", "`level | null`"),
            ("x: list of level", "x", "`list of level`"),
            ("x: list of level", "1 in x", "`x` holds `level`, never `int`"),
            ("x: hosts", "len(x) > true", "`bool`"),
            ("x: list of (level | all)", "1 in x", "`x` holds `level | all`, never `int`"),
        ],
    )
    def test_conditions_tell_types_by_name(self, line: str, condition: str, message: str) -> None:
        """What a condition finds wrong with a fact says the name of its type."""
        [found] = told(declaring(line).replace("if: b", f"if: '{condition}'"))

        assert message in found[2]

    def test_values_are_listed(self) -> None:
        """Whoever wrote a wrong value is told the right ones, not the name of their type."""
        [found] = findings(declaring("x: level = wach"))

        assert "expected one of `disabled`, `participating`, `watch`" in found.message
        assert found.help == ("did you mean `watch`?",)

    def test_an_order_is_declared_at_the_type(self) -> None:
        """Whoever compares values without order is shown how their type gets one."""
        [found] = findings(declaring("x: level").replace("if: b", "if: 'x < \"watch\"'"))

        assert found.help[0].endswith("`level: {type: disabled | participating | watch, ordered: true}`")

    @pytest.mark.parametrize(
        ("line", "code", "span", "message", "advice"),
        [
            ("x: levl", "bad-type", "levl", "there is no type `levl`", "did you mean `level`?"),
            ("x: list of hst", "bad-type", "hst", "there is no type `hst`", "did you mean `host`?"),
            ("x: host | all", "bad-type", "host", "names a type, and cannot be joined", "that is no enumeration"),
            ("x: hosts | all", "bad-type", "hosts", "names a type, and cannot be joined", 'quote it for the value: `"'),
            ("x: level | watch", "bad-type", "watch", "the value `watch` stands here twice", ""),
            ("x: watch | level", "bad-type", "level", "twice: the type `level` has it", ""),
            ("x: level | reach", "bad-type", "reach", "`disabled` stands here twice: the type `reach` has it", ""),
            ("x: list of hosts", "bad-type", "list of hosts", "a list cannot hold lists", ""),
            ("x: list of count", "bad-type", "list of count", "the items of a list are never null", ""),
            ("x: list of (level)", "bad-type", "level", "needs no parentheses", "write `list of level`"),
            (
                "x: level | other = level",
                "bad-type",
                "level",
                "the default does not fit",
                "`level` names a type; where",
            ),
            ("x: {type: level, ordered: true}", "bad-type", "true", "the order of `level` is that", "where the type"),
            ("x: {type: level | all, ordered: true}", "bad-type", "true", "have no order", "list all of them: `dis"),
            (
                "x: {type: host, ordered: true}",
                "bad-type",
                "true",
                "only an enumeration can be ordered",
                "remove `ordered`",
            ),
        ],
    )
    def test_mistakes_of_facts(self, line: str, code: str, span: str, message: str, advice: str) -> None:
        """A name that cannot stand where it stands is told once, at the word that is wrong."""
        [found] = findings(declaring(line))

        assert (found.code.value, found.span.text) == (code, span)
        assert message in found.message
        assert any(advice in one for one in found.help) or not advice

    @pytest.mark.parametrize(
        ("line", "code", "span", "message"),
        [
            ("level: a | b", "duplicate-key", "level", "`level`"),
            ("text: a | b", "name-clash", "text", "`text` is a type of the language"),
            ("null: a | b", "name-clash", "null", "`null` is a word of the language"),
            ("Rank: a | b", "bad-name", "Rank", "`Rank` is not the name of a type"),
            ("a.b: int", "bad-name", "a.b", "`a.b` is not the name of a type"),
            ("rank: a | b = a", "bad-type", "a", "a type has no default"),
            ("rank: {type: int, ordered: true}", "bad-type", "true", "only an enumeration can be ordered"),
            ("rank: {type: level, ordered: true}", "bad-type", "true", "the order of `level` is that"),
            ("rank: {type: a | b, default: a}", "unknown-key", "default", "`default`"),
            ("rank: foo", "bad-type", "foo", "there is no type `foo`"),
            ("rank: rank | a", "cycle", "rank", "types lead back to themselves: rank -> rank"),
            ("rank: [a, b]", "wrong-shape", "[a, b]", "found a list"),
            ("rank: 'a |'", "syntax", "", ""),
        ],
    )
    def test_mistakes_of_types(self, line: str, code: str, span: str, message: str) -> None:
        """A type that cannot be is told once, where it is declared."""
        [found] = told(typed(line))

        assert found[0] == code
        assert span in found[1]
        assert message in found[2]

    def test_a_circle_is_told_once(self) -> None:
        """Types that are made of each other are told at the first of them, and nothing more is said of their facts."""
        types = "types: {one: two | a, two: three, three: one | b, four: two | c}\n"
        [found] = findings(declaring("x: four", types).replace("if: b", "if: 'x == \"d\" and b'"))

        assert found.message == "types lead back to themselves: one -> two -> three -> one"
        assert found.help == ('break the circle; a value that is spelt like a type is quoted: `"two"`',)

    def test_what_is_broken_is_not_told_again(self) -> None:
        """A fact of a type that was reported is not reported besides, nor what reads it."""
        for line, fact in (("rank: nope", "rank"), ("Rank: a | b", "Rank"), ("Rank: a | b", "rank | c")):
            text = declaring(f"x: {fact}", TYPES + f"  {line}\n").replace("if: b", "if: 'x == \"a\" and b'")

            assert len(findings(text)) == 1

    def test_what_cannot_be_opened_may_name_types(self) -> None:
        """Where an included file is missing, words may be types that it declares."""
        text = declaring("x: unheard | global", "include: [gone.yaml]\n").replace("if: b", "if: 'x == \"a\"'")

        assert codes(text) == ["file"]

    def test_a_name_that_two_files_give_is_told(self) -> None:
        """A type of an included file may not be called like one of the file itself."""
        [found] = findings(
            declaring("x: level") + "include: [shared.yaml]\n", shared="notifyrules: 1\ntypes: {level: int}\n"
        )

        assert (found.code.value, found.message) == ("name-clash", "the name `level` is taken by another type")

    def test_a_value_that_becomes_a_name_is_no_other_value(self) -> None:
        """A condition that asks for a value which now names a type is an error, for a type of any kind."""
        for types in ("types: {kept: a | b}\n", "types: {kept: text}\n"):
            text = declaring("x: kept | other", types).replace("if: b", "if: 'x == \"kept\" and b'")

            assert len(codes(text)) == 1

    def test_a_key_of_a_switch_is_a_value(self) -> None:
        """The cases of a switch name values, whatever types are called."""
        text = declaring("x: '\"level\" | urgency'").replace(
            "if: b, then", 'switch: x, cases: {level: "yes", urgency: "no"}, then'
        )

        assert codes(text.replace('then: "yes", ', ""))[0] == "impossible-case"

    def test_values_lent_have_a_limit(self) -> None:
        """A short file cannot stand for enumerations that nobody could hold."""
        many = " | ".join(f"v{number}" for number in range(1_000))
        types = f"types:\n  many: {many}\n" + "".join(f"  t{number}: many | w\n" for number in range(101))

        assert codes(declaring("x: many", types)) == ["limit"]


def test_a_let_of_a_named_type() -> None:
    """What is joined with a value of its own type keeps the name."""
    text = asks("(x ?? y) > 1", top="types: {level: a | b}\n").replace(
        "facts:\n", "facts:\n  x: level | null\n  y: level\n"
    )

    [found] = told(text)

    assert found[2] == "`>` cannot compare `level` with `int`"
