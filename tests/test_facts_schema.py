"""Claims about the JSON Schema of facts: a validator that knows only the schema takes what the rules take."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifyrules import FactsError, Rules, load, strategies
from notifyrules.language.types import MAX_DURATION, MAX_INSTANT, MIN_INSTANT
from notifyrules.language.values import to_plain
from notifyrules.shipped import shipped_names
from tests.charts import rules_of

RULES = """\
notifyrules: 1
allow: {unused-fact: only their types matter}
facts:
  b: bool = false
  day: date = 2026-11-28
  at: instant = 2026-11-23T21:00:00Z
  maybe_at: instant | null = null
  times: list of instant = []
  wall: time = 22:00
  long: duration = 1h
flow: {q: {if: b, then: "yes", else: "no"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules with a fact of each type that has to do with time."""
    return rules_of(RULES)


@pytest.fixture(scope="module", params=shipped_names())
def shipped(request: pytest.FixtureRequest) -> tuple[Rules, jsonschema.Draft202012Validator]:
    """Load the rules that come with the package, each with a validator of its facts."""
    rules = load(request.param)
    return rules, jsonschema.Draft202012Validator(rules.facts_schema())


@pytest.fixture(scope="module")
def validator(rules: Rules) -> jsonschema.Draft202012Validator:
    """Make a validator of the facts, which knows nothing of formats, as most do not."""
    return jsonschema.Draft202012Validator(rules.facts_schema())


def read(rules: Rules, facts: dict[str, object]) -> bool:
    """Tell whether the rules take facts."""
    try:
        rules.facts(facts)
    except FactsError:
        return False
    return True


class TestNamedTypes:
    RULES = """\
notifyrules: 1
allow: {unused-fact: only their types matter, unused-type: one is left out}
types:
  level: {type: low | high, ordered: true, about: how loud}
  tags: list of host
  host: text
  limit: int | null
  more: level
  unused: bool
facts: {b: bool = false, x: more | null, y: tags, z: limit, u: level | none, list: list of level}
flow: {q: {if: b, then: "yes", else: "no"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""

    def test_they_are_defined_once(self) -> None:
        """A named type that facts are of, or are made of, is a definition; what is written out stands in its place."""
        schema = rules_of(self.RULES).facts_schema()

        assert sorted(schema["$defs"]) == ["host", "level", "limit", "more", "tags"]
        assert schema["$defs"]["level"] == {"enum": ["low", "high"], "description": "how loud"}
        assert schema["$defs"]["more"] == {"$ref": "#/$defs/level"}
        assert schema["$defs"]["tags"]["items"] == {"$ref": "#/$defs/host"}
        assert schema["properties"]["x"] == {"anyOf": [{"$ref": "#/$defs/more"}, {"type": "null"}]}
        assert schema["properties"]["z"] == {"$ref": "#/$defs/limit"}
        assert schema["properties"]["u"] == {"enum": ["low", "high", "none"]}
        assert schema["properties"]["list"]["items"] == {"$ref": "#/$defs/level"}

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"x": "mid"},
            {"x": None},
            {"y": [1]},
            {"z": None},
            {"z": "1"},
            {"u": "none"},
            {"u": None},
            {"list": [""]},
        ],
        ids=str,
    )
    def test_they_hold_what_the_rules_take(self, changed: dict[str, object]) -> None:
        """A validator takes a value of a named type if the rules do."""
        rules = rules_of(self.RULES)
        facts = {"x": "low", "y": ["a"], "z": 1, "u": "high", "list": ["low"], **changed}

        assert jsonschema.Draft202012Validator(rules.facts_schema()).is_valid(facts) is read(rules, facts)


class TestInstants:
    @pytest.mark.parametrize(
        ("text", "taken"),
        [
            ("1970-01-01T00:00:00Z", True),
            ("1970-01-01t00:00:00z", True),
            ("1970-01-01 00:00:00+00:00", True),
            ("1969-12-31T23:59:59Z", False),
            ("1969-12-31T23:00:00-01:00", True),
            ("1969-12-30T23:00:00-23:59", False),
            ("1969-01-01T00:00:00Z", False),
            ("0001-01-01T00:00:00Z", False),
            ("2026-11-23T22:00:00+01:00", True),
            ("2026-11-23T22:00:00.123456Z", True),
            ("2026-11-23T22:00:00.123456000Z", True),
            ("2026-11-23T22:00:00.1234567Z", False),
            ("2026-11-23T22:00:00", False),
            ("2026-11-23T22:00Z", False),
            ("2026-11-23", False),
            ("2026-13-23T22:00:00Z", False),
            ("2026-11-32T22:00:00Z", False),
            ("2026-11-23T24:00:00Z", False),
            ("2026-11-23T22:00:60Z", False),
            ("2026-11-23T22:00:00+24:00", False),
            ("2026-11-23T22:00:00+0100", False),
            ("2099-12-31T23:59:59Z", True),
            ("2100-01-01T00:00:00Z", True),
            ("2199-12-31T23:59:59.999999Z", True),
            ("2200-01-01T00:00:00Z", True),
            ("2200-01-01T00:00:00.000Z", True),
            ("2200-01-01T00:00:00-00:00", True),
            ("2200-01-01T00:00:00.000001Z", False),
            ("2200-01-01T00:00:01Z", False),
            ("2200-01-01T01:00:00+01:00", True),
            ("2200-01-02T00:00:00Z", False),
            ("2201-01-01T00:00:00Z", False),
            ("9999-12-31T23:59:59Z", False),
            ("tomorrow", False),
            ("", False),
        ],
    )
    @pytest.mark.parametrize("name", ["at", "maybe_at", "times"])
    def test_are_bounded(
        self, rules: Rules, validator: jsonschema.Draft202012Validator, name: str, text: str, *, taken: bool
    ) -> None:
        """The schema knows the range of instants, and the form that they have."""
        facts: dict[str, object] = {name: [text] if name == "times" else text}

        assert (validator.is_valid(facts), read(rules, facts)) == (taken, taken)

    @given(
        moment=st.datetimes(datetime(1969, 12, 28), datetime(2200, 1, 4)),  # noqa: DTZ001 - the offset is drawn
        minutes=st.integers(-1439, 1439),
    )
    @example(moment=datetime(1970, 1, 1), minutes=0)  # noqa: DTZ001
    @example(moment=datetime(2200, 1, 1), minutes=0)  # noqa: DTZ001
    def test_of_any_offset_are_taken(
        self, rules: Rules, validator: jsonschema.Draft202012Validator, moment: datetime, minutes: int
    ) -> None:
        """Nothing that the rules take is invalid; nothing is valid that lies more than a day outside of the range."""
        instant = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        text = instant.isoformat()
        taken, valid = read(rules, {"at": text}), validator.is_valid({"at": text})
        outside = max(MIN_INSTANT - instant, instant - MAX_INSTANT)

        assert valid or not taken
        assert abs(outside) < timedelta(1) or valid == taken


class TestDates:
    @pytest.mark.parametrize(
        ("text", "taken"),
        [
            ("1969-12-31", True),
            ("1969-12-30", False),
            ("2200-01-01", True),
            ("2200-01-02", False),
            ("2028-02-29", True),
            ("2026-13-01", False),
            ("2026-1-5", False),
            ("2026-11-28T00:00:00Z", False),
        ],
    )
    def test_are_bounded(
        self, rules: Rules, validator: jsonschema.Draft202012Validator, text: str, *, taken: bool
    ) -> None:
        """The schema takes the days that the rules take."""
        assert (validator.is_valid({"day": text}), read(rules, {"day": text})) == (taken, taken)


class TestDurations:
    @pytest.mark.parametrize(
        ("text", "taken"),
        [
            ("2h30m", True),
            ("-2h30m", True),
            ("0s", True),
            ("007d", True),
            ("3653d", True),
            ("-3653d", True),
            ("3654d", False),
            ("-4000d", False),
            ("521w", True),
            ("522w", False),
            ("87672h", True),
            ("87673h", False),
            ("5260320m", True),
            ("5260321m", False),
            ("315619200s", True),
            ("315619201s", False),
            ("315619200000ms", True),
            ("315619200001ms", False),
            ("315619200000000us", True),
            ("315619200000001us", False),
            ("", False),
            ("-", False),
            ("90", False),
            ("1.5h", False),
            ("30m1h", False),
        ],
    )
    def test_are_bounded(
        self, rules: Rules, validator: jsonschema.Draft202012Validator, text: str, *, taken: bool
    ) -> None:
        """No unit alone leads out of the range."""
        assert (validator.is_valid({"long": text}), read(rules, {"long": text})) == (taken, taken)

    @given(length=st.timedeltas(-MAX_DURATION, MAX_DURATION))
    def test_that_are_taken_are_valid(self, validator: jsonschema.Draft202012Validator, length: timedelta) -> None:
        """In the form in which the rules themselves write them."""
        assert validator.is_valid({"long": to_plain(length)})


class TestFacts:
    @pytest.mark.slow
    @given(data=st.data())
    @settings(max_examples=10)
    def test_that_are_taken_are_valid(
        self, shipped: tuple[Rules, jsonschema.Draft202012Validator], data: st.DataObject
    ) -> None:
        """Facts that the shipped rules take are valid by the schema, nested as it describes them."""
        rules, validator = shipped
        nested: dict[str, object] = {}
        for path, value in data.draw(strategies.facts(rules)).items():
            *groups, last = path.split(".")
            holder: dict[str, object] = nested
            for group in groups:
                holder = holder.setdefault(group, {})  # type: ignore[assignment]
            holder[last] = value

        validator.validate(json.loads(json.dumps(nested)))
