"""`referee plan`: the numbers of the docs' table, and in the same breath what is supposed."""

import pytest
from click.testing import CliRunner, Result

from referee.cli.main import cli
from referee.cli.sizing import Asked
from referee.core.stats import power
from referee.core.stats.power import Design


def _plan(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["plan", *arguments])


def test_it_says_what_a_gate_will_say_at_a_number_of_samples() -> None:
    found = _plan("--n", "400", "--delta", "0.05")
    assert found.exit_code == 0
    assert "Supposed: right or wrong answers, 80 % right; 12 % of the samples differ" in found.stdout
    rows = [line.split() for line in found.stdout.splitlines() if "NonInferiority" in line or "Significant" in line]
    assert rows[0][-5:] == ["%", "0.1", "%", "79.6", "%"]
    assert rows[1][:3] == ["SignificantRegression", "98.2", "%"]
    assert rows[-1][1] == "35.5"


def test_the_samples_for_a_delta_find_it_and_one_less_does_not() -> None:
    found = _plan("--delta", "0.1", "--sd", "0.3")
    asked = Asked(delta=0.1, sd=0.3)
    n = power.n_for_delta(0.1, asked.difference, 0.95)
    assert n is not None
    assert f"{n} samples in both runs" in found.stdout
    assert (
        (power.mde_paired(n - 1, asked.difference, 0.95) or 1)
        > 0.1
        >= (power.mde_paired(n, asked.difference, 0.95) or 1)
    )


def test_epochs_and_clusters_change_what_a_sample_is_worth() -> None:
    plain = _plan("--half-width", "0.05").stdout
    more = _plan("--half-width", "0.05", "--cluster-size", "5", "--icc", "0.25").stdout
    assert "a sample is worth 0.5 independent ones" in more
    assert int(more.split("%: ")[-1].split()[0]) == pytest.approx(2 * int(plain.split("%: ")[-1].split()[0]), abs=2)


def test_what_is_allowed_is_in_units_of_the_score() -> None:
    assert Asked(span=(1, 5), sd=1, margin=0.02).allowed == pytest.approx(0.08)
    assert Asked(design=Design(cluster_size=2, icc=1)).estimate(100).n == 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "ask for something"),
        (("--n", "10", "--range", "1", "5"), "--range: takes LOW below HIGH, and needs --sd"),
        (("--n", "10", "--mean", "2"), "--mean: of right or wrong answers it lies between 0 and 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], said: str) -> None:
    found = _plan(*arguments)
    assert (found.exit_code, said in found.stderr) == (2, True), found.stderr
