"""Text comes token by token, whole characters only, and adds up to what the tokenizer says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_generator.pieces import Decoding, Pieces
from its_models import model_folder
from its_models.tokenizer import Tokenizer

tokenizer = Tokenizer.open(model_folder("its-tiny"))
pieces = Pieces(tokenizer.decode, tokenizer.encode("a")[-1])
tokens = st.lists(st.integers(0, tokenizer.vocabulary_size - 1), max_size=30)


@given(tokens)
def test_pieces_and_rest_are_the_text_of_all_tokens(ids):
    decoding = Decoding(pieces)

    text = "".join(decoding.push(one) for one in ids) + decoding.rest()

    assert text == pieces.text(ids)


@given(st.text(max_size=20))
def test_text_is_only_ever_whole_characters(text):
    decoding = Decoding(pieces)
    told = ""
    for one in tokenizer.encode(text):
        told += decoding.push(one)

        assert tokenizer.decode(tokenizer.encode(text)).startswith(told)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_that_a_prefix_left_unfinished_is_finished_by_what_follows(cut):
    ids = tokenizer.encode("🦙!")
    assert len(ids) == 5, "four bytes and a mark"
    decoding = Decoding(pieces, ids[:cut])

    text = "".join(decoding.push(one) for one in ids[cut:])

    assert text == "🦙!"
