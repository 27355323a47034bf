"""A Kubernetes that tests and demos use, whoever runs it: how to reach it, and what every test needs of it.

Whether it is the testbed's own or the one that KUBECONFIG names makes no difference here; everything is read from a
kubeconfig.
"""

import asyncio
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from referee.runtime.credentials import Credentials
from referee.runtime.kubeconfig import from_kubeconfig
from tests.testbed.api_client import Api, Json, RefusedError
from tests.testbed.binaries import CONTROL_PLANE, find_or_build

ROOT = Path(__file__).parents[2]
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
CONFLICT = 409


@dataclass(frozen=True)
class Cluster:
    """One cluster, as its administrator."""

    kubeconfig: Path
    kubectl_program: Path
    credentials: Credentials
    """Server, certificates and token, as the operator itself would read them."""
    token: str
    """The administrator's bearer token; empty where a client certificate says who it is."""
    kubectl_cache: Path | None = None
    """None: kubectl's own, under the user's home."""
    audit_log: Path | None = None
    """The API server's audit log, a JSON object a line; None where the server writes none that can be read."""

    @classmethod
    def of(
        cls, kubeconfig: Path, kubectl: Path, *, cache: Path | None = None, audit_log: Path | None = None
    ) -> "Cluster":
        """The cluster of a kubeconfig's current context."""
        credentials = from_kubeconfig([kubeconfig])

        async def token() -> str | None:
            return await credentials.token()

        return cls(kubeconfig, kubectl, credentials, asyncio.run(token()) or "", cache, audit_log)

    @classmethod
    def given(cls) -> "Cluster | None":
        """The cluster of the environment's KUBECONFIG."""
        if not (file := os.environ.get("KUBECONFIG")):
            return None
        if os.pathsep in file:
            raise SystemExit("KUBECONFIG names several files; the testbed takes one: `kubectl config view --flatten`")
        found = shutil.which("kubectl")
        return cls.of(Path(file).absolute(), Path(found) if found else find_or_build(CONTROL_PLANE)["kubectl"])

    def audited(self) -> list[tuple[str, Json]]:
        """Who did what, as the API server's audit log has it so far; skips the test where none can be read.

        Not by `splitlines`: an address that was asked may hold what Unicode takes for the end of a line.
        """
        if self.audit_log is None:
            pytest.skip("the cluster of KUBECONFIG keeps no audit log that can be read here")
        text = self.audit_log.read_text(encoding="utf-8", errors="replace")
        events = [json.loads(line) for line in text.split("\n")[:-1]]  # the last may be half written
        # nobody stands in it where a token was not believed
        return [(event["user"].get("username", ""), event) for event in events]

    def save(self, file: Path) -> None:
        """Write down how to reach it, whole or not at all: another process waits for the file."""
        unfinished = file.with_name(f".{file.name}")
        paths = (self.kubeconfig, self.kubectl_program, self.kubectl_cache, self.audit_log)
        unfinished.write_text(json.dumps([path and str(path) for path in paths]))
        unfinished.replace(file)

    @classmethod
    def load(cls, file: Path) -> "Cluster":
        """The cluster that another process has saved."""
        kubeconfig, kubectl, cache, audit_log = (path and Path(path) for path in json.loads(file.read_text()))
        return cls.of(kubeconfig, kubectl, cache=cache, audit_log=audit_log)

    @property
    def server(self) -> str:
        """Where the API is, without a slash at the end."""
        return self.credentials.server

    @cached_property
    def api(self) -> Api:
        """The API as the administrator."""
        return Api.at(self.server, self.token or None, self.credentials.ssl)

    def api_as(self, token: str | None) -> Api:
        """The API as whoever has this token; None: as nobody."""
        return self.api.as_token(token)

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """What kubectl prints; CalledProcessError, with what it complained of, if it fails."""
        command = [str(self.kubectl_program), "--kubeconfig", str(self.kubeconfig), *arguments]
        environment = {**os.environ, **({"KUBECACHEDIR": str(self.kubectl_cache)} if self.kubectl_cache else {})}
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            error = subprocess.CalledProcessError(done.returncode, ["kubectl", *arguments], done.stdout, done.stderr)
            error.add_note(done.stderr)
            raise error
        return done.stdout

    def install_crds(self, directory: Path = ROOT / "crds") -> None:
        """Apply the CRDs; returns when the API server serves them."""
        # Not by kubectl, which takes a second to discover what is known here.
        names = []
        for file in sorted(directory.glob("*.yaml")):
            text = file.read_text()
            names.append(_name_of(text))
            self.api.apply(f"{CRDS}/{names[-1]}", text)
        for name in names:
            self.api.wait(f"{CRDS}/{name}", _is_established, seconds=30)

    @contextmanager
    def namespace(self, prefix: str = "test") -> Iterator[str]:
        """A fresh namespace in which Pods can be made; deleted at the end, without waiting for it."""
        name = f"{prefix}-{secrets.token_hex(4)}"
        self.api.post("/api/v1/namespaces", {"metadata": {"name": name}})
        try:
            self.api.wait(f"/api/v1/namespaces/{name}/serviceaccounts/default", lambda _: True)
            yield name
        finally:
            self.api.delete(f"/api/v1/namespaces/{name}")

    def service_account(self, namespace: str, name: str, rules: Sequence[Json] = ()) -> str:
        """Make a ServiceAccount with a Role of these rules in its namespace; returns a token of it."""
        self._create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name}})
        if rules:
            scope = f"{RBAC}/namespaces/{namespace}"
            self._create(f"{scope}/roles", {"metadata": {"name": name}, "rules": list(rules)})
            binding = {
                "metadata": {"name": name},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            }
            self._create(f"{scope}/rolebindings", binding)
        return self.mint_token(namespace, name)

    def mint_token(
        self, namespace: str, service_account: str, audiences: Sequence[str] = (), pod: Json | None = None
    ) -> str:
        """A token of a ServiceAccount, from TokenRequest; bound to a pod if one is given, as the kubelet's are."""
        spec: Json = {"audiences": list(audiences), "expirationSeconds": 3600}
        if pod is not None:
            metadata = pod["metadata"]
            reference = {"name": metadata["name"], "uid": metadata["uid"]}
            spec["boundObjectRef"] = {"kind": "Pod", "apiVersion": "v1", **reference}
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        token: str = self.api.post(path, {"spec": spec})["status"]["token"]
        return token

    def _create(self, path: str, body: Json) -> None:
        try:
            self.api.post(path, body)
        except RefusedError as error:
            if error.status != CONFLICT:
                raise


def _name_of(manifest: str) -> str:
    """Without parsing it: the generated CRDs are large, and Python's YAML takes a second for them."""
    match = re.search(r"^  name: (\S+)$", manifest, re.MULTILINE)
    if match is None:
        raise ValueError(f"a CRD without metadata.name: {manifest[:100]}")
    return match[1]


def _is_established(crd: Json) -> bool:
    conditions = crd.get("status", {}).get("conditions") or []  # null for a moment after the creation
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)
