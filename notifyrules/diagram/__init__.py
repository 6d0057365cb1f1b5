"""
Draw charts: a picture of a graph, perhaps with a decision lit on it, and the formats it is written in.
"""

from notifyrules.diagram.drawing import draw
from notifyrules.diagram.svg import to_svg

__all__ = ["draw", "to_svg"]
