"""A model's tokenizer: text to token ids and back."""

import hashlib
import json
import re
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

    def to_json(self) -> str:
        """Return the tokenizer as in tokenizer.json."""
        return self._tokenizer.to_str()

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

    def raw(self, token_id: int) -> bytes:
        """Return the bytes of a token that may be no whole character.

        Byte-level vocabularies write each byte as a character of its own, others write single bytes as `<0x0A>`.
        """
        token = self._tokenizer.id_to_token(token_id) or ""
        if byte := _BYTE.fullmatch(token):
            return bytes.fromhex(byte[1])
        if all(character in _BYTES for character in token):
            return bytes(_BYTES[character] for character in token)
        return token.encode()


def _byte_characters() -> dict[str, int]:
    """Return the characters of byte-level vocabularies: printable bytes are themselves, the others follow U+0100."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(0x100) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + place): byte for place, byte in enumerate(rest)}


_BYTES = _byte_characters()
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


def _eos_ids(folder: Path) -> frozenset[int]:
    for name in ("generation_config.json", "config.json"):
        path = folder / name
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        ids = config.get("eos_token_id")
        if ids is not None:
            return frozenset(ids if isinstance(ids, list) else [ids])  # pyright: ignore[reportUnknownArgumentType]
    return frozenset()
