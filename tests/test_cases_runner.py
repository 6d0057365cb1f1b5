"""Run cases: what is compared, what a failure tells, which cases are chosen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules import strategies
from notifyrules.cases.divergence import diverged
from notifyrules.cases.model import Case
from notifyrules.cases.reading import read_suite
from notifyrules.cases.runner import Failure, Result, Selection, Status, run
from notifyrules.rules import Rules, load, new_charts
from tests.suites import CHAT, case, read, results

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
MENTIONED = "given: {message.kind: group, message.mentioned: [ada]}"


def failure(result: Result) -> Failure:
    """Take a result for a failure."""
    assert result.failure is not None

    return result.failure


def differences(folder: Path, expect: str, given_facts: str = MENTIONED) -> list[tuple[str, object, object]]:
    """Run one case and tell how it differs."""
    [result] = results(folder, f"  - {{name: x, {given_facts}, expect: {expect}}}\n")
    return (
        [] if result.failure is None else [(one.what, one.expected, one.actual) for one in result.failure.differences]
    )


class TestCompared:
    @pytest.mark.parametrize(
        "expect",
        [
            '"yes"',
            '{outcome: "yes"}',
            "{notify: true}",
            "{reason: mention.then}",
            "{because: you were mentioned}",
            "{data: {via: [push]}}",
            "{through: [muted, worth_it, mention]}",
            "{through: [mention]}",
            '{outcome: "yes", notify: true, reason: mention.then, because: you were mentioned, data: {via: [push]}}',
        ],
    )
    def test_what_is_as_expected_passes(self, tmp_path: Path, expect: str) -> None:
        """Only what the case names is compared."""
        assert differences(tmp_path, expect) == []

    @pytest.mark.parametrize(
        ("expect", "expected"),
        [
            ('"no"', [("outcome", "no", "yes")]),
            ("{notify: false}", [("notify", False, True)]),
            ("{notify: later}", [("notify", "later", True)]),
            ("{reason: kind.dm}", [("reason", "kind.dm", "mention.then")]),
            ("{because: you are Ada}", [("because", "you are Ada", "you were mentioned")]),
            ("{data: {via: [email]}}", [("data.via", ("email",), ("push",))]),
            (
                "{through: [worth_it, thread]}",
                [("through", ("worth_it", "thread"), ("muted", "kind", "worth_it", "mention"))],
            ),
            (
                '{outcome: "no", reason: worth_it.else}',
                [("outcome", "no", "yes"), ("reason", "worth_it.else", "mention.then")],
            ),
        ],
    )
    def test_what_differs_is_told(
        self, tmp_path: Path, expect: str, expected: list[tuple[str, object, object]]
    ) -> None:
        """Everything that differs, in one go."""
        assert differences(tmp_path, expect) == expected

    @pytest.mark.parametrize(
        ("kind", "expect", "expected"),
        [
            ("group", "{recheck: 2026-11-23T11:00:00+01:00}", []),
            ("group", "{outcome: held, recheck: 2026-11-23T10:00:00Z}", []),
            ("dm", "{recheck: null}", []),
            ("group", "{recheck: null}", [("recheck", None, AT)]),
            ("dm", "{recheck: 2026-11-23T10:00:00Z}", [("recheck", AT, None)]),
            ("group", "{recheck: 2026-11-23T10:00:00.000001Z}", [("recheck", AT + timedelta(microseconds=1), AT)]),
        ],
    )
    def test_when_to_ask_again_is_compared(
        self, tmp_path: Path, kind: str, expect: str, expected: list[tuple[str, object, object]]
    ) -> None:
        """The instant, whatever zone it is written in; null where there is nothing to say."""
        rules = CHAT.replace("held: {notify: later}", "held: {notify: later, recheck: message.at}")
        thread = "message.in_thread: true, user.follows_thread: true"
        text = f"  - {{name: x, given: {{message.kind: {kind}, {thread}}}, expect: {expect}}}\n"

        [result] = results(tmp_path, text, rules=rules)
        differing = () if result.failure is None else result.failure.differences
        assert [(one.what, one.expected, one.actual) for one in differing] == expected

    def test_a_refusal_is_not_waiting(self, tmp_path: Path) -> None:
        """`notify: false` means a refusal, which `later` is not."""
        held = "given: {message.kind: group, message.in_thread: true, user.follows_thread: true}"

        assert differences(tmp_path, "{notify: false}", held) == [("notify", False, "later")]
        assert differences(tmp_path, "{notify: later}", held) == []

    def test_a_chart_that_is_made_to_be_called_can_be_tested(self, tmp_path: Path) -> None:
        """Its outcomes do not say `notify`, and a case expects an outcome of it all the same."""
        rules = "notifyrules: 1\nfacts: {a: bool}\nflow: {q: {if: a, then: x, else: y}}\noutcomes: {x: {}, y: {}}\n"

        [passed, failed] = results(tmp_path, "  - {name: x, each: {a: [true, false]}, expect: x}\n", rules=rules)

        assert (passed.status, failed.status) == (Status.PASSED, Status.FAILED)

    def test_a_skipped_case_is_not_run(self, tmp_path: Path) -> None:
        """It would fail, and does not."""
        [result] = results(tmp_path, f'  - {{name: x, {MENTIONED}, expect: "no", skip: not decided yet}}\n')

        assert result.status is Status.SKIPPED

    @pytest.mark.parametrize("name", ["slack", "zulip", "matrix", "mattermost_push"])
    @pytest.mark.slow
    def test_what_was_decided_passes_and_anything_else_fails(self, name: str) -> None:
        """A case that expects exactly what is decided passes; one that expects another reason of the chart fails."""
        rules, template = load(name), _template(name)
        reasons = sorted(template.chart.ways.ends)

        @given(strategies.facts(rules), st.sampled_from(reasons))
        def holds(facts: dict[str, object], reason: str) -> None:
            decision = rules.should_notify(facts)
            path = tuple(step.node for step in decision.steps)
            expected = _expecting(template, rules, facts, decision.outcome, decision.reason, path)

            assert run(expected).status is Status.PASSED
            other = _expecting(template, rules, facts, None, reason, ())
            assert (run(other).status is Status.PASSED) == (reason == decision.reason)

        holds()


def _template(name: str) -> Case:
    """Take some case about a shipped chart."""
    from notifyrules.document.files import Place  # noqa: PLC0415 - only this needs a place
    from notifyrules.shipped import shipped_root  # noqa: PLC0415

    path = shipped_root() / f"{name}.cases.yaml"
    return case(next(iter(read_suite(Place(path.resolve(), str(path), path.parent.resolve()), new_charts()))))


def _expecting(  # noqa: PLR0917 - the parts of a case
    template: Case, rules: Rules, facts: dict[str, object], outcome: str | None, reason: str, path: tuple[str, ...]
) -> Case:
    """Make a case that expects something."""
    from dataclasses import replace  # noqa: PLC0415

    expect = replace(
        template.expect, outcome=outcome, notify=None, reason=reason, because=None, data={}, through=path, recheck=None
    )
    return replace(template, facts=template.chart.reader.make(rules.facts(facts)), expect=expect)


class TestDivergence:
    @pytest.mark.parametrize(
        ("given_facts", "expect", "node"),
        [
            ("{message.kind: dm, channel.muted: true}", '"yes"', "muted"),
            ("{message.kind: dm}", "held", "kind"),
            ("{message.kind: group}", "held", "worth_it"),
            ("{message.kind: group, message.mentioned: [ada]}", "held", "worth_it"),
            (
                "{message.kind: group, message.in_thread: true, user.follows_thread: true}",
                "{reason: mention.then}",
                "worth_it",
            ),
            ("{message.kind: group, message.in_thread: true, user.follows_thread: true}", '"no"', "worth_it"),
            ("{message.kind: dm}", "{through: [worth_it]}", "kind"),
            ("{message.kind: group}", "{through: [worth_it, mention]}", "worth_it"),
            ("{message.kind: dm}", "{data: {via: []}}", "kind"),
            ("{message.kind: dm}", "{because: you muted ada}", "muted"),
            ("{message.kind: dm}", "{because: you were mentioned}", "kind"),
            ("{message.kind: dm}", "{because: nobody says this}", None),
            ("{message.kind: dm}", "{data: {via: [fax]}}", None),
        ],
    )
    def test_the_last_node_that_leads_to_what_was_expected(
        self, tmp_path: Path, given_facts: str, expect: str, node: str | None
    ) -> None:
        """By the arrows alone; inside a branch of a fan-out, a refusal is nothing to arrive at."""
        [result] = results(tmp_path, f"  - {{name: x, given: {given_facts}, expect: {expect}}}\n")

        step = diverged(case(result.case), failure(result)).step
        assert (None if step is None else step.node) == node

    def test_the_right_arrow_with_other_words(self, tmp_path: Path) -> None:
        """An arrow that says it for other facts is told to be the right one."""
        [result] = results(
            tmp_path,
            "  - {name: x, given: {message.kind: dm, channel.muted: true}, expect: {because: you muted ada}}\n",
        )

        divergence = diverged(case(result.case), failure(result))
        assert (divergence.step is not None, divergence.arrived) == (True, True)

    @pytest.mark.parametrize(
        ("then", "words", "node", "arrived"),
        [
            pytest.param('{to: b, because: "it is {kind}"}', "it is dm", None, False, id="later words replace them"),
            pytest.param('{to: c, because: "it is {kind}"}', "it is group", "a", True, id="for another value"),
            pytest.param('{to: c, because: "it is {kind}"}', "it is mail", None, False, id="for no value"),
            pytest.param('{to: c, because: "it has {size}"}', "it has 7", "a", True, id="for another number"),
            pytest.param('{to: c, because: "it has {size}"}', "it has no", None, False, id="for no number"),
            pytest.param('{to: c, because: "it is {long}"}', "it is yes", "a", True, id="for the other bool"),
            pytest.param('{to: c, because: "it is {long}"}', "it is long", None, False, id="for no bool"),
            pytest.param(
                '{to: c, because: "it is {kind}"}', "as you like", None, False, id="words before the outcome's"
            ),
            pytest.param("c", "as you wish", None, False, id="the outcome says something else"),
            pytest.param("b", "late", "b", False, id="on another arrow"),
        ],
    )
    def test_words_that_some_facts_give(
        self, tmp_path: Path, then: str, words: str, node: str | None, arrived: object
    ) -> None:
        """Words lead from where some way on ends with them in force, and for values that there are."""
        rules = (
            "notifyrules: 1\nfacts: {kind: dm | group = dm, size: int = 3, long: bool = false}\nflow:\n"
            f"  a: {{if: not long, then: {then}, else: b}}\n"
            "  b: {if: long, then: {to: done, because: late}, else: {to: done, because: early}}\n"
            '  c: {if: size > 5 and kind == "dm", then: done, else: done}\n'
            "outcomes: {done: {notify: true, because: as you like}}\n"
        )
        [result] = results(tmp_path, f"  - {{name: x, expect: {{because: {words}}}}}\n", rules=rules)
        divergence = diverged(case(result.case), failure(result))

        assert (None if divergence.step is None else divergence.step.node, divergence.arrived) == (node, arrived)


class TestSelection:
    CASES = (
        '  - {name: A direct message, given: {message.kind: dm}, tags: [smoke, dm], expect: "yes"}\n'
        "  - {name: a Group, given: {message.kind: group}, tags: [group], expect: {notify: false}}\n"
        "  - {name: a reason, given: {message.kind: group}, expect: {reason: worth_it.else}}\n"
        "  - {name: words, given: {message.kind: dm, channel.muted: true}, expect: {because: you muted this channel}}\n"
        "  - {name: logged, rows: rows.jsonl, tags: [smoke]}\n"
    )
    ROWS = '{"id": "a", "facts": {"message.kind": "dm"}, "expect": "yes"}\n[]\n'

    @pytest.mark.parametrize(
        ("selection", "expected"),
        [
            (Selection(), ["A direct message", "a Group", "a reason", "words", "logged [a]", "logged [line 2]"]),
            (Selection(words=("DIRECT",)), ["A direct message"]),
            (Selection(words=("a ", "group")), ["a Group"]),
            (Selection(words=("[a]",)), ["logged [a]"]),
            (Selection(tags=("smoke",)), ["A direct message", "logged [a]", "logged [line 2]"]),
            (Selection(tags=("group", "dm")), ["A direct message", "a Group"]),
            (Selection(outcomes=("yes",)), ["A direct message", "logged [a]", "logged [line 2]"]),
            (Selection(outcomes=("no",)), ["a Group", "a reason", "logged [line 2]"]),
            (Selection(words=("logged",), outcomes=("held",)), ["logged [line 2]"]),
            (Selection(words=("nothing",)), []),
        ],
    )
    def test_takes_by_name_tag_and_outcome(self, tmp_path: Path, selection: Selection, expected: list[str]) -> None:
        """Words stand in the name whatever the case; a row that cannot be read may expect any outcome."""
        suite = read(tmp_path, self.CASES, rules=CHAT, rows=self.ROWS)

        assert [one.name for one in suite if selection.takes(one)] == expected
