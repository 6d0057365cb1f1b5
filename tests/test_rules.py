"""Claims about loading rules and asking them."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import notifyrules
from notifyrules.errors import FactsError, RulesError, UsageError
from notifyrules.rules import check, load
from tests.charts import asks, rules_of, save


class TestLoad:
    def test_by_path(self, tmp_path: Path) -> None:
        """A file is loaded by its path, given as text or as a path, and named after itself."""
        path = save(tmp_path, asks("b"))

        assert [load(path).name, load(str(path)).name] == ["chart", "chart"]
        assert repr(load(path)) == f"<Rules 'chart' from {path}>"

    def test_by_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A shipped file is loaded by its name from any folder, unless a file of that name stands there."""
        monkeypatch.chdir(tmp_path)
        shipped = load("slack")
        (tmp_path / "slack").write_text(asks("b"))

        assert shipped.graph.path == "notifyrules:slack"
        assert load("slack").graph.path == "slack"

    def test_errors(self, tmp_path: Path) -> None:
        """Loading raises with everything that was found, warnings too, and prints it."""
        path = save(tmp_path, asks("nope and maybe_b != true"))

        with pytest.raises(RulesError) as raised:
            load(path)

        assert [one.message for one in raised.value.diagnostics] == [one.message for one in check(path)]
        assert "`nope` is not a declared fact" in str(raised.value)

    def test_warnings(self, tmp_path: Path) -> None:
        """Warnings keep no file from being loaded, and can be asked for."""
        path = save(tmp_path, asks("maybe_b != true"))

        assert [one.code.value for one in load(path).diagnostics] == ["nullable-not-equal"]

    def test_made_to_be_included(self, tmp_path: Path) -> None:
        """A file without a flow checks clean, and loading says that it decides nothing."""
        path = save(tmp_path, "notifyrules: 1\nfacts: {b: bool}\n")

        assert check(path) == ()
        with pytest.raises(RulesError, match="has no `flow`, so it decides nothing"):
            load(path)

    def test_digest(self, tmp_path: Path) -> None:
        """The digest tells versions apart, whatever the ends of the lines, and counts what is included and called."""
        text = asks("b", top="include: [other.yaml]\n")
        digests = {
            load(save(tmp_path, written, other="notifyrules: 1\n" + other)).digest
            for written, other in [
                (text, ""),
                (text.replace("\n", "\r\n"), ""),
                (text + "# more\n", ""),
                (text, "# more\n"),
            ]
        }

        assert len(digests) == 3
        assert {len(one) for one in digests} == {64}


class TestAsking:
    def test_truth(self) -> None:
        """A decision is true when the person is to be notified now, and says when not yet."""
        rules = rules_of(asks("b").replace('else: "no"', "else: hold"))
        yes, later = rules.should_notify({"b": True}), rules.should_notify({"b": False})

        assert (bool(yes), yes.notify, yes.later, yes.outcome, yes.reason) == (True, True, False, "yes", "q.then")
        assert (bool(later), later.notify, later.later, later.outcome) == (False, False, True, "hold")

    def test_made_to_be_called(self) -> None:
        """A chart that says only an outcome can be decided, and does not say whether to notify."""
        rules = rules_of(asks("b").replace("{notify: true}", "{}"))

        assert rules.decide({"b": True}).outcome == "yes"
        with pytest.raises(UsageError, match="does not say whether `yes` notifies"):
            rules.should_notify({"b": True})

    def test_facts(self) -> None:
        """Facts are validated before anything is decided, with every problem at once."""
        rules = rules_of(asks("b and i > 3"))

        with pytest.raises(FactsError) as raised:
            rules.should_notify({"b": "no", "i": True, "j": 3})
        assert [one.path for one in raised.value.problems] == ["b", "i", "j"]
        assert rules.should_notify({"j": 3}, extras="ignore").outcome == "no"

    def test_shipped_in_one_call(self) -> None:
        """The shipped chart of Slack is asked in one call."""
        assert notifyrules.should_notify({}).reason == load("slack").should_notify({}).reason
        with pytest.raises(FactsError):
            notifyrules.should_notify({"nope": 1})


class TestPublicNames:
    @pytest.mark.parametrize("name", notifyrules.__all__)
    def test_found(self, name: str) -> None:
        """Every public name can be taken from the package, and is listed by `dir`."""
        assert getattr(notifyrules, name) is not None
        assert name in dir(notifyrules)

    def test_what_callers_receive(self) -> None:
        """What decisions and findings consist of has a public type."""
        decision = notifyrules.should_notify({"channel.muted": True, "nothing.of.ours": 1}, extras="ignore")

        assert all(isinstance(step, notifyrules.Step) for step in decision.steps)
        assert isinstance(decision.record(), notifyrules.Record)
        assert all(isinstance(found, notifyrules.Diagnostic) for found in check("no/such/file.yaml"))

    @pytest.mark.slow
    def test_what_the_solver_gives(self) -> None:
        """What witnesses and changes consist of has a public type, which is there without the solver."""
        rules = load("slack")
        why = rules.why_not({"channel.muted": True}, "yes")

        assert isinstance(rules.witnesses(), notifyrules.Witnesses)
        assert isinstance(why, notifyrules.WhyNot)
        assert all(isinstance(one, notifyrules.Alternative) for one in why.alternatives)
        assert all(isinstance(one.passage, notifyrules.Passage) for one in why.alternatives)
        assert all(isinstance(one, notifyrules.Turn) for one in why.turns(why.alternatives[0]))
        code = "import sys; sys.modules['z3'] = None; from notifyrules import *; assert Witnesses and WhyNot"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestImmutable:
    def test_rules(self) -> None:
        """Loaded rules never change."""
        rules = rules_of(asks("b"))

        with pytest.raises(AttributeError):
            rules.graph = rules.graph
        with pytest.raises(TypeError):
            rules.graph.facts["x"] = rules.graph.facts["b"]  # type: ignore[index]
        with pytest.raises(AttributeError):
            rules.graph.nodes["q"].name = "r"  # type: ignore[misc]

    def test_rules_stay(self) -> None:
        """Rules are not sent to other processes: these load the file."""
        with pytest.raises(TypeError, match="load the file where it is needed"):
            pickle.dumps(load("slack"))

    @pytest.mark.parametrize("chart", ["whole", "specialized", "made to be called"])
    @pytest.mark.parametrize("name", ["should_notify", "decide", "facts"])
    def test_what_belongs_to_rules_stays(self, chart: str, name: str) -> None:
        """Nor is their function, which is told in the same words; what is copied with it is the same function."""
        notify = "{}" if chart == "made to be called" else "{notify: true}"
        rules = rules_of(asks("b and c").replace("{notify: true}", notify))
        if chart == "specialized":
            rules = rules.specialize({"b": True})
        function = getattr(rules, name)

        with pytest.raises(TypeError) as refused:
            pickle.dumps(function)
        with pytest.raises(TypeError) as whole:
            pickle.dumps(rules)
        assert str(refused.value) == str(whole.value)
        if name != "facts":
            assert copy.deepcopy(function) == function

    def test_a_pool_is_told_so(self) -> None:
        """Handing the function to another process fails with these words, and not with those of a name not found."""
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            asked = pool.submit(load("slack").should_notify, {})

            with pytest.raises(TypeError, match="load the file where it is needed"):
                asked.result()

    def test_threads(self) -> None:
        """Many threads may ask the same rules."""
        rules = rules_of(asks("b and i > 3"))
        wrong: list[object] = []

        def ask(seed: int) -> None:
            for number in range(2_000):
                facts = {"b": (number + seed) % 2 == 0, "i": number % 8}
                decision = rules.should_notify(facts)
                expected = "q.then" if facts["b"] and number % 8 > 3 else "q.else"
                if (decision.reason, decision.steps[0].arrow) != (expected, expected):
                    wrong.append(facts)

        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []

    @pytest.mark.slow
    def test_same_every_time(self, tmp_path: Path) -> None:
        """The same file gives the same code and the same findings in every process."""
        path = save(tmp_path, asks('nope or b and c or kind in ["dm", "x"]'))
        program = "import sys; from notifyrules.rules import check; print(*map(str, check(sys.argv[1])))"
        runs = {
            subprocess.run(
                [sys.executable, "-c", program, path],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in ("1", "2", "3")
        }

        assert len(runs) == 1

    def test_facts_travel(self) -> None:
        """Validated facts are pickled and copied as plain values, which any rules take."""
        facts = rules_of(asks("b")).facts({"b": True})

        assert rules_of(asks("b")).should_notify(pickle.loads(pickle.dumps(facts))).notify  # noqa: S301 - made a line above
        assert dict(copy.copy(facts))["b"] is True
