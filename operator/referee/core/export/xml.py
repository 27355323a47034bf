"""Text within XML 1.0, which has no word for most control characters: they are written as a programmer would."""

import re
from xml.sax.saxutils import escape

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_AN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def content(text: str) -> str:
    """The text between two tags."""
    return escape(_allowed(text), {"\r": "&#13;"})


def attribute(text: str) -> str:
    """The value of an attribute, with its quotes; a line's end that is not escaped would be read as a space."""
    return f'"{escape(_allowed(text), _IN_AN_ATTRIBUTE)}"'


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
