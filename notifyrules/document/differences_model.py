"""Model files of expected differences as :mod:`notifyrules.document.model` models rule files."""

from __future__ import annotations

from notifyrules.document.leaves import ANYTHING, CONDITION, PROSE, VERSION
from notifyrules.document.shapes import ManyOf, Part, maybe, needed
from notifyrules.source.located import Located, Scalar


class DifferencePart(Part):
    """For whom the chart is meant to decide otherwise than the old function does."""

    if_: Scalar = needed(CONDITION, "For whom: a condition over the facts and lets of the chart.")
    chart: Located | None = maybe(ANYTHING, "What the chart decides: an outcome, true, false or later.")
    old: Located | None = maybe(ANYTHING, "What the old function gives, as reports call it.")
    why: Scalar = needed(PROSE, "Why that is meant, for whoever reviews it.")


class DifferencesDocument(Part):
    """A file of expected differences."""

    notifyrules_differences: Located = needed(VERSION, "The version of the format.", key="notifyrules-differences")
    about: Scalar | None = maybe(PROSE, "Documentation of the whole file.")
    differences: list[DifferencePart] = needed(ManyOf(DifferencePart), "The differences that are expected.")
