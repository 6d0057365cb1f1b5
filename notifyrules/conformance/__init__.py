"""Find out whether a chart decides as an old function does, and for whom it does not."""
