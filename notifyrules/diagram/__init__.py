"""Draw charts: a picture of a graph, perhaps with a decision lit on it, and the formats it is written in."""

from notifyrules.diagram.caveats import mermaid_caveats, png_caveats
from notifyrules.diagram.dot import to_dot
from notifyrules.diagram.drawing import draw
from notifyrules.diagram.mermaid import to_mermaid
from notifyrules.diagram.png import to_png
from notifyrules.diagram.svg import notebook_svg, to_svg

__all__ = ["draw", "mermaid_caveats", "notebook_svg", "png_caveats", "to_dot", "to_mermaid", "to_png", "to_svg"]
