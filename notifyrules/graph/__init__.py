"""Turn documents into a graph that is typed, checked and whole."""
