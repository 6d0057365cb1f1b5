"""Claims about the walk through a chart: the steps it takes, the words in force, what a decision carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from notifyrules.evaluation.walk import Passage, Step, data_of, recheck_of, walk
from notifyrules.language.values import Value
from notifyrules.rules import Rules
from tests.charts import HEAD, chart, rules_of, told

LATE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
FAN_OUT = """
q: {ask: Worth it?, any: [first, second, third], else: {to: "no", because: nothing in it}}
first: {if: b, then: {to: second, because: first}, else: {to: "no", because: not first}}
second: {if: c, then: {to: "yes", because: second}, else: "no"}
third: {switch: i, cases: {1: hold, 2: inner}, else: "no"}
inner: {any: [second, last], else: "no"}
last: {if: i > 1, then: {to: "yes", because: last}, else: "no"}
"""
WORDS = """
start: {if: b and not c, then: "no", else: q}
q: {any: [first, third], else: {to: "no", because: nothing in it}}
first: {if: b, then: {to: second, because: first}, else: "no"}
second: {if: c, then: {to: "yes", because: second}, else: "no"}
third: {if: i > 1, then: {to: hold, because: last}, else: {to: "no", because: in vain}}
"""


def passage(rules: Rules, facts: Mapping[str, object] | None = None) -> Passage:
    """Walk through a chart."""
    return walk(rules.graph, rules.facts(facts or {}))


def arrows(found: Passage) -> list[str]:
    """List the ids of the arrows that were taken."""
    return [step.arrow for step in found.steps]


class TestSteps:
    def test_question(self) -> None:
        """A step tells the node, what it asked, the answer, where it leads, and the facts that were read for it."""
        flow = 'q:\n  {ask: Muted?, if: b and i > 3, then: {to: "no", because: "over {i}"}, else: end}\n'
        text = chart(flow + "end: {if: c, then: hold}", top='otherwise: "no"\n')
        [first, second] = passage(rules_of(text), {"b": True}).steps

        assert (first.node, first.kind, first.ask, first.answer, first.arrow, first.to) == (
            "q",
            "if",
            "Muted?",
            "No",
            "q.else",
            "end",
        )
        assert (dict(first.facts), first.because, first.tried, first.inner) == ({"b": True, "i": 0}, None, (), None)
        assert (second.arrow, second.to, second.line) == ("end.else", "no", first.line + 2)

    @pytest.mark.parametrize(
        ("facts", "arrow", "read"),
        [
            ({"kind": "dm"}, "q.dm", ["kind"]),
            ({"kind": "group"}, "q.group", ["kind"]),
            ({"kind": "channel"}, "q.else", ["kind"]),
        ],
    )
    def test_switch(self, facts: Mapping[str, Value], arrow: str, read: list[str]) -> None:
        """A switch takes the way of the value met, also where several values share a case."""
        [step] = passage(rules_of(chart('q: {switch: kind, cases: {dm | group: "yes"}, else: "no"}')), facts).steps

        assert (step.kind, step.arrow, list(step.facts)) == ("switch", arrow, read)

    @pytest.mark.parametrize(
        ("facts", "arrow", "read"),
        [
            ({"b": True, "c": True}, "q.1", ["b"]),
            ({"c": True}, "q.late", ["b", "c"]),
            ({}, "q.else", ["b", "c"]),
        ],
    )
    def test_first(self, facts: Mapping[str, Value], arrow: str, read: list[str]) -> None:
        """The first row that holds is taken, and no further one is read."""
        text = chart('q: {first: [{if: b, to: "yes"}, {if: c, to: hold, name: late}], else: "no"}')
        [step] = passage(rules_of(text), facts).steps

        assert (step.kind, step.arrow, list(step.facts)) == ("first", arrow, read)

    def test_never_change(self) -> None:
        """A step is like one that anybody would make of the same parts, and no part of it can be set."""
        [step] = passage(rules_of(chart("q: {if: b, then: hold}", top='otherwise: "no"\n'))).steps

        assert type(step) is Step
        assert step == replace(step)
        with pytest.raises(FrozenInstanceError):
            step.answer = "no"  # type: ignore[misc]


class TestFanOut:
    def test_the_first_that_does_not_refuse(self) -> None:
        """The branch that won continues the path, and those before it were tried in vain."""
        found = passage(rules_of(chart(FAN_OUT)), {"c": True})

        assert (arrows(found), found.outcome) == (["q.second", "second.then"], "yes")
        [tried] = found.steps[0].tried
        assert (tried.arrow, tried.outcome, [step.arrow for step in tried.steps]) == ("q.first", "no", ["first.else"])

    def test_later_is_no_refusal(self) -> None:
        """A branch that holds the notification is the result."""
        found = passage(rules_of(chart(FAN_OUT)), {"i": 1})

        assert (arrows(found), found.outcome) == (["q.third", "third.1"], "hold")
        assert [branch.arrow for branch in found.steps[0].tried] == ["q.first", "q.second"]

    def test_all_refuse(self) -> None:
        """When all refuse, it goes on at `else`, with every branch tried."""
        found = passage(rules_of(chart(FAN_OUT)))

        assert (arrows(found), found.outcome, found.because) == (["q.else"], "no", "nothing in it")
        assert [branch.arrow for branch in found.steps[0].tried] == ["q.first", "q.second", "q.third"]

    def test_nested(self) -> None:
        """A fan-out on a branch is a step like any other."""
        found = passage(rules_of(chart(FAN_OUT)), {"i": 2})

        assert arrows(found) == ["q.third", "third.2", "inner.last", "last.then"]
        assert [branch.arrow for branch in found.steps[2].tried] == ["inner.second"]

    def test_shared(self) -> None:
        """A node means the same on whichever branch it is reached; a fan-out that refused is not tried again."""
        flow = 'q: {any: [one, two], else: "no"}\none: {any: [end], else: "no"}\ntwo: {if: b, then: one, else: "no"}\n'
        found = passage(rules_of(chart(flow + 'end: {if: c, then: "yes", else: "no"}')), {"b": True})

        assert arrows(found) == ["q.else"]
        assert [(one.arrow, one.outcome) for one in found.steps[0].tried] == [("q.one", "no"), ("q.two", "no")]


class TestBecause:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"b": True, "c": True}, "second"),
            ({"b": True}, "no is no"),
            ({"i": 2}, "last"),
            ({}, "nothing in it"),
        ],
    )
    def test_the_last_on_the_path(self, facts: Mapping[str, Value], expected: str) -> None:
        """In force are the last words on the deciding path, not of branches tried in vain, else the outcome's own."""
        text = chart(WORDS).replace('"no": {notify: false}', '"no": {notify: false, because: no is no}')

        assert passage(rules_of(text), facts).because == expected

    def test_none(self) -> None:
        """Where nobody says why, there are no words."""
        assert passage(rules_of(chart('q: {if: b, then: "yes", else: "no"}'))).because is None

    def test_values(self) -> None:
        """Values stand in the words in their input form; doubled braces are braces."""
        because = '"{b} {i} {t} {kind} {at} {now - at} {{{i}}}"'
        text = chart(f'q: {{if: b, then: {{to: "yes", because: {because}}}, else: "no"}}')

        assert passage(rules_of(text), {"b": True, "t": "x"}).because == "yes 0 x dm 2026-11-23T21:00:00Z 1h {0}"


ENDS = "{notified: 'for {i}', held | refused: 'not for {i}'}"
BY_END = f"""
q: {{if: b, then: {{to: end, because: plain}}, else: {{to: end, because: {ENDS}}}}}
end: {{if: c, then: "yes", else: last}}
last: {{if: i > 1, then: hold, else: {{to: "no", because: {{notified: never heard}}}}}}
"""


class TestBecauseByEnd:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"b": True}, "plain"),
            ({"c": True}, "for 0"),
            ({"i": 2}, "not for 2"),
            ({}, "not for 0"),
        ],
    )
    def test_texts_speak_for_their_ends_only(self, facts: Mapping[str, Value], expected: str) -> None:
        """In force are the last words on the path that speak for the end; a plain text speaks for every end."""
        assert passage(rules_of(chart(BY_END)), facts).because == expected

    def test_a_step_tells_what_its_arrow_says_of_the_end(self) -> None:
        """A text for another end is not told."""
        assert [step.because for step in passage(rules_of(chart(BY_END))).steps] == ["not for 0", None, None]

    @pytest.mark.parametrize(
        ("because", "code", "underlined"),
        [
            ("{notified: a, sent: b}", "unknown-key", "sent"),
            ("{notfied: a}", "unknown-key", "notfied"),
            ("{notified: a, held | notified: b}", "duplicate-key", "held | notified"),
            ("{notified: [a]}", "wrong-shape", "[a]"),
            ("{sent: a}", "wrong-shape", "{sent: a}"),
            ('{held: "{nothing}"}', "unknown-fact", "nothing"),
        ],
    )
    def test_what_is_no_reason(self, because: str, code: str, underlined: str) -> None:
        """Each kind of end is named once, and has a text."""
        found = told(chart(f'q: {{if: b, then: {{to: "yes", because: {because}}}, else: "no"}}'))

        assert [(one[0], one[1]) for one in found] == [(code, underlined)]

    def test_an_outcome_that_says_notify_has_one_text(self) -> None:
        """Only an outcome of a chart that is made to be called may depend on the end of its caller."""
        outcomes = '  "yes": {notify: true, because: {notified: a}}\n  "no": {notify: false}\n'
        found = told(chart('q: {if: b, then: "yes", else: "no"}', outcomes="outcomes:\n" + outcomes))

        assert [one[0] for one in found] == ["wrong-shape"]


QUIET = (
    HEAD
    + """facts: {b: bool, now: instant}
flow:
  q: {if: b, then: {to: hold, because: it is night}, else: day}
outcomes:
  hold: {notify: later, recheck: 8h}
  day: {because: {notified: by day, refused: not even by day}}
"""
)
LOUD = (
    HEAD
    + """facts: {c: bool}
flow:
  q: {if: c, then: "yes", else: "no"}
outcomes:
  "yes": {notify: true, because: loud}
  "no": {notify: false, because: too quiet}
"""
)
MORNING = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


class TestCalledForAnEnd:
    @pytest.mark.parametrize(
        ("facts", "end", "expected", "recheck"),
        [
            # The outcome itself says why.
            ({"b": True}, "{notify: true, because: sent after all}", "sent after all", None),
            ({"b": True}, "{notify: later}", "it is night", MORNING),
            ({"b": True}, "{notify: false}", "too quiet", None),
            ({"b": True, "c": True}, "{notify: true}", "loud", None),
            ({"c": True}, "{notify: false}", "not even by day", None),
            ({}, "{notify: true}", "by day", None),
            ({}, "{notify: later}", None, None),
        ],
    )
    def test_a_called_chart_speaks_for_ends_of_its_own_kind(
        self, facts: Mapping[str, Value], end: str, expected: str | None, recheck: datetime | None
    ) -> None:
        """Words and recheck of another kind of end count for nothing; without `notify` they count for any."""
        flow = "q: {call: quiet.yaml, cases: {hold: then, day: then}}\n"
        flow += 'then: {call: loud.yaml, cases: {"yes": end, "no": end}}\n'
        text = chart(flow, outcomes=f"outcomes:\n  end: {end}\n")
        decision = rules_of(text, quiet=QUIET, loud=LOUD).should_notify(facts)

        assert (decision.because, decision.recheck_at) == (expected, recheck)

    def test_reasons_name_the_arrow_of_each_chart(self) -> None:
        """The reason is that of the file asked; the reasons go on into the chart whose answer it was."""
        flow = 'q: {call: quiet.yaml, cases: {hold: hold, day: "no"}}'
        decision = rules_of(chart(flow), quiet=QUIET).should_notify({"b": True})

        assert decision.reasons == ("q.hold", "q.then")
        assert decision.to_dict()["reasons"] == ["q.hold", "q.then"]


ASKED = (
    HEAD
    + """facts: {b: bool, size: int = 3, now: instant}
flow:
  first: {if: b, then: {to: ja, because: "size {size}"}, else: second}
  second: {if: size > 3, then: ja, else: nein}
outcomes:
  ja: {recheck: 15m}
  nein: {because: too small}
"""
)
CALLS = """
q: {call: asked.yaml, with: {size: i + 1}, cases: {ja: then, nein: {to: "no", because: "asked {i}"}}}
then: {if: c, then: "yes", else: hold}
"""


class TestCalls:
    def test_steps_nest(self) -> None:
        """The way through a called chart is one step, which holds its steps."""
        found = passage(rules_of(chart(CALLS), asked=ASKED), {"i": 5, "c": True})
        inner = found.steps[0].inner
        assert inner is not None

        assert arrows(found) == ["q.ja", "then.then"]
        assert (arrows(inner), inner.outcome) == (["first.else", "second.then"], "ja")
        assert dict(inner.steps[1].facts) == {"size": 6}

    @pytest.mark.parametrize(("size", "answer"), [(5, "ja"), (1, "nein")])
    def test_answers_by_the_outcome_met(self, size: int, answer: str) -> None:
        """A call answers with the outcome that was met, also where several share its `else`."""
        text = chart('q: {call: asked.yaml, with: {size: i}, cases: {}, else: "yes"}')

        assert passage(rules_of(text, asked=ASKED), {"i": size}).steps[0].answer == answer

    def test_reads_what_was_tried_in_vain(self) -> None:
        """What a called chart read in a branch that refused was read to answer the call."""
        text = chart('q: {call: asked.yaml, with: {size: i}, cases: {ja: "yes", nein: "no"}}')
        tried = "flow:\n  tried: {any: [first], else: nein}\n  first: {if: b and size > 3, then: ja, else: nein}\n"
        asked = ASKED.partition("flow:")[0] + tried + "outcomes: {ja: {}, nein: {notify: false}}\n"
        [step] = passage(rules_of(text, asked=asked), {"b": True, "i": 2}).steps

        assert dict(step.facts) == {"b": True, "i": 2}

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [({"b": True}, "size 1"), ({"i": 9}, None), ({"i": 1}, "asked 1")],
    )
    def test_its_words_count_as_one(self, facts: Mapping[str, Value], expected: str | None) -> None:
        """What a called chart says counts as the call's words, unless the arrow leaving it has words of its own."""
        assert passage(rules_of(chart(CALLS), asked=ASKED), facts).because == expected

    @pytest.mark.parametrize(
        ("own", "expected"),
        [
            ("", datetime(2026, 11, 23, 22, 15, tzinfo=UTC)),
            (", recheck: null", None),
            (", recheck: at", datetime(2026, 11, 23, 21, 0, tzinfo=UTC)),
        ],
    )
    def test_its_recheck(self, own: str, expected: datetime | None) -> None:
        """When a called chart says to ask again holds, unless the caller's outcome says something, be it nothing."""
        text = chart(CALLS).replace("hold: {notify: later}", f"hold: {{notify: later{own}}}")
        rules = rules_of(text, asked=ASKED)
        facts = rules.facts({"b": True})

        assert recheck_of(rules.graph, walk(rules.graph, facts), facts) == expected


class TestData:
    def test_values_and_conditions(self) -> None:
        """A decision carries literals, computed values and defaults."""
        top = "data:\n  via: list of text = []\n  n: int | null = 3\n  wait: duration = 15m\n"
        text = chart('q: {if: b, then: "yes", else: "no"}', top=top)
        text = text.replace("{notify: true}", "{notify: true, data: {via: [push], n: {expr: i + 1}}}")
        rules = rules_of(text)

        assert data_of(rules.graph.outcomes["yes"], rules.facts({"i": 4}))["n"] == 5
        assert rules.should_notify({"b": True, "i": 4}).data["via"] == ("push",)
        assert dict(rules.should_notify({}).data)["n"] == 3

    @pytest.mark.parametrize(
        ("recheck", "expected"),
        [
            ("15m", datetime(2026, 11, 23, 22, 15, tzinfo=UTC)),
            ("-15m", datetime(2026, 11, 23, 21, 45, tzinfo=UTC)),
            ("at", datetime(2026, 11, 23, 21, 0, tzinfo=UTC)),
            ("maybe_at", None),
            ("null", None),
            ("maybe_at ?? now + 1h", datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
        ],
    )
    def test_recheck(self, recheck: str, expected: datetime | None) -> None:
        """When to ask again is an instant, or a duration counted from the fact `now`."""
        text = chart('q: {if: b, then: "yes", else: hold}').replace(
            "hold: {notify: later}", f"hold: {{notify: later, recheck: {recheck}}}"
        )
        decision = rules_of(text).should_notify({})

        assert (decision.later, decision.recheck_at) == (True, expected)
