"""The operator's settings: what each means, its unit, and why its default is what it is.

Read once at the start from environment variables of the same name with the prefix REFEREE_ (a chart sets them),
checked there, and passed down. A list is separated by commas.
"""

import ipaddress
import socket
from dataclasses import dataclass

from referee.environment import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set of the operator."""

    namespaces: tuple[str, ...] = ()
    """Namespaces that are served. Empty: the operator's own. `*`: all, which needs a ClusterRole."""
    catalogue_namespace: str = ""
    """Where providers and collections for everyone are; empty: none. Need not be readable at the start."""
    class_name: str = ""
    """Only EvaluationJobs with this spec.className are taken."""
    gateway_url: str = "http://referee-gateway"
    """Where adapter pods report to. A name without a dot is a Service in the operator's own namespace."""
    adapter_service_account: str = "default"
    """ServiceAccount of adapter pods, one without rights."""
    allowed_service_accounts: tuple[str, ...] = ()
    """What a job's pod.serviceAccountName may be."""
    agent_image: str = "referee.dev/referee-agent:dev"
    """Image of what stands beside adapters made with eval-hub-sdk, and of what fetches test data."""
    allow_code: bool = False
    """Evaluators of type Code may run, in the sandbox of the built-in adapter; the second of two keys, the first being
    the Provider's adapter.allowCode."""
    insecure_registries: tuple[str, ...] = ()
    """Registries that exports.oci may name and that are spoken to in plain HTTP, as host or host:port."""
    mlflow_tracking_uri: str = ""
    """Address of the MLflow that exports.mlflow goes to, as pods reach it; empty: none, and such jobs are refused."""
    test_data_max_bytes: int = 10 * 1024**3
    """What one benchmark's testData may have, unpacked, in bytes: it lies on the node while the pod is there."""
    test_data_networks: tuple[str, ...] = ()
    """Networks (CIDR) that testData is fetched from although they are private; others are refused, so that a job cannot
    read what only the cluster should reach."""
    hf_endpoint: str = ""
    """Hub that testData.hf is fetched from; empty: Hugging Face's own."""
    workers: int = 16
    """Jobs looked at concurrently: each look waits for a call or two of about 5 ms."""
    qps: float = 500.0
    """Writes per second to the API server over a longer time."""
    burst: int = 1000
    """Writes at once."""
    lease_name: str = "referee-operator"
    """Lease in the operator's namespace; another name where two operators share a namespace."""
    lease_seconds: float = 15.0
    """How long a lease holds without renewal; a crashed leader is replaced after that."""
    resync_seconds: float = 600.0
    """How often the caches are compared with a full list: the net under every missed event."""
    health_port: int = 8081
    """Port of /healthz, /readyz and /metrics; 0: any free one."""
    log_format: str = "json"
    """json or text."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR. At INFO each look that did something is a line."""
    identity: str = ""
    """Who holds the Lease; empty: the host's name, which in a pod is the pod's."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        for name in ("workers", "qps", "burst", "lease_seconds", "resync_seconds", "test_data_max_bytes"):
            if getattr(self, name) <= 0:
                raise SettingsError(f"REFEREE_{name.upper()} must be above 0, not {getattr(self, name)}")
        if self.log_format not in ("json", "text"):
            raise SettingsError(f"REFEREE_LOG_FORMAT must be json or text, not {self.log_format!r}")
        if not self.gateway_url.startswith(("http://", "https://")):
            raise SettingsError(f"REFEREE_GATEWAY_URL must be an http address, not {self.gateway_url!r}")
        if "*" in self.namespaces and len(self.namespaces) > 1:
            raise SettingsError("REFEREE_NAMESPACES is either * or a list of names, not both")

        self._check_what_pods_get()

    def _check_what_pods_get(self) -> None:
        for name in ("mlflow_tracking_uri", "hf_endpoint"):
            address = getattr(self, name)
            if address and not address.startswith(("http://", "https://")):
                raise SettingsError(f"REFEREE_{name.upper()} must be an http address, not {address!r}")
        for network in self.test_data_networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise SettingsError(f"REFEREE_TEST_DATA_NETWORKS must be networks as 10.0.0.0/8: {error}") from None

    @property
    def holder(self) -> str:
        """Who we are to the Lease."""
        return self.identity or socket.gethostname()
