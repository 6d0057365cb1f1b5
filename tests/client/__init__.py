"""The client of the decision service, when all is well and when it is not."""
