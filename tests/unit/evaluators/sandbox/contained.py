"""What must come of each attack: nothing where many things are tried, else this sentence or value."""

import re
from typing import Any

from tests.unit.evaluators.sandbox.exhausting import EXHAUSTING
from tests.unit.evaluators.sandbox.lying import LYING
from tests.unit.evaluators.sandbox.reaching import REACHING

ATTACKS = REACHING | EXHAUSTING | LYING

_STOPPED = r"did not return within 2 s"
_CRASHED = r"process crashed \(SIG[A-Z]+\)"

SENTENCES = {
    "starts threads": r"can't start new thread\. Code evaluators compute: .*\nline 4, in attack",
    "bombs with forks": _STOPPED,
    "loops": _STOPPED,
    "sleeps": _STOPPED,
    "loops in C": _STOPPED,
    "loops and ignores signals": _STOPPED,
    "loops while it is defined": _STOPPED,
    "asks for memory": r"MemoryError: the code may use 256 MiB\.\nline 2, in attack",
    "eats memory": rf"MemoryError: the code may use 256 MiB\.\nline 4, in attack|{_STOPPED}",
    "eats memory and goes on": _STOPPED,
    "maps memory": r"Cannot allocate memory",
    "calls through another table": r"crashed \(SIGSYS\)",
    "writes forged results to every descriptor": r"wrote to a descriptor that is not its own",
    "answers twice": r"wrote to a descriptor that is not its own",
    "closes the way of its answer": r"ended without a value",
    "floods the way of its answer": r"returned more than 64 KiB",
    "returns too much": r"returned more than 64 KiB",
    "returns what is too deep": r"RecursionError",
    "returns what is deep for its reader": r"spoiled its own answer",
    "returns an object": r"returned a value of type object, which is no score",
    "returns an object that lies": r"RecursionError",
    "recurses": r"RecursionError: .*\nline 2, in attack",
    "recurses without a limit": _CRASHED,
    "exits": r"called exit\(0\) instead of returning a value\.\nline 3, in attack",
    "exits at once": r"ended its process \(exit status 0\)",
    "aborts": _CRASHED,
    "crashes": _CRASHED,
    "raises what cannot be shown": r"Odd: \(its message cannot be made\)",
    "raises very much": r"^ValueError: x{240}\n",
    "imports what is not there": r"No module named 'requests' in the sandbox",
    "looks for modules elsewhere": r"No module named 'this'",
    "spoils Python": r"ended its process|spoiled its own answer",
}
VALUES = {"prints a forged result": 0, "prints too much": 1}


def violations(report: dict[str, Any], secret: str) -> list[str]:
    """What was not contained, in words."""
    found = [f"{name}: was not made" for name in ATTACKS if name not in report["attacks"]]
    for name, came in report["attacks"].items():
        if not came["unharmed"]:
            found.append(f"{name}: others were scored otherwise")
        if name in SENTENCES:
            if not re.search(SENTENCES[name], came.get("error", ""), re.DOTALL):
                found.append(f"{name}: {came}")
        elif came.get("value") != VALUES.get(name, []):
            found.append(f"{name}: {came}")
        if secret in str(came) or "adapters-own" in str(came):
            found.append(f"{name}: a secret is in what came back")
        if len(came["printed"]) > 2000:
            found.append(f"{name}: {len(came['printed'])} characters of output were kept")
    if report["secret"] != secret:
        found.append("the secret file was changed")
    return found
