"""How candidates grow: calls of the generator, read back candidate by candidate."""
