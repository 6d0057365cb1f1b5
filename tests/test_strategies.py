"""Generate facts: valid, in keeping with what rules assume, and readable when Hypothesis shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import find as search

from notifyrules import strategies
from notifyrules.errors import FactsError, UsageError
from notifyrules.evaluation.walk import walk
from notifyrules.language.evaluator import evaluate
from notifyrules.rules import Rules, load
from notifyrules.shipped import shipped_names
from notifyrules.solver.samples import taken
from tests.suites import CHAT

pytestmark = pytest.mark.slow


def rules_of(folder: Path, facts: str, assume: str = "", condition: str = "a") -> Rules:
    """Load a chart with some facts."""
    path = folder / "chart.yaml"
    path.write_text(
        f"notifyrules: 1\nfacts: {{{facts}}}\nassume: [{assume}]\n"
        f"flow: {{q: {{if: '{condition}', then: x, else: y}}}}\n"
        "outcomes: {x: {notify: true}, y: {notify: false}}\n",
        "utf-8",
    )
    return load(path)


def shown(rules: Rules, outcome: str) -> dict[str, object]:
    """Find the facts that Hypothesis would show for an outcome."""
    quick = settings(max_examples=2_000, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    return search(strategies.facts(rules), lambda facts: rules.decide(facts).outcome == outcome, settings=quick)


class TestFacts:
    @pytest.mark.parametrize("name", shipped_names())
    def test_are_valid_and_keep_to_what_is_assumed(self, name: str) -> None:
        """Whatever is drawn can be decided, and is what JSON can hold."""
        rules = load(name)

        @given(strategies.facts(rules))
        def holds(facts: dict[str, object]) -> None:
            valid = rules.facts(json.loads(json.dumps(facts)))

            assert all(evaluate(term, valid, {}) is True for term in rules.graph.assume)
            assert rules.decide(valid).outcome in rules.graph.outcomes

        holds()

    def test_of_every_type(self, tmp_path: Path) -> None:
        """Each type of the language, alone, nullable and in lists."""
        types = (
            "bool",
            "int",
            "text",
            "date",
            "instant",
            "time",
            "duration",
            "timezone",
            "schedule",
            "red | green",
            '"a b" | ""',
        )
        names = ", ".join(
            f"f{number}: {json.dumps(kind)}, n{number}: {json.dumps(f'{kind} | null')}"
            for number, kind in enumerate(types)
        )
        rules = rules_of(tmp_path, f"a: bool, {names}, l: list of text, m: list of (red | green), o: list of duration")

        @given(strategies.facts(rules))
        def holds(facts: dict[str, object]) -> None:
            assert rules.facts(facts)
            assert set(facts) == {
                name for name, fact in rules.graph.facts.items() if not name.startswith("n") or name in facts
            }

        holds()

    def test_are_shown_by_what_matters(self, tmp_path: Path) -> None:
        """Facts that have their default are left out, and what matters is what is shown."""
        path = tmp_path / "chat.yaml"
        path.write_text(CHAT, "utf-8")
        rules = load(path)

        assert shown(rules, "no") in ({"message.kind": "group"}, {"message.kind": "channel"})
        assert shown(rules, "yes") == {"message.kind": "dm"}
        held = shown(rules, "held")
        assert held.pop("message.kind") in ("group", "channel")
        assert held == {"message.in_thread": True, "user.follows_thread": True}

    def test_look_for_what_conditions_look_for(self, tmp_path: Path) -> None:
        """Values that the rules are written with are drawn often, and of numbers their neighbours."""
        rules = rules_of(tmp_path, "a: int, t: text", condition='a == 123456789 and t == "the needle"')

        assert shown(rules, "x") == {"a": 123456789, "t": "the needle"}

    @pytest.mark.parametrize(
        ("facts", "assume"),
        [
            ("a: bool, b: bool, c: bool", "a and b and c"),
            ("a: bool, k: x | y | z", 'not a or k == "z"'),
            ("a: bool, i: int", "i > 10 and i < 13"),
            ("a: bool, t: text, u: text = x", "not a or t == u"),
            ("a: bool, b: bool, c: bool", "a == b, b == c, c"),
            ("a: bool, i: int, j: int", "i < j, not a or j < 100"),
            ("a: bool, " + ", ".join(f"f{n}: bool" for n in range(14)), " and ".join(f"f{n}" for n in range(12))),
        ],
        ids=["one", "choice", "range", "equal", "chain", "pair", "many"],
    )
    def test_keep_to_narrow_assumptions(self, tmp_path: Path, facts: str, assume: str) -> None:
        """Without throwing most examples away."""
        rules = rules_of(tmp_path, facts, ", ".join(f"'{one}'" for one in assume.split(", ")))
        seen: set[bool] = set()

        @settings(suppress_health_check=[])
        @given(strategies.facts(rules))
        def holds(drawn: dict[str, object]) -> None:
            valid = rules.facts(drawn)
            seen.add(valid["a"] is True)

            assert all(evaluate(term, valid, {}) is True for term in rules.graph.assume)

        holds()
        assert seen


class TestArrows:
    @pytest.mark.parametrize("name", shipped_names())
    @pytest.mark.parametrize("start", range(3))
    def test_all_are_taken(self, name: str, start: int) -> None:
        """Within 500 examples, whatever they begin with, every arrow is taken, or tried where it cannot be taken."""
        rules = load(name)
        seen: set[str] = set()

        @seed(start)
        @settings(max_examples=500, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(strategies.facts(rules))
        def look(facts: dict[str, object]) -> None:
            seen.update(taken(walk(rules.graph, rules.facts(facts)).steps))

        look()
        assert seen == set(rules.graph.arrows)

    def test_without_the_solver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Facts are drawn all the same."""
        monkeypatch.setattr(strategies, "can_prove", lambda: False)
        monkeypatch.setattr(strategies, "_witnesses", lambda *_: pytest.fail("the solver is asked"))
        rules = load("slack")

        assert shown(rules, "no") == {}
        assert shown(rules, "hold")["device.kind"] == "mobile"


class TestGiven:
    def test_facts_are_in_every_example(self) -> None:
        """The others keep to what is assumed together with them."""
        rules = load("slack")

        @given(strategies.facts(rules, given={"message.in_thread": False, "user.in_dnd": True}))
        def holds(facts: dict[str, object]) -> None:
            assert (facts["message.in_thread"], facts["user.in_dnd"]) == (False, True)
            assert "user.follows_thread" not in facts

        holds()

    def test_no_facts_keep_to_what_is_assumed(self) -> None:
        """It is told at once, with the facts concerned."""
        with pytest.raises(UsageError, match=r"no values of .*user.follows_thread"):
            strategies.facts("slack", given={"message.in_thread": False, "user.follows_thread": True})

    @pytest.mark.parametrize("given_facts", [{"user.in_dn": True}, {"user.in_dnd": "yes"}])
    def test_what_the_rules_do_not_declare_is_refused(self, given_facts: dict[str, object]) -> None:
        """As everywhere else."""
        with pytest.raises(FactsError):
            strategies.facts("slack", given=given_facts)


class TestImport:
    def test_hypothesis_is_imported_only_when_a_strategy_is_made(self) -> None:
        """The module can be imported where Hypothesis is not installed."""
        code = "import sys; from notifyrules import strategies; print('hypothesis' in sys.modules)"

        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert run.stdout == "False\n"
