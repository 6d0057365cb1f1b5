"""Make the cases that a file of cases lacks."""
