"""What the engine's work costs: measured on the models that ship, in parts that a sequence without any past costs.

Whose turn it is follows from costs, not from a clock, so that the same work is done in the same order.
"""

STEP = 20
"""Of a step, whoever takes part."""
COLUMNS = 35
"""So much past of a sequence costs as much as its step does without any."""
TOKEN_OF_A_PROMPT = 1.5
TOKENS_AS_ONE = 8
"""How many tokens of a prompt, computed at once, count as one that is sampled."""


def of_step(rows: int, width: int) -> float:
    """Return the cost of a step of sequences with so much past: many long ones cost fifteen times a short one."""
    return STEP + rows * (1 + width / COLUMNS)
