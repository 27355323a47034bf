"""The example adapter that the SDK's authors publish, as it is, in our conformance kit.

Its own `main` only prints what it would report: the kit says so. Started as the SDK's README says, by the README's own
lines, it reports, and breaks no rule.
"""

import sys
from pathlib import Path

from referee.conformance.check import Report, check
from referee.conformance.engines import AsProcess
from referee.conformance.trial import Subject
from tests.testbed.published import published_sdk, readme_snippets


def example() -> Path:
    return published_sdk() / "examples" / "simple_adapter" / "simple_adapter.py"


def entrypoint() -> str:
    """The README's script around an adapter called MyFrameworkAdapter."""
    return next(snippet for snippet in readme_snippets() if snippet.startswith("# run_adapter.py"))


def checked(program: Path) -> Report:
    subject = Subject(benchmark="mmlu", primary="accuracy", patience=10, slow=0.3)
    return check(lambda: AsProcess([sys.executable, str(program)]), "evalhub-v1", subject)


def test_its_own_main_reports_nothing_and_the_kit_says_so() -> None:
    report = checked(example())

    assert [finding.rule.id for finding in report.broken] == ["posts-its-result"]


def test_started_as_the_readme_says_it_keeps_what_can_be_seen(tmp_path: Path) -> None:
    program = tmp_path / "run_adapter.py"
    program.write_text(entrypoint())
    (tmp_path / "my_framework_adapter.py").write_text(
        f"import sys\nsys.path.append({str(example().parent)!r})\n"
        "from simple_adapter import ExampleAdapter as MyFrameworkAdapter\n"
    )

    report = checked(program)

    not_shown = {f.rule.id for f in report.findings if f.verdict.outcome == "NotShown"}
    assert report.broken == []
    # it scores without asking the model, and so neither fails with it nor waits for it
    assert not_shown == {"never-passes-without-a-model", "says-why-it-failed", "ends-when-told"}
