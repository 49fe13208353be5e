"""What is no HTTP at all is told so in OpenAI's words, too."""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from its_gateway.errors import ApiError


class JsonErrors(HttpToolsProtocol):
    """A connection whose parser's complaints are errors like all others, where no answer has begun."""

    def send_400_response(self, msg: str) -> None:
        """Say that the request is no HTTP, and close the connection."""
        begun = bool(self.cycle and self.cycle.response_started and not self.cycle.response_complete)
        self.close_with(None if begun else ApiError(HTTPStatus.BAD_REQUEST, f"{_NO_HTTP}: {msg}", code="bad_request"))

    def close_with(self, error: ApiError | None) -> None:
        """Close the connection, after saying why where there is an error to say."""
        if error:
            self.transport.write(_response(error))
        self.transport.close()


_NO_HTTP = "this is no request of HTTP/1.1, or its body is not what its headers say"


def _response(error: ApiError) -> bytes:
    body = error.body()
    lines = [
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
