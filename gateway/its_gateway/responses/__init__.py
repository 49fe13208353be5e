"""`/v1/responses`: OpenAI's newer protocol, a second front on the path of chat completions."""

from its_gateway.responses.endpoint import Responses
from its_gateway.responses.schema import ResponseRequest

__all__ = ["ResponseRequest", "Responses"]
