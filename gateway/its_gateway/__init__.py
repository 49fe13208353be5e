"""The gateway of its: OpenAI's protocol in front of the orchestrator."""
