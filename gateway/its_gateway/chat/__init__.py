"""`/v1/chat/completions`: conversations, the path on which all other protocols go too."""

from its_gateway.chat.endpoint import Chat

__all__ = ["Chat"]
