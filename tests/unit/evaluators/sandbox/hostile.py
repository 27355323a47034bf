"""A program that runs code which attacks, as evaluators, and prints what came of it.

    python hostile.py SECRET_FILE ATTACKS_FILE

Stands alone (the standard library and the adapter), so that the same program runs as root, as an ordinary user and in
a pod. While each attack runs, honest code is scored beside it, and once more after it.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.pool import SandboxPool
from referee_evaluators.sandbox.program import Call, CodeError, Program
from referee_evaluators.sandbox.syscalls import CHILD, GUARDS, this_architecture

MARK = "this-is-the-adapters-own-secret"
"""In the adapter's memory and environment; nothing of it may be seen inside."""

HONEST = Program(
    "import builtins, json, os\n"
    "def score(output, target):\n"
    "    print(builtins.len([1]), os.path.basename('a/b'))\n"
    "    return json.loads(json.dumps(output)) == target\n",
    "score",
)


async def attacked(pool: SandboxPool, source: str, given: dict[str, Any]) -> dict[str, Any]:
    """What came of one attack, and whether everybody else was scored as always."""
    attack = asyncio.create_task(pool.run(Program(source, "attack"), Call([given], {})))
    others = [asyncio.create_task(pool.run(HONEST, Call([number, number % 2], {}))) for number in range(6)]
    try:
        returned = await attack
        came: dict[str, Any] = {"value": returned.value, "printed": returned.printed}
    except CodeError as error:
        came = {"error": error.message, "printed": error.printed}
    others.append(asyncio.create_task(pool.run(HONEST, Call([1, 1], {}))))
    came["unharmed"] = [(await other).value for other in others] == [True, True, False, False, False, False, True]
    return came


async def battery(attacks: dict[str, str], secret: str) -> dict[str, Any]:
    """Every attack, one after the other."""
    machine = this_architecture()
    assert machine is not None
    allowed = [number for name in CHILD if (number := machine.number(name)) is not None and name not in GUARDS]
    guarded = [number for name in GUARDS if name in CHILD and (number := machine.number(name)) is not None]
    given = {"secret": secret, "adapter": os.getpid(), "allowed": allowed + guarded}
    pool = SandboxPool(Limits(seconds=2))
    pool.expect(HONEST)
    try:
        await pool.start()
        came = {name: await attacked(pool, source, given) for name, source in attacks.items()}
        return {"landlock": pool.landlock, "attacks": came}
    finally:
        await pool.close()


def main() -> None:
    """Attack, and print."""
    os.environ["ADAPTERS_OWN"] = MARK
    secret, attacks = sys.argv[1:]
    came = asyncio.run(battery(json.loads(Path(attacks).read_text()), secret))
    print(json.dumps({"uid": os.getuid(), "secret": Path(secret).read_text(), **came}))  # noqa: T201


if __name__ == "__main__":
    main()
