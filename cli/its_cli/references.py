"""References inside an its.yaml: names in one place that another place must know."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from its_cli.configuration import Configuration
from its_cli.nearest import nearest
from its_cli.part import PARTS
from its_models import UnknownModelError, model_folder
from its_orchestrator import registry
from its_orchestrator.profiles import Profile
from its_runtime.errors import ItsError

Where = tuple[int | str, ...]
Finding = tuple[Where, str]
"""Where it stands, and what is wrong."""


def dangling(configuration: Configuration) -> Iterator[Finding]:
    """Yield every name that refers to nothing, and every parameter that its algorithm refuses."""
    for name, profile in configuration.orchestrator.profiles.items():
        where = ("orchestrator", "profiles", name)
        yield from _algorithm(where, profile)
        yield from _models(where, profile, configuration)
    yield from _folders(configuration)
    yield from _ports(configuration)


def _algorithm(where: Where, profile: Profile) -> Iterator[Finding]:
    if profile.algorithm not in registry.names():
        message = f"no algorithm is called {profile.algorithm!r}{nearest(profile.algorithm, registry.names())}"
        yield (*where, "algorithm"), message
        return
    try:
        registry.algorithm(profile.algorithm).model_validate(profile.parameters)
    except ValidationError as error:
        known = registry.algorithm(profile.algorithm).model_fields
        for one in error.errors():
            unknown = one["type"] == "extra_forbidden"
            message = f"unknown parameter{nearest(str(one['loc'][-1]), known)}" if unknown else one["msg"]
            yield (*where, "parameters", *one["loc"]), message
    except ItsError as error:
        yield (*where, "algorithm"), error.message


def _models(where: Where, profile: Profile, configuration: Configuration) -> Iterator[Finding]:
    """Check names against this file's own services; those of a named address elsewhere are not known here."""
    elsewhere = configuration.orchestrator.model_fields_set
    if "generator" not in elsewhere:
        yield from _named((*where, "model"), profile.model, configuration.generator.models)
    if "reward" not in elsewhere:
        yield from _named((*where, "reward_model"), profile.reward_model, configuration.reward.models)


def _named(where: Where, name: str, models: Mapping[str, object]) -> Iterator[Finding]:
    if name and name not in models:
        yield where, f"no model is called {name!r}{nearest(name, models)}"


def _folders(configuration: Configuration) -> Iterator[Finding]:
    """Check the folders of models that run on this machine's CPU; an engine on a GPU may download what it names."""
    for section in ("generator", "reward"):
        for name, model in getattr(configuration, section).models.items():
            if "embedded" in (getattr(model, "backend", None), getattr(model, "engine", None)):
                try:
                    model_folder(model.folder)
                except UnknownModelError as error:
                    yield (section, "models", name, "folder"), str(error)


def _ports(configuration: Configuration) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    for part in PARTS:
        port: int = getattr(configuration, part.section).port
        if port and port in seen:
            yield (part.section, "port"), f"{port} is the {seen[port]}'s port already; choose another one"
        seen[port] = part.section
