"""The registry finds the files that the harness's own index would, without parsing the rest."""

from pathlib import Path

import pytest

from referee_lm_eval.registry import Registry, read_yaml

FILES = {
    "a/_template": "tag: [science, all]\noutput_type: multiple_choice\n",
    "a/physics.yaml": "include: _template\ntask: physics\n",
    "a/biology.yaml": '"task": "biology"  # quoted\n"tag":\n  - science\n',
    "a/science.yaml": "group: both_sciences\ntask:\n  - physics\n  - {task: biology, num_fewshot: 2}\n",
    "b/history.yaml": "tag: all\r\ntask: history\r\nprocess_docs: !function utils.process\r\n",
    "b/nested.yaml": "group: everything\ntask:\n- group: inline\n  task: [history, both_sciences]\n- missing\n",
    "c/physics.yaml": "task: physics\n",
    "c/plain.yaml": "task: plain\ntag: ''\n",
    "d/class.yaml": "group: old\ntask: with_class\nclass: !function task.Class\n",
    "e/__pycache__/x.yaml": "task: hidden\n",
    "..data/y.yaml": "task: behind_a_volume\n",
    "f/no_task.yaml": "dataset_path: json\n",
}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return Registry([tmp_path])


def names(registry: Registry, wanted: str) -> set[str]:
    return {f"{path.parent.name}/{path.name}" for path in registry.files(wanted)}


@pytest.mark.parametrize(
    ("wanted", "files"),
    [
        ("physics", {"a/physics.yaml"}),
        ("science", {"a/physics.yaml", "a/biology.yaml"}),
        ("all", {"a/physics.yaml", "b/history.yaml"}),
        ("both_sciences", {"a/science.yaml", "a/physics.yaml", "a/biology.yaml"}),
        (
            "everything",
            {"b/nested.yaml", "b/history.yaml", "a/science.yaml", "a/physics.yaml", "a/biology.yaml"},
        ),
        ("with_class", {"d/class.yaml"}),
        ("plain", {"c/plain.yaml"}),
    ],
    ids=[
        "the first file in path order",
        "a tag, its own or inherited",
        "a scalar tag",
        "a group with its members",
        "a group of groups",
        "a class named beside a group",
        "an empty tag is none",
    ],
)
def test_files_of(registry: Registry, wanted: str, files: set[str]) -> None:
    assert wanted in registry
    assert names(registry, wanted) == files


@pytest.mark.parametrize("wanted", ["hidden", "behind_a_volume", "inline", "missing", "nowhere"])
def test_what_is_not_there_is_not_found(registry: Registry, wanted: str) -> None:
    assert wanted not in registry


def test_a_later_directory_wins(tmp_path: Path, registry: Registry) -> None:
    own = tmp_path / "c"

    assert registry.path("physics") == tmp_path / "a" / "physics.yaml"
    assert Registry([tmp_path, own]).path("physics") == own / "physics.yaml"


def test_near_names_are_offered(registry: Registry) -> None:
    assert registry.similar("physic") == ["physics"]


def test_looking_at_a_file_runs_nothing(tmp_path: Path, registry: Registry) -> None:
    assert registry
    assert read_yaml(tmp_path / "b/history.yaml")["process_docs"] == "utils.process"
