"""Run a chart: validate facts, compile the graph to Python, and hold what was decided."""
