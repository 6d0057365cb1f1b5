"""Hold values that are computed when they are first read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from notifyrules.language.values import Value


class Computed(Mapping[str, Value]):
    """The facts of a called chart: each is computed when it is first read, so that nothing is read in vain."""

    __slots__ = ("_compute", "_values")

    def __init__(self, compute: Mapping[str, Callable[[], Value]]) -> None:
        """Hold what computes each value."""
        self._compute = compute
        self._values: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        """Give a value, computed at most once."""
        if name not in self._values:
            self._values[name] = self._compute[name]()
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Name the values."""
        return iter(self._compute)

    def __len__(self) -> int:
        """Count the values."""
        return len(self._compute)
