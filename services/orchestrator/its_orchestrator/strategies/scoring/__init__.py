"""Strategies that say how good each item is."""
