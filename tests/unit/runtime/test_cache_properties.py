"""Whatever order watch events, answers to our writes and sweeps arrive in, the cache ends where the server is."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from referee.runtime.cache import Cache

NAMES = ("a", "b", "c")
Steps = st.lists(
    st.tuples(st.sampled_from(["write", "delete", "watch", "answer", "cut", "list"]), st.sampled_from(NAMES)),
    max_size=60,
)


@dataclass
class World:
    """A server, a watch that lags behind and can be cut, answers that come late, lists that take their time."""

    cache: Cache[str] = field(default_factory=lambda: Cache(lambda obj: obj["metadata"]["resourceVersion"]))
    version: int = 0
    live: dict[str, dict[str, Any]] = field(default_factory=dict)
    watch: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def write(self, name: str) -> None:
        self.version += 1
        old = self.live.get(name)
        uid = old["metadata"]["uid"] if old else f"{name}-{self.version}"
        meta = {"namespace": "ns", "name": name, "uid": uid, "resourceVersion": str(self.version)}
        self.live[name] = {"metadata": meta}
        self.watch.append(("upsert", self.live[name]))
        self.answers.append(self.live[name])

    def delete(self, name: str) -> None:
        if name in self.live:
            self.version += 1
            gone = self.live.pop(name)
            meta = {**gone["metadata"], "resourceVersion": str(self.version)}
            self.watch.append(("delete", {"metadata": meta}))

    def deliver(self) -> None:
        if self.watch:
            kind, obj = self.watch.pop(0)
            self.cache.delete(obj) if kind == "delete" else self.cache.upsert(obj)

    def answer(self) -> None:
        if self.answers:
            self.cache.upsert(self.answers.pop())

    def list_while_the_watch_goes_on(self) -> None:
        snapshot, version = list(self.live.values()), self.version
        sweep = self.cache.sweep("ns")
        for obj in snapshot:
            self.deliver()
            sweep.see(obj)
        sweep.finish(str(version))


@settings(max_examples=400, deadline=None)
@given(Steps)
def test_the_cache_converges(steps: list[tuple[str, str]]) -> None:
    world = World()
    for step, name in steps:
        match step:
            case "write":
                world.write(name)
            case "delete":
                world.delete(name)
            case "watch":
                world.deliver()
            case "answer":
                world.answer()
            case "cut":
                world.watch.clear()
            case "list":
                world.list_while_the_watch_goes_on()

    while world.answers:
        world.answer()
    while world.watch:
        world.deliver()
    world.list_while_the_watch_goes_on()

    assert {key[1]: world.cache.get(key) for key in world.cache} == {
        name: obj["metadata"]["resourceVersion"] for name, obj in world.live.items()
    }
