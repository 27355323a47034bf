"""The documents as text: every page that people read, and the code in it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = tuple(
    sorted(
        page.relative_to(ROOT)
        for place in (".", "docs", "docs/reference", "charts/referee", "charts/referee-crds", "tests/testbed")
        for page in (ROOT / place).glob("*.md")
    )
)

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^\n|\A)((?:^ {4}.*\n)+)", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")


def text(page: Path) -> str:
    return (ROOT / page).read_text()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for found, body in _FENCED.findall(text(page)) if found == language]


def prose(page: Path) -> str:
    """The page without its fenced blocks, in which links and spans mean nothing."""
    return _FENCED.sub("", text(page))


def links(page: Path) -> list[str]:
    """What the page links to and shows; not what looks like it in a span."""
    plain = _SPAN.sub("code", prose(page))
    return ["".join(pair) for pair in re.findall(r']\(([^)\s]+)\)|src="([^"]+)"', plain)]


def spans(page: Path) -> list[str]:
    """What stands between backticks in a line."""
    return _SPAN.findall(prose(page))


def commands(page: Path) -> list[str]:
    """Every line that could be typed: of spans, indented blocks and shell blocks, joined where they continue."""
    shells = [body for found, body in _FENCED.findall(text(page)) if found in ("", "sh", "shell")]
    typed = [
        line.removeprefix("$ ") for line in "\n".join(shells).replace("\\\n", " ").splitlines() if line[:2] == "$ "
    ]
    indented = "".join(_INDENTED.findall(prose(page))).replace("\\\n", " ")
    return [*typed, *(line.strip() for line in indented.splitlines()), *spans(page)]


def anchors(page: Path) -> set[str]:
    """The names by which GitHub links to the page's sections."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
