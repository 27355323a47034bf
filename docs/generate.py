# ruff: noqa: INP001 - a folder of documents and no package; run as `python -m docs.generate`
"""The tables of docs/operations.md that stand in the code: every setting, with its default and its chart value.

A setting explains itself where it is declared; here that is only set as a table, between two comments that name it.
The rest of the page is written by hand, and stays as it is. A page of its own was rejected: who sets something up
reads what it means and what it is called in one place. Not under operator/, since nothing of it is installed.
"""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path

from referee.gateway.settings import GatewaySettings
from referee.settings import Settings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "operations.md"
_TEMPLATES = ROOT / "charts" / "referee" / "templates"
_PROGRAMS: dict[str, type[Settings | GatewaySettings]] = {"operator": Settings, "gateway": GatewaySettings}
_HEAD = "| Variable | Default | Set in the chart by | Meaning |\n|---|---|---|---|"


def generated(page: str) -> str:
    """The page with its tables as the code has them."""
    for program in _PROGRAMS:
        begin, end = f"<!-- settings of the {program}: `make docs` -->", "<!-- end -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise SystemExit(f"{PAGE.name}: the comments {begin!r} and {end!r} are gone; put them back")
        page = f"{before}{begin}\n{table(program)}\n{end}{after}"
    return page


def table(program: str) -> str:
    """Every setting of a program."""
    settings = _PROGRAMS[program]
    meanings, values = _meanings(settings), _chart_values(program)
    rows = [
        (f"`REFEREE_{field.name.upper()}`", _default(field.default), values.get(field.name, ""), meanings[field.name])
        for field in fields(settings)
    ]
    return "\n".join([_HEAD, *("| " + " | ".join(cells) + " |" for cells in rows)])


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
    """Write the page anew."""
    PAGE.write_text(generated(PAGE.read_text()))


if __name__ == "__main__":
    main()
