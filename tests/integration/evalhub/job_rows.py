"""The rows about jobs: what is asked for, what comes of it, how it ends."""

from typing import Any

from tests.integration.evalhub.asking import Ask

_MODEL = {"url": "http://model.example:8000/v1", "name": "m"}
_ARC = {"id": "arc", "provider_id": "toy"}
_MMLU = {"id": "mmlu", "provider_id": "toy"}


def _job(*benchmarks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "capitals", "model": _MODEL, "benchmarks": list(benchmarks or (_ARC,)), **fields}


def _collected(**fields: Any) -> dict[str, Any]:
    return {"name": "capitals", "model": _MODEL, "collection": {"id": "duo"}, **fields}


def _refused(id_: str, body: Any) -> Ask:
    return Ask(f"a job {id_}", "POST", "jobs", body)


def _data(**source: Any) -> dict[str, Any]:
    return {**_ARC, "test_data_ref": source}


_AS_THE_SDK = _job({**_ARC, "parameters": {}, "primary_score": {"metric": "acc", "lower_is_better": False}}, tags=[])
_FULL = _job(
    {**_ARC, "parameters": {"num_examples": 5, "k": 1}, "weight": 2, "pass_criteria": {"threshold": 0.7}},
    {**_MMLU, "primary_score": {"metric": "acc"}},
    description="d",
    tags=["nightly"],
    pass_criteria={"threshold": 0.6},
    custom={"team": "red"},
    queue={"name": "gpus"},
    exports={"oci": {"coordinates": {"oci_host": "r.example", "oci_repository": "a/b"}, "k8s": {"connection": "c"}}},
)
_GIT = {"url": "https://git.example/a.git", "ref": "main"}

REFUSED = (
    _refused("that is no JSON", "{"),
    _refused("without a body", None),
    _refused("that is a list", []),
    _refused("that is {}", {}),
    _refused("without a name", {**_job(), "name": None}),
    _refused("without a model", {**_job(), "model": None}),
    _refused("without benchmarks", {"name": "n", "model": _MODEL}),
    _refused("with benchmarks and a collection", _job(collection={"id": "duo"})),
    _refused("with a model's address that is none", _job(model={"url": "not an address", "name": "m"})),
    _refused("without the model's address", _job(model={"name": "m"})),
    _refused("with a comma in a tag", _job(tags=["a,b"])),
    _refused("with a number for a tag", _job(tags=[7])),
    _refused("with an experiment without a name", _job(experiment={})),
    _refused("with an experiment, and no MLflow", _job(experiment={"name": "e"})),
    _refused("with a queue that cannot be", _job(queue={"name": "Not A Label"})),
    _refused("with another kind of queue", _job(queue={"name": "q", "kind": "other"})),
    _refused("with two sources of data", _job(_data(pvc={"claim_name": "c"}, git=_GIT))),
    _refused("with no source of data", _job(_data())),
    _refused("with a revision that it cannot know", _job(_data(git=_GIT, resolved_sha="abc"))),
    _refused(
        "with credentials over plain http", _job(_data(git={**_GIT, "url": "http://g.example", "secret_ref": "s"}))
    ),
    _refused("for an unknown provider", _job({"id": "arc", "provider_id": "none"})),
    _refused("for an unknown benchmark", _job({"id": "none", "provider_id": "toy"})),
    _refused("for an unknown collection", _collected(collection={"id": "none"})),
    _refused("with a body of 11 MiB", '{"name":"' + "x" * (11 << 20) + '"}'),
)

TAKEN = (
    Ask("a job", "POST", "jobs", _job(), keep="job"),
    Ask("a job as the SDK sends it", "POST", "jobs", _AS_THE_SDK, keep="sdk"),
    Ask("a job with everything", "POST", "jobs", _FULL, keep="full"),
    Ask(
        "a job in text/plain", "POST", "jobs", _job(name="plain"), headers={"Content-Type": "text/plain"}, keep="plain"
    ),
    Ask("a job with a field that nobody knows", "POST", "jobs", _job(name="unknown", colour="red"), keep="unknown"),
    Ask("a job with the same benchmark twice", "POST", "jobs", _job(_ARC, _ARC, name="twice"), keep="twice"),
    Ask("a job for a collection", "POST", "jobs", _collected(), keep="collected"),
    Ask("a job with data in a volume", "POST", "jobs", _job(_data(pvc={"claim_name": "c"}), name="pvc"), keep="pvc"),
    Ask(
        "a job with data in a bucket",
        "POST",
        "jobs",
        _job(_data(s3={"bucket": "data", "key": "k", "secret_ref": "s"}), name="s3"),
        keep="s3",
    ),
    Ask("a job with data in git", "POST", "jobs", _job(_data(git=_GIT), name="git"), keep="git"),
    Ask("a job with data on a hub", "POST", "jobs", _job(_data(hf={"repo_id": "a/b"}), name="hf"), keep="hf"),
    Ask("jobs", "GET", "jobs"),
    Ask("jobs, limit=2", "GET", "jobs?limit=2"),
    Ask("jobs, limit=0", "GET", "jobs?limit=0"),
    Ask("jobs, limit=-1", "GET", "jobs?limit=-1"),
    Ask("jobs that failed", "GET", "jobs?status=failed"),
    Ask("jobs in a state that does not exist", "GET", "jobs?status=queued"),
    Ask("jobs by name", "GET", "jobs?name=plain"),
    Ask("jobs by tag", "GET", "jobs?tags=nightly"),
    Ask("jobs by experiment", "GET", "jobs?experiment_id=1"),
    Ask("jobs by owner", "GET", "jobs?owner=nobody"),
    Ask("jobs, an unknown parameter", "GET", "jobs?colour=red"),
    Ask("a job that does not exist", "GET", "jobs/00000000-0000-4000-8000-000000000000"),
    Ask(
        "a job, as another tenant",
        "GET",
        "jobs/{job}",
        headers={"X-Tenant": "default"},
    ),
    _refused("with data in a bucket that cannot be", _job(_data(s3={"bucket": "b", "key": "k", "secret_ref": "s"}))),
)
