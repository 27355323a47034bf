"""The options of `referee plan`."""

import sys

import click

_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
_POSITIVE = click.FloatRange(0, min_open=True)


@click.command()
@click.option("--delta", type=_POSITIVE, metavar="D", help="Samples to find a regression of D against a baseline.")
@click.option("--half-width", type=_POSITIVE, metavar="H", help="Samples for an interval of ± H.")
@click.option("--n", type=click.IntRange(2), metavar="N", help="What N samples can find, and what gates will say.")
@click.option("--mean", type=float, help="The expected mean.  [default: 0.8; with --range its middle]")
@click.option("--sd", type=_POSITIVE, help="Standard deviation of a score, or of a delta; unset: right or wrong.")
@click.option("--range", "span", type=float, nargs=2, metavar="LOW HIGH", help="Of a score, with --sd.")
@click.option(
    "--discordance", type=_SHARE, default=0.12, show_default=True, help="Share that differs between equal models."
)
@click.option("--max-regression", "margin", type=_POSITIVE, default=0.02, show_default=True, help="Of NonInferiority.")
@click.option("--confidence", type=_SHARE, default=0.95, show_default=True)
@click.option("--power", type=_SHARE, default=0.8, show_default=True)
@click.option("--epochs", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--within", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Share of variance between epochs."
)
@click.option("--cluster-size", type=click.FloatRange(1), default=1.0, show_default=True, help="Samples in a cluster.")
@click.option("--icc", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Intraclass correlation.")
def plan(  # noqa: PLR0913 - an option each
    *,
    delta: float | None,
    half_width: float | None,
    n: int | None,
    mean: float | None,
    sd: float | None,
    span: tuple[float, float] | None,
    discordance: float,
    margin: float,
    confidence: float,
    power: float,
    epochs: int,
    within: float,
    cluster_size: float,
    icc: float,
) -> None:
    """Say how many samples a comparison or an estimate takes, and what N samples can find.

    What a manifest comes to is shown by `referee run --dry-run`.
    """
    from referee.cli.sizing import Asked  # noqa: PLC0415 - a quarter of a second
    from referee.cli.sizing import plan as work  # noqa: PLC0415 - the same
    from referee.core.stats.power import Design  # noqa: PLC0415 - the same

    if delta is None and half_width is None and n is None:
        raise click.UsageError("ask for something: --delta D, --half-width H, or --n N")
    if span is not None and (sd is None or span[0] >= span[1]):
        raise click.UsageError("--range: takes LOW below HIGH, and needs --sd")
    middle = 0.8 if span is None else sum(span) / 2
    if sd is None and not 0 < (0.8 if mean is None else mean) < 1:
        raise click.UsageError("--mean: of right or wrong answers it lies between 0 and 1; give --sd for a score")
    design = Design(epochs, within, cluster_size, icc)
    expected = middle if mean is None else mean
    work(Asked(delta, half_width, n, expected, sd, span, discordance, margin, confidence, power, design))
    sys.exit(0)
