"""Workflows: the components of an its.yaml, checked, built and run."""
