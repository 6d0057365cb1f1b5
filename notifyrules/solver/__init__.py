"""
Ask a solver about charts: formulas for what they decide, and facts that show what it found.

What the rest of the package may use is named here. The solver is z3, an extra, so nothing imports this until it asks.
"""

from notifyrules.solver.alternatives import why_not
from notifyrules.solver.candidates import readers
from notifyrules.solver.charts import ChartFormulas, translate
from notifyrules.solver.decision_words import speak
from notifyrules.solver.fact_variables import FactVariables
from notifyrules.solver.formulas import Formula
from notifyrules.solver.nearest import Change, Nearest, Neighbourhood, base_of
from notifyrules.solver.proof import Proof
from notifyrules.solver.samples import draw, pools
from notifyrules.solver.sayable import base_facts
from notifyrules.solver.showing import Goal, witnesses
from notifyrules.solver.solving import Solver, SolverAnswer
from notifyrules.solver.symbols import Pick, Symbol, Truth
from notifyrules.solver.text_lemmas import complete, know_at
from notifyrules.solver.translation import Translator, World
from notifyrules.solver.witness import find_witness, nearer

__all__ = [
    "Change",
    "ChartFormulas",
    "FactVariables",
    "Formula",
    "Goal",
    "Nearest",
    "Neighbourhood",
    "Pick",
    "Proof",
    "Solver",
    "SolverAnswer",
    "Symbol",
    "Translator",
    "Truth",
    "World",
    "base_facts",
    "base_of",
    "complete",
    "draw",
    "find_witness",
    "know_at",
    "nearer",
    "pools",
    "readers",
    "speak",
    "translate",
    "why_not",
    "witnesses",
]
