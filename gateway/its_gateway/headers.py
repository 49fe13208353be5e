"""What a request chooses by headers, as clients of the seed's service do; a header goes before the body."""

from collections.abc import Mapping
from typing import TypeVar, cast

import orjson
from pydantic import BaseModel, ValidationError

from its_gateway import endpoints
from its_gateway.endpoints import Endpoints
from its_gateway.errors import ApiError
from its_gateway.schema import Budget

Body = TypeVar("Body", bound=BaseModel)

BUDGET, ALGORITHM, ENDPOINT, KEY = "X-ITS-Budget", "X-ITS-Algorithm", "X-ITS-Endpoint", "X-ITS-API-Key"
_SHORT = "X-ITS-Alg"
_KNOWN = (BUDGET, ALGORITHM, _SHORT, ENDPOINT, KEY)


def chosen(asked: Body, headers: Mapping[str, str], allowed: Endpoints) -> Body:
    """Return `asked` with what `headers` choose instead of its own fields `budget` and `algorithm`.

    Raises ApiError 400 for a header that makes no sense or doesn't exist, 403 for an endpoint or a key that an
    administrator hasn't `allowed`.
    """
    ours = {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-its-")}
    if not ours:
        return asked
    if unknown := ours.keys() - {name.lower() for name in _KNOWN}:
        name = min(unknown)
        raise _refused(name, f"there is no such header; there are {', '.join(_KNOWN)}", "unknown_header")
    endpoints.check(
        allowed,
        str(getattr(asked, "model", "")),
        ours.get(ENDPOINT.lower()),
        ours.get(KEY.lower()),
        (ENDPOINT, KEY),
    )
    return asked.model_copy(update=_fields(ours))


def _fields(ours: Mapping[str, str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    if (budget := ours.get(BUDGET.lower())) is not None:
        fields["budget"] = _budget(budget)
    if algorithm := ours.get(ALGORITHM.lower()) or ours.get(_SHORT.lower()):
        fields["algorithm"] = algorithm
    return fields


def _budget(text: str) -> Budget:
    try:
        value: object = orjson.loads(text)
        return Budget.model_validate(cast("object", value) if isinstance(value, dict) else {"samples": value})
    except (orjson.JSONDecodeError, ValidationError) as error:
        why = "give 1 to 1000 samples, or a JSON object of samples, tokens and seconds"
        raise _refused(BUDGET, f"{text[:60]!r} is no budget; {why}", "invalid_value") from error


def _refused(name: str, why: str, code: str) -> ApiError:
    return ApiError(400, f"{name}: {why}", param=name, code=code)
