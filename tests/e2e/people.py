"""Somebody with a token of their own at the release's gateway, who reads results and posts what a run waits for."""

import json
from dataclasses import dataclass

import httpx

from referee.api.names import GROUP
from tests.e2e.evaluations import PATIENCE
from tests.e2e.team import Team
from tests.testbed.api_client import Json
from tests.testbed.charts import NAMESPACE, RELEASE
from tests.testbed.waiting import wait_for

_RIGHTS: list[Json] = [
    {"apiGroups": [GROUP], "resources": ["evaluationjobs"], "verbs": ["get", "list"]},
    {"apiGroups": [GROUP], "resources": ["evaluationjobs/results"], "verbs": ["get", "create"]},
    {"apiGroups": [GROUP], "resources": ["evaluationjobs/labels"], "verbs": ["create"]},
]


@dataclass(frozen=True)
class People:
    """What they have in hand."""

    client: httpx.Client

    @classmethod
    def of(cls, team: Team) -> "People":
        """A new account of the team's namespace."""
        service = team.cluster.api.get(f"/api/v1/namespaces/{NAMESPACE}/services/{RELEASE}-gateway")
        token = team.cluster.service_account(team.namespace, "ann", _RIGHTS)
        url = f"http://{service['spec']['clusterIP']}/api/v1"
        headers = {"Authorization": f"Bearer {token}", "X-Tenant": team.namespace}
        return cls(httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30))

    def post(self, name: str, what: str, *lines: Json) -> httpx.Response:
        """Post lines; again while the gateway has not heard of the plan."""
        body = "".join(f"{json.dumps(line)}\n" for line in lines)
        answers: list[httpx.Response] = []

        def done() -> bool:
            answers.append(self.client.post(f"/evaluationjobs/{name}/{what}", content=body))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        wait_for(done, f"the gateway to take {what} of {name}", PATIENCE)
        return answers[-1]

    def results(self, name: str) -> Json:
        """The whole result of a job."""
        found = self.client.get(f"/evaluations/jobs/{name}/results", params={"format": "json"})
        assert found.status_code == httpx.codes.OK, found.text
        document: Json = found.json()
        return document

    def state(self, name: str) -> str:
        """How EvalHub's interface says that a job stands."""
        found = self.client.get(f"/evaluations/jobs/{name}")
        assert found.status_code == httpx.codes.OK, found.text
        return str(found.json()["status"]["state"])
