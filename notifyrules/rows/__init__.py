"""Decide for rows of facts in files, batch by batch."""
