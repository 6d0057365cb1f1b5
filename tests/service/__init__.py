"""The decision service: settings, calls, refusals, and what it stands when it is killed."""
