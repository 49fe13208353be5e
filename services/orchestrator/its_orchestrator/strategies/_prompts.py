"""What editors, judges and mergers are asked, where a configuration doesn't say."""

REFINEMENT = """\
Improve the plan below: keep what is right, repair what a critic finds wrong, add what is missing, remove what serves \
nothing.

The task:
{original_prompt}

What is known about whoever will carry the plan out:
{context}

The current plan:
{current_plan}

Reply with EDITED PLAN: followed by the whole improved plan, and nothing else."""

PLAN_SCORING = """\
Score the plan below from 1 (useless) to 10 (nothing could be better). Does it lead to what the task wants, \
completely, in a sensible order, with the tools at hand, and without needless steps?

The task:
{original_prompt}

What is known about whoever will carry the plan out:
{context}

The plan:
{plan}

Give your reasons in a few lines. Then end with the line
FINAL SCORE: <number from 1 to 10>"""
