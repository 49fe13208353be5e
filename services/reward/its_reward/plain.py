"""Plain text: what scorers read that have no tokenizer of their own."""

from its_reward.trajectory import Conversation, Message, Prompt, TextPrompt, TextSteps, Trajectory
from its_runtime.errors import InvalidRequest


def steps_of(trajectory: Trajectory) -> tuple[str, ...]:
    """Return the steps as text; raises InvalidRequest when they are token ids."""
    if isinstance(trajectory.content, TextSteps):
        return trajectory.content.steps
    raise InvalidRequest("this reward model has no tokenizer; send the steps as text")


def text_of(trajectory: Trajectory) -> str:
    """Return the assistant's text so far; raises InvalidRequest when it is token ids."""
    return "".join(steps_of(trajectory))


def messages_of(prompt: Prompt) -> tuple[Message, ...]:
    """Return the prompt as messages; raises InvalidRequest when it is token ids."""
    match prompt:
        case Conversation(messages, _):
            return messages
        case TextPrompt(text):
            return ({"role": "user", "content": text},)
        case _:
            raise InvalidRequest.field("token_ids", "this reward model has no tokenizer; send a conversation or text")
