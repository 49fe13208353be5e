"""Where steps end and sequences stop does not depend on how an engine cuts text into tokens."""

from hypothesis import given
from hypothesis import strategies as st

from its_generator.steps import StepPolicy, StepWatcher
from its_generator.tick import StopReason

letters = st.text("ab\n", max_size=40)
pieces = st.lists(st.text("ab\n", min_size=1, max_size=5), max_size=20)
stops = st.lists(st.text("ab\n", min_size=1, max_size=4), min_size=1, max_size=3).map(tuple)


def follow(watcher: StepWatcher, tokens: list[str]) -> tuple[str, list[int]]:
    """Feed tokens until the sequence ends; return the text, and after how many tokens steps ended."""
    text, ends = "", []
    for token in tokens:
        if watcher.reason:
            break
        if watcher.see(token):
            ends.append(watcher.tokens)
        text += watcher.text()
    watcher.reason = watcher.reason or StopReason.LENGTH
    return text + watcher.text(), ends


@given(pieces)
def test_text_without_stops_comes_out_as_it_went_in(tokens):
    assert follow(StepWatcher(StepPolicy()), tokens)[0] == "".join(tokens)


@given(pieces, stops)
def test_a_stop_text_is_found_wherever_tokens_end(tokens, stop):
    whole = StepWatcher(StepPolicy(), stop)
    cut = StepWatcher(StepPolicy(), stop)

    text, _ = follow(whole, list("".join(tokens)))

    assert follow(cut, tokens)[0] == text
    assert (cut.reason, cut.stop_text) == (whole.reason, whole.stop_text)


@given(pieces, stops)
def test_text_ends_before_the_first_stop_text_that_is_complete(tokens, stop):
    watcher = StepWatcher(StepPolicy(), stop)
    whole = "".join(tokens)
    ends = [end for end in range(len(whole) + 1) if whole[:end].endswith(stop)]

    text, _ = follow(watcher, tokens)

    if ends:
        assert watcher.reason is StopReason.STOP
        assert text + watcher.stop_text == whole[: ends[0]]
    else:
        assert (watcher.reason, text) == (StopReason.LENGTH, whole)


@given(pieces, stops)
def test_a_step_ends_with_the_token_that_completes_a_delimiter(tokens, delimiters):
    expected, step = [], ""
    for number, token in enumerate(tokens, 1):
        step += token
        if any(delimiter in step for delimiter in delimiters):
            expected.append(number)
            step = ""

    text, ends = follow(StepWatcher(StepPolicy(delimiters=delimiters)), tokens)

    assert ends == expected
    assert text == "".join(tokens)


@given(pieces, st.integers(1, 4), st.integers(1, 4))
def test_steps_of_n_tokens_end_the_sequence_after_the_last_one(tokens, size, most):
    watcher = StepWatcher(StepPolicy(every_n_tokens=size, max_steps=most))

    text, ends = follow(watcher, tokens)

    assert ends == list(range(size, min(len(tokens), size * most) + 1, size))
    assert text == "".join(tokens[: size * most])
    assert (watcher.reason is StopReason.STEP) == (len(tokens) >= size * most)


def test_the_beginning_of_a_stop_text_waits_until_it_is_none():
    watcher = StepWatcher(StepPolicy(), ("END",))

    watcher.see("the EN")
    held = watcher.text()
    watcher.see("TRANCE!")

    assert (held, watcher.text()) == ("the ", "ENTRANCE!")


def test_a_stop_text_may_begin_in_one_step_and_end_in_the_next():
    watcher = StepWatcher(StepPolicy(delimiters=("\n\n",)), ("\n\nEND",))

    text, ends = follow(watcher, ["one", "\n\n", "END"])

    assert (text, ends, watcher.reason) == ("one", [2], StopReason.STOP)


def test_a_stop_text_counts_only_once_there_are_enough_tokens():
    watcher = StepWatcher(StepPolicy(), ("x",), min_tokens=3)

    text, _ = follow(watcher, ["x", "x", "x", "y"])

    assert (text, watcher.tokens, watcher.reason) == ("xx", 3, StopReason.STOP)


def test_a_step_that_grows_too_long_ends_the_sequence_for_its_length():
    watcher = StepWatcher(StepPolicy(delimiters=(".",), max_tokens_per_step=3))

    _, ends = follow(watcher, ["a", ".", "a", "a", "a", "."])

    assert (ends, watcher.tokens, watcher.reason) == ([2], 5, StopReason.LENGTH)


def test_the_last_step_wins_over_the_length_that_ends_with_it():
    watcher = StepWatcher(StepPolicy(delimiters=(".",), max_steps=1), max_tokens=2)

    follow(watcher, ["a", "."])

    assert watcher.reason is StopReason.STEP


@given(letters)
def test_what_ends_a_sequence_by_itself_lets_all_held_text_go(text):
    watcher = StepWatcher(StepPolicy(), (text + "!",))

    watcher.see(text)
    watcher.see("", StopReason.EOS)

    assert watcher.text() == text
