"""`/v1/completions`: plain text that the model continues, a front for clients of the oldest protocol."""

from its_gateway.completions.endpoint import Completions
from its_gateway.completions.schema import CompletionRequest

__all__ = ["CompletionRequest", "Completions"]
