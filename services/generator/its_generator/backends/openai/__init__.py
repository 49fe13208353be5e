"""The backend `openai`: a model behind any OpenAI-compatible server."""

from its_generator.backends.openai.model import OpenAI, open_openai

__all__ = ["OpenAI", "open_openai"]
