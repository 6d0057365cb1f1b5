"""Claims about what comes out: plain values of Python's own, which can be sent, kept and compared anywhere."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules import Decision, FactsError, Rules, RulesError, UsageError, load, strategies
from tests.charts import rules_of

ROOT = Path(__file__).parents[1]
PATHS = [
    path
    for folder in (ROOT / "rules", ROOT / "tests" / "corpus" / "ok")
    for path in sorted(folder.glob("*.yaml"))
    if not path.name.endswith(".cases.yaml")
]
PLAIN = {str, int, bool, type(None), datetime, time, timedelta, ZoneInfo}
WORDS = """\
notifyrules: 1
name: every_word
title: A title
about: What it is about
source: Where it comes from
legend: {pref: blue}
allow: {unused-fact: some words are read by nobody}
facts:
  muted: {type: bool, default: false, about: The user wants silence}
  level: {type: low | high, default: low, about: How much}
  name: text = "this channel"
  now: instant = 2026-11-23T22:00:00Z
  zone: timezone = UTC
data: {via: "list of text = []", at: instant | null = null, quiet: "schedule = []", to: text = nobody}
flow:
  muted:
    {class: pref, ask: M?, about: Silence, if: muted, then: {to: "no", label: Yes!, because: "{name} is"}, else: fan}
  fan: {class: pref, ask: Any?, any: [level, table], else: {to: later, label: None}}
  level: {ask: Level?, switch: level, cases: {low: {to: "no", label: Low}, high: table}}
  table:
    ask: Which row?
    first:
      - {name: night, if: 'weekday(now, zone) == "mon"', to: "yes", label: At night, because: It is night}
      - {if: name == "x", to: later, label: A name}
    else: "no"
outcomes:
  "yes":
    notify: true
    label: Send
    about: It is sent
    data: {via: [push], at: {expr: now}, to: you, quiet: [{from: "22:00", until: "07:00"}]}
  later: {notify: later, because: Wait, recheck: 15m}
  "no": {notify: false, label: Silence, because: Hush}
"""
"""A chart with words in every place that takes some."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load the chart with words in every place."""
    return rules_of(WORDS)


@pytest.fixture(scope="module", params=[None, *PATHS], ids=lambda path: path.stem if path else "every_word")
def loaded(request: pytest.FixtureRequest, rules: Rules) -> Rules:
    """Load each chart of the package and of the corpus, and that with words in every place."""
    path: Path | None = request.param
    if path is None:
        return rules
    return load(path, root=ROOT / "rules" if path.is_relative_to(ROOT / "rules") else path.parent)


def odd(value: object, place: str, seen: dict[int, object]) -> Iterator[str]:
    """Name the places in a value, however deep, at which something stands that is not plain."""
    if id(value) in seen:
        return
    seen[id(value)] = value
    inside: Collection[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        inside = [*value.items(), *((key, key) for key in value)]
    elif isinstance(value, (tuple, list, set, frozenset)):
        inside = list(enumerate(value))
    elif is_dataclass(value):
        inside = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif not (type(value) in PLAIN or isinstance(value, Enum) or callable(value)):
        yield f"{place}: {type(value)}"
    for key, one in inside:
        yield from odd(one, f"{place}.{key}", seen)


def parts(decision: Decision) -> dict[str, object]:
    """Gather everything that a decision says."""
    names = ("outcome", "reason", "because", "facts", "passage", "steps", "data", "recheck_at", "notify", "later")
    told = [decision.explain("user"), decision.explain(), decision.explain("engineer")]
    return {name: getattr(decision, name) for name in names} | {
        "record": decision.record(),
        "to_dict": decision.to_dict(),
        "explain": told,
    }


def only(value: object) -> bool:
    """Tell whether a value is what the reader of JSON would make of it, to the class."""
    if type(value) is dict:
        return all(type(key) is str and only(one) for key, one in value.items())
    return all(map(only, value)) if type(value) is list else type(value) in {str, int, bool, type(None)}


class TestEverything:
    def test_of_rules_is_plain(self, loaded: Rules) -> None:
        """Behind the graph no word carries its place along: what a chart is made of, and what is said of it."""
        schema = loaded.facts_schema()
        said = (loaded.name, loaded.title, loaded.digest, schema, loaded.known_facts, loaded.needs({}))

        assert list(odd((loaded.graph, loaded.diagnostics, said), "rules", {})) == []
        assert only(schema)

    @pytest.mark.slow
    @given(data=st.data())
    @settings(max_examples=10)
    def test_of_a_decision_is_plain(self, loaded: Rules, data: st.DataObject) -> None:
        """So is what a decision says, whatever the way it took."""
        decision = loaded.decide(data.draw(strategies.facts(loaded)))

        assert list(odd(parts(decision), "decision", {})) == []
        assert only(decision.to_dict())

    @pytest.mark.parametrize("muted", [True, False])
    @pytest.mark.parametrize("level", ["low", "high"])
    @pytest.mark.parametrize("day", [23, 24])
    def test_of_a_decision_with_words_in_every_place_is_plain(
        self, rules: Rules, day: int, level: str, *, muted: bool
    ) -> None:
        """The words of questions, arrows, rows, branches and outcomes, and values of every kind in `data`."""
        decision = rules.decide({"muted": muted, "level": level, "now": f"2026-11-{day}T22:00:00Z"})

        assert list(odd(parts(decision), "decision", {})) == []
        assert only(decision.to_dict())

    def test_that_a_subclass_gave_is_plain(self, rules: Rules) -> None:
        """What a caller derived from a text, a number or a time does not come out again."""

        class Text(str):
            __slots__ = ()

        class Moment(datetime):
            pass

        decision = rules.decide(
            {Text("level"): Text("low"), "name": Text("x"), Text("now"): Moment(2026, 11, 24, tzinfo=UTC)}
        )

        assert list(odd(parts(decision), "decision", {})) == []


class TestSending:
    @given(data=st.data())
    @settings(max_examples=3)
    @pytest.mark.slow
    def test_what_a_decision_says_can_be_sent(self, loaded: Rules, data: st.DataObject) -> None:
        """To another process, into a cache, or into a copy: the record, the plain form, the steps and the data."""
        decision = loaded.decide(data.draw(strategies.facts(loaded)))

        for said in (decision.record(), decision.to_dict(), decision.steps, decision.data, decision.passage):
            assert pickle.loads(pickle.dumps(said)) == said  # noqa: S301 - our own
            assert copy.deepcopy(said) == said

    def test_data_is_a_dict_of_its_own(self, rules: Rules) -> None:
        """It can be written as JSON where its values can, and what the caller does to it changes nothing."""
        decision = rules.decide({"level": "high"})
        found = decision.data
        assert isinstance(found, dict)

        assert json.dumps({name: found[name] for name in ("via", "to")}) == '{"via": ["push"], "to": "you"}'
        found.clear()
        assert decision.data["via"] == ("push",)

    def test_the_schema_and_the_findings_can_be_sent(self, loaded: Rules) -> None:
        """A worker gives them to whoever asked."""
        for said in (loaded.facts_schema(), loaded.diagnostics, loaded.needs({}), loaded.known_facts):
            assert pickle.dumps(pickle.loads(pickle.dumps(said)))  # noqa: S301 - our own
            assert copy.deepcopy(said) is not None

    def test_exceptions_can_be_sent(self, rules: Rules) -> None:
        """A pool of processes hands them on to whoever asked."""
        raised: list[Exception] = []
        for ask in (
            lambda: load("no/such.yaml"),
            lambda: rules.decide({"levl": "low", "muted": 1}),
            lambda: rules.needs({}, until="x"),  # type: ignore[arg-type]
        ):
            with pytest.raises((RulesError, FactsError, UsageError)) as error:
                ask()
            raised.append(error.value)

        assert [str(pickle.loads(pickle.dumps(one))) for one in raised] == [str(one) for one in raised]  # noqa: S301
