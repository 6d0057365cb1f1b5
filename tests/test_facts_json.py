"""Claims about facts in JSON: they decide like the facts in Python, and nothing that JSON loses is lost in silence."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from notifyrules import FactsError, Rules, UsageError
from notifyrules.compiled.compiler import compile_graph
from notifyrules.compiled.facts_reader import Extras
from notifyrules.compiled.json_facts import parse_plainly
from notifyrules.compiled.limits import CodeLimits
from notifyrules.compiled.typed_json import can_read
from tests.charts import OUTCOMES, chart, rules_of

RULES = """\
notifyrules: 1
facts:
  muted: bool = false
  user.away: bool = false
  user.name: text = "somebody"
  user.until: instant | null = null
  user.words: list of text = []
  user.count: int = 0
  user.level: low | high = low
  user.quiet: schedule = []
flow:
  muted: {if: muted, then: {to: "no", because: "{user.name}"}, else: away}
  away: {if: user.away, then: hold, else: "yes"}
"""
WHOLE: dict[str, Any] = {
    "muted": True,
    "user": {
        "away": False,
        "name": 'Ann: the "first"',
        "until": "2026-11-23T22:00:00Z",
        "words": ["a", "b:c", "ü"],
        "count": 3,
        "level": "high",
        "quiet": [{"days": ["mon"], "from": "22:00", "until": "07:00"}],
    },
}
PLAIN: dict[str, Any] = {**WHOLE, "user": {**WHOLE["user"], "name": "Ann"}}


OTHERS: dict[str, Any] = {
    "trace": '4bf"9\\',
    "event": {"id": "a", "muted": [1, None, {"x": "ü"}], "n": -1.5e3, "": {}},
    "user.x": True,
    "big": 2**70,
}
"""What belongs to others."""


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Load rules with facts of which JSON makes texts."""
    return rules_of(RULES + OUTCOMES)


class TestDeciding:
    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("ascii_only", [False, True])
    @pytest.mark.parametrize(
        "given",
        [
            WHOLE,
            {**WHOLE, "user": {**WHOLE["user"], "name": "Ann", "until": None, "words": [], "quiet": []}},
            {"muted": True, "user.name": "Ann"},
            {"user": {"away": True}},
            {},
        ],
        ids=["whole", "nulls", "dotted", "a part", "empty"],
    )
    def test_is_that_of_the_same_facts(
        self,
        rules: Rules,
        given: dict[str, object],
        ascii_only: bool,  # noqa: FBT001
        indent: int | None,
    ) -> None:
        """Bytes, a bytearray and text give what the dict gives."""
        written = json.dumps(given, ensure_ascii=ascii_only, indent=indent)
        expected = rules.should_notify(given)
        for data in (written, written.encode(), bytearray(written.encode())):
            decision = rules.decide_json(data)

            assert (decision.reason, decision.because, decision.facts) == (
                expected.reason,
                expected.because,
                expected.facts,
            )

    def test_may_leave_others_out(self, rules: Rules) -> None:
        """What becomes of names that are no facts is said as for dicts."""
        with pytest.raises(FactsError, match="is not a fact of these rules"):
            rules.decide_json('{"other": 1}')

        assert rules.decide_json('{"other": {"muted": "x"}, "muted": true}', extras="ignore").outcome == "no"


TYPES: dict[str, Sequence[object]] = {
    "bool": [True, False],
    "int": [0, -3, 2**53, -(2**53)],
    "text": ["", 'a "b"\\', "ü", "x" * 65_536],
    'low | "a:b" | ""': ["low", "a:b", ""],
    "instant": ["2026-11-23T22:00:00Z", "2026-11-23T22:00:00.5+01:00", "1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z"],
    "date": ["2026-11-23", "1969-12-31", "2200-01-01"],
    "time": ["22:00", "22:00:30", "00:00"],
    "duration": ["1h30m", "-5m", "0s"],
    "timezone": ["UTC", "Europe/Berlin"],
    "schedule": [[], [{"from": "22:00", "until": "07:00"}, {"days": ["mon"], "from": "22:00", "until": "07:00"}]],
}
"""By type some of its values, as JSON holds them."""


def fact(name: str, wanted: str, null: str = "") -> str:
    """Declare a fact."""
    return f"  {name}: {json.dumps(f'{wanted} {null}'.strip())}\n"


ODD_OTHERS = {
    "twice": '"other": 1, "other": 1',
    "twice inside": '"other": {"a": [{"b": 1, "b": 1}]}',
    "twice, escaped": r'"other": {"a\"": 1, "a\u0022": "\\"}',
    "twice in a list": '"other": [[], {"b": "", "b": ""}]',
    "a fact twice": '"other": 1, "muted": true, "muted": true',
    "a fact by its dotted name": '"user.away": true, "other": 1',
    "a group of facts": '"user": {"muted": 1, "name": "Bob"}',
    "a group that is null": '"user": null, "other": 1',
    "a group that is none": '"other": 1, "user": [1]',
    "a key with a mark": r'"o\"ther": 1',
    "a key with a line break": r'"o\nther": 1',
    "half a pair": r'"other": "\ud800"',
    "half a pair as a key": r'"\ud800": 1',
    "an empty key": '"": {"": ""}',
    "a long key": f'"{"x" * 5_000}": 1',
    "many keys": ", ".join(f'"many{number}": "x"' for number in range(500)),
    "a large number": f'"other": {"9" * 500}',
    "a number of too many digits": f'"other": {"9" * 5_000}',
    "a number that is no float": '"other": 1e999',
    "no number": '"other": NaN',
    "no JSON": '"other": tru',
    "a control character": '"other": "\x01"',
    "a long list": f'"other": [{", ".join(["1"] * 20_000)}]',
    "deep": f'"other": {"[" * 500}{"]" * 500}',
    "too deep": f'"other": {"[" * 100_000}',
}
"""Members beside facts, as JSON."""


@pytest.mark.skipif(not can_read(), reason="msgspec is not installed")
class TestTyped:
    @pytest.mark.parametrize(
        "given",
        [
            PLAIN,
            WHOLE,
            {**PLAIN, "user": {**PLAIN["user"], "name": 'C:\\ "a\\"\n\\'}},
            {"user": {"words": ["a"], "quiet": [], "until": None}},
            {"muted": True},
            {"user.words": ["a", "b"], "user.until": "2026-11-23T22:00:00+00:00", "muted": True},
            {},
        ],
        ids=["plain", "whole", "escaped", "a part", "no group", "dotted", "empty"],
    )
    def test_decides_without_the_other_reader(
        self, rules: Rules, given: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """JSON nested or dotted, whatever is escaped in it or left out, is read by who knows the types of facts."""
        monkeypatch.setattr(type(rules.program.json()), "read", None)

        for data in (json.dumps(given, ensure_ascii=False), json.dumps(given).encode()):
            assert rules.decide_json(data).facts == rules.facts(given)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"muted": true', '"muted": true, "other": 1'),
            ('"away": false', '"away": 0'),
            ('"away": false', '"words": []'),
            ('"muted": true', '"muted": null'),
            ('"name": "Ann"', '"name": "\\ud800"'),
            ('"name": "Ann"', '"name": "\\\\", "name": "\\""'),
            ('"count": 3', '"count": 3.0'),
            ('"count": 3', f'"count": {2**53 + 1}'),
            ('"count": 3', f'"count": -{2**53 + 1}'),
            ('"level": "high"', '"level": "top"'),
            ('"name": "Ann"', f'"name": "{"x" * 65_537}"'),
            ('["a", ', '["a", 1, '),
            ('["a", ', '["a", ' + '"", ' * 9_998),
            ('"until": "2026-11-23T22:00:00Z"', '"until": "soon"'),
            ('"quiet": [', '"quiet": [7, '),
            ("}}", "}} x"),
        ],
        ids=[
            *(
                "more",
                "a number",
                "twice",
                "null",
                "half a pair",
                "twice behind a backslash",
                "a decimal",
                "too much",
                "too little",
                "no value",
            ),
            *("a long text", "no texts", "many texts", "no instant", "no window", "more behind"),
        ],
    )
    def test_leaves_whatever_is_not_usual_to_it(
        self, rules: Rules, old: str, new: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it cannot vouch for it does not decide by."""
        data = json.dumps(PLAIN, ensure_ascii=False)
        assert data.count(old) == 1

        def read(_reader: object, _data: object) -> object:
            raise LookupError

        monkeypatch.setattr(type(rules.program.json()), "read", read)
        with pytest.raises(LookupError):
            rules.decide_json(data.replace(old, new))

    @pytest.mark.parametrize("form", ["whole", "dotted"])
    def test_gives_facts_to_whoever_asks_for_them(self, rules: Rules, form: str) -> None:
        """Words, data, steps and a receipt are those of the same facts in Python, however they were read."""
        given = WHOLE if form == "whole" else {f"user.{name}": one for name, one in WHOLE["user"].items()}
        expected = rules.should_notify(given)

        for part in ("because", "data", "steps", "recheck_at"):
            assert getattr(rules.decide_json(json.dumps(given)), part) == getattr(expected, part)
        assert rules.decide_json(json.dumps(given)).to_dict() == expected.to_dict()
        assert rules.decide_json(json.dumps(given)).receipt() == expected.receipt()

    @pytest.mark.parametrize(("wanted", "values"), TYPES.items(), ids=TYPES)
    def test_reads_every_type(self, wanted: str, values: Sequence[object], monkeypatch: pytest.MonkeyPatch) -> None:
        """Values of each type, lists of them and null are those of the same facts in Python."""
        listed = f"list of ({wanted})" if "|" in wanted else f"list of {wanted}"
        facts = fact("one", wanted) + fact("g.null", wanted, "| null = null")
        facts += fact("g.some", listed) + fact("some", listed, "| null = null")
        chart = f"notifyrules: 1\nallow: {{unused-fact: read}}\nfacts:\n{facts}"
        rules = rules_of(f'{chart}flow:\n  a: {{if: g.null is null, then: "yes", else: "no"}}\n{OUTCOMES}')
        monkeypatch.setattr(type(rules.program.json()), "read", None)

        for one in values:
            for given in (
                {"one": one, "g": {"null": None, "some": []}, "some": None},
                {"one": one, "g": {"null": one, "some": list(values)}, "some": [one]},
                {"one": one, "g.null": one, "g.some": [one, one], "some": None},
                {"one": one, "g": {"some": [one]}},
            ):
                decision = rules.decide_json(json.dumps(given))

                assert decision.facts == rules.facts(given)
                assert decision.outcome == rules.should_notify(given).outcome

    @pytest.mark.parametrize("given", [WHOLE, {"user": {"away": True}}], ids=["whole", "a part"])
    def test_decides_by_a_chart_that_is_written_as_functions(self, given: dict[str, object]) -> None:
        """Large charts are decided by an object of their facts."""
        longer = (
            'then: level, else: "yes"}\n  level: {if: user.count > 2 or user.level == "high", then: hold, else: "yes"}'
        )
        rules = rules_of(RULES.replace('then: hold, else: "yes"}', longer) + OUTCOMES)
        program = compile_graph(rules.graph, CodeLimits(small=0, deepest=1))
        assert "return decide(None, held)" in program.source

        decision = Rules(rules.graph, (), program).decide_json(json.dumps(given))

        assert (decision.reason, decision.facts) == (rules.should_notify(given).reason, rules.facts(given))

    @pytest.mark.parametrize(
        "given",
        [
            {**PLAIN, **OTHERS},
            {**OTHERS, **WHOLE, "user": {"trace": {"": []}, **WHOLE["user"]}},
            {"user": {"words": ["a"], "tags": ["b"]}, **OTHERS},
            {"muted": True, **OTHERS},
            {"user.words": ["a", "b"], **OTHERS, "muted": True, "user.trace": "a.b"},
            OTHERS,
        ],
        ids=["whole", "in a group", "a part", "no group", "dotted", "nothing else"],
    )
    def test_passes_over_what_belongs_to_others(
        self, rules: Rules, given: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Beside the keys of others, facts are read by who knows their types."""
        monkeypatch.setattr(type(rules.program.json()), "read", None)

        for data in (json.dumps(given, indent=1, ensure_ascii=False), json.dumps(given).encode()):
            decision = rules.decide_json(data, extras="ignore")

            assert decision.facts == rules.facts(given, extras="ignore")
            assert decision.because == rules.should_notify(given, extras="ignore").because

    @pytest.mark.parametrize("more", ODD_OTHERS.values(), ids=ODD_OTHERS)
    def test_takes_what_the_other_reader_takes_beside_others(self, rules: Rules, more: str) -> None:
        """Whatever else there is, the facts are those, or it is refused in the same words."""
        for given in (PLAIN, {"user": {"away": True}}, {"user.away": True}):
            data = json.dumps(given)[:-1] + ", " + more + "}"

            def slowly(data: str = data) -> Mapping[str, object]:
                return rules.facts(rules.program.json().read(data), extras="ignore")

            for _ in range(2):
                assert outcome_of(lambda: rules.decide_json(data, extras="ignore").facts) == outcome_of(slowly)  # noqa: B023

    def test_learns_few_keys_of_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who sends other keys in every message is decided by the other reader, those that came before as before."""
        rules = rules_of(RULES + OUTCOMES)
        many: dict[str, Any] = dict.fromkeys(map(str, range(500)))
        long: dict[str, Any] = {"x" * 5_000: 1}
        for others in (many, long, *({f"key{number}": 1} for number in range(200))):
            assert rules.decide_json(json.dumps({**PLAIN, **others}), extras="ignore").outcome == "no"
        monkeypatch.setattr(type(rules.program.json()), "read", None)

        assert rules.decide_json(json.dumps({**PLAIN, "key0": 1}), extras="ignore").outcome == "no"
        for others in (many, long, {"key199": 1}):
            with pytest.raises(TypeError, match="NoneType"):
                rules.decide_json(json.dumps({**PLAIN, **others}), extras="ignore")

    def test_keeps_nothing_of_others(self, rules: Rules) -> None:
        """A decision that is kept keeps its facts alive, and not what stood beside them."""
        data = json.dumps({**PLAIN, "other": "x" * 1_000_000})
        rules.decide_json(data, extras="ignore")
        tracemalloc.start()
        try:
            decision = rules.decide_json(data, extras="ignore")

            assert tracemalloc.get_traced_memory()[0] < 500_000
            assert decision.facts == rules.facts(PLAIN)
        finally:
            tracemalloc.stop()

    def test_reads_no_facts(self) -> None:
        """A chart without facts decides by an empty object."""
        assert rules_of(f'notifyrules: 1\nflow:\n  a: {{if: 1 < 2, then: "yes", else: "no"}}\n{OUTCOMES}').decide_json(
            "{}"
        )

    def test_decides_by_what_specialized_rules_leave_open(self, rules: Rules) -> None:
        """Facts that are fixed before are those of the decision, and may not stand in the JSON."""
        special = rules.specialize({"muted": False})

        decision = special.decide_json(json.dumps({"user": WHOLE["user"]}))

        assert decision.facts == rules.facts(WHOLE | {"muted": False})
        with pytest.raises(FactsError, match="muted"):
            special.decide_json(json.dumps(WHOLE))

    def test_a_chart_that_is_made_to_be_called_says_nothing(self) -> None:
        """However its facts are written."""
        called = rules_of(RULES + OUTCOMES.replace("{notify: true}", "{}"))

        with pytest.raises(UsageError, match="does not say whether"):
            called.decide_json(json.dumps(PLAIN, ensure_ascii=False))


CLOSED = """\
notifyrules: 1
facts:
  muted: bool = false
  user.away: bool = false
  user.level: 'low | "a:b" | null'
  user.count: int = 0
  user.via: list of (push | mail) = []
flow:
  muted: {if: muted and user.away, then: "no", else: level}
  level: {if: user.level is null or user.count > 3 or "push" in user.via, then: hold, else: "yes"}
"""
CLOSED_WHOLE: dict[str, Any] = {
    "muted": True,
    "user": {"away": False, "level": "a:b", "count": 3, "via": ["push", "mail"]},
}
CLOSED_RULES = rules_of(CLOSED + OUTCOMES)
MOMENTS = (
    "2026-11-23T22:00:00Z",
    "2026-11-23T22:00:00+00:00",
    "2026-11-23T22:00:00-00:00",
    "2026-11-23T22:00:00+01:00",
    "2026-11-23t22:00:00z",
    "2026-11-23 22:00:00Z",
    "2026-11-23T22:00:00.25Z",
    "2026-11-23T22:00:00.1234567Z",
    "2026-11-23T22:00:00,25Z",
    "2026-11-23T22:00:00+0000",
    "2026-11-23T22:00:00-0000",
    "2026-11-23T22:00:00+00",
    "2026-11-23T22:00:00",
    "2026-11-23T22:00Z",
    "2026-11-23_22:00:00Z",
    "2026-W48-1T22:00:00Z",
    "20261123T220000.000Z",
    "2026-11-31T22:00:00Z",
    "2026-11-23T22:00:60Z",
    "2199-12-31T23:59:59Z",
    "2200-01-01T00:00:01Z",
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-11-23",
    "",
)


def spaced(chance: Random, value: object, twice: list[object], path: str = "") -> Iterator[str]:
    """Write JSON in parts, in one of the many ways; what is at the path in *twice* stands there twice."""
    blank = chance.choice(("", "", " ", "\n\t"))
    if isinstance(value, dict):
        yield "{" + blank
        members = [(key, one) for key, one in value.items() for _ in range(2 if [f"{path}/{key}"] == twice else 1)]
        chance.shuffle(members)
        for number, (key, one) in enumerate(members):
            yield "," + blank if number else ""
            yield from (escaped(chance, key), blank, ":", blank)
            yield from spaced(chance, one, twice, f"{path}/{key}")
        yield blank + "}"
    elif isinstance(value, list):
        yield "[" + blank
        for number, one in enumerate(value):
            yield blank + "," if number else ""
            yield from spaced(chance, one, twice, f"{path}/{number}")
        yield "]" + blank
    else:
        yield escaped(chance, value) if isinstance(value, str) else json.dumps(value)


def escaped(chance: Random, text: str) -> str:
    """Write a text with some characters by their numbers."""
    parts = (f"\\u{ord(one):04x}" if chance.random() < 0.1 else json.dumps(one)[1:-1] for one in text)
    return f'"{"".join(parts)}"'


def paths(value: object, path: str = "") -> Iterator[str]:
    """Name every member of every object."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from [f"{path}/{key}"] if isinstance(value, dict) else ()
        yield from paths(one, f"{path}/{key}")


@pytest.mark.skipif(not can_read(), reason="msgspec is not installed")
@pytest.mark.parametrize(
    ("wanted", "given"),
    [("date", "1969-12-30"), ("date", "2200-01-02"), ("instant", "2200-01-01T00:00:01Z"), ("duration", "4000d")],
)
def test_a_value_out_of_range_is_refused(wanted: str, given: str) -> None:
    """No value is taken that its type does not hold, although the parser knows larger ones."""
    facts = f"facts: {{b: bool = false, one: {wanted}}}\n"
    rules = rules_of(chart('q: {if: b, then: "yes", else: "no"}', facts=facts))
    with pytest.raises(FactsError) as expected:
        rules.facts({"one": given})
    with pytest.raises(FactsError) as found:
        rules.decide_json(json.dumps({"one": given}))

    assert str(found.value) == str(expected.value)


class TestTwice:
    @drawn(
        chance=st.randoms(use_true_random=True),
        odd=st.text(alphabet='\\":{},ü\n a', max_size=6),
        form=st.sampled_from(range(6)),
        others=st.booleans(),
    )
    def test_no_key_that_stands_twice_is_lost(
        self,
        rules: Rules,
        chance: Random,
        odd: str,
        form: int,
        others: bool,  # noqa: FBT001
    ) -> None:
        """Whatever stands between, inside of and beside texts, one key more is found, and without it all is decided."""
        user = {**WHOLE["user"], "name": odd, "words": [odd, "b"]}
        given: Any = (
            {**WHOLE, "user": user},
            {"user": {name: one for name, one in user.items() if chance.random() < 0.7}},
            {f"user.{name}": one for name, one in user.items() if chance.random() < 0.7} | {"muted": True},
            CLOSED_WHOLE,
            {"muted": True, "user": {"away": True, "level": "a:b"}},
            {f"user.{name}": one for name, one in CLOSED_WHOLE["user"].items()},
        )[form]
        asked = CLOSED_RULES if form > 2 else rules
        extras: Extras = "forbid"
        if others:
            extras, given = "ignore", {**given, **OTHERS, "trace": odd}
            if "user" in given:
                given["user"] = {**given["user"], "trace": [odd, {"a": odd, "b": odd}]}

        once = "".join(spaced(chance, given, []))
        twice = "".join(spaced(chance, given, [chance.choice([*paths(given)])]))

        assert asked.decide_json(once, extras).facts == asked.facts(given, extras=extras)
        assert asked.program.json().read(once) == given
        with pytest.raises(FactsError, match="stands twice"):
            asked.decide_json(twice, extras)
        with pytest.raises(FactsError, match="stands twice"):
            asked.program.json().read(twice)


class TestInstants:
    @pytest.mark.parametrize("written", MOMENTS)
    def test_are_those_of_the_same_facts(self, rules: Rules, written: str) -> None:
        """An instant is read, or refused, as it is in a dict."""
        given = {**WHOLE, "user": {**WHOLE["user"], "until": written}}

        assert told(lambda: rules.decide_json(json.dumps(given)).facts) == told(lambda: rules.facts(given))


def outcome_of(read: Callable[[], Mapping[str, object]]) -> object:
    """Give facts, or what is said against them."""
    try:
        return dict(read())
    except FactsError as error:
        return str(error)


def told(read: Callable[[], Mapping[str, object]]) -> object:
    """Give facts, and the zone of one, or what is said against them."""
    try:
        found = read()
    except FactsError as error:
        return str(error)
    moment = found["user.until"]
    return dict(found), isinstance(moment, datetime) and moment.tzinfo


class TestRefusing:
    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            ('{"muted": true, "muted": false}', "the key `muted` stands twice in one object"),
            ('{"user" : {"away": true, "away" : true}}', "the key `away` stands twice in one object"),
            (r'{"user": {"away": true}, "\u0075ser": {}}', "the key `user` stands twice in one object"),
            ('{"user.name": "x\\":", "muted": true, "muted": true}', "the key `muted` stands twice in one object"),
            ('{"muted": NaN}', "`NaN` is not JSON"),
            ('{"muted": tru}', "this is not JSON, at line 1, column 11"),
            ("", "this is not JSON, at line 1, column 1: expected a value, found the end"),
            (b"\xff{}", "this is not UTF-8 text: byte 0 is 0xff"),
            ("[" * 100_000, "the JSON nests too deeply"),
            ('{"user.name": "\\ud800"}', "half of a surrogate pair"),
            ('{"user.name": "\ud800"}', "half of a surrogate pair"),
            (
                '{"user.count": %s}' % ("7" * 25),
                "user.count: expected an integer within plus or minus 2^53, found a number of",
            ),
            ('{"user.count": -%s}' % ("7" * 5_000), "found a number of many digits"),
            ("[]", "expected a mapping or an object, found a list"),
            (7, "expected JSON as bytes or text, found the number 7"),
        ],
        ids=[
            "a key twice",
            "a key of a group twice",
            "an escaped key twice",
            "a text that looks like a key",
            "not a number",
            "no JSON",
            "nothing",
            "no UTF-8",
            "deep",
            "half a pair",
            "half a pair as it is",
            "25 digits",
            "5,000 digits",
            "a list",
            "no text",
        ],
    )
    @pytest.mark.parametrize("plainly", [False, True])
    def test_says_what_is_wrong(
        self,
        rules: Rules,
        plainly: bool,  # noqa: FBT001
        data: Any,  # noqa: ANN401
        problem: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What is no JSON, or loses a value, is an error about the facts, with the extra and without."""
        if plainly:
            monkeypatch.setattr("notifyrules.compiled.json_facts._parse", parse_plainly)
        with pytest.raises(FactsError) as raised:
            rules.decide_json(data)

        assert problem in str(raised.value)

    @pytest.mark.parametrize("extras", ["forbid", "ignore"])
    def test_knows_no_depth_that_is_too_much_for_itself(self, rules: Rules, extras: Extras) -> None:
        """However deeply JSON nests, it is decided by or refused."""
        for depth in range(500, 1_100, 4):
            data = f'{{"other": {"[" * depth}"x"{"]" * depth}}}'
            assert isinstance(outcome_of(lambda: rules.decide_json(data, extras).facts), (dict, str))  # noqa: B023

    def test_of_a_whole_message_finds_every_key_that_is_lost(self, rules: Rules) -> None:
        """A key that stands twice is found among facts that are all there, wherever it is."""
        plain = json.dumps({**WHOLE, "user": {**WHOLE["user"], "name": "Ann"}})
        for key, value in (("away", "true"), ("until", "null"), ("words", "[]"), ("name", '""')):
            twice = plain.replace(f'"{key}":', f'"{key}": {value}, "{key}":', 1)
            with pytest.raises(FactsError, match=f"`{key}` stands twice"):
                rules.decide_json(twice)

    def test_a_foreign_key_in_place_of_a_text_hides_none_that_is_lost(self, rules: Rules) -> None:
        """A text that is not there, and its key, do not make up for a foreign key and one that stands twice."""
        user = {"nick": 1} | {name: one for name, one in WHOLE["user"].items() if name != "name"}
        twice = json.dumps({"muted": True, "user": user}).replace('"count"', '"count": 4, "count"')

        for read in (rules.program.json().read, lambda data: rules.decide_json(data, extras="ignore")):
            with pytest.raises(FactsError, match="`count` stands twice"):
                read(twice)

    @pytest.mark.parametrize("data", ['{"user": "long"}', '{"user": [1, 2, 3]}', '"long"', "[1, 2, 3]"])
    def test_what_stands_for_a_group_of_bools_is_told(self, data: str) -> None:
        """Also where no fact is looked at to count texts, a text or a list in place of a group is an error about it."""
        facts = "notifyrules: 1\nfacts: {user.away: bool = false, user.busy: bool = false}\n"
        flow = 'flow: {away: {if: user.away or user.busy, then: "yes", else: "no"}}\n'

        with pytest.raises(FactsError, match=r"expected a (group of facts|mapping)"):
            rules_of(facts + flow + OUTCOMES).decide_json(data)

    def test_of_a_message_without_a_fact_finds_a_key_that_is_lost(self, rules: Rules) -> None:
        """A fact that is not there does not make up for one that is there twice."""
        user = {name: one for name, one in WHOLE["user"].items() if name != "away"}
        twice = json.dumps({"muted": True, "user": user}).replace('"muted"', '"muted": true, "muted"')

        for extras in ("forbid", "ignore"):
            with pytest.raises(FactsError, match="`muted` stands twice"):
                rules.decide_json(twice, extras)
