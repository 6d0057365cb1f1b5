"""Hold the interpreter in JavaScript to the walk: recorded decisions, drawn charts, letters, zones and schedules."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifyrules import Rules, load
from notifyrules.language.moments import zone_keys
from notifyrules.language.values import Value, to_plain
from notifyrules.page.export import export_chart
from notifyrules.page.module import write_data
from notifyrules.shipped import shipped_names
from notifyrules.strategies import facts
from tests.property.strategies import RuleFile, rule_files
from tests.property.test_chart_laws import loaded, seeds, situations
from tests.test_evaluators import CORPORA, deciding, rows

NODE: Final = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="needs node")
DECIDE: Final = Path(__file__).parents[1] / "notifyrules" / "page" / "decide.js"
LOOP: Final = f"""
import {{ createInterface }} from "node:readline";
import {{ decideBy, FactsError }} from {json.dumps(DECIDE.as_uri())};
let chart;
const asked = (facts) => {{
  try {{ return decideBy(chart, facts); }}
  catch (error) {{ if (error instanceof FactsError) return {{ problems: error.message.split("\\n") }}; throw error; }}
}};
for await (const line of createInterface({{ input: process.stdin }})) {{
  const given = JSON.parse(line);
  chart = given.chart ?? chart;
  process.stdout.write(JSON.stringify(given.rows.map(asked)) + "\\n");
}}
"""
NOT_TOLD: Final = {"facts_types", "data_types", "notifyrules-record", "rules"}
TEXTS: Final = """\
notifyrules: 1
facts: {one: text, other: text, words: "list of text = []"}
data:
  lower: text = ""
  matches: bool = false
  glob: bool = false
  word: bool = false
  words: bool = false
  length: int = 0
  after: text = ""
flow: {ask: {if: "one == other", then: same, else: same}}
outcomes:
  same:
    notify: true
    data:
      lower: {expr: lower(one)}
      matches: {expr: "matches(one, other)"}
      glob: {expr: "has_glob_word(one, other)"}
      word: {expr: "has_word(one, other)"}
      words: {expr: "has_word(one, words)"}
      length: {expr: len(one)}
      after: {expr: "after(one, other)"}
"""
CLOCKS: Final = """\
notifyrules: 1
facts: {now: instant, zone: timezone, day: date, at: time, open: schedule}
data:
  time: "time | null = null"
  day: "date | null = null"
  weekday: "text | null = null"
  at: "instant | null = null"
  inside: "bool | null = null"
  ends: "instant | null = null"
  starts: "instant | null = null"
flow: {ask: {if: "within(now, zone, open)", then: told, else: told}}
outcomes:
  told:
    notify: later
    recheck: window_end(now, zone, open) ?? now + 1h
    because: "{local_time(now, zone)} on {local_date(now, zone)}"
    data:
      time: {expr: "local_time(now, zone)"}
      day: {expr: "local_date(now, zone)"}
      weekday: {expr: "weekday(now, zone)"}
      at: {expr: "instant_at(day, at, zone)"}
      inside: {expr: "within(now, zone, open)"}
      ends: {expr: "window_end(now, zone, open)"}
      starts: {expr: "window_start(now, zone, open)"}
"""
LETTERS: Final = "aAsSſkK\u212aßẞéÉe\u0301İiıΣσςΑ'\u00ad\u0345\u1fbe²ⓐ番กิ❤\ufe0f\u200d‿ꭰᎠﬅﬆ_1\U0001f600\U00010400"  # noqa: RUF001 - letters that look alike are what is tried
odd_texts = st.text(LETTERS + " .-?*\n\r\u2028\x1c", max_size=14) | st.text(max_size=8)


class Node:
    """A process that decides by the interpreter."""

    def __init__(self) -> None:
        assert NODE is not None
        command = [NODE, "--input-type=module", "-e", LOOP]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def decide(self, given: Iterable[Mapping[str, object]], chart: Mapping[str, object] | None = None) -> list[object]:
        """Decide for each of some facts, by this chart or the one before."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"chart": chart, "rows": list(given)}) + "\n")
        self.process.stdin.flush()
        found: list[object] = json.loads(self.process.stdout.readline())
        return found


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """Start it."""
    started = Node()
    yield started
    assert started.process.stdin is not None
    assert started.process.stdout is not None
    started.process.stdin.close()
    started.process.wait(timeout=60)
    started.process.stdout.close()


def bare(found: object) -> object:
    """Leave out of a record what says how JSON is to be read, and whose rules it is of."""
    match found:
        case dict():
            return {key: bare(value) for key, value in found.items() if key not in NOT_TOLD}
        case list():
            return [bare(value) for value in found]
        case _:
            return found


def differences(node: Node, rules: Rules, given: Sequence[Mapping[str, Value]]) -> list[object]:
    """List decisions that are not the walk's: outcome, reasons, words, path, facts read, data, when to ask again."""
    zones = {value.key for facts in given for value in facts.values() if isinstance(value, ZoneInfo)}
    plain = [{name: to_plain(value) for name, value in facts.items()} for facts in given]
    found = node.decide(plain, export_chart(rules.graph, zones))
    expected = [bare(rules.decide(facts).record().to_dict()) for facts in given]
    assert len(found) == len(expected) > 0
    return [(one, other) for one, other in zip(expected, found, strict=True) if one != other]


def from_text(folder: Path, text: str) -> Rules:
    """Load rules from their text."""
    file = folder / "chart.yaml"
    file.write_text(text, "utf-8")
    return load(file)


class TestRecorded:
    def test_a_few(self, node: Node) -> None:
        """Recorded decisions of one system are the same to the last step."""
        path = next(path for path in CORPORA if path.stem == "slack")
        rules = deciding(path)

        assert differences(node, rules, list(rows(path, rules))) == []

    @pytest.mark.slow
    @pytest.mark.parametrize("path", CORPORA, ids=lambda path: path.stem)
    def test_all(self, node: Node, path: Path) -> None:
        """Every recorded decision of every system is the same to the last step."""
        rules = deciding(path)

        assert differences(node, rules, list(rows(path, rules))) == []


@pytest.mark.slow
class TestDrawn:
    @settings(max_examples=150)
    @given(rule_files(), seeds)
    def test_charts(self, node: Node, file: RuleFile, seed: int) -> None:
        """Whatever the chart, whatever the facts."""
        assert differences(node, loaded(file), situations(file, seed)) == []

    @pytest.mark.parametrize("name", shipped_names())
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_facts(self, node: Node, name: str, data: st.DataObject) -> None:
        """Shipped charts decide the same on drawn facts, also those that keep to no assumption."""
        rules = load(name)
        given = data.draw(st.lists(facts(rules), min_size=20, max_size=20))

        assert differences(node, rules, [dict(rules.facts(facts)) for facts in given]) == []


class TestTexts:
    @pytest.mark.slow
    def test_recorded_globs(self, node: Node, tmp_path: Path) -> None:
        """What Matrix's evaluator answered for odd letters."""
        recorded = (Path(__file__).parent / "corpora" / "globs.jsonl").read_text("utf-8").splitlines()
        cases = [json.loads(line) for line in recorded]
        chart = export_chart(from_text(tmp_path, TEXTS).graph)
        found = node.decide(({"one": case["text"], "other": case["glob"]} for case in cases), chart)
        answers = [decision["data"] for decision in found if isinstance(decision, dict)]

        assert [(one["matches"], one["glob"]) for one in answers] == [
            (case["matches"], case["has_glob_word"]) for case in cases
        ]

    @pytest.mark.slow
    def test_drawn(self, node: Node, tmp_path_factory: pytest.TempPathFactory) -> None:
        """Letters change case, globs and words are found, as Python does it."""
        rules = from_text(tmp_path_factory.mktemp("texts"), TEXTS)

        @settings(max_examples=300)
        @given(st.lists(st.tuples(odd_texts, odd_texts, st.lists(odd_texts, max_size=20)), min_size=10, max_size=10))
        def hold(texts: list[tuple[str, str, list[str]]]) -> None:
            given = [{"one": one, "other": other, "words": tuple(words)} for one, other, words in texts]
            given += [{**facts, "other": facts["one"][1:-1]} for facts in given]
            assert differences(node, rules, [dict(rules.facts(facts)) for facts in given]) == []

        hold()

    @pytest.mark.slow
    def test_every_letter(self, node: Node, tmp_path: Path) -> None:
        """Every character of Unicode, before and behind a capital sigma."""
        every = [chr(one) for one in (*range(0xD800), *range(0xE000, 0x30000)) if chr(one) != "\n"]
        parts = ["AΣ ".join(every[at : at + 4000]) for at in range(0, len(every), 4000)]
        rules = from_text(tmp_path, TEXTS)
        given = [dict(rules.facts({"one": part, "other": f"*{part[-40:].lower()}"})) for part in parts]

        assert differences(node, rules, given) == []


@pytest.mark.slow
class TestClocks:
    def test_every_zone(self, node: Node, tmp_path: Path) -> None:
        """In every zone, around its changes and far from them, clocks and schedules read the same."""
        chance = random.Random(1)  # noqa: S311 - no secret
        rules = from_text(tmp_path, CLOCKS)
        given = []
        for key in sorted(zone_keys()):
            zone = ZoneInfo(key)
            for now in (*_changes(zone, chance), *(_instant(chance) for _ in range(4))):
                day = now.astimezone(zone).date() + timedelta(days=chance.choice([0, 0, 1]))
                clock = f"{chance.choice([0, 1, 2, 3, 23, chance.randrange(24)]):02}:{chance.choice([0, 15, 30])}0"[:5]
                facts = {"now": now, "zone": key, "day": day.isoformat(), "at": clock, "open": _windows(chance)}
                given.append(dict(rules.facts(facts)))

        assert len(given) > 3000
        assert differences(node, rules, given) == []


def _instant(chance: random.Random) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(230 * 365 * 86_400))


def _changes(zone: ZoneInfo, chance: random.Random) -> Iterator[datetime]:
    """Find a few instants within an hour of a change of the clock."""
    for year in (chance.randrange(1970, 2037), chance.randrange(2000, 2030), chance.randrange(2037, 2199)):
        days = [datetime(year, 1, 2, tzinfo=UTC) + timedelta(days=day) for day in range(364)]
        changed = [
            day for day in days if day.astimezone(zone).utcoffset() != (day - timedelta(1)).astimezone(zone).utcoffset()
        ]
        for day in changed[:2]:
            yield day - timedelta(minutes=15 * chance.randrange(100))


def _windows(chance: random.Random) -> list[dict[str, object]]:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return [
        {
            "days": chance.sample(days, chance.randrange(1, 8)),
            "from": f"{chance.choice([0, 1, 2, 3, 22]):02}:{chance.choice(['00', '30'])}",
            "until": f"{chance.choice([0, 2, 3, 7, 23]):02}:{chance.choice(['00', '30'])}",
        }
        for _ in range(chance.randrange(4))
    ]


class TestReading:
    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"channel.muted": "no"}, "`channel.muted`: expected true or false"),
            ({"channel": {"muted": 1}}, "`channel.muted`: expected true or false"),
            ({"channel.mutd": True}, "`channel.mutd` is no fact of `slack`"),
            ({"preferences.channel": "loud"}, "`preferences.channel`: expected one of "),
            ({"constructor": 1}, "`constructor` is no fact of `slack`"),
            ({"channel": [True]}, "`channel`: expected a group of facts"),
            ({"channel": {"muted": True}, "channel.muted": True}, "`channel.muted` is given twice"),
        ],
        ids=["text for a bool", "int for a bool", "unknown", "no value of it", "of every object", "list", "twice"],
    )
    def test_is_strict(self, node: Node, given: dict[str, object], problem: str) -> None:
        """What is no fact, or no value of its type, is told by name."""
        [found] = node.decide([given], export_chart(load("slack").graph))

        assert isinstance(found, dict)
        assert found["problems"][0].startswith(problem)

    def test_tells_what_the_items_of_a_list_are(self, node: Node) -> None:
        """A list with an item that is none says what items are."""
        [found] = node.decide([{"preferences.keywords": ["a", 1]}], export_chart(load("team_chat").graph))

        assert isinstance(found, dict)
        assert "`preferences.keywords`: expected a list, every item text" in found["problems"]

    def test_a_group_of_nothing(self, node: Node) -> None:
        """It is as if it was not there; facts that are nothing at all are none."""
        chart = export_chart(load("slack").graph)

        assert node.decide([{"channel": None}], chart) == node.decide([{}])
        assert node.decide([None, []]) == [{"problems": ["expected facts by their names"]}] * 2  # type: ignore[list-item]

    def test_takes_what_python_takes(self, node: Node, tmp_path: Path) -> None:
        """Instants, times, durations and windows are read in every form, and refused where Python refuses them."""
        rules = from_text(tmp_path, CLOCKS)
        base = {"now": "2026-01-05T12:00:00Z", "zone": "UTC", "day": "2026-01-05", "at": "12:00", "open": []}
        night = {"from": "22:00", "until": "07:00"}
        odd: list[tuple[str, list[object]]] = [
            ("now", ["2026-01-05t12:00:00.123456+05:30", "2026-02-30T00:00:00Z", "2026-01-05T24:00:00Z"]),
            ("now", ["1969-12-31T23:00:00-01:00", "2026-01-05T12:00:00.1234567Z", "2026-01-05T12:00:00.1234560Z"]),
            ("now", ["2026-01-05T12:00:60Z", "0070-01-01T00:00:00Z", 5]),
            ("day", ["2026-1-5", "1969-12-31", "1969-12-30", "2200-01-01", "2200-01-02", "2026-02-29"]),
            ("at", ["24:00", "23:59:59", "7:00", "07:00:60"]),
            ("zone", ["utc", "Europe/Berlinn", None]),
            ("open", [[night], [{"days": [], **night}], [{"from": "1:00", "until": "02:00"}], [{}], [1], {}]),
            ("open", [[{"days": ["sun", "mon"], **night}], [{"days": ["mon", "mon"], **night}], [{**night, "a": 1}]]),
        ]
        given = [{**base, name: value} for name, values in odd for value in values]
        found = node.decide(given, export_chart(rules.graph))
        accepted = [bool(_accepts(rules, facts)) for facts in given]

        assert [isinstance(one, dict) and "problems" not in one for one in found] == accepted
        assert set(accepted) == {True, False}


def _accepts(rules: Rules, facts: Mapping[str, object]) -> bool:
    from notifyrules import FactsError  # noqa: PLC0415 - only this needs it

    try:
        rules.facts(facts)
    except FactsError:
        return False
    return True


class TestModule:
    @pytest.mark.slow
    def test_decides_alone(self, tmp_path: Path) -> None:
        """The command writes a module that needs nothing else."""
        file = tmp_path / "slack.mjs"
        command = [sys.executable, "-m", "notifyrules", "export", "slack", "-o", str(file)]
        subprocess.run(command, check=True)
        assert NODE is not None
        script = f'import {{decide}} from "{file.as_uri()}"; console.log(decide({{channel: {{muted: true}}}}).reason)'
        found = subprocess.run([NODE, "--input-type=module", "-e", script], check=True, capture_output=True, text=True)

        assert found.stdout.strip() == load("slack").should_notify({"channel.muted": True}).reason

    def test_asks_nothing_of_the_machine(self) -> None:
        """No time zones, letters or code of the machine's own: what differs from one to the next is carried."""
        code = re.sub(r"(?s)/\*.*?\*/", "", DECIDE.read_text("utf-8"))

        assert (
            re.findall(r"Intl|eval\(|Function\(|toLocale|Temporal|\\p\{(?!Surrogate)|getHours|Date\.now|fetch", code)
            == []
        )

    @pytest.mark.slow
    def test_carries_only_what_is_needed(self, tmp_path: Path) -> None:
        """A chart that compares no letters carries no table of them, and no zone but UTC."""
        whole = json.loads(write_data(load("slack").graph))
        tables = json.loads(write_data(from_text(tmp_path, TEXTS).graph))["tables"]

        assert (whole["tables"], list(whole["zones"])) == ({}, ["UTC"])
        assert set(tables) == {"fold", "letter", "lower", "mark", "unassigned", "unparted", "variants", "word"}
