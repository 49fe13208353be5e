"""Routes that FastAPI describes and Starlette runs."""

from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import request_response


class Direct(APIRoute):
    """A route whose endpoint takes the request and returns the response; nothing is looked up for it."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  (FastAPI's)
        super().__init__(*given, **named)
        self.app = request_response(self.endpoint)
