from typing import Any

from referee.runtime.cache import Cache

Value = tuple[str, str]


def project(obj: dict[str, Any]) -> Value:
    return obj["metadata"]["uid"], obj.get("phase", "")


def cache() -> Cache[Value]:
    return Cache(project, {"phase": lambda value: (value[1],) if value[1] else ()})


def obj(name: str = "a", uid: str = "u1", version: int = 1, phase: str = "", namespace: str = "ns") -> dict[str, Any]:
    meta = {"namespace": namespace, "name": name, "uid": uid, "resourceVersion": str(version)}
    return {"metadata": meta, "phase": phase}


KEY = ("ns", "a")


def test_only_a_changed_projection_counts_as_a_change() -> None:
    known = cache()

    assert known.upsert(obj(version=1, phase="Running"))
    assert not known.upsert(obj(version=2, phase="Running"))
    assert known.upsert(obj(version=3, phase="Done"))
    assert known.get(KEY) == ("u1", "Done")


def test_an_older_version_is_ignored_wherever_it_comes_from() -> None:
    known = cache()
    known.upsert(obj(version=10, phase="Done"))

    assert not known.upsert(obj(version=9, phase="Running"))
    assert not known.upsert(obj(version=10, phase="Running"))
    assert known.get(KEY) == ("u1", "Done")


def test_versions_are_numbers_and_not_words() -> None:
    known = cache()
    known.upsert(obj(version=9, phase="Running"))

    assert known.upsert(obj(version=10, phase="Done"))


def test_an_unchanged_projection_still_moves_the_version_on() -> None:
    known = cache()
    known.upsert(obj(version=1, phase="Running"))
    known.upsert(obj(version=5, phase="Running"))

    assert not known.upsert(obj(version=3, phase="Pending"))


def test_a_late_answer_does_not_bring_a_deleted_object_back() -> None:
    known = cache()
    known.upsert(obj(version=1))
    assert known.delete(obj(version=5))

    assert not known.upsert(obj(version=3))
    assert known.get(KEY) is None


def test_a_deletion_counts_for_its_uid_only() -> None:
    known = cache()
    known.upsert(obj(uid="new", version=10))

    assert not known.delete(obj(uid="old", version=8))
    assert known.get(KEY) == ("new", "")


def test_a_deletion_of_a_successor_that_was_never_seen_takes_the_predecessor_along() -> None:
    known = cache()
    known.upsert(obj(uid="old", version=1))

    assert known.delete(obj(uid="new", version=20))
    assert known.get(KEY) is None


def test_a_successor_replaces_its_predecessor_for_good() -> None:
    known = cache()
    known.upsert(obj(uid="old", version=1, phase="Done"))

    assert known.upsert(obj(uid="new", version=5, phase="Pending"))
    assert not known.upsert(obj(uid="old", version=99, phase="Done"))
    assert known.get(KEY) == ("new", "Pending")
    assert known.by("phase", "Done") == []


def test_discarding_needs_the_uid_that_was_refused() -> None:
    known = cache()
    known.upsert(obj(uid="new", version=5))

    assert not known.discard(KEY, "old")
    assert known.discard(KEY, "new")
    assert len(known) == 0


def test_a_sweep_reports_what_was_missed_and_removes_what_is_gone() -> None:
    known = cache()
    for name in ("same", "edited", "gone"):
        known.upsert(obj(name, uid=name, version=1, phase="Running"))

    sweep = known.sweep("ns")
    for seen in (
        obj("same", "same", 1, "Running"),
        obj("edited", "edited", 7, "Done"),
        obj("missed", "missed", 8, "Pending"),
    ):
        sweep.see(seen)

    assert sweep.finish("10") == {("ns", "edited"), ("ns", "missed"), ("ns", "gone")}
    assert known.get(("ns", "gone")) is None
    assert known.get(("ns", "missed")) == ("missed", "Pending")


def test_a_sweep_spares_what_is_younger_than_its_list() -> None:
    known = cache()
    known.upsert(obj("known before", "u1", version=12))
    sweep = known.sweep(None)
    known.upsert(obj("come meanwhile", "u2", version=13))

    assert sweep.finish("10") == set()
    assert len(known) == 2


def test_a_sweep_does_not_bring_back_what_was_deleted_while_it_ran() -> None:
    known = cache()
    known.upsert(obj(version=1))
    sweep = known.sweep("ns")
    known.delete(obj(version=12))
    sweep.see(obj(version=1))

    assert sweep.finish("10") == set()
    assert len(known) == 0


def test_a_sweep_of_one_namespace_leaves_the_others_alone() -> None:
    known = cache()
    known.upsert(obj(namespace="other", version=1))
    known.upsert(obj(namespace="ns", uid="u2", version=2))

    assert known.sweep("ns").finish("10") == {("ns", "a")}
    assert list(known) == [("other", "a")]


def test_indexes_follow_changes_and_deletions() -> None:
    known = cache()
    known.upsert(obj("a", "u1", 1, "Running"))
    known.upsert(obj("b", "u2", 2, "Running"))
    assert known.keys_by("phase", "Running") == (("ns", "a"), ("ns", "b"))

    known.upsert(obj("a", "u1", 3, "Done"))
    known.delete(obj("b", "u2", 4))

    assert known.by("phase", "Running") == []
    assert known.by("phase", "Done") == [("u1", "Done")]
