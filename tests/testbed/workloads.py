"""Manifests for tests that want something to run: pods of a line of Python, as strict as PodSecurity `restricted`
asks.
"""

from tests.testbed.api_client import Json
from tests.testbed.environments import APP

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
"""Labels of a namespace in which nothing laxer than these pods may run."""


def python_pod(image: str, script: str, memory: str = "128Mi") -> Json:
    """The spec of a pod that runs a script once."""
    container = {
        "name": "main",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": [f"{APP}/bin/python", "-c", script],
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": memory}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }


def pod(name: str, spec: Json) -> Json:
    """A pod, with its name as the label `app` for a Service to select."""
    return {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def job(name: str, spec: Json) -> Json:
    """A Job of one such pod, which is not tried again."""
    return {"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {"spec": spec}}}


def service(name: str, port: int) -> Json:
    """A Service on port 80 for the pod of the same name."""
    return {
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": port}]},
    }
