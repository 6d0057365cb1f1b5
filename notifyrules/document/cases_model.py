"""Model cases files as :mod:`notifyrules.document.model` models rule files."""

from __future__ import annotations

from typing import Final, TypeAlias

from notifyrules.document.leaves import ANYTHING, NAME, PROSE, VERSION
from notifyrules.document.shapes import ManyOf, MapOf, OneOf, Part, by_class, many, maybe, needed
from notifyrules.source.located import Located, Map, Scalar


class LongExpectation(Part):
    """Everything that a case can expect of a decision."""

    outcome: Scalar | None = maybe(NAME, "The outcome's name.")
    notify: Located | None = maybe(ANYTHING, "true, false (a refusal) or later.")
    reason: Scalar | None = maybe(NAME, "The id of the arrow that settled it.")
    because: Scalar | None = maybe(PROSE, "The words for a person.")
    data: dict[Scalar, Located] | None = maybe(MapOf(ANYTHING), "Data that the decision must carry.")
    through: list[Scalar] | None = maybe(ManyOf(NAME), "Nodes on the path, in order.")
    recheck: Located | None = maybe(ANYTHING, "When to ask again: an instant, or null for nothing to say.")


ExpectationPart: TypeAlias = Scalar | LongExpectation
EXPECTATION: Final = by_class(
    Map, LongExpectation, NAME, "An outcome, or `{outcome, notify, reason, because, data, through, recheck}`."
)


class MediaExpectation(Part):
    """What a case expects of the decisions for several media."""

    each: dict[Scalar, ExpectationPart] = needed(
        MapOf(EXPECTATION), "What the decision for each of these media must be; others are not looked at.", some=True
    )


AnyExpectation: TypeAlias = ExpectationPart | MediaExpectation
ANY_EXPECTATION: Final = OneOf(
    lambda value: MediaExpectation if isinstance(value, Map) and "each" in value else EXPECTATION,
    (EXPECTATION, MediaExpectation),
    "What the decision must be, or `{each: ...}` for the decisions for several media.",
)
PER_MEDIUM: Final = "Facts that some media have of their own, where `expect` names media."


class CasePart(Part):
    """One situation, or a family of them, and the answer expected."""

    name: Scalar = needed(PROSE, "The claim, as a sentence.")
    given: dict[Scalar, Located] = many(MapOf(ANYTHING), "Facts, on top of what every case starts from.")
    per_medium: dict[Scalar, dict[Scalar, Located]] = many(MapOf(MapOf(ANYTHING)), PER_MEDIUM)
    each: dict[Scalar, list[Located]] = many(
        MapOf(ManyOf(ANYTHING)), "Facts with several values: every combination is a case."
    )
    expect: AnyExpectation | None = maybe(ANY_EXPECTATION, "What the decision must be.")
    rows: Scalar | None = maybe(NAME, 'A file of JSON Lines, `{"facts": ..., "expect": ...}` a line.')
    skip: Scalar | None = maybe(PROSE, "Why the case is not run.")
    tags: list[Scalar] = many(ManyOf(NAME), "Words to select cases by.")


class CasesDocument(Part):
    """A cases file."""

    notifyrules_cases: Located = needed(VERSION, "The version of the format: 1.", key="notifyrules-cases")
    rules: Scalar = needed(NAME, "The rule file, relative to this one.")
    about: Scalar | None = maybe(PROSE, "Documentation of the whole file.")
    given: dict[Scalar, Located] = many(MapOf(ANYTHING), "Facts that every case starts from.")
    per_medium: dict[Scalar, dict[Scalar, Located]] = many(MapOf(MapOf(ANYTHING)), PER_MEDIUM)
    cases: list[CasePart] = needed(ManyOf(CasePart), "The cases.", some=True)
