"""Say by what conditions are computed beside the rules: what no digest of a rule file covers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

MEANING: Final = 1
"""The version of what conditions mean: raised when the same condition is to mean something else for the same facts."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The versions of what a decision rests on beside its rules."""

    language: str
    unicode: str
    """Python's, by which texts are compared without regard to case."""
    words: str
    """Of the library that knows the scripts and marks by which words are told apart."""
    zones: str
    """Of the IANA time zone database."""


@cache
def tables() -> Tables:
    """Give the versions of today."""
    from importlib.metadata import version  # noqa: PLC0415 - only receipts need it

    from tzdata import IANA_VERSION  # noqa: PLC0415

    return Tables(str(MEANING), unicodedata.unidata_version, version("regex"), IANA_VERSION)
