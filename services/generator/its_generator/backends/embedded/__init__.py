"""The embedded backend: small decoders on the CPU, batched continuously, reproducible, their prefixes cached."""

from its_generator.backends.embedded.model import Embedded, open_embedded

__all__ = ["Embedded", "open_embedded"]
