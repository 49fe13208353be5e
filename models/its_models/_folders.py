"""Where the models lie."""

from pathlib import Path

HERE = Path(__file__).parent


class UnknownModelError(LookupError):
    """No model of that name ships with this package."""


def model_folder(name: str) -> Path:
    """Return the Hugging Face folder of a model: `its-tiny`, the policy, or `its-tiny-reward`, the reference.

    Raises:
        UnknownModelError: if there is none of that name; the message lists those that exist.
    """
    known = sorted(config.parent.name for config in HERE.glob("*/config.json"))
    if name not in known:
        message = f"no model is called {name!r}; there are {', '.join(known) or 'none: run `make train`'}"
        raise UnknownModelError(message)
    return HERE / name
