"""Carry a chart outside of Python: as data that a fixed interpreter in JavaScript decides by, and as a page."""
