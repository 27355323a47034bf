"""Every sample is of exactly one share, whatever else is there."""

from referee_evaluators.loop.shard import Receipt, Shard, shard_of


def test_every_sample_is_of_one_share() -> None:
    shards = [Shard(index, 5) for index in range(5)]
    counts = [sum(shard.has(f"q{i}") for shard in shards) for i in range(1000)]
    assert set(counts) == {1}
    sizes = [sum(shard.has(f"q{i}") for i in range(1000)) for shard in shards]
    assert min(sizes) > 150


def test_only_a_pod_of_an_indexed_job_over_several_shards_has_a_share() -> None:
    assert shard_of(3, {"JOB_COMPLETION_INDEX": "2"}) == Shard(2, 3)
    assert shard_of(1, {"JOB_COMPLETION_INDEX": "0"}) is None
    assert shard_of(3, {}) is None


def test_a_receipt_does_not_depend_on_the_order() -> None:
    samples = [(f"q{i}", epoch) for i in range(20) for epoch in (1, 2)]
    receipts = []
    for order in (samples, samples[::-1], samples[1:]):
        receipt = Receipt(Shard(0, 2))
        for sample in order:
            receipt.add(*sample)
        receipts.append(receipt.wire())
    assert receipts[0] == receipts[1]
    assert receipts[0]["digest"] != receipts[2]["digest"]
