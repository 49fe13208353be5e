"""How answers are compared, grouped, ranked and drawn."""
