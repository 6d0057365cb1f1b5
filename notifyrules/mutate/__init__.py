"""Makes the mistakes that people make in rules, and finds those that no case notices."""
