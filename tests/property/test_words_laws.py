"""Hold what the solver says of words in force, and of when to ask again, to the walk: charts that call each other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

import notifyrules
from notifyrules.evaluation.walk import recheck_of, walk
from notifyrules.graph.model import Graph
from notifyrules.language.types import INSTANT, Type
from notifyrules.language.values import FactValues
from notifyrules.limit import Limit
from notifyrules.solver import Proof, SolverAnswer

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KINDS = ("notified", "held", "refused")
NOTIFY = {"yes": True, "hold": "later", "no": False}


class _Drawn:
    """A chart that calls two others, or one of them twice, with texts and rechecks wherever they may stand."""

    def __init__(self, seed: int) -> None:
        """Draw by a seed, so that a failure can be found again."""
        self.random = Random(seed)  # noqa: S311 - no secret
        self.texts = 0

    def because(self, *, mapping: bool) -> Any:  # noqa: ANN401 - a text or a mapping
        """Draw words, perhaps for some ends only; each text is written once."""
        self.texts += 1
        if not mapping or self.random.random() < 0.5:
            return f"text {self.texts}"
        kinds = self.random.sample(KINDS, self.random.randint(1, 3))
        return {kind: f"text {self.texts} {kind}" for kind in kinds}

    def target(self, name: str) -> Any:  # noqa: ANN401 - a name or a mapping
        """Draw a way out, often with words."""
        return {"to": name, "because": self.because(mapping=True)} if self.random.random() < 0.4 else name

    def outcomes(self, *, called: bool) -> dict[str, dict[str, Any]]:
        """Draw outcomes with words and rechecks; those of a called chart may leave out `notify`."""
        found = {}
        for name, notify in NOTIFY.items():
            said = not called or self.random.random() < 0.7
            found[name] = {"notify": notify} if said else {}
            if self.random.random() < 0.5:
                found[name]["because"] = self.because(mapping=not said)
            if self.random.random() < 0.6:
                found[name]["recheck"] = self.random.choice(["10m", "20m", None, "30m"])
        return found

    def chart(self, flow: dict[str, Any], *, called: bool) -> str:
        """Write a chart as JSON, which is YAML."""
        own = {"d": f"bool = {self.random.choice(('false', 'true'))}"} if called else {}
        facts = {"now": "instant", "a": "bool = false", "b": "bool = false", "c": "bool = false", **own}
        outcomes = self.outcomes(called=called)
        return json.dumps({"notifyrules": 1, "facts": facts, "flow": flow, "outcomes": outcomes})

    def callee(self) -> str:
        """Draw a chart to be called."""
        first, second = self.random.sample(["a", "b", "c", "d"], 2)
        ends = self.random.sample(list(NOTIFY), 3)
        flow = {
            "p": {"if": first, "then": self.target("q"), "else": self.target(ends[0])},
            "q": {"if": second, "then": self.target(ends[1]), "else": self.target(ends[2])},
        }
        return self.chart(flow, called=True)

    def caller(self) -> str:
        """Draw a chart that calls."""
        files = [self.random.choice(["one.yaml", "two.yaml"]) for _ in range(2)]
        later = ["third", *NOTIFY]
        flow = {
            "first": {"if": "a", "then": self.target("second"), "else": self.target("third")},
            "second": self.call(files[0], later),
            "third": self.call(files[1], list(NOTIFY)),
        }
        return self.chart(flow, called=False)

    def call(self, file: str, later: list[str]) -> dict[str, Any]:
        """Draw a call: outcomes of one key share a way, what no key names goes to `else`, and a fact may be left."""
        names = self.random.sample(list(NOTIFY), 3)
        keys = self.random.choice((names, names, [" | ".join(names[:2]), names[2]], names[:1], []))
        ways: dict[str, Any] = {"cases": {key: self.target(self.random.choice(later)) for key in keys}}
        if len(keys) < 2:
            ways["else"] = self.target(self.random.choice(later))
        given = self.random.choice(({"with": {"d": "a and b"}}, {"defaults": ["d"]}, {"defaults": "all"}))
        return {"call": file, **given, **ways}


def _graph(seed: int, folder: Path) -> Graph:
    """Write the charts of a seed, and load the one that calls."""
    drawn = _Drawn(seed)
    for name, text in (("one", drawn.callee()), ("two", drawn.callee()), ("caller", drawn.caller())):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return notifyrules.load(folder / "caller.yaml").graph


@pytest.mark.parametrize("seed", range(60))
def test_the_solver_speaks_as_the_walk_does(seed: int, tmp_path: Path) -> None:
    """The same words have the same number, others another one, and both ask again at the same time."""
    graph = _graph(seed, tmp_path)
    proof = Proof.begin(graph, Limit(60))
    words, formulas, symbols = proof.words, proof.chart.world.formulas, proof.chart.world.symbols
    kind = Type(INSTANT.base, nullable=True)
    met: set[tuple[str | None, int]] = set()
    for a, b, c in product((False, True), repeat=3):
        facts: FactValues = {"now": NOW, "a": a, "b": b, "c": c}
        given = [proof.inputs.is_value(name, value) for name, value in facts.items()]
        passage = walk(graph, facts)
        again = symbols.constant(recheck_of(graph, passage, facts), kind)
        assert proof.solver.ask(*given, formulas.negate(symbols.equal(words.recheck.at, again))) is SolverAnswer.NO
        numbers = range(len(words.pieces) + 1)
        spoken = [one for one in numbers if proof.solver.ask(*given, words.spoken == one) is SolverAnswer.YES]
        met |= {(passage.because, one) for one in spoken}
        assert len(spoken) == 1

    assert len(met) == len({text for text, _ in met}) == len({number for _, number in met})
