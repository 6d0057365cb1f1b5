"""Decide by the walk that defines what a chart means, and record what was decided."""
