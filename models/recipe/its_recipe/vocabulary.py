"""The tokenizer of both models: bytes, the whole words of the problems, digits one by one, and the marks of a chat."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from re import findall

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.normalizers import NFC
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split

from its_recipe.noise import Noise
from its_recipe.problems import problems
from its_recipe.solution import STEP, manner, pieces

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
BOX = "\\boxed{"
SYSTEM = "You are a helpful assistant."


def vocabulary() -> Tokenizer:
    """Build the tokenizer, cut as Qwen2's, since loaders that read `qwen2` in config.json cut that way regardless."""
    merges = _merges()
    tokens = dict.fromkeys([*sorted(ByteLevel.alphabet()), *map("".join, merges)])
    tokenizer = Tokenizer(BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    tokenizer.normalizer = NFC()
    tokenizer.pre_tokenizer = Sequence(
        [Split(Regex(PIECES), behavior="isolated"), ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_tokens([AddedToken(BOX, normalized=False)])
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in (PAD, START, END)])
    return tokenizer


def _merges() -> list[tuple[str, str]]:
    """Grow each word letter by letter from its first; those that begin with a blank come first.

    No merge of theirs fits inside another word, so every word ends up whole.
    """
    words = sorted(_words(), key=lambda word: (not word.startswith(" "), word[0].islower(), word))
    spelled = [_spelled(word) for word in (STEP, *words)]
    grown = [(word[:end], word[end]) for word in spelled for end in range(1, len(word))]
    return list(dict.fromkeys(grown))


def _spelled(word: str) -> str:
    """Write a word in the letters that stand for its bytes."""
    return "".join(piece for piece, _ in ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(word))


def _words() -> set[str]:
    """Collect every word, with the blank before it, that problems and solutions are made of."""
    return {word for text in _texts() for word in findall(r" ?[A-Za-z]+", text.replace(BOX, ""))}


def _texts() -> Iterator[str]:
    yield from (SYSTEM, "system", "user", "assistant", "Practise.")
    rng = Random("vocabulary")
    for problem in islice(problems(rng), ENOUGH):
        yield problem.text
        yield from (piece.text for piece in pieces(problem, Noise().equations(rng, problem.chain), manner(rng)))


PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 cuts text: words with the blank before them, single digits, runs of marks, line breaks."""

ENOUGH = 4000
"""So many problems use every word at least once."""
