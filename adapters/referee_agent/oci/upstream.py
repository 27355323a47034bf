"""The registry: where it is, whether it is spoken to in the clear, and what its credential is."""

import http.client
import ssl
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

from referee_agent.gateway import connect, trust
from referee_agent.oci.credentials import DOCKER_HUB, Credential, read
from referee_agent.settings import Settings


class Upstream:
    """One registry."""

    def __init__(self, settings: Settings) -> None:
        self.host = settings.oci_host
        self._insecure = settings.oci_insecure
        self._config = settings.docker_config
        self.scheme = "http" if self.host in self._insecure else "https"
        self._authority = "registry-1.docker.io" if self.host in DOCKER_HUB else self.host

    @property
    def url(self) -> str:
        """Its base address."""
        return f"{self.scheme}://{self._authority}"

    def credential(self, repository: str) -> Credential:
        """Who we are to it.

        Raises:
            CredentialError: that cannot be read.
        """
        return read(self._config, self.host, repository) if self._config is not None else Credential()

    def connect(self, seconds: float) -> http.client.HTTPConnection:
        """A connection to it."""
        return self.connect_to(urlsplit(self.url), seconds)

    def connect_to(self, url: SplitResult, seconds: float) -> http.client.HTTPConnection:
        """A connection to where it sends us."""
        return connect(url.hostname or "", url.port, self.tls(url.scheme), seconds)

    def tls(self, scheme: str) -> ssl.SSLContext | None:
        """What a connection of this scheme is encrypted with."""
        return self._trust if scheme == "https" else None

    def is_at(self, url: SplitResult) -> bool:
        """Whether an address is the registry itself, to which the credential belongs."""
        return (url.scheme, url.netloc) == (self.scheme, self._authority)

    def may_be_told(self, url: SplitResult) -> bool:
        """Whether the credential may be sent there: over TLS, or within what is declared insecure."""
        return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and url.netloc in self._insecure))

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return trust()
