"""An adapter's word for its failure stands in status, unless it is one that only we can know."""

import pytest

from referee.core.outcome import failure
from referee.core.result import Result


@pytest.mark.parametrize(
    ("said", "stands", "message"),
    [
        ("ModelUnreachable", "ModelUnreachable", "refused"),
        ("InvalidParameters", "InvalidParameters", "refused"),
        ("ChildLost", "AdapterError", "ChildLost: refused"),
        ("DeadlineExceeded", "AdapterError", "DeadlineExceeded: refused"),
        ("some_code", "AdapterError", "some_code: refused"),
        ("", "AdapterError", "refused"),
        ("X" * 65, "AdapterError", "X" * 65 + ": refused"),
    ],
)
def test_what_stands_in_status(said: str, stands: str, message: str) -> None:
    trouble = failure(Result("Failed", reason=said, message="refused"))
    assert (trouble.reason, trouble.message) == (stands, message)
