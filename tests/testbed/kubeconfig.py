"""Writes a kubeconfig: one cluster, one user with a token. JSON, which is YAML too."""

import json
from pathlib import Path


def write_kubeconfig(file: Path, server: str, authority: Path, token: str, namespace: str = "default") -> None:
    """Write the file whole or not at all: others may be reading it."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "testbed", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "testbed", "user": {"token": token}}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": "testbed", "namespace": namespace}}],
        "current-context": "testbed",
    }
    unfinished = file.with_name(f".{file.name}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=2) + "\n")
    unfinished.replace(file)
