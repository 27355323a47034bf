"""YAML is read and written as kubectl does it; that kubectl does it so is in tests/integration/crd/test_crd_yaml.py."""

import pytest

from referee.api.documents import DocumentError, as_yaml, documents


def test_documents_come_in_their_order_and_empty_ones_not_at_all() -> None:
    assert list(documents("a: 1\n---\n# nothing\n---\nb: 2\n", "f.yaml")) == [{"a": 1}, {"b": 2}]


def test_json_is_yaml() -> None:
    assert list(documents('{"a": [1, true, null]}', "f.json")) == [{"a": [1, True, None]}]


def test_a_list_is_its_items() -> None:
    text = "kind: List\nitems:\n- kind: A\n- kind: BList\n  items: [{kind: B}]\n"

    assert list(documents(text, "f.yaml")) == [{"kind": "A"}, {"kind": "B"}]


def test_merge_keys_and_anchors_work() -> None:
    assert list(documents("a: &x {k: 1}\nb: {<<: *x, l: 2}\n", "f.yaml")) == [{"a": {"k": 1}, "b": {"k": 1, "l": 2}}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml line 3: the key 'a' stands twice in one object; leave one out"),
        ("a: [1\nb: 2\n", "f.yaml line 2: expected ',' or ']', but got ':'"),
        ("just text", "f.yaml: a manifest is an object with apiVersion and kind, here is 'just text'"),
        ("a: \x00", "f.yaml: unacceptable character"),
        ("a: !!python/object/apply:os.system [ls]", "f.yaml line 1: could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        list(documents(text, "f.yaml"))

    assert str(refusal.value).startswith(message)


@pytest.mark.parametrize("value", ["n", "y", "on", "2026-11-22", "1e3", "010", "null", "1:30", "", " x", "ä"])
def test_text_comes_back_as_text(value: str) -> None:
    assert list(documents(as_yaml({value: value}), "f.yaml")) == [{value: value}]


def test_an_object_in_two_places_is_written_twice() -> None:
    shared = {"k": 1}

    assert "&" not in as_yaml({"a": shared, "b": shared})
