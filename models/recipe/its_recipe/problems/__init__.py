"""Families of problems, and the split between those for training and those held out."""

from its_recipe.problems._chain import LARGEST, SIGNS, TABLE, Chain, Operation, draw, feasible, follow
from its_recipe.problems._problem import Family, Problem
from its_recipe.problems._split import FAMILIES, FOLLOWED, TESTED, is_held_out, problems

__all__ = [
    "FAMILIES",
    "FOLLOWED",
    "LARGEST",
    "SIGNS",
    "TABLE",
    "TESTED",
    "Chain",
    "Family",
    "Operation",
    "Problem",
    "draw",
    "feasible",
    "follow",
    "is_held_out",
    "problems",
]
