"""The URL of a gateway, as people write it."""

from urllib.parse import urlsplit

from its_cli.exits import REFUSED, Failed


def gateway_url(given: str) -> str:
    """Return where a gateway is; `/v1`, which OpenAI's clients want behind it, is taken off.

    Raises Failed for what is no URL of the web.
    """
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Failed(f"--url {given}: a gateway's URL begins with http:// or https://", REFUSED)
    return given.rstrip("/").removesuffix("/v1").rstrip("/")
