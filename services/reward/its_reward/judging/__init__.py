"""Judging by a language model: what it is asked, and how its verdict is read."""
