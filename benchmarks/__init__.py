"""Measure what a decision costs, beside what the same decision costs elsewhere."""
