"""What models are asked, where a configuration doesn't say."""

REWRITING = """\
Someone will look something up. Rewrite what they look for as one query of another perspective: other words, another \
angle, or the question behind it, so that it finds what the original would miss.

What they look for:
{task}

Why they want to know:
{motivation}

Reply with the query alone."""

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

FEEDBACK = """\
Review the plan below in at most {num_feedback} numbered points, the most important first. Look at whether it is \
complete, whether its steps follow from one another, how it uses its tools, what it does in unusual cases, and what it \
wastes. Each point says what is wrong and what would be right.

The task:
{original_prompt}

What is known about whoever will carry the plan out:
{context}

The plan:
{plan}"""

FEEDBACK_EDITING = """\
Rewrite the plan below so that every point of the feedback that is right is dealt with.

The task:
{original_prompt}

What is known about whoever will carry the plan out:
{context}

The plan:
{plan}

The feedback:
{feedback}

Reply with EDITED PLAN: followed by the whole plan, and nothing else."""

SUMMARY = """\
Sum up in one or two sentences what the material below says for this task and its purpose. Use nothing but the \
material; say so if it doesn't help.

The task:
{task}

Its purpose:
{motivation}

The material:
{output}

Reply with the summary alone."""

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

AGENT_SCORING = """\
Score the answer below from 1 (useless) to 10 (nothing could be better). Is it right, complete, to the point, and does \
it serve the objective?

The objective:
{objective}

What was asked:
{input}

The answer:
{output}

Give your reasons in a few lines. Then end with the line
FINAL SCORE: <number from 1 to 10>"""

MOTIVATED_SCORING = """\
A tool was used for the task and the purpose below. Score what it returned from 1 (of no help) to 10 (all that is \
needed).

The task:
{task}

Its purpose:
{motivation}

What the tool returned:
{output}

Give your reasons in a few lines. Then end with the line
FINAL SCORE: <number from 1 to 10>"""

PLAN_SELECTION = """\
Compare the numbered plans below, and choose the one that leads to what the task wants most surely.

The task:
{original_prompt}

What is known about whoever will carry the plan out:
{context}

The plans:
{plans}

Give your reasons in a few lines. Then end with the line
SELECTED PLAN: <its number>"""

OUTPUT_SELECTION = """\
Compare the numbered answers below, and choose the one that is right and serves the objective best.

The objective:
{objective}

What was asked:
{input}

The answers:
{results}

Give your reasons in a few lines. Then end with the line
SELECTED ITEM: <its number>"""

JUDGE_SELECTION = """\
Several models answered the same question. Choose the best of the numbered answers: the one that is right, complete \
and clear.

The question:
{original_prompt}

The answers:
{results}

Give your reasons in a few lines. Then end with the line
SELECTED ITEM: <its number>"""

PAIRWISE = """\
Compare the two numbered answers below, and say which one is better: right first, then complete, then clear. Their \
order means nothing.

The question:
{original_prompt}

The answers:
{results}

Give your reasons in a few lines. Then end with the line
BETTER: <1 or 2>"""

MERGING = """\
Several attempts at the same work stand below, numbered; the work is of the kind {pipeline_type}. Write the one result \
that they come to together: keep what they agree on, decide where they differ, leave out what is wrong.

The objective:
{objective}

What was asked:
{input}

The attempts:
{results}

If the attempts have a form, such as a list of steps or JSON, keep it. Think first if you must. Then write
MERGED OUTPUT: <the merged result>"""
