"""Laws of what the prover knows of patterns in texts: each sentence holds for every text, whatever its letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest

from notifyrules.language.functions import FUNCTIONS
from notifyrules.solver.text_lemmas import excludes, found_everywhere, implies
from tests.property.small_charts import dice

LETTERS = "aAsSkß\u1e9e\u017f\u212aéE\u0301İiΣ\u03c3ς\u03b9\u1fbe\u0345²番กิ\u200d❤_1 \n\xa0.-"
SHAPES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    str.casefold,
    str.title,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: f" {text}\t",
    lambda text: text.replace("*", "a*s"),
    lambda text: text + "*",
    lambda text: text[:-1],
    lambda text: text[1:],
)
FUNCTIONS_OF_PATTERNS = ("starts_with", "ends_with", "contains", "matches", "has_word", "has_glob_word")
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 200))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.slow
def test_what_is_known_of_patterns_holds_for_every_text(seed: int) -> None:
    """What is found everywhere is, what a pattern implies holds with it, what it excludes never does."""
    drawn = dice(seed)
    held: Counter[tuple[str, str]] = Counter()
    for _ in range(1_500):
        letters = drawn.sample(LETTERS, 6)
        pattern = "".join(drawn.choices([*letters, "*", "?"], k=drawn.randrange(5)))
        rival = drawn.choice(SHAPES)(drawn.choice(SHAPES)(pattern))
        filled = "".join(drawn.choice(letters) if sign in "*?" else sign for sign in pattern)
        around = ["".join(drawn.choices(letters, k=drawn.randrange(3))) for _ in range(2)]
        texts = (filled, rival, drawn.choice(SHAPES)(filled), filled.join(around), "".join(drawn.choices(letters, k=5)))
        for one, other in product(FUNCTIONS_OF_PATTERNS, repeat=2):
            for text in texts:
                fits, fits_rival = FUNCTIONS[one].compute(text, pattern), FUNCTIONS[other].compute(text, rival)
                if found_everywhere(one, pattern):
                    assert fits, (one, pattern, text)
                if fits and implies(one, pattern, other, rival):
                    held[one, other] += pattern != rival
                    assert fits_rival, (one, pattern, other, rival, text)
                if fits and excludes((one, pattern), (other, rival)):
                    held["excludes", one] += 1
                    assert not fits_rival, (one, pattern, other, rival, text)

    assert min(held[pair] for pair in (("has_word",) * 2, ("has_glob_word",) * 2, ("matches",) * 2)) > 10
    assert held["excludes", "matches"] > 10
