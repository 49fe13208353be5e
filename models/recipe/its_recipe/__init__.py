"""The recipe: makes the problems, trains both models from a seed and exports them."""
