"""The page in a real browser: it is whole by itself, hostile text stays text, and marks are where the numbers say."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from referee.report.page import render
from tests.testbed.browser import Browser, Page, browser
from tests.testbed.requirements import BROWSER, ensure_packages, missing_packages
from tests.unit.report.runs import HOSTILE, records, view


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    ensure_packages(BROWSER)
    if missing_packages(BROWSER):
        why = "looking at pages needs chromium (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


@pytest.fixture
def report(tmp_path: Path) -> str:
    file = tmp_path / "report.html"
    file.write_text(render(view(records(worse=5)), view(name="capitals-v1")), encoding="utf-8")
    return file.as_uri()


async def test_it_loads_nothing_runs_nothing_and_says_nothing(chromium: Browser, report: str) -> None:
    async with chromium.page(report) as page:
        await _open_everything(page)
        assert [url for url in page.requests if not url.startswith("data:")] == [report]
        assert page.console == []
        assert (await page.value("document.title")).startswith("Failed: Capitals, nightly <script>")
        assert (
            await page.value("document.scripts.length + document.querySelectorAll('iframe,img,object,base').length")
            == 0
        )
        assert await page.value("document.querySelectorAll('[onload],[onerror],[href^=javascript]').length") == 0


async def test_hostile_text_is_shown_as_it_was_written(chromium: Browser, report: str) -> None:
    async with chromium.page(report) as page:
        await _open_everything(page)
        shown = await page.value("document.body.innerText")
        for text in HOSTILE[:-1]:
            assert text in shown
        assert "␛]0;owned␇" in shown
        assert "⟨U+202E⟩txet desrever" in shown
        assert await page.value("getComputedStyle(document.body).display") == "block"


async def test_marks_are_where_the_numbers_say(chromium: Browser, report: str) -> None:
    async with chromium.page(report) as page:
        first = "#gates svg"
        zero, one = [await _middle(page, f"{first} .grid:nth-of-type({n})") for n in (1, 6)]

        def share(x: float) -> float:
            return (x - zero) / (one - zero)

        assert share(await _middle(page, f"{first} .mark .dot.fail")) == pytest.approx(0.66, abs=0.005)
        assert share(await _middle(page, f"{first} .mark .limit")) == pytest.approx(0.7, abs=0.005)
        bar = await page.box(f"{first} .mark .interval.fail")
        assert share(bar["left"]) == pytest.approx(0.53, abs=0.01)
        assert share(bar["left"] + bar["width"]) == pytest.approx(0.77, abs=0.01)


async def test_the_policy_of_the_page_stops_what_would_get_through(chromium: Browser, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(render(view()).replace("<main>", f"<main>{HOSTILE[0]}{HOSTILE[1]}"), encoding="utf-8")
    async with chromium.page(broken.as_uri()) as page:
        assert await page.value("document.scripts.length") == 1
        assert (await page.value("document.title")).startswith("Failed: ")
        assert any("Content Security Policy" in said for said in page.console)
        assert [url for url in page.requests if url.startswith("http")] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_text_has_contrast(chromium: Browser, report: str, dark: bool) -> None:
    async with chromium.page(report, dark=dark) as page:
        for selector in ("body", ".quiet", ".verdict strong", "td.fail", "td.pass", "td.unknown", "th"):
            colours = [
                await page.value(f"getComputedStyle(document.querySelector({part!r})).{style}")
                for part, style in ((selector, "color"), ("body", "backgroundColor"))
            ]
            assert _contrast(*colours) >= 4.5, (selector, colours)


async def test_every_drawing_has_a_title_and_a_description(chromium: Browser, report: str) -> None:
    async with chromium.page(report) as page:
        for drawing in await page.value("[...document.querySelectorAll('svg')].map(s => s.outerHTML)"):
            root = ET.fromstring(drawing.replace("&nbsp;", " "))  # noqa: S314 - of our own page
            assert root.get("role") == "img"
            assert [child.text for child in root][:2] != [None, None]


async def _open_everything(page: Page) -> None:
    await page.value("document.querySelectorAll('details').forEach(d => { d.open = true })")


async def _middle(page: Page, selector: str) -> float:
    box = await page.box(selector)
    return box["left"] + box["width"] / 2


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminances of two colours, as `rgb(…)`."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
