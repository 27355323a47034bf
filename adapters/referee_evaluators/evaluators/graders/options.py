r"""Which option a text names.

The first rule that finds one decides:

1. The whole text is an option, in whatever brackets, marks and case: `b`, `(B)`, `**B.**`.
2. The last statement of an answer: `The answer is (C)`, `Answer: C`, `\boxed{C}`.
3. The text begins with one that is set apart: `B) Paris`, `(B) Paris`, `B: Paris`.
4. Exactly one option is mentioned as a word of its own, and not after `not`.

In running text a single letter counts only as written among the choices, since `a` is also an article; and so may be
an `A` before a word in small letters. Two options mentioned and no statement: none was chosen, whichever came first.
"""

import re
from collections.abc import Sequence

from referee_evaluators.evaluators.graders.texts import caseless, composed, shown

_MARKS = " \t\r\n*_`\"'()[]{}<>.,:;!$\\"
_OPEN = r"""[\s*_`"'(\[{<$]*(?:\\(?:boxed|text|textbf|mathrm)\{\s*)*[\s*_`"'(\[]*"""
_SAYS = r"(?i:answer|choice|option)\b(?:\s+(?i:is|would\s+be|should\s+be|must\s+be)\b)?[\s:=*_]*"


class Options:
    """The options that there are to choose from."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._by_form = {_form(name): name for name in names}
        one = "|".join(_written(name) for name in sorted(names, key=len, reverse=True))
        self._stated = re.compile(rf"(?:{_SAYS}{_OPEN}|\\boxed\{{{_OPEN})({one})(?!\w)")
        self._first = re.compile(rf"{_OPEN}({one})[*_`\"']*\s?[)\]}}>.:,\n]")
        self._mentioned = re.compile(rf"(?<!\w)(?<!not )({one})(?!\w)")
        self._article = re.compile(r"(?<!\w)A [a-z]")

    def named(self, text: str) -> str | None:
        """The option that a text is, with nothing but marks around it."""
        form = _form(text)
        return self._by_form.get(form) or self._by_form.get(form.strip(_MARKS))

    def chosen(self, text: str) -> tuple[str | None, str]:
        """The option that an output chose, or None; and how it was found."""
        text = composed(text)
        whole = self.named(text)
        if whole is not None:
            return whole, f"the output is {whole}"
        stated = [found[1] for found in self._stated.finditer(text)]
        if stated:
            return self.named(stated[-1]), f"the output says {shown(stated[-1])}"
        first = self._first.match(text)
        if first:
            return self.named(first[1]), f"the output begins with {shown(first[1])}"
        mentioned = list(dict.fromkeys(self.named(name) for name in self._mentioned.findall(text)))
        if len(mentioned) == 1 and not (mentioned[0] == "A" and self._article.search(text)):
            return mentioned[0], f"the output mentions {mentioned[0]} alone"
        return None, f"{len(mentioned) or 'none'} of the choices mentioned in {shown(text)}"


def _form(text: str) -> str:
    return caseless(" ".join(text.split()))


def _written(name: str) -> str:
    """A pattern of an option: a letter as it is, a word in any case, any white space between words."""
    pattern = r"\s+".join(re.escape(word) for word in composed(name).split())
    return pattern if len(name.strip()) == 1 else f"(?i:{pattern})"
