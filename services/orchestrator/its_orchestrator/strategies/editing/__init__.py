"""Strategies that improve each item."""
