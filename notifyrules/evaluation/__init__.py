"""
Decide: validate facts, walk the graph, compile it, and hold what was decided.
"""
