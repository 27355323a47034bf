import random
from typing import Any

from referee.runtime.packing import Packer


def ended_job(seed: int) -> dict[str, Any]:
    numbers = random.Random(seed)  # noqa: S311 - repeatable, not secret
    metrics = [
        {"name": f"metric-{i}", "value": round(numbers.random(), 4), "stderr": round(numbers.random(), 4), "n": 100}
        for i in range(8)
    ]
    return {
        "metadata": {"name": f"job-{seed}", "namespace": "team", "uid": f"{numbers.getrandbits(128):032x}"},
        "spec": {"model": {"url": "http://model:8000/v1", "name": "m"}, "benchmarks": [{"id": "openbookqa"}]},
        "status": {"phase": "Succeeded", "observedGeneration": 1, "benchmarks": [{"metrics": metrics}]},
    }


def test_what_is_packed_comes_back() -> None:
    packer = Packer(ended_job(0))
    obj = {**ended_job(1), "unlike": ["the sample", None, 1.5, {"ü": True}]}

    assert packer.unpack(packer.pack(obj)) == obj


def test_without_a_sample_it_packs_too() -> None:
    packer = Packer()

    assert packer.unpack(packer.pack(ended_job(1))) == ended_job(1)


def test_equal_objects_pack_equally_whatever_the_order_of_their_fields() -> None:
    packer = Packer(ended_job(0))
    obj = ended_job(1)

    assert packer.pack(dict(reversed(obj.items()))) == packer.pack(obj)


def test_twelve_thousand_ended_jobs_fit_into_four_mebibytes() -> None:
    packer = Packer(ended_job(0))

    average = sum(len(packer.pack(ended_job(seed))) for seed in range(1, 101)) / 100

    assert average * 12_000 < 4 * 2**20
