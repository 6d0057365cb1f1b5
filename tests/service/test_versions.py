"""Claims about changing rules in a service: the gate, the way back, the candidate in shadow and in earnest."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from notifyrules import Decision, Rules, RulesError, UsageError
from notifyrules.rules import can_prove
from notifyrules.service.candidates import chance
from notifyrules.service.settings import ChangeSettings
from notifyrules.service.versions import Versions
from tests.following import EVERY, until

CHART = """\
notifyrules: 1
name: chart
facts:
  muted: bool = false
  loud: bool = false
  secret: {type: text, default: "", private: true}
  size: int = 0
flow:
  muted: {ask: Muted?, if: muted, then: "no", else: loud}
  loud: {ask: Loud?, if: loud and secret != "x" and size >= 0, then: "yes", else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
guarantees:
  - {name: muted is muted, if: muted, never: ["yes"]}
"""
EACH = """\
notifyrules: 1
name: chart
facts:
  muted: bool = false
  by: mail | push = mail
  to: mail | push = mail
media: {fact: by, per_medium: [muted]}
flow:
  muted: {ask: Muted?, if: muted, then: "no", else: "yes"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""
LOUDER = CHART.replace('size >= 0, then: "yes", else: "no"', 'size >= 0, then: "yes", else: "yes"')
BROKEN = "notifyrules: 1\nflow: {}\n"
CASES = """\
notifyrules-cases: 1
rules: chart.yaml
cases:
  - {name: quiet is not sent, given: {loud: false}, expect: "no"}
"""
solver = pytest.mark.skipif(not can_prove(), reason="the solver is not installed")


def written(folder: Path, **files: str) -> Path:
    """Write YAML files by their names; two underscores stand for a dot."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.yaml").write_text(text, "utf-8")
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Versions]]:
    """Begin to serve the rules of a folder, or other paths, with some settings."""
    made: list[Versions] = []

    def begin(*paths: str | Path, **changes: Any) -> Versions:  # noqa: ANN401 - settings
        versions = Versions(paths or [tmp_path / "rules"], ChangeSettings(**{"every_s": EVERY, **changes}))
        made.append(versions)
        return versions

    written(tmp_path / "rules", chart=CHART)
    yield begin
    for one in made:
        one.close()


def decide(versions: Versions, **facts: object) -> tuple[Rules, Decision]:
    """Decide as the service does: by what is in force, and compared with the candidate."""
    rules = versions.pick("chart", None)
    decision = rules.should_notify(facts)
    versions.compare(rules, facts, decision)
    return rules, decision


def told(versions: Versions) -> Any:  # noqa: ANN401 - JSON
    """Give what an admin sees, as it crosses the wire."""
    return json.loads(json.dumps(versions.to_dict()))


class TestInForce:
    def test_rules_are_picked_by_name(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """Of several files and folders, and of the package; what is made to be called is not among them."""
        versions = make(tmp_path / "rules", "slack", "blocks/quiet_hours")

        assert sorted(versions.charts) == ["chart", "slack"]
        assert versions.pick("slack", "u1") is versions.charts["slack"]
        with pytest.raises(KeyError):
            versions.pick("slak", None)

    def test_a_change_comes_into_force_for_all_names_at_once(
        self, make: Callable[..., Versions], tmp_path: Path
    ) -> None:
        """The mapping is another one, and the one before never changes."""
        versions = make(tmp_path / "rules", "slack")
        before = versions.charts
        written(tmp_path / "rules", chart=LOUDER, other=CHART.replace("name: chart", "name: other"))
        until(lambda: versions.charts is not before)

        assert sorted(before) == ["chart", "slack"]
        assert sorted(versions.charts) == ["chart", "other", "slack"]
        assert decide(versions)[1].outcome == "yes"
        assert versions.troubles() == ()

    def test_what_is_broken_is_told_and_changes_nothing(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """A line for each finding, and the place."""
        versions = make()
        written(tmp_path / "rules", chart=CHART.replace("if: muted", "if: mutd"))
        until(versions.troubles)

        assert decide(versions)[1].outcome == "no"
        assert versions.troubles()[0].endswith("error[unknown-fact]: `mutd` is not a declared fact")
        assert told(versions)["rules"][0]["status"]["errors"] > 0

    @pytest.mark.parametrize(
        ("files", "changes", "message"),
        [
            ({}, {"allow": ["no to hold"]}, "`no to hold` in `changes.allow` is no change"),
            ({"chart__cases": CASES.replace('expect: "no"', 'expect: "yes"')}, {}, "1 failed, the first is `quiet is"),
            ({"chart__cases": "notifyrules-cases: 1\n"}, {}, "2 errors in cases: "),
        ],
    )
    def test_what_is_wrong_at_the_start_stops_it(
        self,
        make: Callable[..., Versions],
        tmp_path: Path,
        files: dict[str, str],
        changes: dict[str, Any],
        message: str,
    ) -> None:
        """A service that is started anew must not let in what the gate refused before."""
        written(tmp_path / "rules", **files)
        with pytest.raises(UsageError) as refused:
            make(**changes)

        assert message in str(refused.value)

    def test_a_broken_file_stops_it_too(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """With its findings."""
        written(tmp_path / "rules", chart=BROKEN)
        with pytest.raises(RulesError):
            make()

    def test_a_name_is_in_one_place(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """At the start, and later."""
        other = written(tmp_path / "other", chart=CHART)
        with pytest.raises(UsageError, match="rules called `chart` are in another file or folder too"):
            make(tmp_path / "rules", other)
        written(other, chart=CHART.replace("name: chart", "name: second"))
        versions = make(tmp_path / "rules", other)
        written(other, chart=CHART)
        until(versions.troubles)

        assert sorted(versions.charts) == ["chart", "second"]


class TestGate:
    @pytest.mark.parametrize("path", ["rules", "rules/chart.yaml"])
    def test_cases_must_pass(self, make: Callable[..., Versions], tmp_path: Path, path: str) -> None:
        """In the folder, or beside the file; a change of the cases alone lets the rules in."""
        written(tmp_path / "rules", chart__cases=CASES)
        versions = make(tmp_path / path)
        written(tmp_path / "rules", chart=LOUDER)
        until(versions.troubles)
        assert decide(versions)[1].outcome == "no"
        assert versions.troubles()[0].endswith("chart.cases.yaml`: 1 failed, the first is `quiet is not sent`")
        assert told(versions)["rules"][0]["gate"]["refused"] == list(versions.troubles())
        written(tmp_path / "rules", chart__cases=CASES.replace('expect: "no"', 'expect: "yes"'))
        until(lambda: decide(versions)[1].outcome == "yes")

        assert versions.troubles() == ()

    def test_cases_may_be_left_out(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """A setting."""
        written(tmp_path / "rules", chart__cases=CASES)
        versions = make(cases=False)
        written(tmp_path / "rules", chart=LOUDER)
        until(lambda: decide(versions)[1].outcome == "yes")

    @solver
    def test_only_allowed_changes_pass(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """The gate says which change it is, and facts that show it; one that is allowed passes."""
        versions = make(allow=["yes->no", "no->hold"])
        written(tmp_path / "rules", chart=LOUDER)
        until(versions.troubles)
        gate = told(versions)["rules"][0]["gate"]

        assert versions.troubles() == ("`chart`: the change `no->yes` is not allowed",)
        assert gate["refused"] == list(versions.troubles())
        assert "loud" in json.dumps(gate["diffs"]["chart"])
        assert decide(versions)[1].outcome == "no"
        written(tmp_path / "rules", chart=CHART.replace('then: "yes"', 'then: "no"').replace("guarantees", "#"))
        written(tmp_path / "rules", chart=CHART.replace("size >= 0", "size > 0"))
        until(lambda: decide(versions, loud=True)[1].outcome == "no")

        assert versions.troubles() == ()

    @solver
    def test_the_way_back_is_always_open(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """The old file comes back into force, although that change alone would not be allowed."""
        versions = make(allow=["no->yes"])
        written(tmp_path / "rules", chart=LOUDER)
        until(lambda: decide(versions)[1].outcome == "yes")
        written(tmp_path / "rules", chart=CHART)
        until(lambda: decide(versions)[1].outcome == "no")

        assert versions.troubles() == ()

    @solver
    @pytest.mark.parametrize("prove", [True, False])
    def test_guarantees_are_proved_where_that_is_set(
        self,
        make: Callable[..., Versions],
        tmp_path: Path,
        prove: bool,  # noqa: FBT001
    ) -> None:
        """A change that breaks one is refused by its finding."""
        versions = make(prove=prove)
        written(tmp_path / "rules", chart=CHART.replace('if: muted, then: "no"', "if: muted, then: loud"))
        until(lambda: versions.troubles() or decide(versions, muted=True, loud=True)[1].outcome == "yes")

        assert ["broken-guarantee" in one for one in versions.troubles()] == [True] * prove


class TestShadow:
    @pytest.fixture
    def candidate(self, tmp_path: Path) -> Path:
        """Write a candidate that is louder."""
        return written(tmp_path / "next", chart=LOUDER)

    def test_differences_are_counted_by_reasons(self, make: Callable[..., Versions], candidate: Path) -> None:
        """With a few facts each, in which nothing private stands; the rules in force decide."""
        versions = make(candidate=candidate)
        for size in range(5):
            assert decide(versions, size=size, secret="hush")[1].outcome == "no"  # noqa: S106 - it is no secret
        assert decide(versions, loud=True)[1].outcome == "yes"
        assert decide(versions, muted=True)[1].outcome == "no"
        found = told(versions)["candidate"]["comparisons"]["chart"]

        assert (found["compared"], found["same"], found["failed"], found["unfit"]) == (7, 2, [], None)
        assert found["candidate"] != found["in_force"] == versions.charts["chart"].digest
        [difference] = found["differing"]
        assert (difference["in_force"], difference["candidate"], difference["count"]) == ("loud.else", "loud.else", 5)
        assert [one["size"] for one in difference["examples"]] == [0, 1, 2]
        assert "hush" not in json.dumps(found)

    def test_what_is_private_to_the_candidate_alone_is_left_out_too(
        self, make: Callable[..., Versions], candidate: Path
    ) -> None:
        """It may have been forgotten in the rules in force."""
        written(candidate, chart=LOUDER.replace("size: int = 0", "size: {type: int, default: 0, private: true}"))
        versions = make(candidate=candidate)
        decide(versions, size=7)
        [difference] = told(versions)["candidate"]["comparisons"]["chart"]["differing"]

        assert difference["examples"] == [{"loud": False, "muted": False}]

    @pytest.mark.parametrize(
        "text",
        [
            CHART.replace("  size: int = 0\n", "").replace(" and size >= 0", ""),
            CHART.replace("size: int = 0", "size: text").replace("size >= 0", 'size != ""'),
        ],
        ids=["a fact less", "another type"],
    )
    def test_what_a_candidate_raises_hurts_nobody(
        self, make: Callable[..., Versions], candidate: Path, text: str
    ) -> None:
        """It is counted, and such a candidate decides for nobody."""
        written(candidate, chart=text)
        versions = make(candidate=candidate, canary_percent=100)
        assert decide(versions, size=7, loud=True)[1].outcome == "yes"
        found = told(versions)["candidate"]["comparisons"]["chart"]

        assert [(one["count"], one["raised"][:11]) for one in found["failed"]] == [(1, "FactsError:")]
        assert "`size`" in found["unfit"]
        assert [one[:24] for one in versions.troubles()] == ["the candidate of `chart`"]
        assert versions.pick("chart", "u1") is versions.charts["chart"]

    def test_a_broken_candidate_waits(
        self, make: Callable[..., Versions], candidate: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It stops nothing and is told at once; mended and read again, it is asked, broken again the last one is."""
        written(candidate, chart=BROKEN)
        with caplog.at_level("WARNING"):
            versions = make(candidate=candidate)
        assert decide(versions)[1].outcome == "no"
        assert "error[missing-key]" in told(versions)["candidate"]["trouble"]
        assert "error[missing-key]" in caplog.text
        assert "error[missing-key]" in versions.troubles()[0]
        written(candidate, chart=LOUDER)
        versions.reload()
        decide(versions)
        written(candidate, chart=BROKEN)
        versions.reload()
        decide(versions)
        found = told(versions)["candidate"]

        assert found["comparisons"]["chart"]["compared"] == 2
        assert found["status"]["errors"] > 0

    def test_counts_begin_anew_with_each_version(
        self, make: Callable[..., Versions], candidate: Path, tmp_path: Path
    ) -> None:
        """Of the candidate, and of the rules in force; what decided before counts for neither."""
        versions = make(candidate=candidate)
        rules, decision = decide(versions)
        written(candidate, chart=LOUDER + "# again\n")
        versions.reload()
        decide(versions)
        assert told(versions)["candidate"]["comparisons"]["chart"]["compared"] == 1
        written(tmp_path / "rules", chart=CHART + "# again\n")
        versions.reload()
        versions.compare(rules, {}, decision)
        decide(versions)
        assert told(versions)["candidate"]["comparisons"]["chart"]["compared"] == 1

    def test_kinds_are_bounded(self, make: Callable[..., Versions], candidate: Path) -> None:
        """However many messages a candidate raises with; facts that are large are no example."""
        written(candidate, chart=CHART.replace("size: int = 0", "size: text = x").replace("size >= 0", 'size != ""'))
        versions = make(candidate=candidate)
        rules = versions.charts["chart"]
        decision = rules.should_notify({"secret": "x"})
        for number in range(150):
            versions.compare(rules, {f"fact_{number}": "x" * 5000}, decision)
        failed = told(versions)["candidate"]["comparisons"]["chart"]["failed"]

        assert sum(one["count"] for one in failed) == 150
        assert len(failed) <= 101
        assert len(json.dumps(failed)) < 100_000

    def test_many_threads_lose_no_count(self, make: Callable[..., Versions], candidate: Path) -> None:
        """Each decision is counted once."""
        versions = make(candidate=candidate)
        asking = [
            threading.Thread(target=lambda: [decide(versions, loud=bool(one % 2)) for one in range(200)])
            for _ in range(8)
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        found = told(versions)["candidate"]["comparisons"]["chart"]

        assert (found["compared"], found["same"], found["differing"][0]["count"]) == (1600, 800, 800)


class TestCanary:
    def test_a_subject_always_meets_the_same_rules(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """By a hash of the rules' name and the subject; who is chosen at 5 % is at 50 %, and nobody is without one."""
        candidate = written(tmp_path / "next", chart=LOUDER)
        subjects = [f"u{number}" for number in range(20_000)]

        def chosen(percent: float) -> set[str]:
            versions = make(candidate=candidate, canary_percent=percent)
            assert versions.pick("chart", None) is versions.charts["chart"]
            return {one for one in subjects if versions.pick("chart", one) is not versions.charts["chart"]}

        few, half = chosen(5), chosen(50)

        assert chosen(5) == few < half
        assert 0.045 < len(few) / len(subjects) < 0.055
        assert chosen(0) == set()
        assert chosen(100) == set(subjects)

    def test_the_hash_is_one_that_others_can_compute(self) -> None:
        """The first 8 bytes of SHA-256 of name, a zero byte, subject."""
        assert chance("chart", "ü1") == int(hashlib.sha256(b"chart\0\xc3\xbc1").hexdigest()[:16], 16)
        assert chance("chart", "u1") != chance("other", "u1")

    def test_it_decides_and_is_not_compared_with_itself(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """The answer is the candidate's, and its digest tells so."""
        versions = make(candidate=written(tmp_path / "next", chart=LOUDER), canary_percent=100)
        rules = versions.pick("chart", "u1")
        decision = rules.should_notify({})
        versions.compare(rules, {}, decision)

        assert decision.outcome == "yes"
        assert told(versions)["candidate"]["comparisons"]["chart"]["compared"] == 0
        assert rules.digest == told(versions)["candidate"]["comparisons"]["chart"]["candidate"]

    @pytest.mark.parametrize(
        "others",
        [
            EACH.replace(", per_medium: [muted]", ""),
            EACH.replace("fact: by", "fact: to"),
            EACH.replace("media: {fact: by, per_medium: [muted]}\n", ""),
            EACH.replace("by: mail | push", "by: push | mail"),
            EACH.replace("muted: bool = false", "muted: bool"),
            EACH.replace("to: mail | push", "to: mail | push | sms"),
            EACH.replace("  muted: bool", "  more: text\n  muted: bool"),
        ],
        ids=["less for each", "another fact", "no media", "another order", "no default", "another type", "a fact more"],
    )
    def test_what_would_refuse_callers_decides_for_nobody(
        self, make: Callable[..., Versions], tmp_path: Path, others: str
    ) -> None:
        """Whoever may ask the rules in force is answered, and what does not fit is told."""
        rules = written(tmp_path / "each", chart=EACH)
        versions = make(rules, candidate=written(tmp_path / "next", chart=others), canary_percent=100)
        picked = versions.pick("chart", "u1")
        decisions = picked.should_notify_each({}, {"mail": {"muted": True}})

        assert decisions.notified == ("push",)
        assert versions.troubles()[0].startswith("the candidate of `chart`: it ")

    def test_a_share_of_nothing(self, make: Callable[..., Versions]) -> None:
        """A share without a candidate is a mistake that is told at once."""
        with pytest.raises(UsageError, match="is set and"):
            make(canary_percent=5)

    def test_rules_without_a_candidate_decide_for_all(self, make: Callable[..., Versions], tmp_path: Path) -> None:
        """The candidate may be one of several rules."""
        versions = make(
            tmp_path / "rules", "slack", candidate=written(tmp_path / "next", chart=LOUDER), canary_percent=100
        )

        assert versions.pick("slack", "u1") is versions.charts["slack"]


def test_metrics_tell_of_changes(make: Callable[..., Versions], tmp_path: Path) -> None:
    """Age, reloads, refusals, and what the candidate decides otherwise."""
    versions = make(candidate=written(tmp_path / "next", chart=LOUDER))
    decide(versions)
    written(tmp_path / "rules", chart=LOUDER)
    versions.reload()
    written(tmp_path / "rules", chart=BROKEN)
    versions.reload()
    decide(versions, loud=True)

    class Collected(Collector):
        def collect(self) -> Any:  # noqa: ANN401 - its own form
            return versions.metrics()

    registry = CollectorRegistry()
    registry.register(Collected())
    path, page = tmp_path / "rules", generate_latest(registry).decode()

    assert 'notifyrules_rules_age_seconds{rules="chart"} ' in page
    assert f'notifyrules_reloads_total{{path="{path}",result="taken"}} 1.0' in page
    assert f'notifyrules_reloads_total{{path="{path}",result="refused"}} 1.0' in page
    assert 'notifyrules_candidate_total{candidate="",in_force="",result="same",rules="chart"} 1.0' in page
