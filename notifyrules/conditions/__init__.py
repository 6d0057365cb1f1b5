"""
The language of conditions: its grammar, types, values and functions, and the terms that checked conditions become.
"""
