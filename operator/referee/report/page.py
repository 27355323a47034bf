"""The report: one HTML file that is read without a network, in any browser, on paper, years later.

It has no script. What models, datasets and judges wrote is somebody else's text, maybe a hostile one: Jinja escapes
all of it, `visible` disarms what is not markup, and a content security policy in the page forbids every script,
request, frame and form in case one of these has a hole. The style sheet is allowed by its digest alone.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from referee import __version__
from referee.report.gathering import Gathered, gather
from referee.report.pairing import Paired, pair
from referee.report.runview import RunView, number_of
from referee.report.scales import scales_of
from referee.report.sections.benchmarks import benchmarks
from referee.report.sections.comparison import comparison
from referee.report.sections.evaluators import evaluators
from referee.report.sections.gates import gates
from referee.report.sections.head import head
from referee.report.sections.provenance import provenance, usage
from referee.report.sections.samples import shown
from referee.report.sections.slices import slices
from referee.report.sections.troubles import troubles
from referee.report.svg.histogram import Look, histogram
from referee.report.visible import visible

_SIGNS = {"pass": "✓", "fail": "✗", "unknown": "?", "plain": "●"}
_TITLES = {
    "gates": "Criteria",
    "benchmarks": "Benchmarks",
    "evaluators": "Evaluators",
    "comparison": "Comparison",
    "slices": "Parts of the data",
    "troubles": "Errors",
    "usage": "Usage",
    "samples": "Samples",
    "provenance": "What ran",
}
_ANCHORS = {"troubles": "errors"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the samples is shown."""

    worst: int = 100
    regressed: int = 50


def render(view: RunView, against: RunView | None = None, bounds: Bounds = Bounds()) -> str:
    """The page of a run; `against`: another run, whose samples are shown beside those that got worse."""
    scales = scales_of(view)
    gathered = gather(view, scales, bounds.worst)
    pairing = None
    if against is not None:
        pairing = pair(view, against, bounds.regressed, -1)
    parts = _parts(view, gathered, pairing, against.name if against else "")
    contents = [(_ANCHORS.get(name, name), title) for name, title in _TITLES.items() if parts.get(name)]
    return (
        _environment()
        .get_template("report.html")
        .render(
            contents=contents,
            policy=_policy(),
            style=Markup(_file("report.css")),  # noqa: S704 - our own file
            version=__version__,
            signs=_SIGNS,
            confidence=f"{100 * (number_of(view.spec.get('confidence')) or 0.95):g} %",
            total=gathered.total,
            **parts,
        )
    )


def _parts(view: RunView, gathered: Gathered, pairing: Paired | None, other: str) -> dict[str, object]:
    scales = scales_of(view)
    return {
        "head": head(view),
        "gates": gates(view),
        "benchmarks": benchmarks(view),
        "evaluators": evaluators(view, gathered, scales),
        "comparison": comparison(view, pairing, other),
        "slices": slices(view, scales),
        "troubles": troubles(view, gathered),
        "usage": usage(view),
        "latency": _latency(gathered),
        "samples": [shown(sample, good) for good, sample in gathered.worst],
        "provenance": provenance(view),
    }


def _latency(gathered: Gathered) -> Markup | None:
    seconds = gathered.latencies
    return histogram("Seconds an answer took", seconds, Look(unit=" s")) if seconds else None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["visible"] = visible
    return environment


@cache
def _file(name: str) -> str:
    return resources.files("referee.report").joinpath("templates", name).read_text(encoding="utf-8")


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_file("report.css").encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
