"""Checking what a model wrote by rule, without trusting it: parsers run in processes that can be ended."""
