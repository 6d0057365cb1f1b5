"""Keep little of a decision, and make every word of it again: from the receipt and the rules that it names."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import text

import notifyrules
from notifyrules.cases.model import Case
from notifyrules.compiled import receipts
from notifyrules.compiled.typed_json import can_read
from notifyrules.evaluation.withholding import masking, withhold
from notifyrules.receipts.finding import Finder
from notifyrules.receipts.replay import Replay, explain
from notifyrules.receipts.sources import Sources
from notifyrules.rules import Rules, load, read_cases
from notifyrules.shipped import shipped_names
from notifyrules.strategies import facts as drawn
from tests.cli import run
from tests.test_evaluation_withholding import CALLED, CHART, NAME

NOWHERE = {"rules": "0123456789a", "outcome": "no", "reason": "x.then", "facts": {}}

ALL = """notifyrules: 1
name: all_types
types: {level: {type: low | mid | "it's" | 'q"x', ordered: true}}
allow: {unused-fact: they are only written}
facts:
  b: bool
  nb: bool | null
  tb: bool = true
  i: int
  ni: int | null
  j: int = -3
  t: text
  nt: text | null
  u: {type: text, default: "{x} it's"}
  e: level
  ne: level | null
  d: date
  nd: date | null
  at: instant
  nat: instant | null
  clock: {type: time, default: "22:00"}
  nclock: time | null
  long: duration = 15m
  nlong: duration | null
  zone: timezone = UTC
  nzone: timezone | null
  open: schedule = []
  nopen: schedule | null
  texts: {type: list of text, default: [a, "it's"]}
  nts: list of text | null
  ints: list of int
  bools: list of bool
  longs: list of duration
  levels: list of level = []
  ats: list of instant = []
  et: {type: text, default: ""}
  z: int = 0
flow:
  one: {ask: One?, if: b and tb, then: {to: "yes", because: "{t} {at}"}, else: two}
  two: {ask: Two?, switch: e, cases: {low | mid: "no"}, else: "yes"}
outcomes: {"yes": {notify: true}, "no": {notify: false, because: "no {i}"}}
"""
TEXTS = {"t", "u", "message.text", "channel.name"}
READERS: tuple[Literal["user", "support", "engineer"], ...] = ("user", "support", "engineer")
CORPORA = Path(__file__).parent / "corpora"
ROOT = Path(__file__).parents[1] / "rules"
SHIPPED = [name for name in shipped_names() if not name.startswith("blocks/")]
MUTED = {"channel.muted": True, "channel.name": "#random"}
TINY = """notifyrules: 1
name: tiny
facts: {n: int = 0, at: instant = 2026-01-05T12:00:00Z, word: text | null = null}
flow:
  big: {ask: More than LIMIT?, if: n > LIMIT, then: {to: "yes", because: "{n} is more than LIMIT"}, else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false, because: "only {n}"}}
"""


def words(decision: notifyrules.Decision | Replay) -> tuple[object, ...]:
    """Say everything that a decision says."""
    return decision.to_dict(), *(decision.explain(reader) for reader in READERS)


def case_facts(name: str) -> Iterator[Mapping[str, object]]:
    """Give the facts of the cases of a shipped chart, and of what was recorded for it."""
    for path in (f"rules/{name}.cases.yaml", CORPORA / f"{name}.cases.yaml"):
        if Path(path).exists():
            for case in islice(read_cases(path), 400):
                if isinstance(case, Case):
                    yield case.facts


@pytest.fixture
def private(tmp_path: Path) -> Rules:
    """Load rules with private facts, which they hand to a chart that they call, and quote."""
    (tmp_path / "called.yaml").write_text(CALLED, "utf-8")
    (tmp_path / "chart.yaml").write_text(CHART, "utf-8")
    return load(tmp_path / "chart.yaml")


def versions(folder: Path) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Write twenty versions of a chart one over the other, decide by each, and give the receipt and all words."""
    for number in range(20):
        (folder / "tiny.yaml").write_text(TINY.replace("LIMIT", str(number)), "utf-8")
        rules = load(folder / "tiny.yaml")
        decision = rules.should_notify({"n": 10, "word": 'naïve "quoted"\n'})
        yield json.dumps(decision.receipt(f"m{number}")), words(decision)


class TestReceipt:
    def test_what_it_holds(self) -> None:
        """The rules, what was decided, and the facts off their defaults; a refusal says nothing of `notify`."""
        receipt = load("slack").should_notify(MUTED).receipt("m1/u1", at="2026-11-29T10:00:00Z", subject="u1")

        assert receipt.pop("rules").startswith(load("slack").digest[:8])
        assert receipt == {
            "id": "m1/u1",
            "at": "2026-11-29T10:00:00Z",
            "subject": "u1",
            "outcome": "no",
            "reason": "muted_thread.else",
            "facts": MUTED,
        }

    @pytest.mark.parametrize(
        ("facts", "notify"), [({"message.is_dm": True, "preferences.channel": "everything"}, True), ({}, None)]
    )
    def test_notify(self, facts: dict[str, object], notify: object) -> None:
        """It says that it notifies."""
        assert load("slack").should_notify(facts).receipt().get("notify") is notify

    def test_small(self) -> None:
        """The median of what was recorded of Slack's chart takes at most 200 bytes beside id, time and subject."""
        slack = load("slack")
        lines = (CORPORA / "slack.jsonl").read_text("utf-8").splitlines()
        receipts = [slack.should_notify(json.loads(line)["facts"]).receipt() for line in lines]
        sizes = sorted(len(json.dumps(one, separators=(",", ":"))) for one in receipts)

        assert len(sizes) > 50
        assert sizes[len(sizes) // 2] <= 200

    def test_each_medium(self) -> None:
        """Decisions for all media have a receipt each."""
        decisions = load("slack").should_notify_each(MUTED)

        assert decisions.receipt("m1") == {medium: one.receipt("m1") for medium, one in decisions.items()}


class TestExplain:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", SHIPPED)
    def test_every_word_of_cases(self, name: str) -> None:
        """For all cases and recorded facts of shipped charts, every word comes back, for all three readers."""
        rules, finder, seen = load(name), Finder([]), 0
        for facts in case_facts(name):
            decision = rules.decide(facts)
            assert words(explain(json.dumps(decision.receipt()), places=finder)) == words(decision)
            seen += 1

        assert seen

    @pytest.mark.slow
    @pytest.mark.parametrize("name", SHIPPED)
    def test_every_word_of_drawn_facts(self, name: str) -> None:
        """For drawn facts of shipped charts, too."""
        rules, finder = load(name), Finder([])

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(drawn(rules))
        def hold(facts: Any) -> None:  # noqa: ANN401 - any facts
            decision = rules.decide(facts)
            assert words(explain(json.dumps(decision.receipt()), places=finder)) == words(decision)

        hold()

    @pytest.mark.parametrize("step", [1, -1], ids=["first always told", "first seldom told"])
    def test_every_type(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
        """Values of every type come back, also those that Python takes for equal, and texts that look like code."""
        monkeypatch.setattr(receipts, "generate", receipts.generate_plain)
        begun, facts_told, rest = re.split(r"(?<=facts:\n)|(?=flow:)", ALL)
        told = "\n".join(facts_told.splitlines()[::step])
        (tmp_path / "all.yaml").write_text(f"{begun}{told}\n{rest}", "utf-8")
        rules = load(tmp_path / "all.yaml")

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(drawn(rules))
        def hold(facts: Any) -> None:  # noqa: ANN401 - any facts
            for values in (facts, {**facts, "t": "{t} 'a' \"b\" \\n\n\u2028", "ints": [0, 1], "bools": [False, True]}):
                decision = rules.decide(values)
                assert words(explain(json.dumps(decision.receipt()))) == words(decision)

        hold()

    @pytest.mark.skipif(not can_read(), reason="needs the extra `fast`")
    @pytest.mark.parametrize("name", ["team_chat", "slack", "all"])
    def test_fast(self, tmp_path: Path, name: str) -> None:
        """With the extra `fast` every line is the same to the byte, whatever signs its texts hold."""
        (tmp_path / "all.yaml").write_text(ALL, "utf-8")
        rules = load(tmp_path / "all.yaml") if name == "all" else load(name)
        facts = rules.graph.facts
        made = [
            [make(facts, frozenset(private)) for make in (receipts.generate_plain, receipts.generate_quick)]
            for private in ((), list(facts)[:2], facts)
        ]

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(drawn(rules), text())
        def hold(given: Any, said: str) -> None:  # noqa: ANN401 - any facts
            values = rules.facts(given | dict.fromkeys(TEXTS & facts.keys(), said)).known().values()
            for plain, quick in made:
                assert quick(values, "{", '"facts":') == plain(values, "{", '"facts":')

        hold()

    def test_specialized(self) -> None:
        """Rules for which facts were fixed before write the same receipt."""
        slack = load("slack")
        special = slack.specialize({"channel.muted": True})

        assert (
            special.should_notify({"channel.name": "#x"}).receipt()
            == slack.should_notify({"channel.muted": True, "channel.name": "#x"}).receipt()
        )

    def test_facts_that_nobody_asked_for(self) -> None:
        """What was not asked is named, and told as not asked again."""
        facts = {**MUTED, "user.in_dnd": lambda: True, "message.in_thread": lambda: False}
        decision = load("slack").should_notify(facts)
        receipt = decision.receipt()

        assert receipt["unasked"] == ["user.in_dnd"]
        assert words(explain(json.dumps(receipt))) == words(decision)

    def test_facts_that_nobody_knows(self) -> None:
        """What nobody knew is named, too."""
        slack = load("slack")
        decision = slack.should_notify(slack.facts({**MUTED, "message.in_thread": False}, absent="unknown"))
        receipt = decision.receipt()

        assert "user.in_dnd" in receipt["unknown"]
        assert words(explain(receipt)) == words(decision)

    @pytest.mark.parametrize("changed", [{"reason": "x.then"}, {"outcome": "yes"}])
    def test_another_decision_is_never_told_as_the_old_one(self, changed: dict[str, str]) -> None:
        """Where the same rules decide otherwise by now, it says so and tells no steps."""
        replay = explain(load("slack").should_notify(MUTED).receipt() | changed)

        assert (replay.outcome, replay.reason) == (
            changed.get("outcome", "no"),
            changed.get("reason", "muted_thread.else"),
        )
        assert "for the same facts these rules say no, by muted_thread.else by now" in replay.explain()
        with pytest.raises(notifyrules.UsageError, match="not known any more"):
            replay.to_dict()

    def test_other_tables_are_told(self, tmp_path: Path) -> None:
        """Where Unicode or the zones have changed since, it says which, and that words may be others."""
        rules = load("slack")
        receipt = rules.should_notify(MUTED).receipt()
        kept = Sources.of(rules.graph)
        old = Sources(kept.path, kept.digest, type(kept.tables)("1", "3.0", kept.tables.words, "1999a"), kept.files)
        old.save(tmp_path)
        replay = explain({**receipt, "rules": old.stamp}, places=[tmp_path])

        assert [doubt.split(":")[0] for doubt in replay.doubts] == [
            f"The version of Unicode was 3.0 then and is {kept.tables.unicode} now",
            f"The version of the time zones was 1999a then and is {kept.tables.zones} now",
        ]
        assert replay.explain().startswith(rules.should_notify(MUTED).explain())

    @pytest.mark.parametrize(
        "receipt",
        ["", "{}", "[]", '{"rules": 1}', '{"rules": "0", "outcome": "no", "reason": "x", "facts": {}, "way": [1]}'],
    )
    def test_what_is_no_receipt(self, receipt: str) -> None:
        """What is no receipt is refused."""
        with pytest.raises(notifyrules.UsageError, match="this is no receipt"):
            explain(receipt)

    @pytest.mark.parametrize("facts", [{"nothing": 1}, {"channel.muted": "no"}])
    def test_forged(self, facts: dict[str, object]) -> None:
        """A receipt that does not fit its rules is refused."""
        with pytest.raises(notifyrules.UsageError, match="does not fit"):
            explain({**load("slack").should_notify(MUTED).receipt(), "facts": facts})

    def test_rules_that_are_nowhere(self, tmp_path: Path) -> None:
        """Rules that are not found are an error that says where they are looked for."""
        with pytest.raises(notifyrules.UsageError, match="are not at hand") as refused:
            explain(NOWHERE, places=[tmp_path])

        assert (
            refused.value.help == "name the folder of the receipts, or one with the rules in it or in its git history"
        )

    @pytest.mark.parametrize(
        ("error", "why"),
        [
            (None, "git does not answer: fatal: not a git repository"),
            (errno.ENOENT, "git is needed to read a revision, and is not installed"),
            (errno.EAGAIN, "git cannot be run: resource temporarily unavailable"),
        ],
    )
    def test_a_history_that_cannot_be_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int | None, why: str
    ) -> None:
        """That git fails where there is a repository is told, and not taken for rules that are nowhere."""

        def fail(*_: object, **__: object) -> None:
            assert error is not None
            raise OSError(error, os.strerror(error))

        (tmp_path / ".git").mkdir()
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        if error is not None:
            monkeypatch.setattr(subprocess, "run", fail)
        with pytest.raises(notifyrules.UsageError, match="are not at hand") as refused:
            explain(NOWHERE, places=[tmp_path])

        assert refused.value.help.startswith(f"the git history around `{tmp_path}` was not looked at: {why}")


class TestPrivate:
    @pytest.mark.parametrize("key", [None, "sixteen letters!"])
    @pytest.mark.parametrize("name", [NAME, "Ada", ""])
    def test_the_way_stays_tellable(self, private: Rules, name: str, key: str | None) -> None:
        """Nothing private is in it, and it tells what a log with the same mask tells."""
        decision = private.decide({"user.name": name})
        written = json.dumps(decision.receipt(key=key))
        logged = withhold(decision.record(), private.graph, masking(key.encode() if key else None))
        replay = explain(written)

        assert not name or name not in written
        assert "10:00:00Z" not in written
        assert replay.to_dict() == logged.to_dict()
        assert NAME not in "".join(replay.explain(reader) for reader in READERS)

    def test_items_are_hashed_one_by_one(self) -> None:
        """So an item can be looked for by whoever has the key."""
        mask = masking(b"key")

        assert mask("words", ("a", "b")) == (mask("words", "a"), mask("words", "b"))


class TestFinding:
    def test_kept_beside(self, tmp_path: Path) -> None:
        """Each of twenty versions of a chart is told word for word by the sources kept beside the receipts."""
        told = []
        for receipt, expected in versions(tmp_path):
            Sources.of(load(tmp_path / "tiny.yaml").graph).save(tmp_path / "receipts")
            told.append((receipt, expected))
        (tmp_path / "tiny.yaml").unlink()

        finder = Finder([tmp_path / "receipts"])
        assert [words(explain(receipt, places=finder)) for receipt, _ in told] == [expected for _, expected in told]

    @pytest.mark.slow
    def test_in_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each of twenty versions is found in the history, and told word for word."""
        monkeypatch.chdir(tmp_path)
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
            monkeypatch.setenv(name, os.devnull)
        told = []

        def git(*command: str) -> None:
            who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
            subprocess.run(["git", *who, *command], check=True, capture_output=True)  # noqa: S607

        git("init")
        for receipt, expected in versions(tmp_path):
            git("add", ".")
            git("commit", "-m", "version")
            told.append((receipt, expected))
        git("rm", "tiny.yaml")
        git("commit", "-m", "gone")

        finder = Finder([tmp_path])
        assert [words(explain(receipt, places=finder)) for receipt, _ in told] == [expected for _, expected in told]
        shown = run("explain", "HEAD~4:tiny.yaml", "--set", "n=17").out
        assert "More than 16?" in shown

    def test_in_a_folder(self, tmp_path: Path) -> None:
        """A rule file in a folder is found, and told as it was loaded."""
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "tiny.yaml").write_text(TINY.replace("LIMIT", "77"), "utf-8")
        decision = load(tmp_path / "rules" / "tiny.yaml").should_notify({"n": 3})
        receipt, expected = decision.receipt(), words(decision)
        del decision

        replay = explain(receipt, places=[tmp_path])
        assert (replay.doubts, words(replay)) == ((), expected)

    def test_a_copy_of_a_shipped_chart(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A copy that was loaded from a folder is told as loaded from there, with what it calls."""
        for file in ("team_chat", "blocks/preference", "blocks/quiet_hours"):
            (tmp_path / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / f"{file}.yaml", (tmp_path / file).with_suffix(".yaml"))
        monkeypatch.chdir(tmp_path)
        facts = {"message.text": "hi", "now": "2026-01-05T23:30:00Z", "message.sent_at": "2026-01-05T23:30:00Z"}
        decision = load("team_chat.yaml").decide({**facts, "message.kind": "dm", "sender.id": "a", "user.id": "b"})
        receipt, expected = decision.receipt(), words(decision)
        Sources.of(load("team_chat.yaml").graph).save(tmp_path / "receipts")
        del decision

        for places in (["."], ["receipts"]):
            replay = explain(receipt, places=places)
            assert (replay.doubts, words(replay)) == ((), expected)

    def test_given(self) -> None:
        """Rules at hand are taken if they are those of the receipt, and refused otherwise."""
        receipt = load("slack").should_notify(MUTED).receipt()

        assert explain(receipt, rules=load("slack"), places=()).reason == "muted_thread.else"
        with pytest.raises(notifyrules.UsageError, match="the receipt is of the rules"):
            explain(receipt, rules=load("zulip"), places=())


class TestCommand:
    def test_receipts_and_records_among_other_keys(self, tmp_path: Path) -> None:
        """`--record` takes both with other keys beside and around them, and says the same."""
        decision = load("slack").should_notify(MUTED)
        said = run("explain", "slack", "--set", "channel.muted=true", "--set", "channel.name=#random").out
        for line in (
            decision.receipt() | {"level": "info"},
            {"event": "decided", "receipt": decision.receipt()},
            decision.to_dict() | {"level": "info"},
            {"event": "decided", "decision": decision.to_dict()},
        ):
            (tmp_path / "line.json").write_text(json.dumps(line), "utf-8")
            told = run("explain", "--record", tmp_path / "line.json")

            assert told.out == f"{said}\nThe rules have not changed since.\n"

    def test_a_record_explains_itself(self) -> None:
        """A record tells what its decision tells, but for what was not asked."""
        decision = load("slack").should_notify(MUTED)

        assert decision.record().explain("user") == decision.explain("user")
