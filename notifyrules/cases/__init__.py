"""Run cases: fixtures that give facts and expect an answer, for the reason named."""
