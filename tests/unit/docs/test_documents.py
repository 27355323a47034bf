"""What a document says exists: links, targets, commands, options, modules, files, words, metrics; manifests are good.

Not here: whether pasted output is still what a run prints. That is looked at when a page is changed.
"""

import importlib.util
import json
import re
from pathlib import Path

import click
import pytest

from docs import generate
from referee.api.conditions import ConditionType, Reason
from referee.api.documents import documents
from referee.api.evaluationjob import EvaluationJob
from referee.api.manifest import KINDS, parse
from referee.api.provider import Provider
from referee.api.runplan import RunPlan
from referee.api.structural import structural
from referee.cli.main import cli
from referee.core.resolve import resolve
from referee.local.bundle import Bundle
from referee.local.catalogue import LocalCatalogue
from referee.runtime.metrics import Metrics
from tests.unit.docs.pages import PAGES, ROOT, anchors, blocks, commands, links, spans, text

OPERATIONS = Path("docs/operations.md")
WRITTEN = [page for page in PAGES if page.parent.name != "reference"]
ADAPTERS_OWN = Path("docs/adapters.md")
"""Its code is an adapter's, which is the reader's to write."""
each_page = pytest.mark.parametrize("page", PAGES, ids=str)
each_written_page = pytest.mark.parametrize("page", WRITTEN, ids=str)


def test_there_are_pages() -> None:
    assert {Path("README.md"), Path("CHANGELOG.md"), OPERATIONS} <= set(PAGES)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    lost = [
        target
        for target in links(page)
        if not re.match(r"https?://", target) and not _leads_somewhere(page, *target.partition("#")[::2])
    ]
    assert lost == []


def _leads_somewhere(page: Path, path: str, anchor: str) -> bool:
    found = (ROOT / page.parent / path).resolve() if path else ROOT / page
    return found.exists() and (not anchor or anchor in anchors(found.relative_to(ROOT)))


@each_written_page
def test_make_targets_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = [
        word
        for command in commands(page)
        if (found := re.match(r"make((?: +(?:[a-z][a-z0-9-]*|[A-Z]+=\w+))+)", command))
        for word in found[1].split()
        if "=" not in word
    ]
    assert set(named) - known == set()


@each_written_page
def test_commands_of_the_command_line_exist_with_their_options(page: Path) -> None:
    for command in commands(page):
        for typed in re.findall(r"(?:^|/|\| *)referee ([a-z][a-z-]*.*)", command):
            named, rest = _named(typed)
            assert _options(rest) <= {o for p in named.params for o in _spellings(p)}, command


def _named(typed: str) -> tuple[click.Command, str]:
    """The command, of a group where it is of one, and what follows; behind -- begins another program's."""
    found: click.Command = cli
    rest = typed.partition(" -- ")[0]
    while isinstance(found, click.Group) and rest.strip():
        name, _, rest = rest.partition(" ")
        assert name in found.commands, typed
        found = found.commands[name]
    return found, f" {rest}"


def _options(arguments: str) -> set[str]:
    return set(re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", arguments.partition("|")[0]))


def _spellings(parameter: click.Parameter) -> list[str]:
    return parameter.opts


@each_written_page
def test_modules_that_are_run_exist(page: Path) -> None:
    named = {name for command in commands(page) for name in re.findall(r"python -m ([\w.]+)", command)}
    assert [name for name in named if name != "my_adapter" and importlib.util.find_spec(name) is None] == []


@each_written_page
def test_files_of_the_code_exist(page: Path) -> None:
    places = (ROOT, ROOT / "operator" / "referee", ROOT / page.parent)
    named = {span for span in spans(page) if re.fullmatch(r"[\w.-]+/[\w./-]*(?:\.(?:py|yaml|toml|md)|/)", span)}
    named -= {span for span in named if span.startswith("build/") or page == ADAPTERS_OWN}
    assert [span for span in sorted(named) if not any((place / span).exists() for place in places)] == []


@each_written_page
def test_words_of_status_exist(page: Path) -> None:
    known = {*ConditionType, *Reason, *KINDS, *_choices(), "ConfigMap", "NoSchedule", "PriorityClass"}
    found = {span for span in spans(page) if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", span)}
    assert page == ADAPTERS_OWN or found - known == set()


def _choices() -> set[str]:
    """Every word that a field of ours takes."""
    told = json.dumps([structural(kind) for kind in KINDS.values()])
    return {word for words in re.findall(r'"enum": \[([^\]]*)\]', told) for word in re.findall(r'"([^"]+)"', words)}


@each_written_page
def test_whole_manifests_are_accepted_and_can_be_planned(page: Path) -> None:
    for block in blocks(page, "yaml"):
        if "apiVersion: referee.dev/" in block:
            found = [parse(document) for document in documents(block, str(page))]
            providers = [each for each in found if isinstance(each, Provider)]
            catalogue = LocalCatalogue(Bundle(providers=providers), "default")
            plans = [resolve(each, catalogue) for each in found if isinstance(each, EvaluationJob)]
            assert [plan for plan in plans if not isinstance(plan, RunPlan)] == []


@pytest.mark.parametrize("page", generate.pages(), ids=lambda page: page.name)
def test_what_is_generated_is_as_the_code_has_it(page: Path) -> None:
    assert generate.generated(page) == page.read_text(), "run `make docs`"


def test_every_metric_is_listed_and_no_other() -> None:
    ours = re.compile(r"(?:referee|workqueue)_\w+")
    families = [family for family in Metrics().registry.collect() if ours.match(family.name)]
    counted = {f"{f.name}_total" if f.type == "counter" else f.name for f in families}
    gauges = set(re.findall(r'observe\(\s*"(referee_\w+)"', (ROOT / "operator" / "referee" / "app.py").read_text()))
    rows = [line for line in text(OPERATIONS).splitlines() if ours.match(line.removeprefix("| `"))]
    listed = {name for row in rows for name in ours.findall(row.split(" | ")[0])}
    assert listed == counted | gauges
