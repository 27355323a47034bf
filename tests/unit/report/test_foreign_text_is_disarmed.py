"""Text of models and data sets acts on nothing: not on a terminal, not on the reader's eye, not on the file."""

import pytest

from referee.report.visible import clipped, one_line, visible


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("a\tb\nc", "a\tb\nc", id="tabs and newlines stay"),
        pytest.param("\x1b[2J", "␛[2J", id="a terminal's escape"),
        pytest.param("\x00\x07\x7f", "␀␇␡", id="control characters"),
        pytest.param("\x9b31m", "⟨U+009B⟩31m", id="an eight bit escape"),
        pytest.param("a\r\nb", "a␍\nb", id="a carriage return could overwrite a line"),
        pytest.param("\u202eabc", "⟨U+202E⟩abc", id="a directional override"),
        pytest.param("a\u200bb", "a⟨U+200B⟩b", id="an invisible space"),
        pytest.param("\ud800", "\ufffd", id="half of a surrogate pair"),
        pytest.param("👩\u200d👧 क्\u200cष", "👩\u200d👧 क्\u200cष", id="joiners belong to the script"),
    ],
)
def test_what_acts_is_shown_as_a_sign(given: str, shown: str) -> None:
    assert visible(given) == shown
    visible(given).encode()


def test_a_cell_is_one_line_and_says_that_more_follows() -> None:
    assert one_line("a\n\n  b", 10) == "a b"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"
    assert len(one_line("y " * 100_000, 10)) <= 10


def test_a_long_text_is_cut_and_the_rest_counted() -> None:
    assert clipped("abcdef", 4) == ("abcd", 2)
    assert clipped("abcd", 4) == ("abcd", 0)
