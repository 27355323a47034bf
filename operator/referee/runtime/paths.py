"""Which resource lives at which path of the API server, and back: which resource a path is about.

Written by hand for the few resources we touch: discovery would cost six calls at each start to learn what cannot
change. The way back (`describe`) serves the metrics, where a path would be a label without bounds.

Names come from strangers too, so a name becomes one segment here or nothing: quoted, and refused where quoting does
not help, since an API server unquotes a path before it takes it apart. The same rule as Kubernetes' own
(`IsValidPathSegmentName`). `Transport` sends a path as it is.
"""

from dataclasses import dataclass
from urllib.parse import quote

from referee.api.names import GROUP, VERSION
from referee.runtime.errors import NoSuchName


@dataclass(frozen=True, slots=True)
class Resource:
    """One namespaced kind."""

    group: str
    """Empty for the core group."""
    version: str
    plural: str
    kind: str

    @property
    def api_version(self) -> str:
        """What stands in the object's own `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def all(self, namespace: str | None) -> str:
        """Path of the collection; None: over all namespaces, which takes a ClusterRole.

        Raises:
            NoSuchName: no namespace can be called so.
        """
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        if namespace is None:
            return f"{root}/{self.plural}"
        return f"{root}/namespaces/{_segment('namespaces', namespace)}/{self.plural}"

    def one(self, namespace: str, name: str, subresource: str = "") -> str:
        """Path of one object, or of its subresource (`status`, `token`).

        Raises:
            NoSuchName: no object can be called so.
        """
        path = f"{self.all(namespace)}/{_segment(self.plural, name)}"
        return f"{path}/{_segment(self.plural, subresource)}" if subresource else path


EVALUATION_JOBS = Resource(GROUP, VERSION, "evaluationjobs", "EvaluationJob")
PROVIDERS = Resource(GROUP, VERSION, "providers", "Provider")
COLLECTIONS = Resource(GROUP, VERSION, "collections", "Collection")
EVALUATORS = Resource(GROUP, VERSION, "evaluators", "Evaluator")
DATASETS = Resource(GROUP, VERSION, "datasets", "Dataset")
JOBS = Resource("batch", "v1", "jobs", "Job")
PODS = Resource("", "v1", "pods", "Pod")
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")
EVENTS = Resource("", "v1", "events", "Event")
SERVICE_ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount")
SECRETS = Resource("", "v1", "secrets", "Secret")
LEASES = Resource("coordination.k8s.io", "v1", "leases", "Lease")

_NO_SEGMENTS = ("", ".", "..")
_PARTING = ("/", "%")
_NOT_FOUND = 404
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


def _segment(plural: str, name: str) -> str:
    if name in _NO_SEGMENTS or any(sign in name for sign in _PARTING):
        message = f"{name!r} is no name: one has a character at least, is not . or .., and has no / and no %"
        raise NoSuchName(f"path of {plural}", _NOT_FOUND, {"reason": "NotFound", "message": message})
    return quote(name, safe="", errors="replace")


def describe(method: str, path: str, *, watch: bool = False) -> tuple[str, str]:
    """Verb and resource as RBAC names them: ("patch", "evaluationjobs/status"); ("get", "other") off the API."""
    parts = path.strip("/").split("/")
    rest = parts[2:] if parts[0] == "api" else parts[3:] if parts[0] == "apis" else []
    if len(rest) > 2 and rest[0] == "namespaces":  # noqa: PLR2004 - namespaces/NAME/plural
        rest = rest[2:]
    if not rest:
        return method.lower(), "other"
    resource = "/".join([rest[0], *rest[2:3]])
    named = len(rest) > 1
    if method == "GET":
        return ("watch" if watch else "get" if named else "list"), resource
    if method == "DELETE":
        return ("delete" if named else "deletecollection"), resource
    return _VERBS.get(method, method.lower()), resource
