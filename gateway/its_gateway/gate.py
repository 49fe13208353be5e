"""The gate: no request passes without a key, where there are keys, nor beyond what its key may do.

An ASGI application around another one, inside the edge, which gives requests their ids. Without a file of keys
everybody is one tenant without limits.
"""

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from its_gateway import strangers
from its_gateway.auth import check_admin
from its_gateway.caller import Caller
from its_gateway.errors import ApiError
from its_gateway.keyring import Keyring
from its_gateway.keys import Key, KeysError
from its_gateway.observing import PAGE
from its_gateway.settings import Settings
from its_gateway.standing import Standing
from its_runtime import trail
from its_runtime.config import ConfigError

OPEN = frozenset({"/health", "/ready", "/docs", "/openapi.json", PAGE})
"""What needs no key: probes, documentation, and the page, which is nothing without one."""
ADMIN = frozenset({"/configure", "/metrics"})
"""What needs an administrator's key."""

_log = structlog.get_logger("its.gateway")


class Gate:
    """Lets requests in as callers: `its_gateway.auth.caller_of`."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Read the file of keys, if the settings name one. Raises ConfigError when it can't be read."""
        self._app = app
        self._settings = settings
        self._keyring = _keyring(settings)
        self._anyone = _anyone(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            self._check_headers(scope)
            if scope["path"] in OPEN or scope["path"].startswith(f"{PAGE}/"):
                return await self._app(scope, receive, send)
            caller = self._caller(Headers(scope=scope))
        except ApiError as error:
            return await _refusal(error)(scope, receive, send)
        return await self._enter(caller, scope, receive, _with_limits(send, caller))

    async def _enter(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["caller"] = caller
        if caller.name:
            trail.note(key=caller.name)
        try:
            if scope["path"] in ADMIN:
                check_admin(caller)
        except ApiError as error:
            return await error.response()(scope, receive, send)
        return await self._app(scope, receive, send)

    def _caller(self, headers: Headers) -> Caller:
        if self._keyring is None:
            if not self._settings.open:
                strangers.refuse(headers)
            return self._anyone
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ApiError(401, _NO_KEY, code="invalid_api_key")
        named = self._keyring.find(token.strip())
        if named is None:
            raise ApiError(401, _WRONG_KEY, code="invalid_api_key")
        return Caller(named.key, self._settings, named.name, Standing(known=not named.key.is_limited))

    def _check_headers(self, scope: Scope) -> None:
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > self._settings.max_header_bytes:
            message = f"the headers have {size} bytes; at most {self._settings.max_header_bytes} are read"
            raise ApiError(431, message, code="headers_too_large")


def _keyring(settings: Settings) -> Keyring | None:
    if settings.keys is None:
        _log.warning("open to everybody: no file of keys is configured", setting="gateway.keys")
        return None
    try:
        return Keyring(settings.keys)
    except KeysError as error:
        raise ConfigError(f"gateway.keys: {error}") from error


def _anyone(settings: Settings) -> Caller:
    key = Key(id="anyone", sha256="0" * 64, admin=True)
    return Caller(key.model_copy(update={"id": ""}), settings)


def _with_limits(send: Send, caller: Caller) -> Send:
    if not caller.key.is_limited:
        return send

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *caller.standing.headers]}
        await send(message)

    return sending


def _refusal(error: ApiError) -> ASGIApp:
    response = error.response()
    if error.status == 401:  # noqa: PLR2004  (who asks is unknown)
        response.headers["www-authenticate"] = 'Bearer realm="its"'
    return response


_NO_KEY = "there is no key; send `Authorization: Bearer KEY`, as OpenAI's clients do with `api_key`"
_WRONG_KEY = "this key is not known here; check it, or ask whoever runs this gateway for one (`its keys add`)"
