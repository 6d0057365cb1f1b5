"""Spell what many messages say, and find the word that a misspelt one was meant for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from notifyrules.source.text import one_line

_LISTED: Final = 20
"""Words that a line of help can carry."""
_CARRIED: Final = 70
"""Code points of the file's own words that a sentence can carry."""
_CUTOFF = 0.7
"""How alike two words are, from 0 to 1, when one may be meant for the other."""
_FEW = 20
"""Words that are all compared; of more, the closest."""
_CLOSEST = 6
"""Words that share the most letter triples, and are compared."""
_COMMON = 200
"""Words that share a letter triple which tells nothing any more."""
_LONGEST = 200
"""Code points beyond which no word is compared: no name is that long, and comparing is quadratic."""


def did_you_mean(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """Ask whether the known word was meant that a misspelt one is closest to; say something else where none is near."""
    near = nearest(word, known) if isinstance(word, str) else None
    return otherwise if near is None else f"did you mean `{near}`?"


def named(words: Iterable[str]) -> str:
    """List words of the user, as many as a line of help can carry."""
    return listed(f"`{word}`" for word in words)


def listed(words: Iterable[str]) -> str:
    """List words as they are, as many as a line of help can carry."""
    waiting = iter(words)
    shown = ", ".join(islice(waiting, _LISTED))
    return shown if next(waiting, None) is None else f"{shown}, …"


def clip(text: str) -> str:
    """Put words of the file on one line, shortened to what a sentence can carry."""
    folded = one_line(text)
    return folded if len(folded) <= _CARRIED else folded[: _CARRIED - 1] + "…"


def either(words: Sequence[str]) -> str:
    """Join words of which one is meant, as a sentence does."""
    *early, last = words
    return f"{', '.join(early)} or {last}" if early else last


def operand(path: str) -> str:
    """Spell a path so that no command takes it for an option."""
    return f"./{path}" if path.startswith("-") else path


def why(error: OSError | ValueError) -> str:
    """Say why the system refused something about a file, in its words."""
    return (getattr(error, "strerror", None) or "the name is not valid").lower()


def count(number: int, noun: str) -> str:
    """Count a noun."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that a misspelt one is closest to, if any is near; many known ones cost little more."""
    if len(word) > _LONGEST:
        return None
    vocabulary = _vocabulary(tuple(known))
    if (same := vocabulary.folded.get(word.casefold())) is not None:
        return same
    candidates = ((_likeness(word, name), name) for name in vocabulary.candidates(word))
    # Of two equally alike the first of the alphabet.
    close = max(candidates, default=(0.0, ""), key=lambda found: (found[0], [-ord(one) for one in found[1]]))
    if close[0] >= _CUTOFF:
        return close[1]
    # `muted` for `channel.muted`: the last part is what people remember.
    tails = vocabulary.tails.get(word.rpartition(".")[2], ())
    return tails[0] if len(tails) == 1 else None


def _likeness(word: str, name: str) -> float:
    """Tell how alike two words are, from 0 to 1."""
    if _one_slip(word, name):
        return 1.0
    from difflib import SequenceMatcher  # noqa: PLC0415 - only mistakes need it

    matcher = SequenceMatcher(None, name, word, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _CUTOFF and matcher.quick_ratio() >= _CUTOFF else 0.0


def _one_slip(word: str, name: str) -> bool:
    """Tell whether two words of at least three letters differ by one letter more, less, other, or two swapped."""
    if abs(len(word) - len(name)) > 1 or min(len(word), len(name)) < 3:  # noqa: PLR2004 - what two letters mean, nobody knows
        return False
    start = next((at for at, (one, other) in enumerate(zip(word, name, strict=False)) if one != other), None)
    if start is None:
        return True
    rest, other_rest = word[start:], name[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[1:2] + rest[:1] == other_rest[:2] and rest[2:] == other_rest[2:])
    )


class _Vocabulary:
    """Known words, prepared for looking up many misspelt ones."""

    __slots__ = ("_triples", "_words", "folded", "tails")

    folded: Mapping[str, str]
    """The words by their case-folded form."""
    tails: Mapping[str, list[str]]
    """The words by what stands behind their last dot."""

    def __init__(self, words: tuple[str, ...]) -> None:
        """Prepare *words*, which are sorted."""
        self._words = words
        self.folded = {name.casefold(): name for name in reversed(words)}
        self.tails = {}
        self._triples: dict[str, list[str]] = {}
        for name in words:
            self.tails.setdefault(name.rpartition(".")[2], []).append(name)
            if len(words) > _FEW:
                for triple in _triples(name):
                    self._triples.setdefault(triple, []).append(name)

    def candidates(self, word: str) -> Iterable[str]:
        """Give the few words that are worth a closer look."""
        if len(self._words) <= _FEW:
            return self._words
        shared: Counter[str] = Counter()
        for triple in _triples(word):
            names = self._triples.get(triple, ())
            if len(names) <= _COMMON:
                shared.update(names)
        return [name for name, _ in shared.most_common(_CLOSEST)]


@lru_cache(maxsize=8)
def _vocabulary(words: tuple[str, ...]) -> _Vocabulary:
    """Prepare words, once for the many mistakes of one file."""
    return _Vocabulary(tuple(sorted(map(str, words))))


def _triples(word: str) -> set[str]:
    """Cut a word into its runs of three letters, its ends marked."""
    marked = f"\0{word}\0"
    return {marked[at : at + 3] for at in range(len(marked) - 2)} or {marked}
