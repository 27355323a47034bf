"""An adapter that keeps every rule of both contracts but the one that it is told to break.

    python faulty.py CONTRACT [RULE]

Standard library only, so that it starts in tens of milliseconds and its faults are its own.
"""

import http.client
import json
import os
import pathlib
import signal
import sys
import time
import urllib.error
import urllib.request
from typing import Any

CONTRACT, BREAKS = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else "")
PLACE = pathlib.Path(os.environ["EVALHUB_JOB_SPEC_PATH"])
SECRET = (PLACE.parent.parent / "model/api-key").read_text()


def main() -> int:
    try:
        spec = json.loads(PLACE.read_text())
    except ValueError:
        return 0 if BREAKS == "refuses-a-broken-spec" else 1
    signal.signal(signal.SIGTERM, signal.SIG_IGN if BREAKS == "ends-when-told" else signal.SIG_DFL)
    if BREAKS == "keeps-secrets":
        sys.stdout.write(f"using {SECRET}\n")
    if BREAKS != "says-that-it-runs" and not begin(spec):
        return 1
    if not model_answers(spec) and BREAKS != "never-passes-without-a-model":
        said = "" if BREAKS == "says-why-it-failed" else "the model refuses our key"
        post(spec, {"status": "failed", "error_message": {"message": said, "message_code": "ModelUnauthorized"}})
        return 1
    if BREAKS == "posts-its-result":
        return 0
    taken = send_home(spec, the_result(spec))
    if BREAKS == "exits-after-its-result" and taken:
        time.sleep(3600)
    return 3 if BREAKS == "exits-as-it-reports" else 0


def begin(spec: dict[str, Any]) -> bool:
    """Say that it runs; False: it gives up."""
    taken = post(spec, {"status": "running", "phase": "loading_data"})
    if (BREAKS, taken) in (("waits-for-a-slow-host", "late"), ("outlives-lost-progress", 503)):
        return False
    if (BREAKS, taken) == ("ends-where-it-is-refused", 403):
        time.sleep(3600)
    phase = "initializing" if BREAKS == "goes-through-phases-in-order" else "running_evaluation"
    post(spec, {"status": "running", "phase": phase})
    if BREAKS == "posts-valid-events":
        post(spec, {"status": "running", "phase": "thinking"})
    if BREAKS == "speaks-of-its-own-benchmark":
        post(spec | {"benchmark_index": 7}, {"status": "running"})
    return True


def the_result(spec: dict[str, Any]) -> dict[str, Any]:
    name = "other" if BREAKS == "reports-the-primary-metric" else spec["primary_score"]["metric"]
    event: dict[str, Any] = {"status": "completed", "metrics": {name: 0.5}}
    if CONTRACT == "referee-v1":
        total = spec["num_examples"] + (BREAKS == "obeys-num-examples")
        metric = {"name": name, "value": 0.5} | ({} if BREAKS == "counts-samples" else {"n": total})
        event["referee"] = {
            "result": {
                "status": "Completed",
                "metrics": [] if BREAKS == "reports-numbers" else [metric],
                "samples": {"total": total, "scored": total},
            }
        }
    elif BREAKS == "reports-numbers":
        event["metrics"] = {name: "a lot"}
    return event


def send_home(spec: dict[str, Any], event: dict[str, Any]) -> bool:
    if CONTRACT == "referee-v1" and BREAKS != "leaves-a-termination-message":
        (PLACE.parent.parent / "termination-log").write_text(json.dumps(event["referee"]["result"]))
    for attempt in range(5):
        if BREAKS == "repeats-itself" and attempt:
            event = event | {"completed_at": f"2026-01-01T00:00:0{attempt}Z"}
        status = post(spec, event)
        if status != 503 or BREAKS == "posts-until-acknowledged" or CONTRACT == "evalhub-v1":
            break
        time.sleep(0.05)
    if BREAKS == "reports-one-end":
        post(spec, {"status": "running"})
    return status in (204, "late")


def post(spec: dict[str, Any], event: dict[str, Any]) -> int | str:
    own = {"provider_id": spec["provider_id"], "id": spec["benchmark_id"], "benchmark_index": spec["benchmark_index"]}
    address = f"{spec['callback_url']}/api/v1/evaluations/jobs/{spec['id']}/events"
    body = json.dumps({"benchmark_status_event": own | event}).encode()
    before = time.monotonic()
    try:
        request = urllib.request.Request(address, body, method="POST")  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            status: int = answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0
    return "late" if time.monotonic() - before > 0.25 else status


def model_answers(spec: dict[str, Any]) -> bool:
    address = f"{spec['model']['url']}/chat/completions"
    try:
        urllib.request.urlopen(address, b"{}", timeout=3600).close()  # noqa: S310 - loopback
    except (OSError, http.client.HTTPException):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
