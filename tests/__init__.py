"""Hold the package to what it says; `README.md` beside this file tells which test goes where."""
