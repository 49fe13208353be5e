"""The orchestrator: spends compute on a question, within a budget, and returns the best answer it found."""
