"""
Draw charts: a picture of a graph, perhaps with a decision lit on it, and the formats it is written in.
"""

from notifyrules.diagram.dot import to_dot
from notifyrules.diagram.drawing import draw
from notifyrules.diagram.mermaid import to_mermaid
from notifyrules.diagram.png import to_png
from notifyrules.diagram.svg import to_svg

__all__ = ["draw", "to_dot", "to_mermaid", "to_png", "to_svg"]
