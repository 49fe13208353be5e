"""How prompts become token ids, for every engine that has its model's tokenizer and chat template at hand."""

import asyncio

from its_generator.backend import Conversation
from its_models.chat_template import ChatTemplate, TemplateRefused
from its_models.tokenizer import Tokenizer
from its_runtime.errors import InvalidRequest, TooLong, Unsupported, Violation


class Prompts:
    """A tokenizer and a chat template, for a context of so many tokens."""

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate, max_context: int) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._max_context = max_context

    async def ids(self, prompt: Conversation | str, continuation: str = "") -> tuple[int, ...]:
        """Return the token ids of a prompt and the beginning of its continuation.

        Raises InvalidRequest when the template refuses the prompt or it is far too long, Unsupported when a tool call
        is to be forced.
        """
        text = (prompt if isinstance(prompt, str) else self._rendered(prompt)) + continuation
        await self._check_length(text)
        return tuple(self._tokenizer.encode(text))

    def _rendered(self, prompt: Conversation) -> str:
        if prompt.tool_choice not in {None, "auto", "none"}:
            message = "this engine can't force a tool call; use auto or none"
            raise Unsupported(f"{FORCED}: {message}", violations=[Violation(FORCED, message)])
        tools = None if prompt.tool_choice == "none" else prompt.tools
        try:
            return self._template.render(prompt.for_template(), tools)
        except TemplateRefused as error:
            raise InvalidRequest.field("conversation", f"the chat template refuses it: {error}") from error

    async def _check_length(self, text: str) -> None:
        """Refuse what can't fit by its first pieces: a tokenizer holds up everything else while it works."""
        tokens = 0
        for start in range(0, len(text) - PIECE, PIECE):
            tokens += len(self._tokenizer.encode(text[start : start + PIECE]))
            # Pieces have a few tokens more than the whole, but not twice as many.
            if tokens > 2 * self._max_context:
                message = f"the text has {len(text)} characters; the model's context is {self._max_context} tokens"
                raise TooLong.field("prompt", message)
            await asyncio.sleep(0)


PIECE = 1 << 14
"""Characters that are tokenised at once, some ten milliseconds' worth."""

FORCED = "conversation.tool_choice"
