"""Where an adapter finds what it is given and may put what it makes.

In a pod (`EVALHUB_MODE=k8s`) these are fixed places, the same as for adapters made with the published SDK. On a
laptop (`local`) everything hangs on the directory that holds `meta/job.json`, so that several children can run
beside each other. The root of the fixed places is an argument, because tests have no /meta.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from referee_adapter.errors import SpecError

_SERVICE_ACCOUNT = Path("var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Paths:
    """The places of one run."""

    local: bool
    """True on a laptop: credentials come from `model.auth.secret_ref`, and the user's own caches may be used."""
    spec: Path
    data: Path
    """Writable; samples go here."""
    test_data: Path
    """Read-only; absent where the benchmark has no test data."""
    termination_log: Path
    model_secret: Path
    token: Path
    """The projected token; read again for each request, since the kubelet renews it."""
    namespace: Path
    ca: Path
    """The CA of the address that events are posted to, where that is https."""


def locate(environ: Mapping[str, str], root: Path = Path("/")) -> Paths:
    """Find the places, from the environment.

    Args:
        environ: the process's environment.
        root: what stands for `/` in a pod.

    Raises:
        SpecError: EVALHUB_MODE is neither `k8s` nor `local`.
    """
    mode = environ.get("EVALHUB_MODE", "local").strip().lower()
    if mode not in ("k8s", "local"):
        raise SpecError(f"EVALHUB_MODE must be k8s or local, not {mode!r}")
    local = mode == "local"
    default = Path("meta/job.json") if local else root / "meta/job.json"
    spec = Path(environ.get("EVALHUB_JOB_SPEC_PATH") or default).absolute()
    base = spec.parent.parent if local else root
    account = (base if local else root) / _SERVICE_ACCOUNT
    return Paths(
        local=local,
        spec=spec,
        data=base / "data",
        test_data=base / "test_data",
        termination_log=base / ("termination-log" if local else "dev/termination-log"),
        model_secret=base / "var/run/secrets/model",
        token=account / "token",
        namespace=account / "namespace",
        ca=account / "ca.crt",
    )
