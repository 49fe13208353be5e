"""The tokenizer of both models: bytes, the whole words of the problems, digits one by one, and the marks of a chat."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from re import findall

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

from its_recipe.noise import Noise
from its_recipe.problems import problems
from its_recipe.solution import STEP, manner, pieces

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
BOX = "\\boxed{"
SYSTEM = "You are a helpful assistant."


def vocabulary() -> Tokenizer:
    """Build the tokenizer: each byte, then each word, are tokens; there is nothing to merge."""
    model = BPE(vocab=_tokens(), merges=[], ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(PIECES), behavior="isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in (PAD, START, END)])
    return tokenizer


def _tokens() -> dict[str, int]:
    """Number the bytes and, behind them, the words."""
    written = [_spelled(word) for word in (STEP, BOX, *sorted(_words()))]
    alphabet = sorted(ByteLevel.alphabet())
    return {token: number for number, token in enumerate(dict.fromkeys([*alphabet, *written]))}


def _spelled(word: str) -> str:
    """Write a word in the letters that stand for its bytes."""
    return "".join(piece for piece, _ in ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(word))


def _words() -> set[str]:
    """Collect every word, with the blank before it, that problems and solutions are made of."""
    return {word for text in _texts() for word in findall(r" ?[A-Za-z]+", text)}


def _texts() -> Iterator[str]:
    yield from (SYSTEM, "system", "user", "assistant", "Practise.")
    rng = Random("vocabulary")
    for problem in islice(problems(rng), ENOUGH):
        yield problem.text
        yield from (piece.text for piece in pieces(problem, Noise().equations(rng, problem.chain), manner(rng)))


PIECES = r"\n\n|\\boxed\{| ?\p{L}+|\p{N}|\s|[^\s\p{L}\p{N}]"
"""How text is cut: paragraph breaks, boxes, words with the blank before them, single digits, anything else."""

ENOUGH = 4000
"""So many problems use every word at least once."""
