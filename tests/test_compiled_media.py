"""Claims about decisions for every medium of a chart."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from notifyrules import UNKNOWN, Decisions, FactsError, Rules, UsageError, load
from notifyrules.compiled.compiler import compile_graph
from notifyrules.compiled.media import MediaReader, alike
from notifyrules.graph.model import Media
from tests.charts import rules_of
from tests.property.shapes import LEVELS, SPAN, drawn

HALF, MOST = 0.5, 0.9
FEW = 5

CHART = """notifyrules: 1
media: {fact: device.kind, per_medium: [preferences.level, device.limit]}
facts:
  muted: bool = false
  message.kind: dm | group
  device.kind: desktop | mobile | mail = mobile
  device.limit: int = 0
  preferences.level: all | mentions | never
  now: instant = 2026-11-23T22:00:00Z
flow:
  muted: {if: muted, then: {to: "no", because: you muted it}, else: level}
  level:
    switch: preferences.level
    cases: {never: {to: "no", because: never here}, all: late, mentions: late}
  late: {if: 'device.limit > 5', then: hold, else: kind}
  kind: {if: 'device.kind == "mail" and message.kind == "group"', then: {to: "no", because: no mail}, else: "yes"}
outcomes:
  "yes": {notify: true}
  hold: {notify: later, recheck: 15m}
  "no": {notify: false}
"""
GIVEN = {"message": {"kind": "group"}, "preferences": {"level": "all"}}


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load the chart."""
    return rules_of(CHART)


def problems(rules: Rules, *arguments: Any, **named: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - whatever is given
    """Decide by facts that are wrong, and tell where and why."""
    with pytest.raises(FactsError) as caught:
        rules.should_notify_each(*arguments, **named)
    return [(one.path, one.message) for one in caught.value.problems]


class TestDecisions:
    def test_a_mapping_in_declared_order(self, rules: Rules) -> None:
        """There is one decision for each medium, in the order declared."""
        decisions = rules.should_notify_each(GIVEN)

        assert isinstance(decisions, Decisions)
        assert {medium: one.outcome for medium, one in decisions.items()} == {
            "desktop": "yes",
            "mobile": "yes",
            "mail": "no",
        }
        assert list(decisions) == ["desktop", "mobile", "mail"]
        assert len(decisions) == 3
        assert decisions["mail"].because == "no mail"
        assert decisions["mail"].facts["device.kind"] == "mail"
        with pytest.raises(KeyError):
            decisions["fax"]

    def test_what_became_of_the_media(self, rules: Rules) -> None:
        """Media are told by whether they notify, and the earliest instant counts."""
        decisions = rules.should_notify_each(GIVEN, {"desktop": {"device.limit": 9}})

        assert (decisions.notified, decisions.held, decisions.refused) == (("mobile",), ("desktop",), ("mail",))
        assert bool(decisions) is True
        assert str(decisions.recheck_at) == "2026-11-23 22:15:00+00:00"
        assert decisions.to_dict()["recheck_at"] == "2026-11-23T22:15:00Z"
        assert decisions.to_dict()["held"] == ["desktop"]
        assert decisions.to_dict()["decisions"]["mail"] == decisions["mail"].to_dict()
        assert not rules.should_notify_each({**GIVEN, "muted": True})
        assert rules.should_notify_each({**GIVEN, "muted": True}).recheck_at is None

    def test_what_is_the_same_is_said_once(self, rules: Rules) -> None:
        """Media that have the same to tell share a paragraph, and where all do, none is named."""
        told = rules.should_notify_each(GIVEN, {"mobile": {"preferences.level": "never"}})

        assert rules.should_notify_each({**GIVEN, "muted": True}).explain("user") == (
            "You were not notified: you muted it."
        )
        assert told.explain("user") == (
            'desktop:\nYou were notified. It was settled by the question “device.kind == "mail" and message.kind =='
            ' "group"”, answered “No”.\n\nmobile:\nYou were not notified: never here.\n\nmail:\nYou were not'
            " notified: no mail."
        )

    def test_they_stay_here(self, rules: Rules) -> None:
        """Copies are the same object, and nothing is pickled."""
        decisions = rules.should_notify_each(GIVEN)

        assert copy.copy(decisions) is copy.deepcopy(decisions) is decisions
        assert repr(decisions) == "<Decisions desktop: 'yes', mobile: 'yes', mail: 'no'>"
        with pytest.raises(TypeError, match="to_dict"):
            copy.copy(decisions).__reduce__()


class TestFacts:
    @pytest.mark.parametrize(
        ("given", "named", "found"),
        [
            ({**GIVEN, "device": {"kind": "mail"}}, {}, "device.kind"),
            ({**GIVEN, "device.kind": "mail"}, {"extras": "ignore"}, "device.kind"),
            (GIVEN, {"per_medium": {"mail": {"device": {"kind": "mail"}}}}, "device.kind@mail"),
            (GIVEN, {"per_medium": {"mail": {"muted": True}}, "extras": "ignore"}, "muted@mail"),
            (GIVEN, {"per_medium": {"mail": {"other": True}}}, "other@mail"),
            (GIVEN, {"per_medium": {"mobil": {}}}, "mobil"),
            (GIVEN, {"per_medium": {"mail": {"device.limit": "x"}}}, "device.limit@mail"),
            (GIVEN, {"per_medium": {"mail": None}}, "(facts)@mail"),
            (GIVEN, {"per_medium": []}, "(per_medium)"),
            ({"preferences.level": "all"}, {}, "message.kind"),
            ({**GIVEN, "muted": "no"}, {"per_medium": {"mail": {"device.limit": 3}}}, "muted"),
        ],
    )
    def test_problems_name_their_medium(
        self, rules: Rules, given: object, named: Mapping[str, Any], found: str
    ) -> None:
        """The medium is never given in a mapping; only what may differ is given for a medium; each is validated."""
        assert [path for path, _ in problems(rules, given, **named)] == [found]

    def test_all_media_need_a_fact_without_default(self, rules: Rules) -> None:
        """A fact without a default is there for every medium, be it its own."""
        given = {"message.kind": "dm"}
        own = {"desktop": {"preferences.level": "all"}, "mobile": {"preferences.level": "never"}}

        assert problems(rules, given, own) == [("preferences.level@mail", "is missing and has no default")]
        assert rules.should_notify_each(given, own | {"mail": {"preferences": {"level": "all"}}}).refused == ("mobile",)

    def test_the_default_of_the_medium_does_not_count(self, rules: Rules) -> None:
        """Every medium is decided for, whatever the default."""
        assert [one.facts["device.kind"] for one in rules.should_notify_each(GIVEN).values()] == [
            "desktop",
            "mobile",
            "mail",
        ]

    def test_the_medium_of_an_object_is_not_read(self, rules: Rules) -> None:
        """Objects have more than is asked for; the same one can be given for one medium and for all."""
        device = SimpleNamespace(kind="mail", limit=3)
        given = SimpleNamespace(message={"kind": "dm"}, preferences={"level": "all"}, device=device)

        assert rules.should_notify_each(given).notified == ("desktop", "mobile", "mail")
        assert rules.should_notify_each({**GIVEN, "device": device}).refused == ("mail",)

    def test_callables_are_asked_once(self, rules: Rules) -> None:
        """What is the same is asked at most once for all, what differs once a medium, and what no one reads never."""
        asked: list[str] = []

        def ask(name: str, *, value: object) -> Callable[[], object]:
            def answer() -> object:
                asked.append(name)
                return value

            return answer

        given = {
            "muted": ask("muted", value=False),
            "message.kind": ask("kind", value="group"),
            "preferences.level": "all",
        }
        decisions = rules.should_notify_each(given, {"mobile": {"device.limit": ask("limit", value=9)}})

        assert [one.outcome for one in decisions.values()] == ["yes", "hold", "no"]
        assert asked == ["muted", "limit", "kind"]

    def test_what_is_wrong_when_asked_names_its_medium(self, rules: Rules) -> None:
        """Where it is the medium's own; what nobody knows yet, too."""
        own = {"mobile": {"device.limit": lambda: "x"}}

        assert problems(rules, GIVEN, own) == [("device.limit@mobile", 'expected an integer, found the text "x"')]
        assert [path for path, _ in problems(rules, {**GIVEN, "device.limit": lambda: "x"})] == ["device.limit"]
        assert [path for path, _ in problems(rules, GIVEN, {"mail": {"preferences.level": UNKNOWN}})] == [
            "preferences.level@mail"
        ]

    def test_facts_that_were_read_before(self, rules: Rules) -> None:
        """Facts may be validated before, as long as the medium is not known."""
        facts = rules.facts(GIVEN | {"muted": lambda: False, "device.limit": 0}, absent="unknown")

        assert rules.should_notify_each(facts).refused == ("mail",)
        assert [path for path, _ in problems(rules, rules.facts(GIVEN))] == ["device.kind"]


class TestSight:
    @pytest.mark.parametrize(
        "own",
        [
            None,
            {},
            {"mail": {"preferences.level": "never", "device.limit": 1}},
            {"mail": {"preferences": {"level": "never"}}},
        ],
    )
    def test_usual_facts_are_accepted_by_sight(
        self, own: Mapping[str, Any] | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Plain dicts with usual values are not read fact by fact, and neither is what differs between media."""
        monkeypatch.setattr(MediaReader, "read", None)

        assert rules_of(CHART).should_notify_each(GIVEN, own).refused == ("mail",)


class TestRules:
    def test_a_chart_without_media(self) -> None:
        """What names no media cannot be asked for each."""
        with pytest.raises(UsageError, match="names no media"):
            load("zulip").should_notify_each({})

    def test_specialized_rules(self, rules: Rules) -> None:
        """Specialized rules decide for each medium as long as it is open."""
        smaller = rules.specialize({"message.kind": "group", "device.limit": 0})

        assert smaller.should_notify_each({"preferences.level": "all"}).refused == ("mail",)
        assert smaller.should_notify_each(GIVEN, {"mail": {"device.limit": 0}}).refused == ("mail",)
        assert [path for path, _ in problems(smaller, GIVEN, {"mail": {"device.limit": 9}})] == ["device.limit@mail"]
        assert rules.specialize({"muted": True}).should_notify_each(GIVEN).refused == ("desktop", "mobile", "mail")
        with pytest.raises(UsageError, match="specialized"):
            rules.specialize({"device.kind": "mail"}).should_notify_each(GIVEN)

    def test_settled_below(self) -> None:
        """What settles a node below one that tells media apart settles it only for those that come there."""
        rules = rules_of("""notifyrules: 1
media: medium
facts: {medium: push | mail, quiet: bool = false}
flow:
  medium: {switch: medium, cases: {push: quiet, mail: send}}
  quiet: {if: quiet, then: hold, else: send}
outcomes: {send: {notify: true}, hold: {notify: later}}
""")

        decisions = rules.specialize({"quiet": True}).should_notify_each({})

        assert (decisions.held, decisions.notified) == (("push",), ("mail",))

    def test_what_no_medium_changes_is_decided_once(self, rules: Rules) -> None:
        """An arrow that no question about media leads to settles it for all; what a branch reads counts."""
        assert rules.graph.media is not None
        assert alike(rules.graph, rules.graph.media) == {"muted.then"}


MEDIA = Media("x.level", LEVELS, ("x.b0", "x.maybe"), SPAN)


class Asked:
    """A fact that is given as something to ask."""

    def __init__(self, value: object) -> None:
        """Answer with a value."""
        self.value = value
        self.times = 0

    def __call__(self) -> object:
        """Answer, and count it."""
        self.times += 1
        return self.value


def told(value: object, chance: Random) -> object:
    """Draw how a value is given: as it is, as something to ask, or wrong."""
    return chance.choices((value, Asked(value), "wrong"), (40, 4, 1))[0]


def formed(facts: Mapping[str, object], chance: Random) -> object:
    """Draw the form in which facts are given."""
    inner = {name.removeprefix("x."): value for name, value in facts.items()}
    proxy = MappingProxyType({"x": MappingProxyType(inner)})
    forms: tuple[object, ...] = (dict(facts), {"x": inner}, proxy, SimpleNamespace(x=SimpleNamespace(**inner)))
    return chance.choice(forms if facts else forms[:3])


def wrong_of(decide: Callable[[], object]) -> set[tuple[str, str]]:
    """Tell what is wrong with facts."""
    try:
        decide()
    except FactsError as error:
        return {(one.path, one.message) for one in error.problems}
    return set()


@pytest.mark.parametrize("batch", range(6))
@pytest.mark.slow
def test_each_is_decided_as_alone(batch: int) -> None:
    """Each medium gets what deciding with that fact gives, its faults included, in whatever form facts are given."""
    seen: Counter[tuple[str, ...]] = Counter()
    for seed in range(batch * 50, (batch + 1) * 50):
        one, chance = drawn(seed), Random(seed)  # noqa: S311 - no secret
        needed = {name: replace(one.graph.facts[name], has_default=False) for name in ("x.b1", "x.maybe")}
        program = compile_graph(replace(one.graph, media=MEDIA, facts={**one.graph.facts, **needed}), one.limits)
        for facts in one.facts[:12]:
            common = {
                name: told(value, chance)
                for name, value in facts.items()
                if name != MEDIA.fact and chance.random() < MOST
            }
            own = {
                medium: {
                    name: told(value, chance)
                    for name, value in (("x.b0", chance.random() < HALF), ("x.maybe", chance.choice([None, True])))
                    if chance.random() < MOST
                }
                for medium in LEVELS
                if chance.random() < HALF
            }
            given, per_medium = formed(common, chance), {medium: formed(some, chance) for medium, some in own.items()}

            def each(given: object = given, per_medium: Mapping[str, object] = per_medium) -> Decisions:
                return program.each()(given, per_medium or None)  # noqa: B023 - called in this round

            expected = {one for one in wrong_of(lambda: program.decide(common)) if one[0] in common}  # noqa: B023
            for medium in LEVELS:
                some = own.get(medium, {})
                whole = common | some | {MEDIA.fact: medium}
                for path, message in wrong_of(lambda: program.decide(whole)):  # noqa: B023
                    apart = path in some or (path in MEDIA.per_medium and path not in common)
                    expected.add((f"{path}@{medium}" if apart else path, message))
            assert wrong_of(each) == expected
            if expected:
                continue
            seen[tuple(sorted({type(one).__name__ for one in (given, *per_medium.values())}))] += 1
            asked = [one for some in (common, *own.values()) for one in some.values() if isinstance(one, Asked)]
            for one_asked in asked:
                one_asked.times = 0
            found = {medium: (one.outcome, one.reason, dict(one.facts)) for medium, one in each().items()}
            assert all(one_asked.times <= 1 for one_asked in asked)
            for medium, decided in found.items():
                alone = program.decide(common | own.get(medium, {}) | {MEDIA.fact: medium})
                assert decided == (alone.outcome, alone.reason, dict(alone.facts))
    assert len(seen) > FEW
