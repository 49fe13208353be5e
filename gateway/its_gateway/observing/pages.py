"""`/ui`: the page that draws searches, as files that ship with the package."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from its_gateway.errors import ApiError

PAGE = "/ui"
"""Where the page is; it needs no key, and what it shows needs the same one as the API."""
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""The browser runs and loads nothing but what comes from here."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    content: bytes
    kind: str
    tag: str


class Pages:
    """The endpoints."""

    async def beside(self) -> Response:
        """Lead from the address with a slash, beside which nothing lies, to the page."""
        return RedirectResponse(f"..{PAGE}", status_code=308)

    async def page(self, request: Request) -> Response:
        """Return the page."""
        return _sent(request, "index.html")

    async def file(self, request: Request) -> Response:
        """Return a file that the page needs."""
        return _sent(request, request.path_params["name"])


def _sent(request: Request, name: str) -> Response:
    file = _files().get(name)
    if file is None:
        raise ApiError(404, f"there is no {PAGE}/{name}; the page is at {PAGE}", code="unknown_url")
    headers = {**HEADERS, "etag": file.tag}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=f"{file.kind}; charset=utf-8")


@cache
def _files() -> dict[str, File]:
    """Return every file of the page; another one exists for nobody."""
    found = [one for one in (files("its_gateway") / "ui").iterdir() if one.name.endswith(tuple(KINDS))]
    return {one.name: _file(one.name, one.read_bytes()) for one in found}


def _file(name: str, content: bytes) -> File:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    return File(content, next(kind for end, kind in KINDS.items() if name.endswith(end)), tag)
