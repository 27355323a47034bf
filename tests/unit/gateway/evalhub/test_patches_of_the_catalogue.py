"""PATCH in both dialects; which paths a JSON Patch may change was tried on EvalHub's own server."""

from typing import Any

import pytest

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.patches import COLLECTION, PROVIDER, Paths, patched

Json = dict[str, Any]
DOCUMENT: Json = {
    "name": "n",
    "title": "t",
    "tags": ["a", "b"],
    "agent": {"summary": "s", "evaluates": ["e"]},
    "runtime": {"k8s": {"image": "i", "cpu_request": "1"}},
    "benchmarks": [{"id": "x", "name": "X", "category": "c"}],
    "custom": {"k": 1},
    "pass_criteria": {"threshold": 0.5},
    "category": "c",
}


def operation(op: str, path: str, value: object = "v") -> Json:
    return {"op": op, "path": path} | ({} if op == "remove" else {"value": value})


def refused(patch: object, paths: Paths = PROVIDER) -> Malformed:
    with pytest.raises(Malformed) as refusal:
        patched(DOCUMENT, patch, paths)
    return refusal.value


def test_an_object_is_merged_and_null_takes_away() -> None:
    changed = patched(DOCUMENT, {"title": "T", "agent": {"summary": None}, "tags": ["z"]}, PROVIDER)

    assert changed == {**DOCUMENT, "title": "T", "agent": {"evaluates": ["e"]}, "tags": ["z"]}


def test_a_patch_that_repeats_what_was_read_leaves_the_resource_alone() -> None:
    assert patched(DOCUMENT, {"resource": {"id": "other"}, "title": "T"}, PROVIDER) == {**DOCUMENT, "title": "T"}


@pytest.mark.parametrize(
    ("paths", "allowed", "path"),
    [
        (PROVIDER, "replace", "/name"),
        (PROVIDER, "replace add remove", "/title"),
        (PROVIDER, "replace add remove", "/description"),
        (PROVIDER, "replace add remove", "/tags"),
        (PROVIDER, "replace add remove", "/tags/0"),
        (PROVIDER, "replace add remove", "/agent/summary"),
        (PROVIDER, "replace", "/runtime/k8s/image"),
        (PROVIDER, "replace", "/benchmarks/0/name"),
        (PROVIDER, "", "/resource/id"),
        (PROVIDER, "", "/other"),
        (PROVIDER, "", "/titles"),
        (COLLECTION, "replace", "/name"),
        (COLLECTION, "replace", "/category"),
        (COLLECTION, "replace add remove", "/description"),
        (COLLECTION, "replace add remove", "/custom/k"),
        (COLLECTION, "replace add remove", "/pass_criteria"),
        (COLLECTION, "", "/pass_criteria/threshold"),
        (COLLECTION, "replace", "/benchmarks/0/id"),
        (COLLECTION, "", "/agent"),
        (COLLECTION, "", "/title"),
    ],
)
def test_a_json_patch_changes_what_it_may_with_the_operations_that_it_may(
    paths: Paths, allowed: str, path: str
) -> None:
    assert " ".join(name for name in ("replace", "add", "remove") if paths.allow(name, path)) == allowed
    document = {"description": "d", **DOCUMENT}
    for name in ("replace", "add", "remove"):
        if name in allowed:
            assert patched(document, [operation(name, path)], paths) != document
        else:
            assert refused([operation(name, path)], paths).message_code == "unallowed_patch"


def test_a_path_in_the_runtime_may_be_spelt_as_evalhub_spells_it() -> None:
    changed = patched(DOCUMENT, [operation("replace", "/runtime/k8s/CPURequest", "2")], PROVIDER)

    assert changed["runtime"]["k8s"] == {"image": "i", "cpu_request": "2"}


def test_replace_sets_a_field_that_a_document_leaves_out_and_add_appends() -> None:
    patch = [operation("replace", "/description", "d"), operation("add", "/tags/-", "z")]

    assert patched(DOCUMENT, patch, PROVIDER) == {**DOCUMENT, "description": "d", "tags": ["a", "b", "z"]}
    assert "description" not in DOCUMENT


@pytest.mark.parametrize(
    ("patch", "code", "says"),
    [
        (
            [operation("move", "/name")],
            "invalid_patch_operation",
            "'move' is not valid. Allowed operations are: replace",
        ),
        ([operation("test", "/name")], "invalid_patch_operation", "'test' is not valid"),
        ([{"path": "/name"}], "invalid_patch_operation", "'None' is not valid"),
        ([operation("replace", "")], "invalid_json_request", "Invalid patch path"),
        ([operation("replace", "/benchmarks/7/name")], "invalid_json_request", "does not apply at /benchmarks/7/name"),
        ([operation("replace", "/tags/-")], "invalid_json_request", "does not apply at /tags/-"),
        ([operation("remove", "/description")], "invalid_json_request", "does not apply at /description"),
        ([{"op": "replace", "path": "/name"}], "invalid_json_request", "has no value"),
        (["title"], "invalid_json_request", "is an object with op, path and value"),
        ("title", "invalid_json_request", "an object (a merge patch) or an array of operations"),
        (None, "invalid_json_request", "an object (a merge patch) or an array of operations"),
        ([operation("add", "/tags/-")] * 1001, "invalid_json_request", "at most 1000 operations"),
    ],
)
def test_what_is_no_patch_is_refused_with_the_word_that_evalhub_has_for_it(patch: object, code: str, says: str) -> None:
    told = refused(patch)

    assert told.message_code == code
    assert says in told.message


def test_nothing_is_changed_where_one_of_the_operations_does_not_apply() -> None:
    before = {**DOCUMENT, "tags": ["a"]}

    with pytest.raises(Malformed):
        patched(before, [operation("add", "/tags/-"), operation("remove", "/tags/9")], PROVIDER)

    assert before["tags"] == ["a"]
