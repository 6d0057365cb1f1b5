"""Hold the laws of the language over generated rules, facts and values."""
