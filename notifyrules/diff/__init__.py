"""
Compare two versions of a rule file: what changes for whom, proved over all facts.

Decisions are compared by the solver (:mod:`notifyrules.diff.edits`), the charts as drawn by matching their boxes and
arrows (:mod:`notifyrules.diff.structure`).
"""
