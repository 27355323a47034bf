"""Text as graders compare it.

Canonically equal texts are equal: both sides are brought to Unicode's form C first, since a model and a person type one
é in two ways. Not to form KC, which would make ² and 2, or ﬁ and fi, the same answer. Case is ignored by Unicode's
canonical caseless matching (The Unicode Standard 15, section 3.13, D145), so that STRASSE and straße are one word.
White space is what Python strips: Unicode's spaces and line ends, not the zero-width characters.
"""

import re
from unicodedata import normalize

from referee_evaluators.types import Sample

_SHOWN = 60
_FENCED = re.compile(r"\A\s*```[\w+.-]*[ \t]*\r?\n(.*?)\r?\n?[ \t]*```\s*\Z", re.DOTALL)


def output_of(sample: Sample) -> str:
    """The output's text, in form C; an answer without text is the empty text."""
    return normalize("NFC", sample.output.text or "")


def composed(text: str) -> str:
    """In form C."""
    return normalize("NFC", text)


def caseless(text: str) -> str:
    """As it compares where case is ignored."""
    return normalize("NFC", normalize("NFD", text).casefold())


def unfenced(text: str) -> str:
    """The content where the whole text is one fenced code block; else the text."""
    found = _FENCED.match(text)
    return found[1] if found and "```" not in found[1] else text


def shown(value: object) -> str:
    """A value in a sentence, cut."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
