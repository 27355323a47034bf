"""What a command is given: files, directories and the standard input, read as kubectl reads them."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from referee.clock import utc_now
from referee.local.bundle import read
from referee.local.errors import LocalError
from tests.unit.local.world import Document, a_dataset, a_job, a_provider, an_evaluator, keyed, write


def _problems(*arguments: str) -> list[str]:
    with pytest.raises(LocalError) as caught:
        read(arguments, utc_now())
    return caught.value.problems


def test_documents_of_several_files_are_one_bundle(tmp_path: Path) -> None:
    first = write(tmp_path, a_provider(), keyed("ConfigMap", "items", data={"a": "b"}), name="one.yaml")
    second = tmp_path / "two.json"
    second.write_text(json.dumps(a_job([["complete", 1]])))

    bundle = read([str(first), str(second)], utc_now())

    assert [job.metadata.name for job in bundle.jobs] == ["capitals"]
    assert [provider.id for provider in bundle.providers] == ["stand-in"]
    assert [(o.kind, o.namespace, o.name, o.files) for o in bundle.keyed] == [
        ("ConfigMap", "default", "items", {"a": b"b"})
    ]


def test_a_job_is_what_a_cluster_would_have_made_of_it(tmp_path: Path) -> None:
    now = utc_now()
    (job,) = read([str(write(tmp_path, a_job([["complete", 1]])))], now).jobs
    assert (job.metadata.namespace, job.metadata.generation, job.metadata.creation_timestamp) == ("default", 1, now)
    assert job.metadata.uid


def test_a_directory_is_its_manifests_and_not_those_inside_it(tmp_path: Path) -> None:
    write(tmp_path, a_job([["complete", 1]]), name="job.yml")
    (tmp_path / "notes.txt").write_text("not: [a manifest")
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner", a_job([["complete", 1]], name="other"))

    assert [job.metadata.name for job in read([str(tmp_path)], utc_now()).jobs] == ["capitals"]


def test_the_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(a_job([["complete", 1]]))))
    assert len(read(["-"], utc_now()).jobs) == 1


def test_kinds_that_a_run_does_not_need_are_left_out_with_a_note(tmp_path: Path) -> None:
    path = write(tmp_path, a_job([["complete", 1]]), keyed("Service", "model"))
    assert read([str(path)], utc_now()).notes == [f"{path}: Service model is not needed here and left out"]


def test_relative_paths_of_a_local_command_start_from_the_providers_file(tmp_path: Path) -> None:
    path = write(tmp_path, a_provider(localCommand=["python", "./adapter.py", "../x", "-m", "a.b"]))
    (provider,) = read([str(path)], utc_now()).providers
    assert provider.spec.adapter is not None
    assert provider.spec.adapter.local_command == ["python", f"{tmp_path}/adapter.py", f"{tmp_path}/../x", "-m", "a.b"]


def test_a_secret_is_decoded_and_its_text_wins(tmp_path: Path) -> None:
    encoded = base64.b64encode(b"old").decode()
    path = write(tmp_path, keyed("Secret", "keys", data={"a": encoded, "b": encoded}, stringData={"b": "new"}))
    (secret,) = read([str(path)], utc_now()).keyed
    assert secret.files == {"a": b"old", "b": b"new"}
    assert "new" not in repr(secret)


REFUSED: list[Any] = [
    pytest.param(
        keyed("ConfigMap", "items", data={"count": 3}),
        "ConfigMap items: data.count: must be text, not int; put it in quotes",
        id="a number",
    ),
    pytest.param(
        keyed("ConfigMap", "items", data={"../x": "y"}), "the key '../x' must consist of", id="a key that is a path"
    ),
    pytest.param(keyed("ConfigMap", "items", data={"..": "y"}), "the key '..' must consist of", id="a key of dots"),
    pytest.param(
        keyed("Secret", "keys", data={"k": "no base64!"}),
        "Secret keys: data.k: is not base64; encode it, or give it as text under stringData",
        id="plain text as data",
    ),
    pytest.param(keyed("Secret", ""), "metadata.name: is required but missing; add it", id="no name"),
    pytest.param(
        {**a_provider(), "metadata": "stand-in"}, "metadata: must be an object", id="metadata that is no object"
    ),
    pytest.param({"kind": "EvaluationJob"}, "apiVersion: None is not ours", id="no apiVersion"),
    pytest.param(
        {**a_job([]), "kind": "EvalationJob"}, "kind: 'EvalationJob' is none of ours", id="a misspelt kind of ours"
    ),
]


@pytest.mark.parametrize(("document", "message"), REFUSED)
def test_what_a_cluster_would_refuse_names_file_object_and_field(
    tmp_path: Path, document: Document, message: str
) -> None:
    path = write(tmp_path, document)
    (problem,) = _problems(str(path))
    assert problem.startswith(f"{path}: ")
    assert message in problem


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    broken = write(tmp_path, a_job([], confidnce=0.9), a_provider(imagee="x"), name="broken.yaml")
    missing = tmp_path / "missing.yaml"

    problems = _problems(str(broken), str(missing))

    assert len(problems) == 3
    assert problems[-1] == f"{missing}: No such file or directory; check the path"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(a_job([["complete", 1]]), "a second EvaluationJob capitals", id="of one name"),
        pytest.param(
            {**a_provider(), "metadata": {"name": "other"}, "spec": {**a_provider()["spec"], "id": "stand-in"}},
            "a second Provider of id stand-in",
            id="of one id",
        ),
    ],
)
def test_two_objects_that_nobody_can_tell_apart_are_refused(tmp_path: Path, second: Document, said: str) -> None:
    first = write(tmp_path, a_job([["complete", 1]]), a_provider(), name="first.yaml")
    problems = _problems(str(first), str(write(tmp_path, second, name="second.yaml")))
    assert any(f"{said} (the first is in {first}): leave one out" in problem for problem in problems)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe\x00"), "is not UTF-8 text", id="no text"),
        pytest.param(lambda path: path.write_text("a: [b"), "line", id="no YAML"),
        pytest.param(lambda path: path.mkdir(), "has no .yaml, .yml or .json file", id="an empty directory"),
    ],
)
def test_what_is_no_manifest_is_told(tmp_path: Path, make: Any, said: str) -> None:
    path = tmp_path / "given"
    make(path)
    (problem,) = _problems(str(path))
    assert problem.startswith(str(path))
    assert said in problem


def test_evaluators_and_datasets_that_cannot_be_used_are_refused_with_their_place(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        a_dataset("capitals", [{"input": "x"}, {"question": "x", "prompt": "y"}]),
        an_evaluator("code", type="Code", grader=None, code={"source": "def f(log:\n  return 1"}),
        an_evaluator("one", id="same"),
        an_evaluator("two", id="same"),
    )
    data, code, twice = _problems(str(path))
    assert data.startswith(f"{path}: Dataset capitals: spec.inline[1].input: columns 'question' and 'prompt' both give")
    assert code.startswith(f"{path}: Evaluator code: spec.code.source line 1")
    assert twice == f"{path}: a second Evaluator of id same (the first is in {path}): leave one out"


def test_a_claim_that_is_not_there_is_refused_and_one_of_a_cluster_is_left_out(tmp_path: Path) -> None:
    there, cluster = keyed("PersistentVolumeClaim", "items"), keyed("PersistentVolumeClaim", "others")
    there["metadata"]["annotations"] = {"referee.dev/local-path": "data"}
    path = write(tmp_path, there, cluster)
    (problem,) = _problems(str(path))
    assert (
        f"PersistentVolumeClaim items: metadata.annotations[referee.dev/local-path]: {tmp_path}/data is no" in problem
    )

    (tmp_path / "data").mkdir()
    bundle = read([str(path)], utc_now())
    assert [(o.kind, o.name, o.directory) for o in bundle.keyed] == [
        ("PersistentVolumeClaim", "items", tmp_path / "data")
    ]
    assert bundle.notes == [f"{path}: PersistentVolumeClaim others is not needed here and left out"]
