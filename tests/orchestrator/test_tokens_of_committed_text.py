"""Committed text comes with the tokens that make it, when they are asked for: together they are the answer's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from its_orchestrator.algorithms import BeamSearch, BestOfN, ParticleFiltering, SelfConsistency
from its_orchestrator.algorithms._algorithm import Algorithm
from its_orchestrator.candidate import Candidate, Token
from its_orchestrator.choosing.equivalence import MathEquivalence
from its_orchestrator.events import TextCommitted
from its_orchestrator.limits.commitment import Commitment
from its_orchestrator.limits.recorder import Recorder
from its_orchestrator.testing import World
from its_orchestrator.wire import convert_events

SAID = ["same\n\nis 2\n\n\\boxed{2}", "same\n\nü\n\n\\boxed{3}"]


def texts(tokens) -> bytes:
    return b"".join(token.text for token in tokens)


def committing(top: int | None = 0, **how) -> tuple[Commitment, Recorder]:
    recorder = Recorder("world", frozenset())
    return Commitment(recorder, top=top, **how), recorder


def committed(recorder: Recorder) -> list[TextCommitted]:
    return [event.kind for event in recorder.events if isinstance(event.kind, TextCommitted)]


@pytest.mark.parametrize("algorithm", [SelfConsistency(), BestOfN(), BeamSearch(), ParticleFiltering()])
@pytest.mark.parametrize("samples", [1, 4])
async def test_each_piece_has_its_own_tokens_and_all_of_them_are_the_answers(algorithm: Algorithm, samples: int):
    world = World(SAID)
    result = await world.run(replace(world.order(algorithm, samples, streams=True), logprobs=1, texts=True))

    told = [convert_events.event(event, MathEquivalence()).committed for event in result.of(TextCommitted)]
    answer = convert_events.event(result.events[-1], MathEquivalence()).answer
    assert [texts(piece.tokens).decode() for piece in told] == [piece.text for piece in told]
    assert [token for piece in told for token in piece.tokens] == list(answer.tokens)
    assert len(told) > 1 or samples > 1


async def test_without_being_asked_text_comes_alone():
    world = World(SAID)
    result = await world.run(world.order(SelfConsistency(), 1, streams=True))

    assert not any(event.kind.tokens for event in result.of(TextCommitted))


def test_text_waits_for_the_end_of_its_last_token_and_of_its_last_character():
    commitment, recorder = committing()
    first, second, third = Token(b"Hi\xc3", -1), Token(b"\xbc there", -2), Token(b"!", -3)

    commitment.add("Hi", [first])
    commitment.add("ü th", [second])
    assert not committed(recorder)

    commitment.add("ere!", [third])
    assert committed(recorder) == [TextCommitted("Hiü there!", (first, second, third))]


def test_survivors_that_say_the_same_with_other_tokens_share_only_the_same_ones():
    commitment, recorder = committing()
    one = Candidate("0", text="no way", told=(Token(b"no", -1), Token(b" way", -1)))
    other = Candidate("1", text="no way", told=(Token(b"no", -1), Token(b" w", -1), Token(b"ay", -1)))

    commitment.to([one, other])
    commitment.end(one.text, one.told)
    assert [(piece.text, texts(piece.tokens)) for piece in committed(recorder)] == [("no", b"no"), (" way", b" way")]


def test_a_stop_text_within_a_token_leaves_the_token_to_the_end():
    commitment, recorder = committing()
    tokens = (Token(b"4", -1), Token(b"\n\nQ", -1))

    commitment.add("4\n\n", tokens)
    commitment.end("4\n\n", tokens)
    assert [(piece.text, texts(piece.tokens)) for piece in committed(recorder)] == [("4", b"4"), ("\n\n", b"\n\nQ")]


def test_bytes_that_are_no_character_are_read_as_decoders_write_them():
    commitment, recorder = committing()

    commitment.add("a\ufffdb", (Token(b"a", -1), Token(b"\xff", -1), Token(b"b", -1)))
    assert [(piece.text, texts(piece.tokens)) for piece in committed(recorder)] == [("a\ufffdb", b"a\xffb")]


@given(st.text(max_size=8), st.data())
def test_however_bytes_are_cut_into_tokens_pieces_are_spelled_exactly(text: str, data: st.DataObject):
    said = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)), max_size=6)))
    tokens = [Token(said[begin:end], -1.0) for begin, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    commitment, recorder = committing()

    for size in range(len(text) + 1):
        commitment.to([Candidate("0", text=text[:size], told=tuple(tokens))])
    commitment.end(text, tokens)

    pieces = committed(recorder)
    assert "".join(piece.text for piece in pieces) == text
    assert all(texts(piece.tokens).decode() == piece.text for piece in pieces)
