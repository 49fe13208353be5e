"""How a process of its starts, speaks, fails and stops."""
