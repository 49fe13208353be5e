"""Where the models lie."""

from pathlib import Path

HERE = Path(__file__).parent


class UnknownModelError(LookupError):
    """No model of that name ships with this package."""


def model_folder(name: str) -> Path:
    """Return the Hugging Face folder of a model that ships, or of any other by its path.

    Those that ship are `its-tiny`, the policy, and `its-tiny-reward`, the reference.

    Raises:
        UnknownModelError: if there is none of that name; the message lists those that exist.
    """
    if (Path(name) / "config.json").exists():
        return Path(name)
    known = sorted(config.parent.name for config in HERE.glob("*/config.json"))
    if name not in known:
        existing = ", ".join(known) or "none: run `make train`"
        message = f"no model is called {name!r}, nor is that a folder with a config.json; there are {existing}"
        raise UnknownModelError(message)
    return HERE / name
