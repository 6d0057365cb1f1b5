"""Make smaller rules of rules: decide once what is the same for many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Final

from notifyrules.compiled.compiler import compile_residual
from notifyrules.compiled.facts_object import Facts, make_kind
from notifyrules.compiled.facts_reader import FactsReader
from notifyrules.compiled.partial import OPEN
from notifyrules.compiled.program import Program, UnboundProgram
from notifyrules.compiled.residual import Front, GraphKey
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value

_KEPT: Final = 1_500_000
"""Code points of generated source whose code is kept for one chart, some five bytes for each; what was used longest ago
goes first."""
_FORMS: Final = 32
"""Sets of known facts for which the classes that hold them are kept."""


class Specializer:
    """Compile what is left of one chart, and keep it for all known facts that leave the same."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._codes: OrderedDict[tuple[frozenset[str], GraphKey], UnboundProgram] = OrderedDict()
        self._kept = 0
        self._lock = Lock()
        self._form = lru_cache(_FORMS)(self._make_form)

    def program(self, fixed: Mapping[str, Value]) -> Program:
        """Compile what is left when some facts are fixed to valid values."""
        residual = Front(self._graph, lambda name: fixed.get(name, OPEN)).residual()
        names = frozenset(fixed)
        reader, kind = self._form(names)
        key = (names, residual.key)
        with self._lock:
            if (code := self._codes.get(key)) is None:
                code = compile_residual(self._graph, residual.graph, residual.settled, reader)
                self._codes[key] = code
                self._kept += len(code.source)
            self._codes.move_to_end(key)
            while self._kept > _KEPT and len(self._codes) > 1:
                _, forgotten = self._codes.popitem(last=False)
                self._kept -= len(forgotten.source)
        return code.program(kind.of(fixed[name] for name in kind.names))

    def _make_form(self, fixed: frozenset[str]) -> tuple[FactsReader, type[Facts]]:
        """Make what reads the facts that are not fixed, and the class of those that are."""
        names = [name for name in self._graph.facts if name in fixed]
        return FactsReader(self._graph.facts, names), make_kind(names)
