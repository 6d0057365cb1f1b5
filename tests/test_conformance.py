"""Find for whom a chart decides otherwise than an old function: what is asked, what is found, and what is told."""

from __future__ import annotations

import functools
import json
import random
import shlex
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import notifyrules
from notifyrules.conformance.answers import Answers
from notifyrules.conformance.clusters import MOST
from notifyrules.conformance.expected import ExpectedDifferences, read_expected
from notifyrules.conformance.old import Old
from notifyrules.conformance.report import Conformance
from notifyrules.conformance.run import BothSides
from notifyrules.conformance.trial_facts import Maker
from notifyrules.errors import UsageError
from notifyrules.language.types import Basic
from notifyrules.language.values import FactValues
from notifyrules.language.word_matching import has_word
from notifyrules.limit import Limit
from notifyrules.rules import find_place
from tests import old_functions
from tests.charts import chart
from tests.cli import run
from tests.old_rocketchat import ROCKETCHAT, rocketchat

CHART = """\
notifyrules: 1
name: chart
facts:
  muted: {type: bool, default: false, about: The person muted it}
  words: list of text = []
  level: low | high | null = null
  user.id: text
  sender.id: text
flow:
  own: {ask: Own?, if: user.id == sender.id, then: {to: "no", because: it is your own}, else: muted}
  muted: {ask: Muted?, if: muted and level != "high", then: {to: "no", because: you muted it}, else: named}
  named: {ask: Named?, if: user.id in words, then: told, else: held}
outcomes: {told: {notify: true}, held: {notify: later, recheck: null}, "no": {notify: false}}
allow: {nullable-not-equal: null is not high}
"""

BUSY = """\
notifyrules: 1
facts: {muted: bool = false, busy: bool = false}
flow:
  muted: {ask: Muted?, if: muted, then: {to: "no", because: you muted it}, else: busy}
  busy: {ask: Busy?, if: busy, then: held, else: told}
outcomes: {told: {notify: true}, held: {notify: later, recheck: null}, "no": {notify: false}}
"""

Facts = dict[str, Any]


def decide(facts: Facts) -> str:
    """Decide like the chart."""
    if facts["user.id"] == facts["sender.id"] or (facts["muted"] and facts["level"] != "high"):
        return "no"
    return "told" if facts["user.id"] in facts["words"] else "held"


def ignores_level(facts: Facts) -> str:
    """Forget that what is important comes through."""
    return "no" if facts["muted"] else decide(facts)


def joins_words(facts: Facts) -> str:
    """Look for an item in a text."""
    told = facts["user.id"] in ",".join(facts["words"])
    return "told" if told and decide(facts) == "held" else decide(facts)


def raises(facts: Facts) -> str:
    """Fail where nothing was chosen."""
    if facts["muted"] and facts["level"] is None:
        raise LookupError(facts["level"])
    return decide(facts)


def misspells(facts: Facts) -> str:
    """Fail whatever was chosen."""
    return str(facts["usr.id"])


def defaults(facts: Facts) -> str:
    """Take another default than the chart has."""
    return decide({"muted": False, "words": [], "level": "high", **facts})


def changes(facts: Facts) -> str:
    """Change what it is given."""
    answer = decide(facts)
    facts["words"].append(facts["user.id"])
    facts["muted"] = True
    return answer


BLOCKED = {"other-bot": 1, "spam-bot": 2}


def blocks_one(facts: Facts) -> str:
    """Treat one sender otherwise."""
    return "no" if facts["sender.id"] == "spam-bot" else decide(facts)


def blocks_many(facts: Facts) -> str:
    """Treat some senders otherwise."""
    return "no" if BLOCKED.get(facts["sender.id"]) == len(BLOCKED) else decide(facts)


def blocks_inside(facts: Facts) -> str:
    """Leave it to another function."""
    return blocks_one(facts)


def make_forgetful() -> Callable[[Facts], str]:
    """Make a function that remembers too much: a cache whose key lacks a fact."""
    known: dict[object, str] = {}

    def ask(facts: Facts) -> str:
        key = (facts["user.id"] == facts["sender.id"], facts["user.id"] in facts["words"], facts["level"])
        return known.setdefault(key, decide(facts))

    return ask


MAIL = """\
notifyrules: 1
name: mail
facts:
  now: instant
  sent_at: instant
  read_until: instant | null = null
  late_by: duration | null = null
  note: text = ""
  text: text = ""
  words: list of text = []
  tags: list of (muted | beta | staff) = []
  friends: list of text = []
  blocked: list of text = []
  sender: text
  user: text
  wants: bool = false
assume: [sent_at <= now]
otherwise: "no"
flow:
  own: {ask: Own?, if: sender == user, then: "no", else: read}
  read: {ask: Read?, if: read_until is not null and sent_at <= read_until, then: "no", else: blocked}
  blocked: {ask: Blocked?, if: sender in blocked, then: "no", else: late}
  late: {ask: Late?, if: late_by is not null and late_by > 2h, then: wanted, else: note}
  note: {ask: A note?, if: len(note) > 0, then: wanted, else: tags}
  tags: {ask: A tester?, if: 'overlaps(tags, ["beta", "staff"])', then: wanted, else: friends}
  friends: {ask: A friend?, if: sender in friends, then: wanted, else: words}
  words: {ask: Named?, if: "has_word(text, words)", then: wanted}
  wanted: {ask: Wanted?, if: wants, then: told}
outcomes: {told: {notify: true}, "no": {notify: false}}
"""


def mail(wrong: str = "") -> Callable[[Facts], str]:
    """Make a function that decides like that chart, with a mistake; most of what it asks shows only where `wants`."""

    def ask(facts: Facts) -> str:
        sender, user, tags, words = facts["sender"], facts["user"], facts["tags"], facts["words"]
        sent_at, read_until, late_by = facts["sent_at"], facts["read_until"], facts["late_by"]
        note, hours = facts["note"], timedelta(hours=2)
        if wrong == "composed":
            sender, user = (unicodedata.normalize("NFC", one) for one in (sender, user))
        if wrong == "seconds" and read_until is not None:
            sent_at, read_until = (one.replace(microsecond=0) for one in (sent_at, read_until))
        is_friend, is_blocked = sender in facts["friends"], sender in facts["blocked"]
        if wrong == "in both lists":
            is_blocked = is_blocked and not is_friend
        if sender == user or (read_until is not None and sent_at <= read_until) or is_blocked:
            return "no"
        late_by = abs(late_by) if late_by is not None and wrong == "sign" else late_by
        is_late = late_by is not None and late_by > hours
        note = note.strip() if wrong == "blank" else note
        is_noted = len(note) > 1 if wrong == "one letter" else bool(note)
        tags = tags[:1] if wrong == "first" else tags
        if wrong == "trailing":
            words = [one for one in words if one == one.strip()]
        is_tester = not {"beta", "staff"}.isdisjoint(tags)
        is_named = is_tester or is_friend or has_word(facts["text"], tuple(words))
        return "told" if facts["wants"] and (is_late or is_noted or is_named) else "no"

    return ask


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a chart."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chart.yaml").write_text(CHART)
    return tmp_path


def find(function: Callable[..., object], **options: Any) -> Conformance:  # noqa: ANN401 - those of the function
    """Compare the chart with a function, as long as there are other facts."""
    return (
        _find(function)
        if not options
        else notifyrules.conform("chart.yaml", against=function, **{"seconds": 20, **options})
    )


@functools.cache
def _find(function: Callable[..., object]) -> Conformance:
    return notifyrules.conform("chart.yaml", against=function, seconds=20)


@functools.cache
def made_mail() -> tuple[notifyrules.Rules, Maker, list[FactValues]]:
    """Make facts for a chart of texts and instants, once for all tests."""
    Path("mail.yaml").write_text(MAIL)
    rules = notifyrules.load("mail.yaml")
    maker = Maker(rules.graph, 1_000)
    return rules, maker, list(islice(maker.make(), 12_000))


class TestWhatIsFound:
    """Differences are found, made small, and put together."""

    def test_an_equal_function(self) -> None:
        """Nothing is told of a function that decides alike, but what was covered."""
        found = find(decide)

        assert found
        assert "that took every arrow and every condition both ways" in found.tell()
        assert "not looked for: " in found.tell()

    @pytest.mark.parametrize(
        ("function", "answers", "facts"),
        [
            (ignores_level, ("held", "no"), {"muted", "level"}),
            (joins_words, ("held", "told"), {"words"}),
            (raises, ("no", "raises LookupError"), {"muted"}),
        ],
    )
    def test_one_cause(self, function: Callable[[Facts], str], answers: tuple[str, str], facts: set[str]) -> None:
        """One cause is one cluster, shown by no more facts than it takes."""
        found = find(function)
        smallest = [one.witnesses[0] for one in found.clusters]
        changed = [{name for name, _, _ in one.minds if name not in ("user.id", "sender.id")} for one in smallest]

        # No text at all is in every text, which is a cause of its own.
        assert len(found.clusters) == 1 + (function is joins_words)
        assert {one.difference.answers for one in smallest} == {answers}
        assert facts in changed

    def test_known_facts_stay(self) -> None:
        """What is known of specialized rules is the same in all facts that are asked for."""
        asked: list[object] = []

        def ask(facts: Facts) -> str:
            asked.append((facts["level"], *facts["words"]))
            return joins_words(facts)

        rules = notifyrules.load("chart.yaml").specialize({"level": "low", "words": ["adam"]})
        found = notifyrules.conform(rules, against=ask, seconds=3)

        assert (
            "draw it: notifyrules render chart.yaml --set 'words=[\"adam\"]' --set level=low --set user.id="
            in found.tell()
        )
        assert set(asked) == {("low", "adam")}

    def test_who_minds_a_fact(self) -> None:
        """What parts the sides is what only one of them minds."""
        (cluster,) = find(ignores_level).clusters

        assert set(cluster.witnesses[0].minds) == {("muted", "true", "old"), ("level", "high", "chart")}

    def test_what_is_raised_is_counted(self) -> None:
        """An exception is an answer of its kind."""
        found = find(raises)

        assert found.raised["raises LookupError"] > 0
        assert "the old function raises LookupError for" in found.tell()

    def test_what_is_raised_at_one_place(self) -> None:
        """What is raised at one place is one difference, told with the place and what the exception says."""
        (cluster,) = find(misspells, seconds=1).clusters
        line = misspells.__code__.co_firstlineno + 2

        assert cluster.witnesses[0].difference.old.detail == f"test_conformance.py:{line}: 'usr.id'"
        assert f"old function: test_conformance.py:{line}: 'usr.id'" in find(misspells, seconds=1).tell()

    def test_facts_that_no_condition_names(self, folder: Path) -> None:
        """The command that draws it takes a schedule, and the condition to expect is left open."""
        facts = "facts: {now: instant, zone: timezone = UTC, quiet: {type: schedule, default: []}}\n"
        (folder / "quiet.yaml").write_text(
            chart('q: {if: "within(now, zone, quiet)", then: "no", else: "yes"}', facts=facts)
        )
        told = notifyrules.conform("quiet.yaml", against=lambda _: True, seconds=3).tell()
        [command] = [line for line in told.splitlines() if line.startswith("   draw it: ")]

        assert run(*shlex.split(command)[3:]).code == 0
        assert "expect it: - {if: '...', chart: 'no'" in told

    def test_a_default_of_its_own(self) -> None:
        """Facts are left out in a second pass, which finds another default."""
        (cluster,) = find(defaults).clusters

        assert cluster.witnesses[0].difference.without == {"level"}
        assert "left out: `level`" in find(defaults).tell()

    @pytest.mark.parametrize(
        "wrong",
        ["", "composed", "seconds", "in both lists", "sign", "blank", "one letter", "first", "trailing"],
    )
    def test_what_only_shows_where_it_is_wanted(self, wrong: str) -> None:
        """What a condition reads is varied where how it ends depends on it."""
        rules, maker, facts = made_mail()
        old = Old(rules.graph, Answers(rules.graph), mail(wrong))
        comparison = BothSides(rules.program, old, ExpectedDifferences(rules.graph), maker)
        for one in facts:
            comparison.look_at(one)

        assert (comparison.differing > 0) == bool(wrong)

    def test_a_function_that_needs_all_facts(self) -> None:
        """That a function refuses facts that are left out is no difference."""
        found = find(decide)

        assert not found.clusters
        assert found.refused == "raises KeyError"

    @pytest.mark.slow
    def test_a_function_that_changes_its_facts(self) -> None:
        """Each call is given copies."""
        assert find(changes)

    def test_a_function_that_remembers(self) -> None:
        """A witness that does not hold alone is told as a matter of what was asked before."""
        found = find(make_forgetful())

        assert [one.remembers for one in found.clusters] == [True]
        assert "it depends on what was asked before" in found.tell()

    @pytest.mark.slow
    def test_the_same_seed_asks_the_same(self) -> None:
        """Two runs ask for the same facts in the same order."""
        asked: list[list[Facts]] = [[], []]
        for run_ in asked:
            find(lambda facts, run_=run_: (run_.append(facts), decide(facts))[1])

        assert asked[0][:500] == asked[1][:500]

    @pytest.mark.slow
    @pytest.mark.parametrize("function", [blocks_one, blocks_many, blocks_inside])
    def test_what_the_code_names(self, function: Callable[[Facts], str]) -> None:
        """Texts that the code of the function names are asked for, also those of functions that it calls."""
        first = find(function).clusters[0].witnesses[0].difference

        assert first.facts["sender.id"] == "spam-bot"

    @pytest.mark.slow
    def test_recorded_rows_are_asked_first(self) -> None:
        """What stands neither in the chart nor in the code is found by recorded rows."""
        row = {"user.id": "u-4711", "sender.id": "ada"}

        def special(facts: Facts) -> str:
            return "no" if facts["user.id"] == chr(117) + "-4711" else decide(facts)

        assert find(special)
        assert find(special, rows=[row]).clusters[0].witnesses[0].difference.answers == ("held", "no")


class TestHowItIsAsked:
    """An old function may take arguments, and answer in words of its own."""

    @pytest.mark.slow
    def test_arguments(self) -> None:
        """Parameters take facts, and groups of facts without the beginning of their names."""

        def by_arguments(me: str, sender: Mapping[str, str], names: list[str], off: bool, level: str | None) -> bool:  # noqa: FBT001
            del level
            return me != sender["id"] and not off and me in names

        arguments = {"me": "user.id", "sender": "sender", "names": "words", "off": "muted", "level": "level"}
        found = find(by_arguments, arguments=arguments)

        assert {one.difference.answers for each in found.clusters for one in each.witnesses} == {("told", "false")}
        assert found.held

    @pytest.mark.slow
    def test_answers(self) -> None:
        """What its words stand for is said by a mapping."""
        words = {"told": "ring", "held": "wait", "no": "drop"}

        def by_words(facts: Facts) -> str:
            return words[decide(facts)]

        assert find(by_words, answers={"ring": "true", "wait": "later", "drop": "false"})

    @pytest.mark.slow
    def test_a_bool_is_compared_as_one(self) -> None:
        """No more is compared than an answer says: what is held is not notified now."""
        words: dict[str, bool | str] = {"told": True, "held": "later", "no": False}

        def by_bool(facts: Facts) -> bool | str:
            return words[decide(facts)]

        assert find(by_bool)

    @pytest.mark.parametrize(
        ("held", "notified", "options", "found"),
        [
            (False, True, {}, set()),
            (True, True, {}, {("held", "true")}),
            (False, "told", {}, {("held", "false")}),
            (False, True, {"answers": {"false": "false"}}, {("held", "false")}),
            (False, True, {"answers": {"false": "no", "true": "told"}}, {("held", "no")}),
            ("later", True, {}, set()),
        ],
        ids=["only bools", "true", "an outcome, too", "by a mapping", "outcomes by a mapping", "later"],
    )
    def test_what_holds_is_not_now(
        self, tmp_path: Path, held: object, notified: object, options: dict[str, Any], found: set[tuple[str, str]]
    ) -> None:
        """A function that says no more than true and false says of what is held that it is not notified now."""
        (tmp_path / "busy.yaml").write_text(BUSY, "utf-8")

        def old(facts: Facts) -> object:
            return False if facts["muted"] else held if facts["busy"] else notified

        told = notifyrules.conform(tmp_path / "busy.yaml", against=old, seconds=10, **options)

        assert {one.difference.answers for each in told.clusters for one in each.witnesses} == found
        assert (
            told.held
            is ("its false was taken for what the chart holds" in told.tell())
            is (not found and held is False)
        )

    def test_a_mapping_of_no_fact(self) -> None:
        """A misspelt fact is told with the nearest one."""
        with pytest.raises(UsageError, match=r"did you mean `user\.id`"):
            find(decide, arguments={"me": "user.idd"})

    @pytest.mark.slow
    def test_plain_values(self) -> None:
        """Values are given as Python has them, or as JSON holds them."""
        seen: dict[bool, set[type]] = {True: set(), False: set()}
        for plain, types in seen.items():

            def look(facts: Facts, types: set[type] = types) -> str:
                types.add(type(facts["now"]))
                types.add(type(facts["preferences.quiet_hours"]))
                return "no"

            notifyrules.conform("team_chat", against=look, plain=plain, seconds=0.5)

        assert {one.__name__ for one in seen[False]} == {"datetime", "list"}
        assert {one.__name__ for one in seen[True]} == {"str", "list"}


EXPECTED = """\
notifyrules-differences: 1
differences:
  - {if: muted and level == "high", chart: held, old: "no", why: the new chart lets what is important through}
"""


class TestExpected:
    """Expected differences are taken out, and one that is not there any more is told."""

    def test_what_is_expected_is_taken_out(self, folder: Path) -> None:
        """The rest shows."""
        (folder / "expected.yaml").write_text(EXPECTED)
        found = find(ignores_level, expect="expected.yaml")

        assert {one.difference.answers for each in found.clusters for one in each.witnesses} == {("told", "no")}

    @pytest.mark.slow
    def test_all_that_is_expected(self, folder: Path) -> None:
        """Nothing is left to tell where all is expected."""
        (folder / "expected.yaml").write_text(EXPECTED.replace("chart: held, ", ""))
        found = find(ignores_level, expect="expected.yaml")

        assert found
        assert "expected: muted and level" in found.tell()

    def test_what_it_covers_up(self, folder: Path) -> None:
        """Mistakes show beside an expected difference that nearly all facts have, each by its own cause."""
        (folder / "expected.yaml").write_text(
            "notifyrules-differences: 1\ndifferences: [{if: read_until is null, old: 'no', why: tested}]\n"
        )
        rules, maker, facts = made_mail()
        late = mail("sign")

        def decide_(given: Facts) -> str:
            return "no" if not given["read_until"] or "staff" in given["tags"] else late(given)

        old = Old(rules.graph, Answers(rules.graph), decide_)
        expected = read_expected(find_place("expected.yaml", None), rules.graph)
        comparison = BothSides(rules.program, old, expected, maker)
        for one in facts:
            comparison.look_around(one)

        clusters = comparison.clusters(Limit(1_000))
        by_cause = {cluster.cause and cluster.cause[0]: cluster.witnesses for cluster in clusters}
        assert set(by_cause) == {"late_by", "tags"}
        # Without it the difference would be the expected one, which is nothing that parts the sides.
        assert all(("read_until", "", "both") in witness.minds for witness in by_cause["tags"])

    def test_stale(self, folder: Path) -> None:
        """A difference that no facts show any more is told."""
        (folder / "expected.yaml").write_text(EXPECTED)
        found = find(decide, expect="expected.yaml")

        assert not found
        assert "stale: no facts show the difference any more that is expected at expected.yaml:3" in found.tell()


OLD = """\
import json, sys

def decide(facts):
    if facts["user.id"] == facts["sender.id"] or facts["muted"]:
        return "no"
    return "told" if facts["user.id"] in facts["words"] else "held"

if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(decide(json.loads(line))), flush=True)
"""


class TestCommandLine:
    """`notifyrules conform` tells it to people and to programs."""

    @pytest.fixture(autouse=True)
    def old(self, folder: Path) -> Iterator[None]:
        """Stand an old function beside the chart, and forget it in the end."""
        (folder / "old_one.py").write_text(OLD)
        yield
        sys.modules.pop("old_one", None)

    def test_text(self) -> None:
        """The report names both answers, the facts, the way and what to do next; the exit code is 1."""
        told = run("conform", "chart.yaml", "--against", "old_one:decide", "--seconds", "20")

        assert told.code == 1
        assert "chart `held`, old function `no`, for\n     muted: true\n     level: high\n" in told.out
        assert "chart: own.else > muted.else > named.else" in told.out
        assert "draw it: notifyrules render chart.yaml --set muted=true --set level=high" in told.out
        assert """expect it: - {if: 'muted and level == "high"', chart: 'held', old: 'no', why: ...}""" in told.out

    @pytest.mark.slow
    def test_json(self) -> None:
        """Programs are told the same."""
        told = run("conform", "chart.yaml", "--against", "old_one:decide", "--format", "json", "--seconds", "20")
        data = json.loads(told.out)

        assert data["differences"][0]["witnesses"][0]["changed"] == {"muted": "old", "level": "chart"}

    @pytest.mark.slow
    def test_a_command(self) -> None:
        """A program in any language is asked by lines of JSON."""
        command = f"{sys.executable} old_one.py"
        told = run("conform", "chart.yaml", "--command", command, "--seconds", "20")

        assert "chart `held`, old function `no`, for\n     muted: true\n     level: high\n" in told.out

    @pytest.mark.slow
    def test_a_run_is_gone_on_with(self, folder: Path) -> None:
        """What was asked before is not asked again, and what was found is still told."""
        options = ("--against", "old_one:decide", "--resume", "run.json", "--format", "json")
        first = json.loads(run("conform", "chart.yaml", *options, "--seconds", "20").out)
        second = json.loads(run("conform", "chart.yaml", *options, "--seconds", "20").out)

        other = run("conform", "chart.yaml", *options, "--set", "muted=true")

        assert "holds a run of other rules" in other.err
        assert json.loads((folder / "run.json").read_text())["made"] == second["asked"]
        assert first["differences"][0]["witnesses"][0] == second["differences"][0]["witnesses"][0]

    @pytest.mark.slow
    def test_mapping(self, folder: Path) -> None:
        """A file says what parameters take and what words stand for."""
        (folder / "old_one.py").write_text("def decide(me, names): return 'ring' if me in names else 'drop'\n")
        (folder / "map.yaml").write_text("arguments: {me: user.id, names: words}\nanswers: {ring: told, drop: held}\n")
        told = run("conform", "chart.yaml", "--against", "old_one:decide", "--mapping", "map.yaml", "--seconds", "20")

        assert "chart `no`, old function `held`" in told.out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "name the old function"),
            (["--against", "old_one"], "`old_one` names no function"),
            (["--against", "old_two:decide"], "cannot be imported: No module named 'old_two'"),
            (["--against", "old_one:decid"], "has no attribute 'decid'"),
            (["--command", "not-a-program"], "the command `not-a-program` cannot be run"),
            (["--command", "true"], "the command ended without an answer"),
            (["--against", "old_one:decide", "--expect", "none.yaml"], "none.yaml"),
            (["--against", "old_one:decide", "--mapping", "chart.yaml"], "is no part of a mapping"),
            (["--against", "old_one:decide", "--resume", "old_one.py"], "`old_one.py` holds no run"),
        ],
    )
    def test_misuse(self, arguments: list[str], message: str) -> None:
        """Each mistake of the caller is told in a line, without a traceback."""
        told = run("conform", "chart.yaml", *arguments, "--seconds", "1")

        assert message in told.err
        assert told.code in (1, 2)
        assert "Traceback" not in told.err


# ---- Planted differences in two deciders ----


FUNCTIONS: dict[str, Callable[..., old_functions.Old]] = {
    "team_chat": old_functions.team_chat,
    "zulip": old_functions.zulip,
    "rocketchat": rocketchat,
}


@functools.cache
def made(chart: str, count: int) -> tuple[notifyrules.Rules, Maker, list[FactValues]]:
    """Make facts for a shipped chart, once for all tests."""
    rules = notifyrules.load(chart)
    maker = Maker(rules.graph, 1_000)
    return rules, maker, list(islice(maker.make(), count))


def compare(chart: str, *wrong: str, count: int = 40_000) -> BothSides:
    """Ask a shipped chart and its old function with some mistakes for the same facts."""
    rules, maker, facts = made(chart, count)
    function = FUNCTIONS[chart](*wrong)
    old = Old(rules.graph, Answers(rules.graph), function)
    comparison = BothSides(rules.program, old, ExpectedDifferences(rules.graph), maker)
    for one in facts:
        comparison.look_at(one)
    return comparison


PLANTED = [
    *(("rocketchat", one) for one in ROCKETCHAT),
    *(("team_chat", one) for one in old_functions.TEAM_CHAT if one != "remembers vips"),
    *(("zulip", one) for one in old_functions.ZULIP),
]


@pytest.mark.slow
class TestPlanted:
    """Of many ways in which hand-written deciders go wrong, those that facts can show are found."""

    def test_no_instant_is_far_from_ours(self) -> None:
        """Where the range of instants ends, sums are cut off, and every function differs."""
        rules, _, facts = made("team_chat", 40_000)
        names = [name for name, fact in rules.graph.facts.items() if fact.type.base is Basic.INSTANT]
        years = {value.year for one in facts for name in names if isinstance(value := one[name], datetime)}

        assert (min(years) >= 2000, max(years) <= 2100) == (True, True)

    @pytest.mark.parametrize("chart", FUNCTIONS)
    def test_none_in_an_equal_function(self, chart: str) -> None:
        """An equal function shows no difference."""
        assert compare(chart).differing == 0

    @pytest.mark.parametrize(
        ("chart", "wrong"),
        # All of them take minutes: `pytest -m "slow or soak" -k test_each_alone`.
        [pytest.param(*one, marks=pytest.mark.soak if at % 12 else ()) for at, one in enumerate(PLANTED)],
    )
    def test_each_alone(self, chart: str, wrong: str) -> None:
        """One mistake is found."""
        assert compare(chart, wrong).differing > 0

    @pytest.mark.parametrize("chart", ["team_chat", "zulip"])
    @pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
    def test_twelve_at_once(self, chart: str, seed: int) -> None:
        """Twelve are at most twelve clusters, whose witnesses show most of them by themselves."""
        names = sorted({*getattr(old_functions, chart.upper())} - {"counts messages", "remembers vips"})
        chosen = random.Random(seed).sample(names, 12)  # noqa: S311 - the same ones every time
        comparison = compare(chart, *chosen)
        clusters = comparison.clusters(Limit(1_000))
        graph = comparison.graph
        alone = {one: Old(graph, Answers(graph), FUNCTIONS[chart](one)) for one in chosen}
        shown: set[str] = set()
        for each in (one.difference for cluster in clusters for one in cluster.witnesses[:3]):
            decided = comparison.program.decide(each.facts)
            causes = [
                one
                for one, old in alone.items()
                if not old.ask(each.facts).agrees(graph, decided.outcome, decided.reason)
            ]
            shown.update(causes if len(causes) == 1 else ())

        assert len(clusters) <= MOST
        # A mistake whose facts all show a smaller one too is seen only where that one is mended.
        assert len(shown) > len(chosen) / 2


@pytest.mark.soak
@pytest.mark.parametrize("chart", FUNCTIONS)
def test_no_false_difference(chart: str) -> None:
    """Of 300,000 facts none shows a difference to an equal function."""
    assert compare(chart, count=300_000).differing == 0
