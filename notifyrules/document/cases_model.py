"""Model a cases file: fixtures that stand beside a rule file."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, Tag

from notifyrules.document.leaves import Anything, Key, Name, Prose, Version
from notifyrules.document.model import BY_LENGTH, Part


class LongExpectation(Part):
    """Everything that a case can expect of a decision."""

    outcome: Name | None = Field(None, description="The outcome's name.")
    notify: Anything | None = Field(None, description="true, false (a refusal) or later.")
    reason: Name | None = Field(None, description="The id of the arrow that settled it.")
    because: Prose | None = Field(None, description="The words for a person.")
    data: dict[Key, Anything] | None = Field(None, description="Data that the decision must carry.")
    through: list[Name] | None = Field(None, description="Nodes on the path, in order.")


Expectation: TypeAlias = Annotated[
    Annotated[Name, Tag("#short")] | Annotated[LongExpectation, Tag("#long")],
    BY_LENGTH,
    Field(description="An outcome, or `{outcome, notify, reason, because, data, through}`."),
]


class CasePart(Part):
    """One situation, or a family of them, and the answer expected."""

    name: Prose = Field(description="The claim, as a sentence.")
    given: dict[Key, Anything] = Field(
        default_factory=dict, description="Facts, on top of what every case starts from."
    )
    each: dict[Key, list[Anything]] = Field(
        default_factory=dict, description="Facts with several values: every combination is a case."
    )
    expect: Expectation | None = Field(None, description="What the decision must be.")
    rows: Name | None = Field(None, description='A file of JSON Lines, `{"facts": ..., "expect": ...}` a line.')
    skip: Prose | None = Field(None, description="Why the case is not run.")
    tags: list[Name] = Field(default_factory=list, description="Words to select cases by.")


class CasesDocument(Part):
    """A cases file."""

    must_hold = ("cases",)

    notifyrules_cases: Version = Field(alias="notifyrules-cases", description="The version of the format: 1.")
    rules: Name = Field(description="The rule file, relative to this one.")
    about: Prose | None = Field(None, description="Documentation of the whole file.")
    given: dict[Key, Anything] = Field(default_factory=dict, description="Facts that every case starts from.")
    cases: list[CasePart] = Field(description="The cases.", json_schema_extra={"minItems": 1})
