"""Model files of expected differences as :mod:`notifyrules.document.model` models rule files."""

from __future__ import annotations

from pydantic import Field

from notifyrules.document.leaves import Anything, ConditionText, Prose, Version
from notifyrules.document.model import Part


class DifferencePart(Part):
    """For whom the chart is meant to decide otherwise than the old function does."""

    if_: ConditionText = Field(alias="if", description="For whom: a condition over the facts and lets of the chart.")
    chart: Anything | None = Field(None, description="What the chart decides: an outcome, true, false or later.")
    old: Anything | None = Field(None, description="What the old function gives, as reports call it.")
    why: Prose = Field(description="Why that is meant, for whoever reviews it.")


class DifferencesDocument(Part):
    """A file of expected differences."""

    notifyrules_differences: Version = Field(alias="notifyrules-differences", description="The version of the format.")
    about: Prose | None = Field(None, description="Documentation of the whole file.")
    differences: list[DifferencePart] = Field(description="The differences that are expected.")
