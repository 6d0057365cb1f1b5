"""Model cases files as :mod:`notifyrules.document.model` models rule files."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Discriminator, Field, Tag

from notifyrules.document.leaves import Anything, Key, Name, Prose, Version
from notifyrules.document.model import BY_LENGTH, Part
from notifyrules.source.located import Map


class LongExpectation(Part):
    """Everything that a case can expect of a decision."""

    outcome: Name | None = Field(None, description="The outcome's name.")
    notify: Anything | None = Field(None, description="true, false (a refusal) or later.")
    reason: Name | None = Field(None, description="The id of the arrow that settled it.")
    because: Prose | None = Field(None, description="The words for a person.")
    data: dict[Key, Anything] | None = Field(None, description="Data that the decision must carry.")
    through: list[Name] | None = Field(None, description="Nodes on the path, in order.")
    recheck: Anything | None = Field(None, description="When to ask again: an instant, or null for nothing to say.")


Expectation: TypeAlias = Annotated[
    Annotated[Name, Tag("#short")] | Annotated[LongExpectation, Tag("#long")],
    BY_LENGTH,
    Field(description="An outcome, or `{outcome, notify, reason, because, data, through, recheck}`."),
]


class MediaExpectation(Part):
    """What a case expects of the decisions for several media."""

    must_hold = ("each",)

    each: dict[Key, Expectation] = Field(
        description="What the decision for each of these media must be; others are not looked at.",
        json_schema_extra={"minProperties": 1},
    )


AnyExpectation: TypeAlias = Annotated[
    Annotated[Expectation, Tag("#one")] | Annotated[MediaExpectation, Tag("#each")],
    Discriminator(lambda value: "#each" if isinstance(value, Map) and "each" in value else "#one"),
    Field(description="What the decision must be, or `{each: ...}` for the decisions for several media."),
]
PerMedium: TypeAlias = Annotated[
    dict[Key, dict[Key, Anything]],
    Field(default_factory=dict, description="Facts that some media have of their own, where `expect` names media."),
]


class CasePart(Part):
    """One situation, or a family of them, and the answer expected."""

    name: Prose = Field(description="The claim, as a sentence.")
    given: dict[Key, Anything] = Field(
        default_factory=dict, description="Facts, on top of what every case starts from."
    )
    per_medium: PerMedium
    each: dict[Key, list[Anything]] = Field(
        default_factory=dict, description="Facts with several values: every combination is a case."
    )
    expect: AnyExpectation | None = Field(None, description="What the decision must be.")
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
    per_medium: PerMedium
    cases: list[CasePart] = Field(description="The cases.", json_schema_extra={"minItems": 1})
