"""
State from where on the generator of code writes things in another way.

None of this changes what is decided. Tests make the limits small, so that small charts reach all that is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """The sizes at which generated code takes another form."""

    small: int = 4
    """Nodes up to which what follows is written out at every arrow that leads there."""
    flat: int = 8
    """Levels of indentation from which on the place behind is reached by `break`, which needs none."""
    deepest: int = 30
    """Levels of indentation from which on a node becomes a function; CPython allows a hundred."""
    behind: int = 16
    """Nodes that stand behind one; the others become functions."""
    loops: int = 8
    """Loops inside each other; CPython allows twenty blocks."""
    run: int = 50
    """Nodes that are written inside and behind each other, however flat: writing them takes that many calls."""
    branches: tuple[int, ...] = (40, 12, 4)
    """Nodes from which on a branch becomes a function: the first for which a chart does not grow out of proportion."""
    lines: int = 200
    lines_a_node: int = 15
    """What a chart may grow to: so many lines, and so many more for each of its nodes."""
    functions: int = 20
    """Functions from which on they are not called by each other, so that the stack stays flat."""
    tries: int = 6
    """Plans after which everything that several arrows lead to becomes a function."""
    inside: int = 30
    """Nodes up to which a chart is written where it is called, those of charts that it calls included."""
    inside_loops: int = 3
    """Loops up to which it is."""
    charts: int = 100
    """Called charts that are written; further ones inside of them are walked."""
    let: int = 10
    """Terms up to which a let is written out at each use instead of being called."""
    deep: int = 40
    """Levels of an expression after which the rest becomes a function; CPython allows two hundred parentheses."""


LIMITS: Final = CodeLimits()
