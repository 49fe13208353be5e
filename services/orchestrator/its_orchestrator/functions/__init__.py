"""Functions: strategies wired around functions and tools."""
