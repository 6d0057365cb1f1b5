"""Name the values of all facts of one chart; nothing here needs the solver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from notifyrules.language.values import Value

FactValues: TypeAlias = Mapping[str, Value]
"""A value for every fact."""
