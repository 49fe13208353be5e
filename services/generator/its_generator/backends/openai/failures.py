"""The server's errors as ours."""

import openai

from its_generator.settings import OpenAIModel
from its_runtime.errors import InvalidRequest, ItsError, Overloaded, TooLong, Unavailable, Unmet
from its_runtime.masking import masked


def to_error(error: openai.OpenAIError, settings: OpenAIModel, key: str) -> ItsError:
    """Return our error for one of the SDK's. What the server says of keys is not passed on, nor the key itself."""
    where = f"{settings.model!r} at {settings.base_url}"
    if isinstance(error, openai.APITimeoutError):
        return Unavailable(f"{where} did not answer within {settings.timeout_seconds:g} s; try again")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, masked(error.message, [key]), where, settings)
    if isinstance(error, openai.APIConnectionError):
        return Unavailable(f"{where} can't be reached; is the server running?")
    return Unavailable(f"{where} broke off its answer; try again")


def _of_status(error: openai.APIStatusError, said: str, where: str, settings: OpenAIModel) -> ItsError:
    status = error.status_code
    if status in {401, 403}:
        key = f"the key in ${settings.api_key_env}" if settings.api_key_env else "a request without a key"
        return Unmet(f"{where} refuses {key} (status {status}); set another api_key_env")
    if status in {400, 413, 422}:
        kind = TooLong if error.code == TOO_LONG else InvalidRequest
        return kind(f"{where} refuses the request: {said}")
    if status == TOO_MANY:
        return Overloaded(f"{where} has too much to do; try again later", retry_after=_retry_after(error))
    if status >= FIRST_OF_SERVERS_OWN:
        return Unavailable(f"{where} failed with status {status}; try again")
    return Unmet(f"{where} answers with status {status}: {said}; check base_url and model")


def _retry_after(error: openai.APIStatusError) -> float:
    try:
        return float(error.response.headers.get("retry-after", "1"))
    except ValueError:  # a date
        return 1.0


TOO_MANY, FIRST_OF_SERVERS_OWN = 429, 500
TOO_LONG = "context_length_exceeded"
