"""The studio: the charts of a folder as live pages on this machine, and cases kept from them."""
