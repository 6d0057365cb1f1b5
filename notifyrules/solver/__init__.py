"""
Ask a solver about charts: formulas for what they decide, and facts that show what it found.

What the rest of the package may use is named here, and imported when it is first used: the solver z3 is an extra.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifyrules.solver.charts import ChartFormulas, translate
    from notifyrules.solver.decision_words import speak
    from notifyrules.solver.formulas import Formula
    from notifyrules.solver.inputs import Inputs
    from notifyrules.solver.limit import LIMIT_S, Limit
    from notifyrules.solver.proof import Proof
    from notifyrules.solver.solving import Answer, Solver
    from notifyrules.solver.symbols import Pick, Symbol, Truth
    from notifyrules.solver.text_lemmas import complete
    from notifyrules.solver.translation import Translator, World
    from notifyrules.solver.witness import Witness, find_witness

__all__ = [
    "LIMIT_S",
    "Answer",
    "ChartFormulas",
    "Formula",
    "Inputs",
    "Limit",
    "Pick",
    "Proof",
    "Solver",
    "Symbol",
    "Translator",
    "Truth",
    "Witness",
    "World",
    "complete",
    "find_witness",
    "speak",
    "translate",
]

_HOMES = {
    "LIMIT_S": "limit",
    "Answer": "solving",
    "ChartFormulas": "charts",
    "Formula": "formulas",
    "Inputs": "inputs",
    "Limit": "limit",
    "Pick": "symbols",
    "Proof": "proof",
    "Solver": "solving",
    "Symbol": "symbols",
    "Translator": "translation",
    "Truth": "symbols",
    "Witness": "witness",
    "World": "translation",
    "complete": "text_lemmas",
    "find_witness": "witness",
    "speak": "decision_words",
    "translate": "charts",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the names
    """Import a name when it is first used."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
