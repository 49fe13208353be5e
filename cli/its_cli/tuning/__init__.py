"""Tuning: an algorithm and a budget for an aim, chosen on one half of the problems and judged on the other."""
