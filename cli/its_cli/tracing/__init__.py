"""`its trace`: what happened in runs, listed, shown, written into files, and chosen again by other rules."""

from its_cli.tracing.command import app

__all__ = ["app"]
