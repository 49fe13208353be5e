"""What an algorithm adds to a question follows the user's own words and changes nothing else."""

from its_orchestrator.prompt import Conversation, Message, Tool, followed, said, transcript

CHAT = Conversation((Message("system", ("Be brief.",)), Message("user", ("1+1?",))), (Tool("add"),))


def test_words_are_added_to_the_users_last_message_and_the_rest_stays():
    after = followed(CHAT, "Think.")

    assert isinstance(after, Conversation)
    assert after.messages[0] == CHAT.messages[0]
    assert "".join(after.messages[1].parts) == "1+1?\n\nThink."
    assert after.tools == CHAT.tools


def test_after_another_role_the_words_are_a_message_of_their_own():
    call = Conversation((*CHAT.messages, Message("tool", ("2",), tool_call_id="a")))
    after = followed(call, "Think.")

    assert isinstance(after, Conversation)
    assert after.messages[:-1] == call.messages
    assert transcript(said("Think.")) == "".join(after.messages[-1].parts)


def test_words_follow_a_plain_text():
    assert followed("1+1?", "Think.") == "1+1?\n\nThink.\n\n"


def test_a_transcript_names_who_speaks_unless_it_is_the_user_alone():
    assert transcript(CHAT) == "system: Be brief.\n\nuser: 1+1?"
    assert transcript(said("1+1?")) == "1+1?"
    assert transcript("1+1?") == "1+1?"
