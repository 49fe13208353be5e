"""How candidates are scored: calls of the reward service, overlapped with growing and held to what they promise."""
