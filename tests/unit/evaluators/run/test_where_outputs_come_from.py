"""Generated, recorded, posted, or another run's: the same evaluators over each."""

from pathlib import Path

from tests.unit.evaluators.keeping import Json, keeping
from tests.unit.evaluators.running import EXACT, job, laid, ran, rows
from tests.unit.evaluators.serving import Asked, chat, serving


def parrot(asked: Asked) -> Json:
    return chat(asked.question)


def by_name(result: Json, name: str = "exact") -> Json:
    found: Json = next(entry for entry in result["evaluators"] if entry["name"] == name)
    return found


def without_model(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "model"}


async def test_recorded_outputs_need_no_model(tmp_path: Path) -> None:
    recorded = [{**row, "output": row["input"]} for row in rows(10)]
    async with keeping() as keeper:
        document = job("", keeper.url, {"dataset": {"inline": recorded}, "generation": "Recorded"})
        assert await ran(laid(tmp_path, without_model(document))) == 0
        assert by_name(keeper.result)["measures"][0]["value"] == 0.8
        assert keeper.result["usage"]["requests"] == 0
        assert keeper.samples["run"][0]["output"] == "word 0"


async def test_a_datapoint_without_a_recorded_output_is_unscored(tmp_path: Path) -> None:
    recorded = [{**row, "output": row["input"]} if i else row for i, row in enumerate(rows(10))]
    async with keeping() as keeper:
        document = job("", keeper.url, {"dataset": {"inline": recorded}, "generation": "Recorded"})
        assert await ran(laid(tmp_path, without_model(document))) == 0
        assert by_name(keeper.result)["n"] == 9
        assert by_name(keeper.result)["causes"] == {"model": 1}


async def test_recorded_without_any_output_is_refused(tmp_path: Path) -> None:
    async with keeping() as keeper:
        assert await ran(laid(tmp_path, job("", keeper.url, {"generation": "Recorded"}))) == 1
        assert keeper.result["reason"] == "OutputsMissing"
        assert keeper.result["retryable"] is False


async def test_posted_outputs_are_awaited_and_then_scored(tmp_path: Path) -> None:
    async with keeping() as keeper:
        spec = laid(tmp_path, job("", keeper.url, {"generation": "External"}))
        assert await ran(spec) == 0
        assert keeper.result["samples"] == {"total": 20, "scored": 0, "errors": 0, "unscored": 0, "pending": 20}
        assert keeper.result["metrics"] == []
        for row in rows(20):
            keeper.put({"sample_id": row["id"], "epoch": 1, "output": row["input"]})
        assert await ran(spec) == 0
        assert keeper.result["samples"] == {"total": 20, "scored": 20, "errors": 0, "unscored": 0}
        assert keeper.result["metrics"][0]["value"] == 0.8


async def test_a_posted_dataset_is_what_was_posted(tmp_path: Path) -> None:
    async with keeping() as keeper:
        for row in reversed(rows(20)):
            keeper.put({"sample_id": row.pop("id"), "epoch": 1, "output": row["input"], **row})
        spec = laid(tmp_path, job("", keeper.url, {"generation": "External", "dataset": {"posted": {}}}))
        assert await ran(spec) == 0
        assert keeper.result["samples"]["scored"] == 20
        assert keeper.result["metrics"][0]["value"] == 0.8


async def test_another_runs_outputs_are_scored_again(tmp_path: Path) -> None:
    evaluator = {**EXACT, "name": "again", "grader": {"stringCheck": {"operation": "Contains"}}}
    async with serving(parrot) as model, keeping() as keeper:
        assert await ran(laid(tmp_path / "first", job(model.url, keeper.url))) == 0
        keeper.known.add("outputs")
        keeper.samples["outputs"], keeper.samples["run"] = keeper.samples["run"], []
        keeper.scores["outputs"], keeper.scores["run"] = keeper.scores["run"], []
        other = {"outputsOf": {"job": "capitals-v1", "jobUid": "u", "attempt": 1}}
        again = {"dataset": other, "generation": "Recorded", "evaluators": [evaluator]}
        assert await ran(laid(tmp_path / "again", without_model(job("", keeper.url, again)))) == 0
        assert len(model.asked) == 20
        assert by_name(keeper.result, "again")["n"] == 20
        assert [entry["name"] for entry in keeper.result["evaluators"]] == ["again"]
        keys = [{s["sample_id"]: s["key"] for s in keeper.samples[of]} for of in ("outputs", "run")]
        assert keys[0] == keys[1]


async def test_outputs_of_a_run_that_nobody_knows_are_a_failure(tmp_path: Path) -> None:
    other = {"outputsOf": {"job": "gone", "jobUid": "u", "attempt": 1}}
    async with keeping() as keeper:
        assert await ran(laid(tmp_path, job("", keeper.url, {"dataset": other, "generation": "Recorded"}))) == 1
        assert keeper.result["reason"] == "OutputsNotFound"
        assert "'gone'" in keeper.result["message"]


async def test_an_application_is_asked_with_a_body_of_its_own(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Json:
        assert asked.body == {"question": asked.body["question"], "tags": ["a"], "lang": asked.body["lang"]}
        return {"result": [{"answer": asked.body["question"].removeprefix("Say ")}], "usage": None}

    http = {
        "method": "POST",
        "body": {"question": "Say {{ input }}", "tags": ["a"], "lang": "{{ metadata.language }}"},
        "outputPath": "result.0.answer",
    }
    async with serving(answer) as model, keeping() as keeper:
        document = job(
            model.url + "/ask?v=2", keeper.url, model={"api": "HTTP", "http": http, "headers": {"X-Team": "a"}}
        )
        assert await ran(laid(tmp_path, document)) == 0
        assert keeper.result["metrics"][0]["value"] == 0.8
        assert {asked.path for asked in model.asked} == {"/v1/ask?v=2"}
        assert model.asked[0].headers["X-Team"] == "a"
        assert keeper.result["usage"]["estimated"] is True


async def test_completions_are_asked_with_one_text(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Json:
        return {"choices": [{"text": asked.body["prompt"].removeprefix("Echo: "), "finish_reason": "length"}]}

    async with serving(answer) as model, keeping() as keeper:
        prompt = {"template": "Echo: {{ input }}"}
        own = {"api": "Completions", "parameters": {"temperature": 0}}
        assert await ran(laid(tmp_path, job(model.url, keeper.url, {"prompt": prompt}, model=own))) == 0
        assert keeper.result["metrics"][0]["value"] == 0.8
        assert model.asked[0].path == "/v1/completions"
        assert model.asked[0].body["temperature"] == 0
        assert keeper.samples["run"][0]["prompt"].startswith("Echo: ")
