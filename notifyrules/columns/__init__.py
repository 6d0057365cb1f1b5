"""Decide for the rows of a frame at once, by expressions over its columns."""
