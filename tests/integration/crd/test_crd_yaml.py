"""Our reader of YAML and kubectl's make the same of every scalar that people write without quotes."""

import json

from referee.api.documents import documents
from tests.testbed.cluster import Cluster

SCALARS = (
    *("yes", "no", "on", "off", "y", "n", "Y", "true", "True", "~", "null", "Null", "1", "01", "010", "0x1F", "0b11"),
    *("1_000", "1e3", "1E-3", "1.5", "1.", ".5", "-1", "+1", "-.5", "1:30", "1:30:00", "2026-11-22", "08", "1e", "0x"),
    *("2026-11-22T10:00:00Z", "12e03", "0.0", "=", "+.5", "1_0.5", "-010", "9223372036854775807", "0b2", "abc"),
)


def test_scalars_are_read_as_kubectl_reads_them(cluster: Cluster) -> None:
    lines = "\n".join(f"    k{number}: {scalar}" for number, scalar in enumerate(SCALARS))
    text = f"apiVersion: referee.dev/v1alpha1\nkind: Collection\nmetadata: {{name: x}}\nspec:\n  custom:\n{lines}\n"

    answer = cluster.kubectl("create", "--dry-run=client", "--validate=false", "-o=json", "-f=-", stdin=text)
    (ours,) = documents(text, "-")

    theirs = json.loads(answer)["spec"]["custom"]
    # 1e3 is 1000 to a program that writes JSON in Go and 1000.0 to Python: equal, and the same to the models.
    assert {**ours["spec"]["custom"]} == theirs
    assert {k: type(v) is bool for k, v in ours["spec"]["custom"].items()} == {
        k: type(v) is bool for k, v in theirs.items()
    }
