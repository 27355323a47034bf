# ruff: noqa: INP001 - a folder of documents and no package; run as `python -m docs.generate`
"""The tables in docs/ that stand in the code: settings, conformance rules, the catalogue, differences from EvalHub.

A setting explains itself where it is declared; here that is only set as a table, between two comments that name it.
The rest of the page is written by hand, and stays as it is. A page of its own was rejected: who sets something up
reads what it means and what it is called in one place. Not under operator/, since nothing of it is installed.
"""

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from referee.conformance.rules import RULES
from referee.conformance.scenarios import SCENARIOS
from referee.gateway.settings import GatewaySettings
from referee.local.catalogue import built_in_collections, built_in_providers
from referee.settings import Settings
from tests.integration.evalhub.listed import DIFFERENCES

ROOT = Path(__file__).parent.parent
_TEMPLATES = ROOT / "charts" / "referee" / "templates"
_PROGRAMS: dict[str, type[Settings | GatewaySettings]] = {"operator": Settings, "gateway": GatewaySettings}
_SETTINGS = "| Variable | Default | Set in the chart by | Meaning |\n|---|---|---|---|"
_RULES = "| Rule | The adapter | Otherwise | Seen with | Contracts |\n|---|---|---|---|---|"
_SCENARIOS = "| Scenario | What happens |\n|---|---|"
_BENCHMARKS = "| Provider | Category | Benchmarks |\n|---|---|---|"
_DIFFERENCES = "| EvalHub, and here | Why |\n|---|---|"
_COLLECTIONS = "| Collection | Benchmarks, with their weights |\n|---|---|"
_END = "<!-- end -->"


def pages() -> dict[Path, dict[str, str]]:
    """Page -> what stands behind the comment of each name."""
    return {
        ROOT / "docs/operations.md": {f"settings of the {program}": settings_table(program) for program in _PROGRAMS},
        ROOT / "docs/conformance.md": {"scenarios": scenarios_table(), "rules": rules_table()},
        ROOT / "docs/evalhub.md": {"differences from EvalHub": differences_table()},
        ROOT / "docs/catalogue.md": {"benchmarks": benchmarks_table(), "collections": collections_table()},
    }


def generated(path: Path) -> str:
    """The page with its tables as the code has them."""
    page = path.read_text()
    for name, table in pages()[path].items():
        begin = f"<!-- {name}: `make docs` -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(_END)
        if not (found and closed):
            raise SystemExit(f"{path.name}: the comments {begin!r} and {_END!r} are gone; put them back")
        page = f"{before}{begin}\n{table}\n{_END}{after}"
    return page


def settings_table(program: str) -> str:
    """Every setting of a program."""
    settings = _PROGRAMS[program]
    meanings, values = _meanings(settings), _chart_values(program)
    rows = [
        (f"`REFEREE_{field.name.upper()}`", _default(field.default), values.get(field.name, ""), meanings[field.name])
        for field in fields(settings)
    ]
    return _rows(_SETTINGS, rows)


def rules_table() -> str:
    """Every rule of the conformance kit."""
    return _rows(_RULES, [(f"`{r.id}`", r.asks, r.because, r.scenario.name, ", ".join(r.contracts)) for r in RULES])


def differences_table() -> str:
    """Where our answers differ from those of EvalHub's server; a test compares them."""
    return _rows(_DIFFERENCES, [(difference.title, difference.why) for difference in DIFFERENCES])


def scenarios_table() -> str:
    """Every scenario of the conformance kit."""
    return _rows(_SCENARIOS, [(scenario.name, scenario.sentence) for scenario in SCENARIOS])


def benchmarks_table() -> str:
    """Every benchmark of every provider that is known, by category."""
    rows = []
    for provider in built_in_providers():
        ids: dict[str, list[str]] = {}
        for benchmark in provider.spec.benchmarks:
            ids.setdefault(benchmark.category, []).append(f"`{benchmark.id}`")
        rows += [(f"`{provider.id}`", category, ", ".join(listed)) for category, listed in ids.items()]
    return _rows(_BENCHMARKS, rows)


def collections_table() -> str:
    """Every collection that is known."""
    rows = []
    for collection in built_in_collections():
        listed = (f"`{ref.provider}/{ref.id}` {ref.weight:g}" for ref in collection.spec.benchmarks)
        rows.append((f"`{collection.id}`", ", ".join(listed)))
    return _rows(_COLLECTIONS, rows)


def _rows(head: str, rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([head, *("| " + " | ".join(cells) + " |" for cells in rows)])


def _meanings(settings: type) -> dict[str, str]:
    """Field -> the text below it."""
    declared = ast.parse(inspect.getsource(settings)).body[0]
    found: dict[str, str] = {}
    name = ""
    for statement in declared.body if isinstance(declared, ast.ClassDef) else ():
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = ""
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = " ".join(text.split())
            case _:
                name = ""
    return found


def _default(value: object) -> str:
    if isinstance(value, float):
        return f"`{value:g}`"
    return f"`{value}`" if value not in ("", ()) else ""


def _chart_values(program: str) -> dict[str, str]:
    """Field -> the values that the chart makes it from; a setting that the chart leaves alone is absent."""
    helpers = (_TEMPLATES / "_helpers.tpl").read_text()
    parts = dict(re.findall(r'define "([\w.]+)" -?}}(.*?){{-? end -?}}', helpers, re.DOTALL))
    template = (_TEMPLATES / f"{program}.yaml").read_text() + parts["referee.scopeEnv"]
    found = {}
    for variable, expression in re.findall(r"name: REFEREE_(\w+)[,\s]+value: ([^\n]*)", template):
        used = re.findall(r"\.Values\.([\w.]+)", _expanded(expression, parts))
        found[variable.lower()] = ", ".join(f"`{name}`" for name in dict.fromkeys(used)) or "fixed"
    return found


def _expanded(expression: str, parts: dict[str, str]) -> str:
    """The expression followed by every named template that it includes."""
    return expression + "".join(_expanded(parts[name], parts) for name in re.findall(r'include "([\w.]+)"', expression))


def main() -> None:
    """Write the pages anew."""
    for path in pages():
        path.write_text(generated(path))


if __name__ == "__main__":
    main()
