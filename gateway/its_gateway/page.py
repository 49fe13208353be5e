"""`/docs`: the OpenAPI document as one plain page, without scripts, and without anything from other servers."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI, Response

Json = Mapping[str, Any]


class Page:
    """The endpoint, with the application whose document it shows."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def read(self) -> Response:
        """Show what can be asked, and what is answered."""
        return Response(html(self._app.openapi()), media_type="text/html; charset=utf-8", headers=_HEADERS)


def html(document: Json) -> str:
    """Return `document` as a page."""
    schemas: Json = document["components"]["schemas"]
    routes = [
        _route(method.upper(), path, route)
        for path, methods in document["paths"].items()
        for method, route in methods.items()
    ]
    shapes = [_shape(name, schema) for name, schema in sorted(schemas.items())]
    about = (
        f"<p>{_said(document['info']['description'])}</p><p>As a document: <a href=openapi.json>openapi.json</a>. "
        "Searches to watch: <a href=ui>ui</a></p>"
    )
    body = f"<h1>its</h1>{about}<h2>What can be asked</h2>{''.join(routes)}<h2>Shapes</h2>{''.join(shapes)}"
    return f"<!doctype html><html lang=en><title>its</title>{_HEAD}<body>{body}</body></html>"


def _route(method: str, path: str, route: Json) -> str:
    takes = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    more = "".join(f"<li>{_parameter(one)}" for one in route.get("parameters", ()))
    asked = (f"<p>takes {_kind(takes)}</p>" if takes else "") + (f"<ul>{more}</ul>" if more else "")
    answers = "; ".join(f"{status}: {_answer(answer)}" for status, answer in route["responses"].items())
    head = f"<h3><code>{method} {escape(path)}</code> {escape(route['summary'])}</h3>"
    return f"{head}{asked}<p>answers {answers}</p>"


def _parameter(parameter: Json) -> str:
    where = {"header": "header", "query": "in the query", "path": "in the path"}[parameter["in"]]
    return f"<code>{escape(parameter['name'])}</code>, {where}: {_said(parameter.get('description', 'needed'))}"


def _said(text: str) -> str:
    """Return words of ours, with what stands between backticks as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def _answer(answer: Json) -> str:
    kinds = [_kind(one["schema"]) if media == "application/json" else media for media, one in answer["content"].items()]
    return " or ".join(kinds)


def _shape(name: str, schema: Json) -> str:
    needed = schema.get("required", ())
    rows = [
        f"<tr><td><code>{escape(field)}</code>{'' if field in needed else ' <i>optional</i>'}<td>{_kind(one)}"
        f"<td>{_said(one.get('description', ''))}"
        for field, one in schema.get("properties", {}).items()
    ]
    about = _said(schema.get("description", "").partition("\n")[0])
    return f"<h3 id={escape(name)}>{escape(name)}</h3><p>{about}</p><table>{''.join(rows)}</table>"


def _kind(schema: Json) -> str:
    """Return what a value is, in a few words; a shape of its own is a link."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href=#{name}>{name}</a>"
    if "enum" in schema or "const" in schema:
        return " | ".join(f"<code>{escape(repr(one))}</code>" for one in schema.get("enum", [schema.get("const")]))
    if several := schema.get("anyOf", schema.get("oneOf")):
        return " | ".join(dict.fromkeys(map(_kind, several)))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return " ".join((escape(str(schema.get("type", "any"))), *_bounds(schema)))


def _bounds(schema: Json) -> Iterator[str]:
    for name, words in _BOUNDS.items():
        if name in schema:
            yield f"{words} {schema[name]}"


_BOUNDS = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "to",
    "minLength": "of at least",
    "maxLength": "of at most",
}
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: auto; padding: 1em }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
td { border: 1px solid #8886; padding: .2em .5em; overflow-wrap: anywhere; vertical-align: top }
h3 { margin: 1.5em 0 .2em; overflow-wrap: anywhere } p, ul { margin: .2em 0 }
"""
_HEAD = f"<meta charset=utf-8><meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""The browser runs nothing, and styles the page by what is written here only."""
