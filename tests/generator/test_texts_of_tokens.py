"""What each token reads is told on request, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_generator.pieces import Pieces
from its_models import model_folder
from its_models.tokenizer import Tokenizer

tokenizer = Tokenizer.open(model_folder("its-tiny"))
pieces = Pieces(tokenizer.decode, tokenizer.encode("a")[-1], tokenizer.raw)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_the_bytes_of_tokens_are_those_of_their_text(text):
    ids = tokenizer.encode(text)

    assert b"".join(map(pieces.bytes_of, ids)) == pieces.text(ids).encode()


def test_a_token_that_is_no_whole_character_tells_its_bytes():
    ids = tokenizer.encode("🦙")
    assert len(ids) == 4

    assert [pieces.bytes_of(one) for one in ids] == [bytes([byte]) for byte in "🦙".encode()]


def test_the_end_of_a_text_reads_nothing():
    assert {pieces.bytes_of(one) for one in tokenizer.eos_ids} == {b""}


@pytest.mark.parametrize("flush", [0, 1])
async def test_texts_of_tokens_and_alternatives_come_when_they_are_asked_for(stub, read, asking, flush):
    request = asking(logprobs=3, flush=flush)
    request.logprobs.texts = True
    reply = await read(stub, request)

    texts = [text for message in reply.messages for delta in message.deltas for text in delta.token_texts]
    assert len(texts) == len(reply[0].ids)
    assert b"".join(texts).decode() == reply[0].text
    assert [len(top.token_texts) for top in reply[0].tops] == [3] * len(texts)
    assert reply[0].tops[0].token_texts[0] == pieces.bytes_of(reply[0].tops[0].token_ids[0])


async def test_no_texts_come_when_they_are_not_asked_for(stub, read, asking):
    reply = await read(stub, asking(logprobs=3))

    assert not any(delta.token_texts for message in reply.messages for delta in message.deltas)
    assert not any(top.token_texts for top in reply[0].tops)
