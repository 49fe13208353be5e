"""Evaluating: algorithms and budgets over a file of problems, one row each, resumed where it was interrupted."""
