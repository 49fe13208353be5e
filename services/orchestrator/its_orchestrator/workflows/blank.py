"""A blank workshop: builds components around models that nobody asks, to describe or check them."""

from its_orchestrator.components.llm import LLM, Nobody
from its_orchestrator.workflows.workshop import Workshop

NOBODY = Nobody()


class Blank(Workshop):
    """A builder whose models may be referred to, but not asked."""

    async def get_llm(self, llm_name: str, wrapper_type: object = None) -> LLM:
        return LLM(llm_name, NOBODY, self.session)
