"""What a process says when it can't tell whether a text is right."""

LATE = "late"
"""The time was up."""
BROKEN = "broken"
"""The text was more than the parser could take."""
