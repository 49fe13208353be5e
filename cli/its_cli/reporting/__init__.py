"""Reporting: tables, intervals and curves of an evaluation's rows."""
