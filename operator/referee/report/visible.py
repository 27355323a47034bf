"""Foreign text made harmless to look at: a model's output may hold anything, and is read in a page or a terminal.

Control characters could move a terminal's cursor or set its title, directional overrides could show a text backwards,
and a lone surrogate cannot be written at all. They are shown as what they are, never obeyed and never dropped: an
output that differs from its target in one of them must look different.
"""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_JOINERS = "\u200c\u200d"
"""Part of how emoji and several scripts are written; harmless."""
_SYMBOLS = 0x2400
"""Unicode's pictures of the control characters begin here, in their order."""
_DELETE = 0x7F


def visible(text: str) -> str:
    """The text with everything that acts instead of being seen replaced by a sign for it; newlines and tabs stay."""
    return _UNSEEN.sub(_sign, text)


def clipped(text: str, most: int) -> tuple[str, int]:
    """At most so many characters of the text, and how many were left out."""
    return (text, 0) if len(text) <= most else (text[:most], len(text) - most)


def one_line(text: str, most: int) -> str:
    """The beginning of a text, for a cell of a table or a label."""
    flat = " ".join(visible(text[: 4 * most]).split())
    return flat if len(flat) <= most and len(text) <= 4 * most else flat[: most - 1].rstrip() + "…"


def _sign(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _JOINERS:
        return character
    if code < ord(" "):
        return chr(_SYMBOLS + code)
    if code == _DELETE:
        return "\u2421"
    if unicodedata.category(character) == "Cs":
        return "\ufffd"
    return f"⟨U+{code:04X}⟩"
