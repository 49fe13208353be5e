"""Upstream endpoints that clients may name: those that an administrator lists, each with the key that is bound to it.

No address and no key of a client ever travels further than this file. An endpoint names what the generator is
configured to ask (`generator.models`, backend `openai`), where its key is bound to its address; naming it is a check
that this is so, and never a way to somewhere else.
"""

import hmac
import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from its_gateway.errors import ApiError


class Endpoint(BaseModel):
    """One endpoint, as the settings list it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...] = Field(min_length=1, description="Models and profiles that are answered from there.")
    api_key_env: str | None = Field(
        default=None, description="Environment variable of the bound key, which clients may name too; absent, none."
    )


Endpoints = Mapping[str, Endpoint]

_NO_KEY = frozenset({"", "no_api_key", "empty", "none", "unused", "dummy", "dummy-key", "sk-no-key-required"})
"""What clients send as a key where none is needed."""


def check(endpoints: Endpoints, model: str, url: str | None, key: str | None, names: tuple[str, str]) -> None:
    """Raise ApiError 403 unless `model` is answered from `url`, with `key`, anyway; `names` are what these are called.

    What is None wasn't named.
    """
    endpoint = None if url is None else _endpoint(endpoints, model, url, names[0])
    if key is not None and not _is_bound(endpoint, key):
        raise ApiError(403, f"{names[1]}: {_KEY}", param=names[1], code="key_not_allowed")


def _endpoint(endpoints: Endpoints, model: str, url: str, name: str) -> Endpoint:
    found = {known.rstrip("/"): one for known, one in endpoints.items()}.get(url.rstrip("/"))
    if found is None:
        raise ApiError(403, f"{name}: {_ENDPOINT.format(url)}", param=name, code="endpoint_not_allowed")
    if {model, model.rpartition(":")[0]}.isdisjoint(found.models):
        message = f"{name}: {model!r} is not answered from {url}; name a model that is, or leave the endpoint out"
        raise ApiError(403, message, param=name, code="endpoint_not_allowed")
    return found


def _is_bound(endpoint: Endpoint | None, key: str) -> bool:
    bound = os.environ.get(endpoint.api_key_env, "") if endpoint and endpoint.api_key_env else ""
    if bound:
        return hmac.compare_digest(bound.encode(), key.encode())
    return key.lower() in _NO_KEY


_ENDPOINT = (
    "requests can't name {!r} here: an administrator lists what they may name in gateway.endpoints, and configures it "
    "in generator.models; leave it out to be answered by what is configured"
)
_KEY = (
    "this is not the key that is bound to the endpoint, and a key of a client travels nowhere; leave it out: the "
    "bound one is used"
)
