"""Which samples are this pod's: a share by the hash of the id, so that pods agree without talking.

The same sample is in the same share whatever else is in the dataset, and all its epochs stay together. What a pod
leaves at the end is a receipt: how many samples it did, and a digest of which, in no order.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

_DIGEST_BITS = 256


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several."""

    index: int
    of: int

    def has(self, sample_id: str) -> bool:
        """Whether the sample is of this share."""
        found = hashlib.blake2b(sample_id.encode(errors="surrogatepass"), digest_size=8).digest()
        return int.from_bytes(found) % self.of == self.index


def shard_of(shards: int, environ: Mapping[str, str]) -> Shard | None:
    """This pod's share; None where it does all that is missing.

    Kubernetes sets the variable in the pods of an Indexed Job.
    """
    index = environ.get("JOB_COMPLETION_INDEX", "")
    return Shard(int(index) % shards, shards) if shards > 1 and index.isdecimal() else None


class Receipt:
    """Adds up what a shard has done."""

    def __init__(self, shard: Shard) -> None:
        """Nothing yet."""
        self._shard = shard
        self._sum = 0
        self._samples = 0

    def add(self, sample_id: str, epoch: int) -> None:
        """A sample is kept."""
        digest = hashlib.sha256(f"{epoch}\0{sample_id}".encode(errors="surrogatepass")).digest()
        self._sum = (self._sum + int.from_bytes(digest)) % 2**_DIGEST_BITS
        self._samples += 1

    def wire(self) -> dict[str, object]:
        """As it stands in the result."""
        digest = f"sha256:{self._sum:064x}"
        return {"shard": self._shard.index, "shards": self._shard.of, "samples": self._samples, "digest": digest}
