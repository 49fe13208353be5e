"""The models that ship with `its`, and the problems to try them on."""

from its_models._folders import UnknownModelError, model_folder
from its_models._heldout import HeldoutProblem, heldout

__all__ = ["HeldoutProblem", "UnknownModelError", "heldout", "model_folder"]
