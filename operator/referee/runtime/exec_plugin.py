"""Tokens from a kubeconfig's exec plugin (EKS, GKE, OIDC helpers), kept until shortly before they expire.

Runs only on a workstation or in CI; an operator in a pod has its ServiceAccount. Client certificates from a plugin are
refused: the TLS context is made once, and they would have to replace it.
"""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from referee.runtime.credentials import CredentialsError

_EARLY = timedelta(seconds=30)
"""Renewed this long before its end, so that no request leaves with a token that dies on the way."""


class ExecPlugin:
    """One `exec` block of a kubeconfig user."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Take the block as it stands in the file."""
        self._command = [spec["command"], *(spec.get("args") or ())]
        self._env = {entry["name"]: entry["value"] for entry in spec.get("env") or ()}
        self._api_version = spec.get("apiVersion") or "client.authentication.k8s.io/v1"
        self._hint = str(spec.get("installHint") or "").strip()
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._expires: datetime | None = None

    async def token(self) -> str:
        """Give the token, running the plugin if there is none or it is about to expire."""
        async with self._lock:
            if self._token is None or (self._expires is not None and datetime.now(UTC) >= self._expires - _EARLY):
                status = await self._run()
                if not status.get("token"):
                    raise CredentialsError(
                        f"exec plugin {self._command[0]}: it gave no token; certificates are not used"
                    )
                expires = status.get("expirationTimestamp")
                self._token = str(status["token"])
                self._expires = datetime.fromisoformat(expires) if expires else None
            return self._token

    async def _run(self) -> dict[str, Any]:
        info = {"apiVersion": self._api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env={**os.environ, **self._env, "KUBERNETES_EXEC_INFO": json.dumps(info)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise CredentialsError(f"exec plugin {self._command[0]}: {error}. {self._hint}".strip()) from error
        out, err = await process.communicate()
        if process.returncode != 0:
            text = err.decode(errors="replace").strip()[-500:]
            raise CredentialsError(f"exec plugin {self._command[0]}: exit code {process.returncode}: {text}")
        try:
            status = json.loads(out)["status"]
        except (ValueError, KeyError, TypeError) as error:
            raise CredentialsError(f"exec plugin {self._command[0]}: its output is no ExecCredential") from error
        return status if isinstance(status, dict) else {}
