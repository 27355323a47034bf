"""Ended objects as compressed JSON: kept whole, and small, since there are thousands of them and few are looked at.

zlib with a preset dictionary and not lzma or a database: a single object of 2 KiB is mostly field names, which the
dictionary holds already. The dictionary is process-local, so it may change with every version.
"""

import json
import zlib
from typing import Any

_LEVEL = 6


class Packer:
    """Packs JSON objects that resemble the sample."""

    def __init__(self, *samples: object) -> None:
        """Take objects like those to come; what is common goes last, where zlib finds it cheapest."""
        self._dictionary = b"".join(_dump(sample) for sample in samples)[-32768:]

    def pack(self, obj: object) -> bytes:
        """Compress."""
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=self._dictionary)
        return packer.compress(_dump(obj)) + packer.flush()

    def unpack(self, packed: bytes) -> Any:  # noqa: ANN401 - the JSON that was packed
        """Decompress what this very packer packed."""
        return json.loads(zlib.decompressobj(-zlib.MAX_WBITS, zdict=self._dictionary).decompress(packed))


def _dump(obj: object) -> bytes:
    # Sorted, so that equal objects pack to equal bytes and can be compared packed.
    return json.dumps(obj, separators=(",", ":"), sort_keys=True).encode()
