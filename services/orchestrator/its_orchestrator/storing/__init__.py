"""Storing: what is known of runs, kept in memory while they are young and in a store for as long as it is wanted."""
