"""Claims about the chart: nodes, ways out and their ids, outcomes, and what is wrong with a chart as a whole."""

from __future__ import annotations

import pytest

from notifyrules.evaluation.walk import walk
from notifyrules.graph.checks import MAX_NESTING
from notifyrules.graph.model import Arrow, Notify
from tests.charts import FACTS, HEAD, OUTCOMES, asks, chart, codes, findings, node, rules_of, told

EXITS = 'then: "yes", else: "no"'
SPEAKING = OUTCOMES.replace("{notify: true}", "{notify: true, because: it is for you}")
WORDY = SPEAKING.replace("{notify: false}", "{notify: false, because: it is not for you}")
TAIL = 'end: {if: c, then: "yes", else: "no"}'


def arrows_of(text: str) -> list[str]:
    """List the ids of the arrows of the node `q`."""
    return [arrow.id for arrow in rules_of(text).graph.nodes["q"].arrows]


def said(arrow: Arrow) -> list[str]:
    """Give the words of an arrow, which have no conditions in them."""
    return [] if arrow.because is None else [str(piece) for one in arrow.because.messages for piece in one.pieces]


class TestArrows:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (f"{{if: b, {EXITS}}}", ["q.then", "q.else"]),
            ('{switch: kind, cases: {dm | group: "yes", channel: "no"}}', ["q.dm", "q.group", "q.channel"]),
            ('{switch: maybe_b, cases: {true: "yes", false | null: "no"}}', ["q.true", "q.false", "q.null"]),
            ('{switch: i, cases: {1: "yes", -2: "no"}, else: "no"}', ["q.1", "q.-2", "q.else"]),
            (
                '{switch: t, cases: {a-b: "yes", "a b": "no", "": "no", "null": "no", "é": "no"}, else: "no"}',
                ["q.a-b", 'q."a b"', 'q.""', 'q."null"', 'q."é"', "q.else"],
            ),
            (
                '{first: [{if: b, to: "yes"}, {if: c, to: "no", name: late}, {if: i > 1, to: "no"}], else: "no"}',
                ["q.1", "q.late", "q.3", "q.else"],
            ),
            (f'{{any: [end], else: "no"}}\n{TAIL}', ["q.end", "q.else"]),
        ],
    )
    def test_ids(self, text: str, expected: list[str]) -> None:
        """An arrow's id is its node and the way: `then`, `else`, the value met, the row or its name, the branch."""
        assert arrows_of(chart(f"q: {text}")) == expected

    def test_otherwise(self) -> None:
        """Ways out that are not written end at `otherwise`, have ids all the same, and are not drawn."""
        graph = rules_of(chart("q: {if: b}", top='otherwise: "no"\n')).graph

        assert [(one.id, one.target, one.written) for one in graph.nodes["q"].arrows] == [
            ("q.then", "no", False),
            ("q.else", "no", False),
        ]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('{if: b, then: {because: x}, else: "yes"}', ["then no x", "else yes written"]),
            ("{if: b, then: {label: x}, else: {because: y}}", ["then no", "else no y"]),
            ("{first: [{if: b}, {if: c, because: x}]}", ["1 no", "2 no x", "else no"]),
            ('{switch: b, cases: {true: {because: x}, false: "yes"}}', ["true no x", "false yes written"]),
        ],
    )
    def test_words_alone(self, text: str, expected: list[str]) -> None:
        """A row, or a target with words, that has no `to` ends at `otherwise`, with its words."""
        found = [
            (arrow.id.partition(".")[2], arrow.target, *(["written"] if arrow.written else []), *said(arrow))
            for arrow in rules_of(chart(f"q: {text}", top='otherwise: "no"\n')).graph.nodes["q"].arrows
        ]

        assert [" ".join(one) for one in found] == expected

    def test_answers(self) -> None:
        """An arrow says its answer in words, and what the author wants written on it instead."""
        [then, other] = rules_of(node('{if: b, then: {to: "yes", label: Sure}, else: "no"}')).graph.nodes["q"].arrows

        assert ((then.answer, then.label), (other.answer, other.label)) == (("Yes", "Sure"), ("No", None))

    def test_answers_of_rows(self) -> None:
        """A row answers with its label, else its name as pictures write it, else its condition."""
        rows = '{if: b, to: "yes"}, {if: b, to: "no", name: too_late}, {if: c, to: "no", name: late, label: Late}'
        arrows = rules_of(node(f'{{first: [{rows}], else: "no"}}')).graph.nodes["q"].arrows

        assert [one.answer for one in arrows] == ["b", "too late", "Late", "none of these"]

    @pytest.mark.parametrize(
        ("text", "asked"),
        [
            (f"{{ask: Who?, if: b, {EXITS}}}", "Who?"),
            (f"{{if: b  and   c, {EXITS}}}", "b and c"),
            ('{switch: i, cases: {1: "yes"}, else: "no"}', "i"),
        ],
    )
    def test_question(self, text: str, asked: str) -> None:
        """A node without a question asks its condition."""
        assert rules_of(node(text)).graph.nodes["q"].ask == asked


class TestTargets:
    @pytest.mark.parametrize(
        ("text", "code", "span", "message"),
        [
            ('{if: b, then: nope, else: "no"}', "unknown-target", "nope", "`nope` is not a node or an outcome"),
            ('{if: b, then: {to: nope}, else: "no"}', "unknown-target", "nope", "`nope` is not a node or an outcome"),
            (
                '{first: [{if: b, to: nope}], else: "no"}',
                "unknown-target",
                "nope",
                "`nope` is not a node or an outcome",
            ),
            ('{any: [nope], else: "no"}', "unknown-target", "nope", "`nope` is not a node of this file"),
            ('{any: ["yes"], else: "no"}', "unknown-target", '"yes"', "`yes` is an outcome; the branches of `any` are"),
            (f'{{any: [end, end], else: "no"}}\n{TAIL}', "name-clash", "end", "the branch `end` stands here twice"),
            ('{if: b, else: "no"}', "missing-exit", "q", "`q` has no `then`, and the file has no `otherwise`"),
            ('{first: [{if: b, to: "yes"}]}', "missing-exit", "q", "`q` has no `else`"),
            ('{switch: i, cases: {1: "yes"}}', "missing-exit", "q", "`q` has no `else`"),
            (
                '{if: b, then: {because: x}, else: "no"}',
                "missing-exit",
                "{because: x}",
                "this way out has no `to`, and",
            ),
            (
                '{first: [{if: b, because: x}], else: "no"}',
                "missing-exit",
                "{if: b, because: x}",
                "the row has no `to`, and",
            ),
            ('{if: b, then: {}, else: "no"}', "missing-key", "{}", "this way out says nothing"),
            (
                '{if: b, then: {tu: "yes", because: x}, else: "no"}',
                "unknown-key",
                "tu",
                "`tu` is not a key of a target",
            ),
            ('{first: [{if: b, then: "yes"}], else: "no"}', "unknown-key", "then", "`then` is not a key of a row"),
            ('{any: [{because: x}], else: "no"}', "missing-key", "{because: x}", "nodes, and this one names none"),
            (
                '{first: [{if: b, to: "yes", name: else}], else: "no"}',
                "name-clash",
                "else",
                "the row name `else` is taken",
            ),
            ('{first: [{if: b, to: "yes", name: A}], else: "no"}', "bad-name", "A", "`A` is not the name of a row"),
            (f"{{class: nope, if: b, {EXITS}}}", "unknown-class", "nope", "the class `nope` is not in the legend"),
        ],
    )
    def test_mistakes(self, text: str, code: str, span: str, message: str) -> None:
        """A way out that leads nowhere is told once, and what it should have reached is not said to be unreachable."""
        outcomes = OUTCOMES.replace("  hold: {notify: later}\n", "")
        [found] = told(chart(f"q: {text}", outcomes=outcomes).replace(", unused-outcome: not needed here", ""))

        assert found[:2] == (code, span)
        assert message in found[2]

    @pytest.mark.parametrize(
        ("text", "code", "span"),
        [
            ("{if: b, then: {}}", "missing-key", "{}"),
            ("{if: b, then: {tu: hold, because: x}}", "unknown-key", "tu"),
            ("{if: b, then: {to: [hold], because: x}}", "wrong-shape", "[hold]"),
            ("{any: [{label: x}]}", "missing-key", "{label: x}"),
        ],
    )
    def test_mistakes_that_otherwise_does_not_mend(self, text: str, code: str, span: str) -> None:
        """What says nothing, or says it in a way that nobody reads, does not silently end at `otherwise`."""
        assert [one[:2] for one in told(chart(f"q: {text}", top='otherwise: "no"\n'))] == [(code, span)]

    @pytest.mark.parametrize(
        ("text", "advice"),
        [
            ('{if: b, then: edn, else: "no"}\n' + TAIL, "did you mean `end`?"),
            ('{if: b, then: zzz, else: "no"}', "the outcomes are `yes`, `hold`, `no`"),
            ('{any: [zzz], else: "no"}', "the nodes are `q`"),
            ('{any: ["yes"], else: "no"}', "ask a question that leads to it"),
            (
                '{if: b, then: {label: x}, else: "no"}',
                "write where it goes on, `to: target`, or end every unwritten exit",
            ),
        ],
    )
    def test_the_way_out(self, text: str, advice: str) -> None:
        """The finding names what could have been meant."""
        [found] = findings(chart(f"q: {text}"))

        assert advice in found.help[0]

    def test_branch_called_else(self) -> None:
        """A branch `else` would have the id of the exit `else`."""
        text = chart(f'q: {{any: [else], else: "no"}}\nelse: {{if: b, {EXITS}}}')

        assert codes(text) == ["name-clash"]


class TestSwitches:
    @pytest.mark.parametrize(
        ("text", "code", "span", "message"),
        [
            ('kind, cases: {dm: "yes", group: "no"}', "missing-case", "kind", "no case for `channel`"),
            ('maybe_kind, cases: {dm: "yes", group: "no"}', "missing-case", "maybe_kind", "no case for `null`"),
            ('b, cases: {true: "yes"}', "missing-case", "b", "no case for `false`"),
            ('kind, cases: {DM: "yes"}, else: "no"', "impossible-case", "DM", "`DM` is not a value of"),
            ('kind, cases: {dm | sms: "yes"}, else: "no"', "impossible-case", "sms", "`sms` is not a value of"),
            ('b, cases: {"true": "yes"}, else: "no"', "impossible-case", '"true"', '`"true"` is not a value of `bool`'),
            ('b, cases: {yes: "yes"}, else: "no"', "impossible-case", "yes", "`yes` is not a value of `bool`"),
            ('i, cases: {"1": "yes"}, else: "no"', "impossible-case", '"1"', '`"1"` is not a value of `int`'),
            ('i, cases: {null: "yes"}, else: "no"', "impossible-case", "null", "`null` is not a value of `int`"),
            ('i, cases: {9007199254740993: "yes"}, else: "no"', "impossible-case", "9007199254740993", "not a value"),
            ('t, cases: {1: "yes"}, else: "no"', "impossible-case", "1", "`1` is not a value of `text`"),
            ('t, cases: {true: "yes"}, else: "no"', "impossible-case", "true", "`true` is not a value of `text`"),
            ('kind, cases: {dm | dm: "yes"}, else: "no"', "duplicate-case", "dm", "`dm` has a case already"),
            ('i, cases: {1: "yes", 1 | 2: "no"}, else: "no"', "duplicate-case", "1", "`1` has a case already"),
            ('b, cases: {true: "yes", false: "no"}, else: "no"', "useless-else", "else", "the cases name every value"),
            (
                'at, cases: {a: "yes"}, else: "no"',
                "type-mismatch",
                "at",
                "`switch` asks for values, bools, ints or texts",
            ),
            ('texts, cases: {a: "yes"}, else: "no"', "type-mismatch", "texts", "`switch` asks for"),
            ('t, cases: {a b: "yes"}, else: "no"', "syntax", "b", "found `b` where the end is expected"),
        ],
    )
    def test_mistakes(self, text: str, code: str, span: str, message: str) -> None:
        """Every value has one way out, and every case a value that can be met."""
        [found] = told(node(f"{{switch: {text}}}"))

        assert found[:2] == (code, span)
        assert message in found[2]

    @pytest.mark.parametrize(
        ("text", "advice"),
        [
            ('kind, cases: {DM: "yes"}, else: "no"', "did you mean `dm`?"),
            ('b, cases: {"true": "yes"}, else: "no"', "write `true` without quotes"),
            ('b, cases: {no: "yes"}, else: "no"', "write `false:`"),
            ('maybe_kind, cases: {"null": "yes"}, else: "no"', "write `null` without quotes"),
            ('t, cases: {true: "yes"}, else: "no"', 'for the text, write `"true"` in quotes'),
            ('t, cases: {a b: "yes"}, else: "no"', '"a b"'),
        ],
    )
    def test_the_way_out(self, text: str, advice: str) -> None:
        """What YAML or the language made of a key is told with the way to write what was meant."""
        [found] = findings(node(f"{{switch: {text}}}"))

        assert advice in "; ".join(found.help)

    @pytest.mark.parametrize(
        "text",
        [
            'kind, cases: {dm: "yes", group | channel: "no"}',
            'kind, cases: {"dm | group": "yes"}, else: "no"',
            'maybe_b, cases: {true: "yes", "false | null": "no"}',
            'level, cases: {low: "no"}, else: "yes"',
            't, cases: {\'"a|b"\': "yes"}, else: "no"',
            'i > 3, cases: {true: "yes", false: "no"}',
            'maybe_kind ?? "channel", cases: {dm | group: "yes", channel: "no"}',
        ],
    )
    def test_held(self, text: str) -> None:
        """Anything with values may be asked for, with keys of several values and quoted ones."""
        assert codes(node(f"{{switch: {text}}}")) == []

    def test_otherwise_is_no_case(self) -> None:
        """An enumeration names every value, whatever `otherwise` says; an open type need not."""
        top = 'otherwise: "no"\n'

        assert codes(node('{switch: kind, cases: {dm: "yes"}}', top=top)) == ["missing-case"]
        assert codes(node('{switch: t, cases: {a: "yes"}}', top=top)) == []


class TestOutcomes:
    def test_meaning(self) -> None:
        """An outcome notifies, holds, refuses, or leaves that to whoever calls the chart."""
        outcomes = OUTCOMES + "  unsaid: {}\n"
        graph = rules_of(chart(f"q: {{if: b, {EXITS}}}", outcomes=outcomes)).graph

        assert [one.notify for one in graph.outcomes.values()] == [Notify.YES, Notify.LATER, Notify.NO, Notify.UNSAID]

    @pytest.mark.parametrize(
        ("said", "top", "code", "span"),
        [
            ('because: "{nope}"', "", "unknown-fact", "nope"),
            ('because: "{maybe_t}"', "", "unguarded-null", "maybe_t"),
            ('because: "{texts}"', "", "type-mismatch", "texts"),
            ('because: "{t"', "", "syntax", "{"),
            ('because: "t}"', "", "syntax", "}"),
            ('because: "a {} b"', "", "syntax", "{}"),
            ("because: \"{'x'}\"", "", "constant-condition", "'x'"),
            ("data: {via: [push]}", "", "unknown-data", "via"),
            ("data: {via: push}", "data:\n  via: list of text = []\n", "type-mismatch", "push"),
            ("data: {via: {expr: t}}", "data:\n  via: list of text = []\n", "type-mismatch", "t"),
            ("data: {n: {expr: maybe_b}}", "data: {n: bool = false}\n", "unguarded-null", "maybe_b"),
            ("data: {n: {exp: b}}", "data: {n: bool = false}\n", "wrong-shape", "{exp: b}"),
            ('data: {n: "5"}', "data: {n: int = 0}\n", "type-mismatch", '"5"'),
            ("recheck: i", "", "type-mismatch", "i"),
            ("recheck: 15", "", "type-mismatch", "15"),
            ("recheck: b and", "", "syntax", "d"),
        ],
    )
    def test_mistakes(self, said: str, top: str, code: str, span: str) -> None:
        """What an outcome says, carries and asks for is checked like any condition."""
        outcomes = SPEAKING.replace("{notify: false}", f"{{notify: false, {said}}}")
        found = told(chart(f"q: {{if: b, {EXITS}}}", top=top, outcomes=outcomes))

        assert [one[:2] for one in found] == [(code, span)]

    @pytest.mark.parametrize("recheck", ["15m", "at", "maybe_at", "null", "now + 15m", "15m if b else 1h"])
    def test_recheck(self, recheck: str) -> None:
        """When to ask again is an instant, a duration from the fact `now`, or nothing."""
        outcomes = OUTCOMES.replace("{notify: false}", f"{{notify: false, recheck: {recheck}}}")

        assert codes(chart(f"q: {{if: b, {EXITS}}}", outcomes=outcomes)) == []

    def test_recheck_without_a_clock(self) -> None:
        """A duration counts from the fact `now`, which must be declared."""
        outcomes = OUTCOMES.replace("{notify: false}", "{notify: false, recheck: 15m}")
        facts = FACTS.replace("  now: instant = 2026-11-23T22:00:00Z\n", "")

        assert codes(chart(f"q: {{if: b, {EXITS}}}", facts=facts, outcomes=outcomes)) == ["no-recheck-clock"]

    def test_data(self) -> None:
        """Every outcome carries every declared value: its own, or the default; without either that is an error."""
        outcomes = OUTCOMES.replace("{notify: true}", "{notify: true, data: {via: [push], n: {expr: i + 1}}}")
        top = "data:\n  via: list of text = []\n  n: int | null = 3\n"
        graph = rules_of(chart(f"q: {{if: b, {EXITS}}}", top=top, outcomes=outcomes)).graph

        assert graph.outcomes["no"].data == {"via": (), "n": 3}
        assert graph.outcomes["yes"].data["via"] == ("push",)
        assert codes(chart(f"q: {{if: b, {EXITS}}}", top="data: {n: int}\n")) == ["missing-key"] * 3

    @pytest.mark.parametrize(
        ("top", "code", "message"),
        [
            ('otherwise: "yes"\n', "wrong-shape", "`otherwise` must be a refusal, and `yes` is `notify: true`"),
            ("otherwise: hold\n", "wrong-shape", "`otherwise` must be a refusal, and `hold` is `notify: later`"),
            ("otherwise: nope\n", "unknown-outcome", "`nope` is not an outcome of this file"),
            ("otherwise: q\n", "unknown-outcome", "`q` is not an outcome of this file"),
        ],
    )
    def test_otherwise(self, top: str, code: str, message: str) -> None:
        """Where unwritten ways end is an outcome that refuses."""
        assert [(one, words) for one, _, words in told(asks("b", top=top))] == [(code, message)]

    def test_names(self) -> None:
        """Nodes and outcomes share their names, which are lower case."""
        both = chart(f'q: {{if: b, then: hold, else: "no"}}\nhold: {{if: c, {EXITS}}}')

        assert codes(both) == ["name-clash"]
        assert codes(asks("b").replace("hold:", "Hold:")) == ["bad-name"]


ROWS = """\
{first: [
  {if: maybe_t is null and b, to: "yes", because: "%s"},
  {if: maybe_t is null, to: "yes", because: "%s"},
  {if: maybe_at is not null, to: "yes", because: "%s"},
  {if: c, to: "yes", because: "%s"}], else: {to: "no", because: "%s"}}"""


def rows(at: int, text: str) -> str:
    """Write a table with one text, which belongs to the row *at*, counted from 0; the last is its `else`."""
    return " ".join((ROWS % tuple(text if number == at else "" for number in range(5))).split())


class TestTextsOfArrows:
    """The texts of an arrow know what the answer of its own node rules out."""

    @pytest.mark.parametrize(
        "text",
        [
            '{if: maybe_t is not null, then: {to: "yes", because: "{maybe_t}"}, else: "no"}',
            '{if: maybe_t is null, then: "yes", else: {to: "no", because: "{lower(maybe_t)}"}}',
            '{if: maybe_at is not null and b, then: {to: "yes", because: "{maybe_at + 1h}"}, else: "no"}',
            '{if: maybe_t is null or maybe_at is null, then: "yes", else: {to: "no", because: "{maybe_t} {maybe_at}"}}',
            "{if: maybe_kind == 'dm', then: {to: 'yes', because: '{maybe_kind}'}, else: 'no'}",
            '{switch: maybe_kind, cases: {dm | group: {to: "yes", because: "{maybe_kind}"}, null: "no"}}',
            '{switch: maybe_kind, cases: {null: "yes"}, else: {to: "no", because: "{maybe_kind}"}}',
            '{switch: maybe_t is null, cases: {true: "yes", false: {to: "no", because: "{maybe_t}"}}}',
            '{switch: maybe_t, cases: {a: {to: "yes", because: "{maybe_t}"}, null: "no"}, else: "no"}',
            rows(2, "{maybe_t}{maybe_at}"),
            rows(3, "{maybe_t}"),
            rows(4, "{maybe_t}"),
        ],
    )
    def test_need_no_other_value_there(self, text: str) -> None:
        """What the way there has ruled out is not asked for again."""
        assert told(chart(f"q: {text}", outcomes=WORDY)) == []

    @pytest.mark.parametrize(
        "text",
        [
            '{if: maybe_t is not null, then: "yes", else: {to: "no", because: "{maybe_t}"}}',
            '{if: maybe_t is null, then: {to: "yes", because: "{maybe_t}"}, else: "no"}',
            '{if: maybe_t is not null or b, then: {to: "yes", because: "{maybe_t}"}, else: "no"}',
            '{if: maybe_at is not null, then: {to: "yes", because: "{maybe_t}"}, else: "no"}',
            '{switch: maybe_kind, cases: {dm: "yes", group | null: {to: "no", because: "{maybe_kind}"}}}',
            '{switch: maybe_kind, cases: {dm: "yes", null: "yes"}, else: {to: "no", because: "{maybe_t}"}}',
            '{switch: maybe_kind, cases: {dm: "yes"}, else: {to: "no", because: "{maybe_kind}"}}',
            '{switch: maybe_t is null, cases: {true: {to: "no", because: "{maybe_t}"}, false: "yes"}}',
            rows(0, "{maybe_t}"),
            rows(1, "{maybe_t}"),
            rows(2, "{maybe_kind}"),
            rows(3, "{maybe_at}"),
            rows(4, "{maybe_at}"),
            '{if: maybe_t is not null, then: end}\nend: {if: b, then: {to: "yes", because: "{maybe_t}"}}',
        ],
    )
    def test_may_be_null_elsewhere(self, text: str) -> None:
        """Another answer, another value, an earlier row and another node rule nothing out."""
        assert codes(chart(f"q: {text}", top='otherwise: "no"\n')) == ["unguarded-null"]

    def test_say_nothing_below_a_condition_with_a_mistake(self) -> None:
        """What it would have ruled out nobody knows."""
        text = '{if: maybe_x is not null, then: {to: "yes", because: "{maybe_t} {maybe_at + 1h}"}, else: "no"}'

        assert codes(node(text)) == ["unknown-fact"]

    def test_what_is_never_null_there_needs_no_other_value(self) -> None:
        """As within one condition."""
        text = '{if: maybe_t is not null, then: {to: "yes", because: "{maybe_t ?? t}"}, else: "no"}'

        assert codes(chart(f"q: {text}", outcomes=WORDY)) == ["constant-condition"]

    @pytest.mark.parametrize(
        "facts", [{}, {"maybe_t": "a", "maybe_at": "2026-11-23T21:00:00Z"}, {"c": True, "maybe_t": ""}]
    )
    def test_are_the_same_however_it_is_decided(self, facts: dict[str, object]) -> None:
        """A text is filled in where its arrow is taken, and nowhere else: walked, compiled and decided in part."""
        rules = rules_of(
            chart(
                'q: {if: maybe_t is not null, then: {to: w, because: "for {lower(maybe_t)}"}, else: w}\n'
                f"w: {rows(2, 'until {maybe_at + 1h}').replace('maybe_t is null', 'not c and maybe_t is null')}"
            )
        )
        walked = walk(rules.graph, rules.facts(facts))
        known = {name: value for name, value in facts.items() if name == "maybe_t"}
        rest = {name: value for name, value in facts.items() if name not in known}

        assert rules.should_notify(facts).because == walked.because
        assert rules.specialize(known).should_notify(rest).because == walked.because


class TestWholeChart:
    @pytest.mark.parametrize(
        ("flow", "message"),
        [
            ('q: {if: b, then: q, else: "no"}', "q -> q"),
            (
                'q: {if: b, then: r, else: "no"}\nr: {any: [s], else: "no"}\ns: {if: c, then: q, else: "no"}',
                "q -> r -> s -> q",
            ),
            ('q: {if: b, then: r, else: "no"}\nr: {switch: i, cases: {1: r}, else: "no"}', "r -> r"),
        ],
    )
    def test_cycles(self, flow: str, message: str) -> None:
        """A chart that leads back to itself is told once, at the arrow that closes the circle, with the circle."""
        [found] = findings(chart(flow))

        assert found.code.value == "cycle"
        assert message in found.message
        assert found.span.text == message.rpartition(" ")[2]
        assert [label.span.text for label in found.labels] == [message.partition(" ")[0]]

    def test_several_cycles(self) -> None:
        """Circles that share no node are told each."""
        flow = 'q: {if: b, then: r, else: s}\nr: {if: b, then: r, else: "no"}\ns: {if: b, then: s, else: "no"}'

        assert codes(chart(flow)) == ["cycle", "cycle"]

    def test_unreachable(self) -> None:
        """Of nodes that no arrow leads to, the first of each group is told."""
        flow = f'q: {{if: b, {EXITS}}}\nlost: {{if: b, then: more, else: "no"}}\nmore: {{if: c, {EXITS}}}'

        assert told(chart(flow)) == [("unreachable-node", "lost", "no arrow leads to `lost`")]

    def test_unused(self) -> None:
        """An outcome, class or datum that nothing leads to or uses is a warning."""
        text = asks("b", top="legend: {p: blue}\ndata: {d: int = 1}\n").replace(", unused-outcome: not needed here", "")

        assert codes(text) == ["unused-class", "unused-data", "unused-outcome"]

    @pytest.mark.parametrize(
        ("condition", "span", "message"),
        [
            ("true", "true", "this is always true"),
            ("1 > 2", "1 > 2", "this is always false"),
            ("b or true", "true", "this is always true"),
            ("b and not (1 == 1)", "not (1 == 1)", "this is always false"),
            ("t == t", "t == t", "both sides are the same"),
            ("b and i + 1 == i + 1", "i + 1 == i + 1", "both sides are the same"),
            ("lower(t) == lower(t)", "lower(t) == lower(t)", "both sides are the same"),
        ],
    )
    def test_constant(self, condition: str, span: str, message: str) -> None:
        """A condition, or a part of one, that comes out the same for all facts is a warning."""
        found = [one for one in told(asks(condition)) if one[0] == "constant-condition"]

        assert ("constant-condition", span, message) in found

    def test_nesting(self) -> None:
        """Fan-outs on the branches of fan-outs are followed a fixed number of levels deep."""

        def nested(depth: int) -> str:
            flow = [f'f{level}: {{any: [f{level + 1}], else: "no"}}' for level in range(depth)]
            return chart("\n".join([*flow, f"f{depth}: {{if: b, {EXITS}}}"]))

        assert codes(nested(MAX_NESTING)) == []
        assert codes(nested(MAX_NESTING + 1)) == ["limit"]


class TestAllow:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (node(f"{{if: maybe_b != true, allow: {{nullable-not-equal: fine}}, {EXITS}}}"), []),
            (asks("maybe_b != true", top="").replace("unused-fact:", "nullable-not-equal: fine, unused-fact:"), []),
            (node(f"{{if: b, allow: {{nullable-not-equal: fine}}, {EXITS}}}"), ["unused-allow"]),
            (node(f"{{if: b, allow: {{nullable-not-equl: fine}}, {EXITS}}}"), ["unknown-code"]),
            (node(f"{{if: b, allow: {{cycle: fine}}, {EXITS}}}"), ["unknown-code"]),
        ],
    )
    def test_places(self, text: str, expected: list[str]) -> None:
        """A warning is allowed with a reason, there or for the whole file; errors are not, nor what does not occur."""
        assert codes(text) == expected

    def test_facts_and_outcomes(self) -> None:
        """A fact and an outcome allow what is found in them."""
        text = HEAD.replace("allow: {unused-fact: not needed here, unused-outcome: not needed here}\n", "")
        text += "facts:\n  b: bool\n  x: {type: int, allow: {unused-fact: the caller has it}}\n"
        text += f"flow: {{q: {{if: b, {EXITS}}}}}\n" + OUTCOMES.replace(
            "later}", "later, allow: {unused-outcome: soon}}"
        )

        assert codes(text) == []

    def test_only_its_own(self) -> None:
        """What one node allows, another one does not."""
        flow = 'q: {if: maybe_b != true, allow: {nullable-not-equal: fine}, then: end, else: "no"}\n'
        flow += f"end: {{if: maybe_b != false, {EXITS}}}"

        assert told(chart(flow)) == [("nullable-not-equal", "maybe_b != false", "this is true when `maybe_b` is null")]
