"""Other people's clients of a model, each over the same rows and the same endpoint, as their own documents say.

Each is a program that its own interpreter runs: lm-eval is in the environment of the bench, the others are in one of
their own, made once for their versions. `bare` is no framework: a loop of aiohttp that asks, and does nothing besides.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.cache import cached
from tests.testbed.environments import uv

_PINS = {"nemo": "nemo-evaluator==0.2.8", "deepeval": "deepeval==4.3.1"}

BARE = """
import asyncio, json, sys
import aiohttp
url, rows, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
async def main():
    questions = iter([json.loads(line)["input"] for line in open(rows)])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=width)) as session:
        async def work():
            for question in questions:
                body = {"model": "m", "messages": [{"role": "user", "content": question}], "temperature": 0}
                async with session.post(url + "/chat/completions", json=body) as response:
                    await response.json()
        await asyncio.gather(*(work() for _ in range(width)))
asyncio.run(main())
"""

LM_EVAL = """
import sys
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
url, rows, width, scratch = sys.argv[1:5]
open(scratch + "/capitals.yaml", "w").write(f'''
task: capitals
dataset_path: json
dataset_kwargs: {{data_files: {{test: {rows}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{input}}}}"
doc_to_target: "{{{{target}}}}"
generation_kwargs: {{until: [], do_sample: false, temperature: 0, max_gen_toks: 64}}
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
''')
found = simple_evaluate(
    model="local-chat-completions", tasks=["capitals"], apply_chat_template=True,
    model_args=f"model=m,base_url={url}/chat/completions,num_concurrent={width}",
    task_manager=TaskManager(include_path=scratch, include_defaults=False),
)
print(found["results"]["capitals"])
"""

NEMO = """
from nemo_evaluator.contrib.byob import ScorerInput, benchmark, scorer
from nemo_evaluator.contrib.byob.scorers import exact_match
@benchmark(name="capitals", dataset="unused.jsonl", prompt="{input}", target_field="target")
@scorer
def capitals(sample: ScorerInput):
    return exact_match(sample)
"""

DEEPEVAL = """
import json, sys
from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase
from openai import AsyncOpenAI
url, rows, width = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
class Exact(BaseMetric):
    def __init__(self):
        self.threshold, self.async_mode, self.score = 0.5, True, None
    def measure(self, test_case):
        raise NotImplementedError
    async def a_measure(self, test_case, *args, **kwargs):
        message = {"role": "user", "content": test_case.input}
        answer = await client.chat.completions.create(model="m", messages=[message], temperature=0)
        self.score = float(answer.choices[0].message.content == test_case.expected_output)
        self.success = self.score >= self.threshold
        return self.score
    def is_successful(self):
        return self.success
    @property
    def __name__(self):
        return "exact"
rows = [json.loads(line) for line in open(rows)]
evaluate(
    test_cases=[LLMTestCase(input=r["input"], actual_output="", expected_output=r["target"]) for r in rows],
    metrics=[Exact()], async_config=AsyncConfig(max_concurrent=width, throttle_value=0),
    cache_config=CacheConfig(write_cache=False),
    display_config=DisplayConfig(show_indicator=False, print_results=False),
)
"""

ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
    "NEMO_EVALUATOR_TELEMETRY_ENABLED": "false",
}
"""None of them asks for anything but the model."""


@dataclass(frozen=True)
class Asking:
    """What is asked: an endpoint, rows, so many in flight, a directory for files."""

    url: str
    rows: Path
    width: int
    scratch: Path


def bare(asking: Asking) -> list[str]:
    """A loop of aiohttp."""
    return [sys.executable, "-c", BARE, asking.url, str(asking.rows), str(asking.width)]


def lm_eval(asking: Asking) -> list[str]:
    """lm-evaluation-harness by its API, which starts faster than its command."""
    arguments = (asking.url, str(asking.rows), str(asking.width), str(asking.scratch))
    return [sys.executable, "-c", LM_EVAL, *arguments]


def nemo(asking: Asking) -> list[str]:
    """nemo-evaluator's runner of own benchmarks."""
    module = asking.scratch / "capitals_nemo.py"
    module.write_text(NEMO)
    return [
        *(_python("nemo"), "-m", "nemo_evaluator.contrib.byob.runner"),
        *("--benchmark-module", str(module), "--benchmark-name", "capitals", "--dataset", str(asking.rows)),
        *("--output-dir", str(asking.scratch / "nemo"), "--model-url", asking.url, "--model-id", "m"),
        *("--model-type", "chat", "--temperature", "0", "--max-tokens", "64", "--parallelism", str(asking.width)),
        "--save-predictions",
    ]


def deepeval(asking: Asking) -> list[str]:
    """deepeval's `evaluate`, with a metric that asks."""
    return [_python("deepeval"), "-c", DEEPEVAL, asking.url, str(asking.rows), str(asking.width)]


def _python(name: str) -> str:
    """The interpreter of a peer's environment."""
    pin = _PINS[name]
    return str(cached("peers", pin.replace("==", "-"), lambda path: _install(path, pin)) / "bin" / "python")


def _install(directory: Path, pin: str) -> None:
    subprocess.run(
        [uv(), "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(directory)], check=True
    )
    interpreter = str(directory / "bin" / "python")
    install = [uv(), "pip", "install", "--quiet", "--compile-bytecode", "--python", interpreter, pin]
    subprocess.run(install, check=True)
