"""A run of Inspect with a model that answers from a list. Writes its log as JSON into a directory.

python inspect_run.py DIRECTORY
"""

import sys

from inspect_ai import Task, eval  # noqa: A004 - its name
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Scorer, Target, accuracy, includes, mean, scorer
from inspect_ai.solver import TaskState, generate


@scorer(metrics=[mean()])
def brevity() -> Scorer:
    """A number without a range."""

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - its signature
        return Score(value=len(state.output.completion), explanation="characters")

    return score


@scorer(metrics=[accuracy()])
def graded() -> Scorer:
    """Letters, a partial one among them."""

    async def score(state: TaskState, target: Target) -> Score:
        if "Lyon" in state.output.completion:
            return Score(value="P", explanation="near")
        return Score(value="C" if target.text in state.output.completion else "I")

    return score


def _answer(text: str) -> ModelOutput:
    output = ModelOutput.from_content("mockllm/model", text)
    # without a usage it counts the tokens, with a file that it fetches
    output.usage = ModelUsage(input_tokens=3, output_tokens=2, total_tokens=5)
    return output


if __name__ == "__main__":
    samples = [
        Sample(input="Capital of France?", target="Paris", id="fr", metadata={"language": "fr"}),
        Sample(input="Capital of Spain?", target="Madrid"),
        Sample(input="Capital of Peru?", target="Lima"),
    ]
    eval(
        Task(
            name="capitals",
            dataset=samples,
            solver=generate(),
            scorer=[includes(), brevity(), graded()],
            epochs=2,
        ),
        model=get_model("mockllm/model", custom_outputs=[_answer(t) for t in ("Paris", "Lyon", "Lima", "Madrid") * 3]),
        log_dir=sys.argv[1],
        log_format="json",
        display="none",
    )
