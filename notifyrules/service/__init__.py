"""The decision service: rules behind HTTP, for senders that are not written in Python and rules that change alone."""
