"""Put statements together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Block:
    """Some statements."""

    lines: Sequence[str]
    stays: bool
    """Whether a way through them runs off their end."""
    levels: int = 0
    """Levels of indentation inside."""

    def inside(self) -> list[str]:
        """Indent the statements by a level."""
        return [f"    {line}" for line in self.lines] or ["    pass"]

    def otherwise(self) -> list[str]:
        """Write the statements behind an `if` as what is done else."""
        if not self.lines:
            return []
        first, *rest = self.lines
        if first.startswith("if ") and all(line.startswith((" ", "elif ", "else:")) for line in rest):
            return [f"el{first}", *rest]
        return ["else:", *self.inside()]

    def then(self, following: Callable[[], Block]) -> Block:
        """Put others behind them, if they can be reached."""
        if not self.stays:
            return self
        other = following()
        return Block([*self.lines, *other.lines], other.stays, max(self.levels, other.levels))

    @property
    def last(self) -> tuple[bool, bool, int]:
        """Rank the block for standing last, without indentation: one that does nothing, one that stays, a large one."""
        return (not self.lines, self.stays, len(self.lines))


STAY: Final = Block((), stays=True)
"""Nothing: the end of the block is the place to go."""


def loop(block: Block) -> Block:
    """Make a loop of statements that runs once, for `break` to leave."""
    return Block(["while True:", *block.inside()], stays=True, levels=block.levels + 1)


def choose(ways: Sequence[tuple[tuple[str, str], Block]], last: Block) -> Block:
    """
    Choose one of several ways, each behind its test; the last way is for when none holds.

    Args:
        ways: Tests with their opposites, in the order they are made, and what follows.
        last: What follows when none holds.
    """
    if not ways:
        return last
    if len(ways) == 1:
        return _either(*ways[0], last)
    lines: list[str] = []
    tied = False
    for (test, _), block in ways:
        lines += [f"{'elif' if tied else 'if'} {test}:", *block.inside()]
        # Behind a way that stays, the others must not be tried.
        tied = tied or block.stays
    lines += last.otherwise() if tied else last.lines
    levels = max([last.levels, *(block.levels for _, block in ways)]) + 1
    return Block(lines, tied or last.stays, levels)


def _either(tests: tuple[str, str], yes: Block, no: Block) -> Block:
    """Choose one of two ways; one that leaves stands first, so that the other needs no indentation."""
    if not yes.lines and not no.lines:
        return STAY
    stays = yes.stays or no.stays
    if not no.lines or (yes.lines and _first(yes, no)):
        levels = max(yes.levels + 1, no.levels)
        return Block([f"if {tests[0]}:", *yes.inside(), *no.lines], stays, levels)
    if not yes.lines or _first(no, yes):
        levels = max(no.levels + 1, yes.levels)
        return Block([f"if {tests[1]}:", *no.inside(), *yes.lines], stays, levels)
    lines = [f"if {tests[0]}:", *yes.inside(), *no.otherwise()]
    return Block(lines, stays, max(yes.levels, no.levels) + 1)


def _first(one: Block, other: Block) -> bool:
    """Tell whether a block can stand first, with the other one behind it."""
    if one.stays:
        return False
    return other.stays or len(one.lines) <= len(other.lines)
