"""
Prove what holds for every possible input.

A chart is translated into formulas (:mod:`notifyrules.solver`), about which a solver is asked. What the solver
cannot know (what a text function computes, what a calendar says) is left open, so that whatever is proved holds for
all facts; whatever it finds instead is turned into facts and confirmed by the reference walk before it is told.

The solver is z3, of the extra `prove`. Nothing here imports it before a proof is asked for.
"""
