"""Which samples people label where they label a share of them.

Decided by the sample's id alone, so that every pod, every attempt and whoever hands out work comes to the same without
talking, and a smaller share is a part of a larger one. All epochs of a sample are labelled, or none. Rejected: a draw
with a seed, which needs to know how many samples there are, and draws others once the data grows.
"""

import hashlib

_SALT = b"labelled"
"""Else it would be the hash by which samples are spread over pods, and one pod had all that are labelled."""
_BYTES = 8
_ALL = 2.0**64


def drawn(sample_id: str, share: float) -> bool:
    """Whether a sample is among those that are labelled.

    Args:
        sample_id: its id.
        share: of all samples, above 0 and at most 1.
    """
    if share >= 1:
        return True
    digest = hashlib.blake2b(sample_id.encode(errors="surrogatepass"), digest_size=_BYTES, person=_SALT).digest()
    return int.from_bytes(digest) < share * _ALL
