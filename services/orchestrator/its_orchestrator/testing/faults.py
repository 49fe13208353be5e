"""What a scripted engine can do wrong."""

from enum import Enum


class Fault(Enum):
    """How one call of an engine goes wrong."""

    DOWN = "down"
    """It fails before anything came, as Unavailable."""
    BREAKS = "breaks"
    """A generator fails in the middle, as Unavailable, without telling what it used."""
    REFUSES = "refuses"
    """It refuses the request, as InvalidRequest."""
    STALLS = "stalls"
    """Nothing ever comes."""
    HANGS = "hangs"
    """A generator's first message comes, and nothing after it; a reward service's never does."""
    FORGETS = "forgets"
    """A generator ends its stream and forgets its sequences; a reward service forgets a score."""
    SPOILS = "spoils"
    """A generator's first sequence fails, or a reward service's first score; the others are fine."""
    NAN = "nan"
    """A reward service answers NaN."""
    OUTSIDE = "outside"
    """A reward service answers scores outside of its range."""


ENDLESS = frozenset({Fault.STALLS, Fault.HANGS})
"""Those after which a call ends only when it is stopped."""
