"""The base install has the scripts of every program; one whose extra is missing says which."""

import sys

import pytest

from referee import entry


@pytest.mark.parametrize(
    ("program", "package", "extra"),
    [(entry.cli, "click", "cli"), (entry.gateway, "uvicorn", "gateway")],
    ids=["referee", "referee-gateway"],
)
def test_a_missing_package_is_named_with_its_extra(
    program: object, package: str, extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("referee.cli", "referee.gateway", package))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # an import of it fails as if it were not installed
    with pytest.raises(SystemExit) as ended:
        program()  # type: ignore[operator]
    assert ended.value.code == 2
    assert f"{package} is not installed: pip install 'referee[{extra}]'" in capsys.readouterr().err
