"""Numbers in text: which one is meant, and how it is written.

The last number of a text is its answer, as models write the result after its derivation; a text that is a number is
the simplest case of it. Read are `1234.5`, `.5`, `1e3`, signs (the typographic minus too), and groups of three digits
by comma, apostrophe, underscore or a no-break space. A currency sign before and whatever follows (`%`, `kg`) are left
out of the number: 45 % is 45, not 0.45.

What could be read in two ways is not read at all: `3,14` (decimal comma, or two numbers?), `1,2,3`, `3/4`, `12:30`,
`1.2.3`. Where such a thing comes last, the text has no number: to guess would make right answers out of wrong ones.

Decimal and not float, so that a difference of 0.1 is within a tolerance of 0.1.
"""

import re
from decimal import Decimal

_LARGEST = 400
"""Powers of ten: beyond what a float holds, and cheap to compute with."""
_SIGNS = "-+\N{MINUS SIGN}"
_GROUPS = ",'\N{RIGHT SINGLE QUOTATION MARK}_\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_CURRENCY = "$€£¥₹"

_NUMBER = re.compile(
    # a sign that follows a word or a number is a hyphen; digits inside a word are none of a number
    rf"(?<![\w.])(?P<sign>[{_SIGNS}](?=[{_CURRENCY}.\d]))?(?:(?<!\w)[{_CURRENCY}](?P<inner>[{_SIGNS}])?)?"
    rf"(?<!\w)(?P<digits>\.?\d[\d./:{_GROUPS}]*)(?P<power>[eE][{_SIGNS}]?\d+)?"
)
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_GROUPED = re.compile(rf"\d{{1,3}}(?:(?P<by>[{_GROUPS}])\d{{3}})(?:(?P=by)\d{{3}})*(?:\.\d+)?")


def last_number(text: str) -> Decimal | None:
    """The last number of a text; None where there is none, or the last one can be read in two ways."""
    found = None
    # thousands as TeX has them
    for found in _NUMBER.finditer(text.replace("{,}", ",").replace("\\,", ",")):  # noqa: B007 - the last is wanted
        pass
    return None if found is None else _value(found)


def _value(found: re.Match[str]) -> Decimal | None:
    digits = found["digits"].rstrip(f"./:{_GROUPS}" if found["power"] is None else "")
    if _GROUPED.fullmatch(digits):
        digits = re.sub(f"[{_GROUPS}]", "", digits)
    elif not _PLAIN.fullmatch(digits):
        return None
    minus = [sign for sign in (found["sign"], found["inner"]) if sign not in (None, "+")]
    if len(minus) > 1:
        return None
    power = (found["power"] or "").replace("\N{MINUS SIGN}", "-")
    if len(power) > 5:  # noqa: PLR2004 - e, sign and three digits
        return None
    value = Decimal(f"{'-' if minus else ''}{digits}{power}")
    return value if abs(value.adjusted()) <= _LARGEST else None
