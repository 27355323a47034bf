"""What a locked child does with the user's code: define it, call it, make bytes of what it returns.

All of it may be spoiled by that code, which shares the process: it can replace `json.dumps`, walk the frames, or write
to the answer's descriptor. It can spoil its own sample by that and nothing else; the keeper, who reads the answer,
takes it as bytes of bounded length from somebody it does not trust.
"""

import inspect
import io
import json
import linecache
import mmap
import random
import sys
import zlib
from collections.abc import Coroutine
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.program import Program
from referee_evaluators.sandbox.raised import describe

FILE = "<evaluator>"
_BALLAST = 1 << 20


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program, compiled."""

    code: CodeType
    function: str
    lines: tuple[str, ...]


def load(program: Program) -> Loaded:
    """Compile, which runs nothing.

    Raises:
        SyntaxError, ValueError, MemoryError, RecursionError: it cannot be compiled.
    """
    code = compile(program.source, FILE, "exec", dont_inherit=True)
    return Loaded(code, program.function, tuple(program.source.splitlines(keepends=True)))


def answer(program: Loaded, call: bytes, limits: Limits) -> bytes:
    """Run the program on one call; never raises, whatever the code does."""
    linecache.cache[FILE] = (sum(map(len, program.lines)), None, list(program.lines), FILE)  # for tracebacks
    printed = Printed(limits.printed)
    sys.stdout = sys.stderr = printed
    ballast = mmap.mmap(-1, _BALLAST)  # room to say that there is none; never touched, so it costs no memory
    try:
        # So that a repeated run gives the same scores.
        random.seed(zlib.crc32(call))
        wanted = json.loads(call)
        module = sys.modules["evaluator"] = ModuleType("evaluator")
        exec(program.code, vars(module))  # noqa: S102 - what all this is for
        value = getattr(module, program.function)(*wanted["arguments"], **wanted["keywords"])
        if inspect.iscoroutine(value):
            value = _finish(value)
        return json.dumps({"value": value, "printed": printed.text()}, default=_plain).encode()
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are the code's too
        ballast.close()
        return json.dumps({"error": describe(error, limits), "printed": printed.text()}).encode()


def _finish(coroutine: Coroutine[Any, Any, object]) -> object:
    """The value of an async function; there is nothing here that it could wait for."""
    try:
        coroutine.send(None)
    except StopIteration as returned:
        return returned.value
    coroutine.close()
    raise RuntimeError("the async function waits for something, and there is nothing to wait for in the sandbox")


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever the code returned
    """JSON of what is not JSON and has one meaning only."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if callable(convert := getattr(value, "tolist", None)):  # numpy's scalars and arrays
        return convert()
    if hasattr(value, "__float__"):  # Decimal, Fraction
        return float(value)
    raise TypeError(f"the function returned a value of type {type(value).__name__}, which is no score")


class Printed(io.TextIOBase):
    """Keeps the end of what is printed, in memory that does not grow."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._text = ""

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str, /) -> int:
        """Keep the last characters."""
        self._text = (self._text + text)[-self._limit :]
        return len(text)

    def text(self) -> str:
        """What was kept."""
        return self._text
