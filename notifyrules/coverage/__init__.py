"""Measure which nodes, arrows, outcomes and conditions of charts some cases have walked."""
