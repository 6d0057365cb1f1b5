"""Claims about what may be in force at the ends of a chart: words for opposite ends, no words, no time to ask again."""

from __future__ import annotations

import pytest

from tests.charts import chart, codes, findings

FACTS = "facts: {a: bool = false, b: bool = false, c: bool = false}\n"
ENDS = """outcomes:
  "yes": {notify: true, because: it is for you}
  hold: {notify: later, because: it can wait}
  "no": {notify: false, because: it is not for you}
"""
SILENT = ENDS.replace("because", "label")
DND = 'dnd: {if: b, then: "no", else: "yes"}'
CALLED = """notifyrules: 1
facts: {a: bool = false}
flow: {x: {if: a, then: here, else: there}}
outcomes: {here: {because: you are here}, there: {}}
"""


def found(flow: str, ends: str = ENDS, **others: str) -> list[str]:
    """Check a flow, and give the codes of what is found; what is not used does not count."""
    return [code for code in codes(chart(flow, facts=FACTS, outcomes=ends), **others) if not code.startswith("un")]


class TestTwoFacedWords:
    @pytest.mark.parametrize(
        ("flow", "warned"),
        [
            (f"q: {{if: a, then: {{to: dnd, because: you were mentioned}}, else: dnd}}\n{DND}", True),
            (f"q: {{if: a, then: {{to: dnd, because: {{notified: you were mentioned}}}}, else: dnd}}\n{DND}", False),
            (f"q: {{if: a, then: {{to: dnd, because: {{notified | refused: so}}}}, else: dnd}}\n{DND}", False),
            (
                'q: {if: a, then: {to: r, because: w}, else: r}\nr: {if: b, then: {to: "no", because: x}, else: "yes"}',
                False,
            ),
            ('q: {if: a, then: {to: r, because: so}, else: "yes"}\nr: {if: b, then: hold, else: "no"}', False),
            ('q: {if: a, then: {to: r, because: so}, else: "no"}\nr: {if: b, then: hold, else: "yes"}', True),
        ],
        ids=["in the middle", "for one end", "a mapping", "other words further on", "both not notified", "held"],
    )
    def test_are_plain_texts_that_speak_on_both_sides(self, flow: str, warned: bool) -> None:  # noqa: FBT001 - a row
        """The person is notified on one way, and not on another, and reads the same."""
        assert found(flow) == ["two-faced-words"] * warned

    def test_may_be_said_in_a_branch_only_if_it_wins(self) -> None:
        """A branch that refuses is no part of the way, and says nothing; what stands at the `else` does."""
        inside = 'r: {if: a, then: {to: s, because: so}, else: "no"}\ns: {if: b, then: "yes", else: "no"}'

        assert found(f'q: {{any: [r], else: "no"}}\n{inside}') == []

    def test_count_where_all_branches_refuse(self) -> None:
        """What was said before a fan-out is said at its `else` as well."""
        flow = f"p: {{if: c, then: q, else: {{to: q, because: so}}}}\nq: {{any: [dnd], else: hold}}\n{DND}"

        assert found(flow) == ["two-faced-words"]

    @pytest.mark.parametrize(
        ("cases", "called", "warned"),
        [
            ('{here: dnd, there: "no"}', CALLED, True),
            ('{here: {to: dnd, because: {notified: so, refused: not so}}, there: "no"}', CALLED, False),
            ('{here: dnd, there: "no"}', CALLED.replace("you are here", "so, notify: false"), False),
            ('{here: "yes", there: "no"}', CALLED, False),
            ('{here: dnd, there: "no"}', CALLED.replace("you are here", "{notified: so}"), False),
        ],
        ids=["for any end", "the caller's own", "of its own kind", "at one end", "a mapping"],
    )
    def test_cross_from_called_charts(self, cases: str, called: str, warned: bool) -> None:  # noqa: FBT001 - a row
        """A called chart that leaves `notify` out speaks for every end, and the caller is told at the call."""
        flow = f"q: {{call: called.yaml, cases: {cases}}}\n{DND}"

        assert found(flow, called=called) == ["two-faced-words"] * warned

    def test_are_told_with_a_way_to_each_end(self) -> None:
        """Two notes name the arrows."""
        flow = f"q: {{if: a, then: {{to: dnd, because: so}}, else: dnd}}\n{DND}"
        one = next(one for one in findings(chart(flow, facts=FACTS, outcomes=ENDS)) if one.help and one.notes)

        assert one.span.text == "so"
        assert one.notes == ("notified by `q.then -> dnd.else -> yes`", "refused by `q.then -> dnd.then -> no`")

    def test_may_be_allowed(self) -> None:
        """Where they are meant, the node says so."""
        flow = f"q: {{if: a, then: {{to: dnd, because: so}}, else: dnd, allow: {{two-faced-words: meant}}}}\n{DND}"

        assert found(flow) == []


class TestNoWords:
    @pytest.mark.parametrize(
        ("flow", "ends", "warned"),
        [
            (DND, SILENT, 0),
            ('q: {if: a, then: {to: "no", because: so}, else: "yes"}', SILENT, 1),
            ('q: {if: a, then: {to: "no", because: so}, else: {to: "yes", because: so}}', SILENT, 0),
            ('q: {if: a, then: {to: "no", because: {notified: so}}, else: "yes"}', SILENT, 2),
            (DND, ENDS, 0),
            ("q: {if: a, then: {to: x, because: so}, else: x}", "outcomes: {x: {}}\n", 0),
        ],
        ids=["a file without words", "one end", "at the arrows", "for another end", "at the ends", "to be called"],
    )
    def test_is_an_end_that_may_say_nothing(self, flow: str, ends: str, warned: int) -> None:
        """In a file that has words, each end has some on every way."""
        assert found(flow, ends) == ["no-words"] * warned

    def test_counts_words_of_called_charts(self) -> None:
        """They speak, and are a use of words."""
        flow = 'q: {call: called.yaml, cases: {here: "no", there: "yes"}}'

        assert found(flow, SILENT, called=CALLED) == ["no-words"]
        assert found(flow, SILENT, called=CALLED.replace("there: {}", "there: {because: so}")) == []


class TestNoRecheck:
    @pytest.mark.parametrize(
        ("facts", "recheck", "warned"),
        [
            ("", "", False),
            ("now: instant = 2026-11-23T22:00:00Z, ", "", True),
            ("now: instant = 2026-11-23T22:00:00Z, ", ", recheck: 15m", False),
            ("now: instant = 2026-11-23T22:00:00Z, ", ", recheck: null", False),
        ],
        ids=["no clock", "not said", "said", "nothing to say"],
    )
    def test_is_an_end_that_holds_and_says_nothing(self, facts: str, recheck: str, warned: bool) -> None:  # noqa: FBT001 - a row
        """Where there is a clock, who holds says when to ask again, or that nobody knows."""
        ends = SILENT.replace("later", f"later{recheck}")
        text = chart('q: {if: a, then: hold, else: "yes"}', facts=FACTS.replace("{", f"{{{facts}", 1), outcomes=ends)

        assert [code for code in codes(text) if not code.startswith("un")] == ["no-recheck"] * warned

    @pytest.mark.parametrize(
        ("here", "there", "warned"),
        [
            ("{recheck: null}", "{recheck: null}", False),
            ("{recheck: null}", "{}", True),
            ("{notify: later, recheck: null}", "{notify: false, recheck: null}", True),
        ],
        ids=["of any kind", "one of them", "of its own kind"],
    )
    def test_counts_called_charts(self, here: str, there: str, warned: bool) -> None:  # noqa: FBT001 - a row
        """What they say counts for ends of their own kind, and makes a file one that uses `recheck`."""
        called = CALLED.replace("{because: you are here}", here).replace("there: {}", f"there: {there}")
        flow = "q: {call: called.yaml, cases: {here: hold, there: hold}}"

        assert found(flow, SILENT, called=called) == ["no-recheck"] * warned
