"""Draw charts: a picture of a graph, perhaps with a decision lit on it, and the formats it is written in."""

from notifyrules.diagram.dot import to_dot
from notifyrules.diagram.drawing import draw
from notifyrules.diagram.mermaid import mermaid_caveats, to_mermaid
from notifyrules.diagram.png import png_caveats, to_png
from notifyrules.diagram.svg import notebook_svg, to_svg

__all__ = ["draw", "mermaid_caveats", "notebook_svg", "png_caveats", "to_dot", "to_mermaid", "to_png", "to_svg"]
