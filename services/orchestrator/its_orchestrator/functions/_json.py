"""JSON in what a model says."""

import json
import re
from typing import Any

from its_runtime.errors import InvalidRequest


def as_json(said: str) -> Any:  # noqa: ANN401  (JSON)
    """Return the first JSON object or array in a text, or the value that the whole text is. Raises InvalidRequest."""
    text = said.strip()
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pass
    for begin in re.finditer(r"[\[{]", text):
        try:
            return json.JSONDecoder().raw_decode(text, begin.start())[0]
        except json.JSONDecodeError:
            continue
    raise InvalidRequest("there is no JSON in the reply")
