"""Keep receipts of decisions, find the rules that they name, and make every word of them again."""
