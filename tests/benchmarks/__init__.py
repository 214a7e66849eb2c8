"""Measured claims: `python -m tests.benchmarks` runs all, `python -m tests.benchmarks NAME …` some.

A benchmark is a module here with a function `run()` that yields the lines to print. One that needs
arguments names them in `ARGUMENTS`, and `run` is given the words that follow its name. Where it
can, it gives a ratio to the least that the same work could cost, because ratios travel from one
machine to the next.
"""
