"""Strategies that make items."""
