"""Text of token ids, token by token, though characters may span tokens."""

from collections.abc import Callable, Sequence

UNKNOWN = "\ufffd"
"""What a decoder writes for bytes that are no character, or not yet."""


class Pieces:
    """The texts of single tokens, looked up once; shared by all sequences of a model."""

    def __init__(
        self,
        decode: Callable[[list[int]], str],
        anchor: int,
        raw: Callable[[int], bytes] = lambda _: UNKNOWN.encode(),
    ) -> None:
        """Take a decoder and the id of any plain token, behind which others keep the blanks before them.

        `raw` tells the bytes of a token that is no whole character.
        """
        self._decode = decode
        self._raw = raw
        self._anchor = anchor
        self._behind = len(decode([anchor]))
        self._known: dict[int, str] = {}

    def text(self, token_ids: Sequence[int]) -> str:
        """Return the text of tokens in the middle of a text."""
        return self._decode([self._anchor, *token_ids])[self._behind :]

    def bytes_of(self, token_id: int) -> bytes:
        """Return the bytes of one token; none where it is special, and no text."""
        text = self[token_id]
        return self._raw(token_id) if UNKNOWN in text else text.encode()

    def __getitem__(self, token_id: int) -> str:
        text = self._known.get(token_id)
        if text is None:
            text = self._known[token_id] = self.text((token_id,))
        return text


class Decoding:
    """The text of one sequence as its tokens come; the bytes of an unfinished character wait for the next token."""

    def __init__(self, pieces: Pieces, prefix: Sequence[int] = ()) -> None:
        """Begin behind `prefix`, whose last character may be unfinished."""
        self._pieces = pieces
        self._waiting: list[int] = []
        self._told = 0
        for token in prefix[-LONGEST:]:
            self.push(token)

    def push(self, token: int) -> str:
        """Return the text that `token` makes certain."""
        if not self._waiting:
            text = self._pieces[token]
            if not text.endswith(UNKNOWN):
                return text
        self._waiting.append(token)
        return self._certain()

    def rest(self) -> str:
        """Return what still waits, as the decoder writes it when nothing follows."""
        text = self._pieces.text(self._waiting)[self._told :] if self._waiting else ""
        self._forget()
        return text

    def _certain(self) -> str:
        text = self._pieces.text(self._waiting)
        if not text.endswith(UNKNOWN) or len(self._waiting) >= PATIENCE:
            certain = text[self._told :]
            self._forget()
            return certain
        certain = text[self._told : -1]
        self._told = len(text) - 1
        return certain

    def _forget(self) -> None:
        self._waiting, self._told = [], 0


LONGEST = 3
"""The bytes of an unfinished character, and so the tokens that may hold them."""

PATIENCE = 64
"""Tokens without the end of a character after which they are taken for what they are: garbage."""
