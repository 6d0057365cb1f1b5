"""Hold the files that `notifyrules new` starts an author with; they are checked and run like all other rule files."""
