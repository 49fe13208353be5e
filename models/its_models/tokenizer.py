"""A model's tokenizer: text to token ids and back."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import tokenizers


class Tokenizer:
    """The tokenizer of a Hugging Face folder."""

    def __init__(self, tokenizer: tokenizers.Tokenizer, source: bytes, eos_ids: frozenset[int]) -> None:
        self._tokenizer = tokenizer
        self.fingerprint = hashlib.sha256(source).hexdigest()
        """SHA-256 of tokenizer.json: services with the same one may exchange token ids."""
        self.eos_ids = eos_ids
        """Ids that end a text."""

    @classmethod
    def open(cls, folder: Path) -> "Tokenizer":
        """Load `folder`/tokenizer.json, and the end of sequence from generation_config.json or config.json."""
        source = (folder / "tokenizer.json").read_bytes()
        return cls(tokenizers.Tokenizer.from_str(source.decode()), source, _eos_ids(folder))

    @cached_property
    def vocabulary_size(self) -> int:
        """Number of token ids, added ones included."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def encode(self, text: str) -> list[int]:
        """Return the ids of `text`; special tokens written in it are recognised, none are added."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode_with_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the ids of `text`, and for each the characters [start, end) of `text` that it stands for."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return list(encoding.ids), list(encoding.offsets)

    def decode(self, ids: list[int], *, special: bool = False) -> str:
        """Return the text of `ids`; special tokens are left out unless `special`.

        Bytes that are no whole character become U+FFFD.
        """
        return self._tokenizer.decode(ids, skip_special_tokens=not special)


def _eos_ids(folder: Path) -> frozenset[int]:
    for name in ("generation_config.json", "config.json"):
        path = folder / name
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        ids = config.get("eos_token_id")
        if ids is not None:
            return frozenset(ids if isinstance(ids, list) else [ids])  # pyright: ignore[reportUnknownArgumentType]
    return frozenset()
