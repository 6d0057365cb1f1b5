"""Say what is wrong with a file: findings as values, their catalogue, and the ways to print them."""
