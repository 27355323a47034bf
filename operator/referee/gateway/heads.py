"""HTTP as uvicorn speaks it through httptools, with a bound on what comes before a body.

Bodies are bounded where they are read, once it is known who sends them. A head comes before anybody is known, and
httptools keeps one of any size, so that whoever reaches the port could fill our memory. Rejected: uvicorn's other
protocol, over h11, which has such a bound and is written in Python throughout.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64 * 1024
"""Bytes of an address and its headers; the longest credential that is taken has a quarter of it."""


class BoundedHeads(HttpToolsProtocol):
    """One connection."""

    _in_head = False
    _size = 0
    """Bytes that came since this head began, but for the piece that it began in."""

    def data_received(self, data: bytes) -> None:
        """Take a piece in."""
        self._size += len(data)
        super().data_received(data)
        if self._in_head and self._size > MOST and not self.transport.is_closing():
            self.send_400_response(f"The request's head is over {MOST} bytes.")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._size = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """It is whole; what is too long in one piece is refused here."""
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST:
            raise ValueError(f"the head is over {MOST} bytes")
        super().on_headers_complete()
