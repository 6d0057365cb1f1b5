"""Keep a decision in a log and read it back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.record_reading import MAX_DEPTH
from notifyrules.graph.model import Notify
from tests.records import full_record, records


def written() -> dict[str, Any]:
    """Give the full record as a log gives it back."""
    plain: dict[str, Any] = json.loads(json.dumps(full_record().to_dict()))
    return plain


class TestToDict:
    def test_what_a_log_needs_stands_at_the_top(self) -> None:
        """Rules, outcome, reason, facts and steps are found without searching."""
        plain = full_record().to_dict()

        assert plain["rules"] == {
            "name": "team_chat",
            "title": "Should we send a notification?",
            "path": "rules/team_chat.yaml",
            "digest": "0f3a" * 16,
        }
        assert (plain["outcome"], plain["reason"]) == ("hold", "quiet.held")
        assert plain["because"] == "it is night, and quiet hours are on"
        assert plain["data"] == {"via": ["push", "badge"]}
        assert plain["recheck_at"] == "2026-11-24T07:00:00Z"

    @pytest.mark.parametrize(
        ("notify", "expected"),
        [(Notify.YES, True), (Notify.NO, False), (Notify.LATER, "later"), (Notify.UNSAID, None)],
        ids=str,
    )
    def test_notify_is_called_as_in_a_rule_file(self, notify: Notify, expected: object) -> None:
        """`notify` is true, false or `later`, and null for the outcome of a chart made to be called."""
        assert replace(full_record(), notify=notify).to_dict()["notify"] == expected

    def test_facts_stand_in_their_input_form(self) -> None:
        """The facts of a record are facts that can be decided on again."""
        facts = full_record().to_dict()["facts"]

        assert isinstance(facts, dict)
        assert facts["now"] == "2026-11-23T22:05:00Z"
        assert facts["user.zone"] == "Europe/Berlin"
        assert facts["message.labels"] == ["urgent", "for review"]

    def test_types_are_named_only_where_json_cannot_tell_them(self) -> None:
        """A text that is an instant says so beside it; a bool needs no word."""
        assert full_record().to_dict()["facts_types"] == {"user.zone": "timezone", "now": "instant"}

    def test_a_list_is_written_as_its_items_are(self) -> None:
        """Items that JSON cannot tell are written in their input form, and their type stands beside them."""
        plain = replace(full_record(), facts={"waits": (timedelta(minutes=5),), "none": ()}).to_dict()

        assert (plain["facts"], plain["facts_types"]) == ({"waits": ["5m"], "none": []}, {"waits": "list of duration"})

    def test_a_log_without_such_values_names_no_types(self) -> None:
        """The key is left out where it would be empty."""
        assert "facts_types" not in replace(full_record(), facts={"channel.muted": True}).to_dict()

    def test_branches_and_called_charts_are_kept(self) -> None:
        """What was tried in vain and what happened in a called chart is part of the record."""
        plain = written()

        assert [branch["arrow"] for branch in plain["steps"][2]["tried"]] == ["mentions.dm", "mentions.highlight"]
        assert plain["steps"][4]["inner"]["steps"][0]["facts"]["starts"] == "22:00"


@pytest.mark.slow
class TestRoundTrip:
    @given(records())
    def test_reading_gives_back_what_was_written(self, record: Record) -> None:
        """`from_dict(to_dict())`, through JSON, is the record itself."""
        assert Record.from_dict(json.loads(json.dumps(record.to_dict()))) == record

    def test_times_come_back_as_times(self) -> None:
        """A time of day is not read back as the text it is written as."""
        inner = Record.from_dict(written()).passage.steps[4].inner

        assert inner == full_record().passage.steps[4].inner


def _without(*path: str | int) -> Callable[[dict[str, Any]], None]:
    """Give a change that removes one part."""

    def change(plain: dict[str, Any]) -> None:
        part: Any = plain
        for key in path[:-1]:
            part = part[key]
        del part[path[-1]]

    return change


def _with(value: object, *path: str | int) -> Callable[[dict[str, Any]], None]:
    """Give a change that puts a value in a place."""

    def change(plain: dict[str, Any]) -> None:
        part: Any = plain
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value

    return change


class TestMalformedRecords:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (_without("steps"), "`steps` is missing"),
            (_with([], "steps"), "`steps` is empty"),
            (_with({}, "steps"), "`steps` is a mapping, not a list"),
            (_without("steps", 1, "answer"), "`steps[1].answer` is missing"),
            (_with(7, "steps", 0, "node"), "`steps[0].node` is the number 7, not text"),
            (_with("loop", "steps", 0, "kind"), '`steps[0].kind` is the text "loop", not one of `if`, `switch`'),
            (_with(-1, "steps", 0, "line"), "`steps[0].line` is the number -1, not a count"),
            (_with(bool(1), "steps", 0, "line"), "`steps[0].line` is true, not a count"),
            (_with("x", "steps", 2, "tried", 1, "steps"), '`steps[2].tried[1].steps` is the text "x", not a list'),
            (_without("steps", 4, "inner", "chart"), "`steps[4].inner.chart` is missing"),
            (_with("slack", "rules"), '`rules` is the text "slack", not a mapping'),
            (_with(1, "notify"), "`notify` is the number 1, not one of `true`, `false`, `later`, `null`"),
            (_with("perhaps", "notify"), '`notify` is the text "perhaps", not one of'),
            (_with("yesterday", "recheck_at"), '`recheck_at` is the text "yesterday", not an instant'),
            (
                _with(1.5, "facts", "channel.muted"),
                "`facts.channel.muted` is the number 1.5, not a value of the language",
            ),
            (_with([[1]], "facts", "x"), "`facts.x` is a list, not a value of the language"),
            (_with(2**60, "facts", "x"), "`facts.x` is a number of many digits, not an integer within"),
            (_with([1] * 10_001, "facts", "x"), "`facts.x` is a list of 10,001 items"),
            (_with("noon", "facts", "now"), '`facts.now` is the text "noon", not an instant'),
            (_with("moment", "facts_types", "now"), '`facts_types.now` is the text "moment", not a type'),
            (_with("instant", "facts_types", "x"), "`facts_types.x` has no value under `facts`"),
            (_with(1, "stepz"), "`stepz` is not a key of records"),
            (_with(1, "steps", 0, "\x1b[2J"), "`steps[0].'\\x1b[2J'` is not a key of records"),
            (_with("\ud800", "outcome"), "`outcome` holds a character that is not valid Unicode"),
            (_with([], "facts"), "`facts` is a list, not a mapping"),
        ],
        ids=lambda value: value[:40] if isinstance(value, str) else "",
    )
    def test_what_is_wrong_is_named_with_its_place(
        self, change: Callable[[dict[str, Any]], None], message: str
    ) -> None:
        """A record that was cut short or forged is refused, and the message says where it is wrong."""
        plain = written()
        change(plain)

        with pytest.raises(UsageError) as caught:
            Record.from_dict(plain)
        assert message in caught.value.message

    @pytest.mark.parametrize("other", [[], "record", None, 5, {}, {"notifyrules-record": True}], ids=repr)
    def test_something_else_is_no_record(self, other: Any) -> None:  # noqa: ANN401 - whatever a log holds
        """Plain data of another shape is refused at once."""
        with pytest.raises(UsageError, match="this is no record of a decision"):
            Record.from_dict(other)

    def test_a_misspelt_key_is_recognised(self) -> None:
        """The nearest key of records is offered."""
        with pytest.raises(UsageError) as caught:
            Record.from_dict(written() | {"outcomes": "yes"})

        assert caught.value.help == "did you mean `outcome`?"

    def test_a_later_version_is_refused_by_its_number(self) -> None:
        """Keys of a later version are not called unknown: the version is looked at first."""
        with pytest.raises(UsageError, match="written in version 2 of its form"):
            Record.from_dict(written() | {"notifyrules-record": 2, "novelty": 1})

    def test_nesting_without_end_is_refused(self) -> None:
        """A forged record cannot exhaust the stack."""
        plain = written()
        part = plain
        for _ in range(MAX_DEPTH + 1):
            deeper = written()["steps"][0]
            part["steps"] = [{**deeper, "tried": [{"arrow": "a.b", "outcome": "no", "steps": []}]}]
            part = part["steps"][0]["tried"][0]

        with pytest.raises(UsageError, match=f"nests more than {MAX_DEPTH} levels deep"):
            Record.from_dict(plain)

    @given(st.data())
    def test_any_damage_is_a_usage_error(self, data: st.DataObject) -> None:
        """Whatever value stands in whatever place, reading either works or says what is wrong."""
        plain = written()
        part: Any = plain
        while True:
            key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
            if not isinstance(part[key], (dict, list)) or not part[key] or data.draw(st.booleans()):
                break
            part = part[key]
        part[key] = data.draw(
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
                max_leaves=4,
            )
        )

        with contextlib.suppress(UsageError):
            Record.from_dict(plain)
