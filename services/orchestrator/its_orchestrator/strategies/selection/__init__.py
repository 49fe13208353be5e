"""Strategies that keep some items, or merge them into one."""
