"""Ask a solver about charts: formulas for what they decide, and facts that show what it found."""
