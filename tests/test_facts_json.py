"""Claims about facts in JSON: they decide like the facts in Python, and nothing that JSON loses is lost in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notifyrules import FactsError, Rules, UsageError
from notifyrules.compiled.typed_json import can_read
from tests.charts import OUTCOMES, rules_of

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


@pytest.mark.skipif(not can_read(), reason="msgspec is not installed")
class TestTyped:
    def test_decides_without_the_other_reader(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """JSON that holds every fact nested, whatever is escaped in it, is read by who knows their types."""
        rules = rules_of(RULES + OUTCOMES)
        monkeypatch.setattr(type(rules.program.json()), "read", None)

        for given in (PLAIN, WHOLE, {**PLAIN, "user": {**PLAIN["user"], "name": 'C:\\ "a\\"\n\\'}}):
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
            ('"away": false, ', ""),
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
            *("a long text", "no texts", "many texts", "no instant", "no window", "less", "more behind"),
        ],
    )
    def test_leaves_whatever_is_not_usual_to_it(self, rules: Rules, old: str, new: str) -> None:
        """What it cannot vouch for it does not decide by."""
        data = json.dumps(PLAIN, ensure_ascii=False)
        assert data.count(old) == 1

        assert rules.program.typed()(data.replace(old, new)) is None

    def test_a_chart_that_is_made_to_be_called_says_nothing(self) -> None:
        """However its facts are written."""
        called = rules_of(RULES + OUTCOMES.replace("{notify: true}", "{}"))

        with pytest.raises(UsageError, match="does not say whether"):
            called.decide_json(json.dumps(PLAIN, ensure_ascii=False))


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
            "a list",
            "no text",
        ],
    )
    def test_says_what_is_wrong(self, rules: Rules, data: Any, problem: str) -> None:  # noqa: ANN401
        """What is no JSON, or loses a value, is an error about the facts."""
        with pytest.raises(FactsError) as raised:
            rules.decide_json(data)

        assert problem in str(raised.value)

    def test_of_a_whole_message_finds_every_key_that_is_lost(self, rules: Rules) -> None:
        """A key that stands twice is found among facts that are all there, wherever it is."""
        plain = json.dumps({**WHOLE, "user": {**WHOLE["user"], "name": "Ann"}})
        for key, value in (("away", "true"), ("until", "null"), ("words", "[]"), ("name", '""')):
            twice = plain.replace(f'"{key}":', f'"{key}": {value}, "{key}":', 1)
            with pytest.raises(FactsError, match=f"`{key}` stands twice"):
                rules.decide_json(twice)
