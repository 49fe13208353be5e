"""What keeps a run within its budget and its word: account, watch, recorder, register, commitment."""
