"""Read a rule file as a document: every key known, every value of the right shape, nothing looked up yet."""
