"""The language of conditions: grammar, types, values and functions, and the terms that checked conditions become."""
