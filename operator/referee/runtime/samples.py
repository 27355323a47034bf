"""Two finished objects, from which the packer learns the field names that all the others repeat."""

from typing import Any

from referee.api import names

SAMPLE_JOB: Any = {
    "apiVersion": names.API_VERSION,
    "kind": "EvaluationJob",
    "metadata": {
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "generation": 1,
        "name": "job",
        "namespace": "default",
        "uid": "00000000-0000-0000-0000-000000000000",
    },
    "spec": {
        "backoffLimit": 1,
        "benchmarks": [{"id": "mmlu", "provider": "lm_evaluation_harness", "required": True, "weight": 1}],
        "cancel": False,
        "childRetentionSeconds": {"failure": 86400, "success": 3600},
        "className": "",
        "confidence": 0.95,
        "enforceGate": False,
        "execution": {
            "batchSize": 5,
            "parallelism": 4,
            "retry": {
                "backoffFactor": 2,
                "initialDelaySeconds": 1,
                "jitter": True,
                "maxDelaySeconds": 60,
                "maxRetries": 3,
            },
        },
        "group": "default",
        "model": {"api": "Chat", "name": "model", "timeoutSeconds": 120, "url": "http://model:8000/v1"},
        "passCriteria": {"bound": "Point", "measure": "Mean", "minN": 0, "threshold": 0.5},
        "pendingDeadlineSeconds": 900,
        "pod": {},
        "suspend": False,
    },
    "status": {
        "activeSeconds": 1.0,
        "attempt": 1,
        "attempts": [],
        "benchmarks": [
            {
                "attempt": 1,
                "completionTime": "2026-01-01T00:00:00Z",
                "errors": 0,
                "id": "mmlu",
                "index": 0,
                "jobName": "job-0-1-00000000",
                "lateResult": False,
                "metrics": [
                    {
                        "ciHigh": 0.5,
                        "ciLow": 0.5,
                        "method": "Wilson",
                        "n": 100,
                        "name": "acc",
                        "stderr": 0.05,
                        "value": 0.5,
                    }
                ],
                "partial": False,
                "percent": 100,
                "phase": "Completed",
                "primary": {
                    "ciHigh": 0.5,
                    "ciLow": 0.5,
                    "method": "Wilson",
                    "n": 100,
                    "name": "acc",
                    "stderr": 0.05,
                    "value": 0.5,
                },
                "provider": "lm_evaluation_harness",
                "resultDigest": "0000000000000000000000000000000000000000000000000000000000000000",
                "retries": 0,
                "samples": 100,
                "startTime": "2026-01-01T00:00:00Z",
                "truncated": False,
                "unscored": 0,
            }
        ],
        "completionTime": "2026-01-01T00:00:00Z",
        "conditions": [
            {
                "lastTransitionTime": "2026-01-01T00:00:00Z",
                "message": "",
                "observedGeneration": 1,
                "reason": reason,
                "status": status,
                "type": type_,
            }
            for type_, status, reason in (
                ("Reconciling", "False", "Completed"),
                ("Stalled", "False", "Completed"),
                ("Suspended", "False", "Resumed"),
                ("Finished", "True", "Completed"),
                ("Complete", "True", "Completed"),
                ("Failed", "False", "Completed"),
                ("Passed", "True", "AllGatesPassed"),
            )
        ],
        "observedGeneration": 1,
        "observedRerun": "",
        "phase": "Completed",
        "plan": {
            "adapters": {
                "lm_evaluation_harness": {
                    "args": [],
                    "command": [],
                    "contract": "referee-v1",
                    "env": [],
                    "gpu": 0,
                    "pullPolicy": "IfNotPresent",
                }
            },
            "benchmarks": [
                {
                    "firstAttempt": 1,
                    "id": "mmlu",
                    "index": 0,
                    "metrics": [],
                    "parameters": {},
                    "provider": "lm_evaluation_harness",
                    "required": True,
                    "weight": 1.0,
                }
            ],
            "digest": "sha256:",
        },
        "progress": {"benchmarks": "1/1", "percent": 100},
        "provenance": {"images": [], "operatorVersion": "0.1.0", "planDigest": "sha256:"},
        "verdict": {
            "attemptsOnSamePlan": 1,
            "gates": [
                {
                    "bound": "Point",
                    "measure": "Mean",
                    "reason": "ThresholdMet",
                    "required": True,
                    "result": "Pass",
                    "subject": "job",
                }
            ],
            "reason": "AllGatesPassed",
            "result": "Pass",
        },
    },
}

SAMPLE_CHILD: Any = {
    "metadata": {
        "annotations": {
            names.ANNOTATION_RESULT: (
                '{"metrics":[{"name":"acc","value":0.5,"stderr":0.05,"n":100,"type":"Boolean"}],'
                '"reason":"","status":"Completed"}'
            )
        },
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {names.LABEL_ATTEMPT: "1", names.LABEL_INDEX: "0"},
        "name": "job-0-1-00000000",
        "uid": "00000000-0000-0000-0000-000000000000",
    },
    "spec": {"suspend": False},
    "status": {
        "active": False,
        "conditions": [
            {
                "lastProbeTime": "2026-01-01T00:00:00Z",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
                "message": "Reached expected number of succeeded pods",
                "reason": "CompletionsReached",
                "status": "True",
                "type": type_,
            }
            for type_ in ("SuccessCriteriaMet", "Complete")
        ],
    },
}
