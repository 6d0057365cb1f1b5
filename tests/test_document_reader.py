"""Claims about the shape of rule files: every key known, every value of its form, what YAML made of it."""

from __future__ import annotations

import pytest

from tests.charts import FACTS, HEAD, OUTCOMES, asks, chart, codes, findings, node, told

EXITS = 'then: "yes", else: "no"'


class TestHeader:
    @pytest.mark.parametrize(
        ("text", "message", "advice"),
        [
            ("facts: {b: bool}\n", "the header `notifyrules: 1` is missing", "begin the file"),
            ("notifyrule: 1\n", "the header `notifyrules: 1` is missing, found `notifyrule`", "begin the file"),
            ("notifyrules: 2\n", "format version `2` is not known", "this version of notifyrules reads"),
            ('notifyrules: "1"\n', "the format version is a number, found text", "write `notifyrules: 1`"),
            ("notifyrules: [1]\n", "format version a list is not known", "this version of notifyrules reads"),
            ("notifyrules:\n", "format version nothing is not known", "this version of notifyrules reads"),
        ],
    )
    def test_version(self, text: str, message: str, advice: str) -> None:
        """A file says which version of the format it is written in, and nothing is read of one that is not known."""
        [found] = findings(text + "flow: 5\n")

        assert ("format-version", message) == (found.code.value, found.message)
        assert advice in found.help[0]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "the file is empty"),
            ("# a comment\n", "the file is empty"),
            ("- a\n- b\n", "expected a mapping of keys to values, found a list"),
            ("hello\n", "expected a mapping of keys to values, found text"),
            ("5\n", "expected a mapping of keys to values, found the number 5"),
        ],
    )
    def test_no_mapping(self, text: str, message: str) -> None:
        """A file is a mapping of keys to values."""
        assert [("wrong-shape", message)] == [(code, words) for code, _, words in told(text)]

    def test_made_to_be_included(self) -> None:
        """A file without a flow is one that others include, unless a key is misspelt."""
        assert codes("notifyrules: 1\nfacts: {b: bool}\n") == []
        assert codes("notifyrules: 1\nfacts: {b: bool}\nflwo: {}\n" + OUTCOMES) == ["unknown-key"]


class TestUnknownKeys:
    @pytest.mark.parametrize(
        ("text", "span", "message", "advice"),
        [
            (asks("b", top="titel: x\n"), "titel", "`titel` is not a key of a rule file", "did you mean `title`?"),
            (
                node(f"{{if: b, {EXITS}, colour: red}}"),
                "colour",
                "not a key of an `if` node",
                "may have `ask`, `class`",
            ),
            (node(f"{{iff: b, {EXITS}}}"), "iff", "not a key of a node", "did you mean `if`?"),
            (
                node(f"{{if: b, switch: i, {EXITS}}}"),
                "switch",
                "not a key of an `if` node",
                "belongs to a `switch` node",
            ),
            (
                node(f"{{if: b, cases: {{}}, {EXITS}}}"),
                "cases",
                "not a key of an `if` node",
                "a `switch` node or a `call`",
            ),
            (node('{if: b, then: {too: "yes"}, else: "no"}'), "too", "not a key of a target", "did you mean `to`?"),
            (node('{first: [{if: b, then: "yes"}], else: "no"}'), "then", "a row of `first`", "did you mean `to`?"),
            (node('{if: b, to: "yes", else: "no"}'), "to", "not a key of an `if` node", "did you mean `then`?"),
            (node(f"{{if: b, reason: x, {EXITS}}}"), "reason", "not a key of an `if` node", "may have"),
        ],
    )
    def test_once(self, text: str, span: str, message: str, advice: str) -> None:
        """A key that nobody reads is told with the one meant, and what is missing for it is not told besides."""
        [found] = findings(text)

        assert ("unknown-key", span) == (found.code.value, found.span.text)
        assert message in found.message
        assert advice in "; ".join(found.help)

    @pytest.mark.parametrize(
        ("text", "span", "form"),
        [
            (node(f"{{ask: a, b, if: b, {EXITS}}}"), "b", '"a, b"'),
            (
                node('{if: b, then: {to: "yes", because: you, Ada, muted it}, else: "no"}'),
                "Ada",
                '"you, Ada, muted it"',
            ),
            (node(f'{{if: t == "a, b", {EXITS}}}'), 'b"', "'t == \"a, b\"'"),
        ],
    )
    def test_text_with_a_comma(self, text: str, span: str, form: str) -> None:
        """A text that YAML ended at its comma is told once, with the quoted form; its halves are not judged."""
        [found] = findings(text)

        assert ("unknown-key", span) == (found.code.value, found.span.text)
        assert "YAML ends a text without quotes at the comma" in found.notes[0]
        assert form in found.help[0]

    def test_key_without_a_blank(self) -> None:
        """`default:}` is a key with a colon in it, and the finding says so."""
        [found] = findings(asks("b").replace("maybe_b: bool | null = null", "maybe_b: {type: bool | null, default:}"))

        assert found.message == "`default:` is not a key of a fact"
        assert "unless a blank follows" in found.notes[0]


class TestWrongShapes:
    @pytest.mark.parametrize(
        ("text", "span", "message", "advice"),
        [
            (asks("b", top="title: [a]\n"), "[a]", "expected text as `title`, found a list", '"[a]"'),
            (asks("b", top="title: {a: b}\n"), "{a: b}", "expected text as `title`, found a mapping", '"{a: b}"'),
            (asks("b", top="title: 5\n"), "5", "expected text as `title`, found the number 5", '"5"'),
            (asks("b", top="name: true\n"), "true", "expected a name as `name`, found the bool true", '"true"'),
            (asks("b", top="include: a.yaml\n"), "a.yaml", "expected a list as `include`, found text", "[a.yaml]"),
            (asks("b", top="legend: [a]\n"), "[a]", "expected a mapping as `legend`, found a list", ""),
            (node(f"{{if: [b], {EXITS}}}"), "[b]", "expected a condition as `if`, found a list", "`b`"),
            (node(f"{{if: '', {EXITS}}}"), "''", "expected a condition as `if`, found an empty text", "write"),
            (node(f"{{if: , {EXITS}}}"), ":", "expected a condition as `if`, found nothing", "give it a value"),
            (node('{if: b, then: ["yes"], else: "no"}'), '["yes"]', "expected a node or an outcome", "the name alone"),
            (node('{if: b, then: true, else: "no"}'), "true", "expected a node or an outcome as `then`", '"true"'),
            (node(f"{{ask: x, {EXITS}}}"), "q", "the node `q` asks nothing", ""),
            (node("text"), "text", "expected a node such as", ""),
            (node('{switch: i, else: "no"}'), "q", "`q` has no `cases`", "one target a value"),
            (node('{switch: i, cases: [a], else: "no"}'), "[a]", "expected a mapping as `cases`, found a list", ""),
            (node('{switch: i, cases: {}, else: "no"}'), "cases", "`cases` is empty", "at least one"),
            (node('{first: [], else: "no"}'), "first", "`first` is empty", "at least one"),
            (node('{first: ["yes"], else: "no"}'), '"yes"', "expected a mapping, found text", ""),
            (node('{first: [{to: "yes"}], else: "no"}'), "to", "item 1 of `first` has no `if`", "if: condition"),
            (node('{any: b, else: "no"}'), "b", "expected a list as `any`, found text", "[b]"),
            (node('{any: [], else: "no"}'), "any", "`any` is empty", "at least one"),
            (node(f"{{if: b, allow: [cycle], {EXITS}}}"), "[cycle]", "expected a mapping as `allow`", "{code: reason}"),
            (node(f"{{if: b, allow: {{mixed-and-or: }}, {EXITS}}}"), ":", "expected text as `mixed-and-or`", ""),
            (asks("b").replace("notify: true", "notify: no"), "no", "expected `true`, `false` or", "write `false`"),
            (asks("b").replace("notify: true", "notify: Later"), "Later", "expected `true`, `false`", "`later`"),
            (asks("b").replace("{notify: true}", "true"), "true", "expected a mapping as `yes`", "{notify: false}"),
            (asks("b") + "guarantees: [{name: x}]\n", "x", "a guarantee has one of `never`", "one promise"),
            (asks("b") + "guarantees: [{name: x, never: []}]\n", "never", "`never` is empty", "at least one"),
            (asks("b") + 'guarantees: [{name: x, never: "no"}]\n', '"no"', "expected a list as `never`", '["no"]'),
            (asks("b") + "guarantees: [{never: [hold]}]\n", "never", "item 1 of `guarantees` has no `name`", ""),
        ],
    )  # fmt: skip
    def test_once(self, text: str, span: str, message: str, advice: str) -> None:
        """A value of the wrong shape is told once, at its place, with what YAML made of it and the form meant."""
        [found] = findings(text)

        assert span == found.span.text
        assert message in found.message
        assert advice in "; ".join(found.help)

    def test_notes(self) -> None:
        """What YAML made of a text is said in a note."""
        [found] = findings(asks("b", top="title: {a: b}\n"))

        assert found.notes == ("YAML reads a value that starts with `{`, or holds `: `, as a mapping",)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("notifyrules: 1\n" + FACTS + OUTCOMES, "the file has no `flow`"),
            (HEAD + FACTS + "flow: {q: {if: b, then: yes, else: no}}\n", "the file has no `outcomes`"),
            (HEAD + FACTS + "flow: {}\n" + OUTCOMES, "`flow` is empty"),
            (HEAD + FACTS + "flow: []\n" + OUTCOMES, "expected a mapping as `flow`, found a list"),
            (
                HEAD + FACTS + "flow: {q: {if: b, then: yes, else: no}}\noutcomes: 5\n",
                "expected a mapping as `outcomes`",
            ),
        ],
    )
    def test_sections(self, text: str, expected: str) -> None:
        """A whole section that is missing or of another shape is told once, and what refers to it is not."""
        [(_, _, message)] = told(text)

        assert expected in message

    def test_the_rest_is_read_on(self) -> None:
        """A slip in one part hides no slip in another, nor in another key of the same part."""
        text = node("{if: nope, ask: 5, then: {to: odd, label: [x]}, else: gone}").replace(
            "notify: later", "notify: soon"
        )

        assert codes(text) == [
            "unknown-fact",
            "wrong-shape",
            "unknown-target",
            "wrong-shape",
            "unknown-target",
            "wrong-shape",
        ]

    def test_repeated_keys(self) -> None:
        """A key that stands twice is told once, whatever the two say."""
        assert codes(node(f"{{if: b, if: c, {EXITS}}}")) == ["duplicate-key"]
        assert codes(asks("b", top="facts: {extra: bool}\n")) == ["duplicate-key"]
        twice = f'q: {{if: b, then: r, else: "no"}}\nr: {{if: c, {EXITS}}}\nq: {{if: c, {EXITS}}}'
        assert codes(chart(twice)) == ["duplicate-key"]

    @pytest.mark.parametrize("word", ["010", "1_000"])
    def test_odd_numbers(self, word: str) -> None:
        """A number that YAML readers disagree on is told once, wherever it stands."""
        assert codes(asks("b", top=f"title: {word}\n")) == ["yaml-feature"]
        assert codes(node(f'{{switch: i, cases: {{{word}: "yes"}}, else: "no"}}')) == ["yaml-feature"]


class TestCutTexts:
    def test_text(self) -> None:
        """A comment that looks like a part of the text before it is a warning, with the quoted form."""
        [found] = findings(asks("b", top="title: for #general\n"))

        assert (found.code.value, found.span.text) == ("cut-text", "#general")
        assert '"for #general"' in found.help[0]

    def test_condition(self) -> None:
        """A condition that is cut so that it cannot be read is one error, which tells of the cut."""
        [found] = findings(chart('q:\n  if: t == "x #general"\n  then: "yes"\n  else: "no"'))

        assert (found.code.value, found.is_error) == ("syntax", True)
        assert "a `#` behind a blank begins a comment" in found.notes
        assert "'t == \"x #general\"'" in found.help[0]

    @pytest.mark.parametrize("comment", ["# general", "#", "## x", "#--- x", "#=x", "  # a note"])
    def test_comments(self, comment: str) -> None:
        """What looks like a comment is one."""
        assert codes(asks("b", top=f"title: muted {comment}\n")) == []
