"""How long a client waits, as OpenAI's SDKs tell in their headers: a whole answer has to be there before.

A run that ends at its deadline answers with the best that it has, where a connection that is cut brings nothing, and
has the SDKs ask for all of it again. A stream is read as it comes, so that it has time.
"""

import math
from collections.abc import Mapping

READ_TIMEOUT, TIMEOUT = "X-Stainless-Read-Timeout", "X-Stainless-Timeout"
"""Of the SDKs for Python and for Node; in seconds."""
WAITED = (
    "Seconds that the client waits; OpenAI's SDKs send it. A whole answer comes before, with `its.stopped_by` "
    "`seconds` where the search was cut short; a stream may take longer. What is no positive number says nothing."
)
WAY_BACK, SHARE = 0.25, 0.05
"""Most seconds, and the share of the time, that are left for the answer's way to the client."""


def waited(headers: Mapping[str, str], most: float) -> float:
    """Return in how many seconds a whole answer has to be there for its client not to have gone, `most` at most.

    What is no positive number says nothing: Node's SDK writes 0 for less than a second.
    """
    told = [_seconds(headers.get(name, "")) for name in (READ_TIMEOUT, TIMEOUT)]
    return min([most, *[one - min(WAY_BACK, SHARE * one) for one in told if one > 0]])


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0
    return seconds if math.isfinite(seconds) else 0
