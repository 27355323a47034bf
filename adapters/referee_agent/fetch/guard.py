"""What every connection must pass: the address, and the number of bytes that have come in.

The first thing that is not allowed ends everything: what a library makes of it, and whether it tries again, does not
matter then, since whoever asks here first learns why.
"""

import ipaddress
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from referee_agent.fetch.addresses import Address, allowed
from referee_agent.fetch.errors import FetchError, Forbidden, TooLarge, Unreachable
from referee_agent.fetch.settings import Network

_CONNECT_SECONDS = 15


class Guard:
    """One for the process. Safe to use from several threads."""

    def __init__(self, networks: tuple[Network, ...], limit: int) -> None:
        self.limit = limit
        self.received = 0
        self.broken: FetchError | None = None
        """What was not allowed."""
        self.trouble: Unreachable | None = None
        """The last reason why nobody was reached; a later try may have reached them."""
        self._networks = networks
        self._lock = threading.Lock()
        self._dialling = threading.local()

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to an address of this name that has been looked at.

        Raises:
            FetchError: it is not allowed, or nobody is there.
        """
        if self.broken is not None:
            raise self.broken
        found = self._look_up(host, port)
        good = [address for address in found if allowed(address, self._networks)]
        if not good:
            shown = ", ".join(sorted(map(str, found)))
            said = f"{host} is {shown}, which is no public address: use another, or have its network allowed"
            raise self._break(Forbidden(f"{said} in REFEREE_TEST_DATA_NETWORKS of the operator"))
        for address in good:
            try:
                with self._may_dial():
                    return socket.create_connection((str(address), port), _CONNECT_SECONDS)
            except OSError as error:
                self.trouble = Unreachable(f"{host}:{port} cannot be reached: {error}")
        raise self.trouble or Unreachable(host)

    def count(self, received: int) -> None:
        """Count what has come in.

        Raises:
            TooLarge: it is too much.
        """
        with self._lock:
            self.received += received
        if self.received > self.limit:
            raise self.too_large()

    def too_large(self) -> FetchError:
        """Say that it is too much."""
        return self._break(TooLarge(f"the data is over {self.limit} bytes, the most that may be fetched"))

    def close_other_ways(self, proxy: int) -> None:
        """Let nothing in this process connect but us, and others to the proxy at this port of 127.0.0.1.

        For good: an audit hook cannot be taken back.
        """

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            if event == "socket.connect" and arguments[1] != ("127.0.0.1", proxy) and not self._is_dialling:
                raise self._break(Forbidden(f"something went past the guard, to {arguments[1]!r}"))

        sys.addaudithook(watch)

    def _look_up(self, host: str, port: int) -> list[Address]:
        try:
            with self._may_dial():
                answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(ipaddress.ip_address(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError, ValueError) as error:
            self.trouble = Unreachable(f"{host} cannot be looked up: {error}")
            raise self.trouble from None

    def _break(self, error: FetchError) -> FetchError:
        with self._lock:
            self.broken = self.broken or error
            return self.broken

    @contextmanager
    def _may_dial(self) -> Iterator[None]:
        self._dialling.now = True
        try:
            yield
        finally:
            self._dialling.now = False

    @property
    def _is_dialling(self) -> bool:
        return getattr(self._dialling, "now", False)
