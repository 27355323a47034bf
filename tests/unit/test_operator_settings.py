"""The operator's settings: what pods get is checked before any pod gets it."""

import pytest

from referee.environment import SettingsError, read
from referee.settings import Settings


def test_lists_are_separated_by_commas() -> None:
    env = {"REFEREE_TEST_DATA_NETWORKS": "10.0.0.0/8, fd00::/8", "REFEREE_INSECURE_REGISTRIES": "registry:5000"}
    found = read(Settings, env)
    assert (found.test_data_networks, found.insecure_registries) == (("10.0.0.0/8", "fd00::/8"), ("registry:5000",))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REFEREE_TEST_DATA_NETWORKS", "10.0.0.0/8,everywhere"),
        ("REFEREE_TEST_DATA_NETWORKS", "10.0.0.1/8"),
        ("REFEREE_TEST_DATA_MAX_BYTES", "0"),
        ("REFEREE_MLFLOW_TRACKING_URI", "mlflow:5000"),
        ("REFEREE_HF_ENDPOINT", "hub"),
    ],
)
def test_what_cannot_work_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read(Settings, {variable: value})
