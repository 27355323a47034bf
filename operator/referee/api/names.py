"""Every name that travels: group, version, labels, annotations, audiences, paths inside an adapter pod.

They are part of the contract with users, adapters and other controllers; a name that stands in two files is
a name that will differ one day.
"""

GROUP = "referee.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

LABEL_JOB = f"{GROUP}/evaluationjob"
"""On children and their pods: the EvaluationJob's name, cut and hashed to a label's 63 characters."""
LABEL_JOB_UID = f"{GROUP}/evaluationjob-uid"
LABEL_INDEX = f"{GROUP}/benchmark-index"
LABEL_ATTEMPT = f"{GROUP}/attempt"

LABEL_CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
"""The Job controller's, on pods: the uid of their Job."""

ANNOTATION_RESULT = f"{GROUP}/result"
"""On a child Job: the first final result, put there by the gateway before it is acknowledged."""
ANNOTATION_PARTIAL = f"{GROUP}/partial"
ANNOTATION_PROGRESS = f"{GROUP}/progress"
ANNOTATION_JOB_SPEC = f"{GROUP}/job-spec"
"""On a child's pod template: the adapter's job.json, projected into the pod by the downward API."""
ANNOTATION_PLAN = f"{GROUP}/plan-digest"
ANNOTATION_NO_TOKEN = f"{GROUP}/no-token"
"""On the pod template of an adapter that holds no token: what it finds in the token's place."""

ANNOTATION_LOCAL_PATH = f"{GROUP}/local-path"
"""On a PersistentVolumeClaim among the files of `referee run`: where its content is on this machine."""
ANNOTATION_MODEL_URL = f"{GROUP}/model-url"
"""On a job that ran without a cluster, against another address than its spec names: that address."""

ANNOTATION_RECEIPT = f"{GROUP}/receipt-"
"""On a child Job of several pods, followed by the pod's index: that its share is in the results store."""

ANNOTATION_OWNER = f"{GROUP}/owner"
"""On what was made through the gateway: the caller's name, for lists; nothing is decided by it."""
ANNOTATION_REQUEST = f"{GROUP}/request"
"""On an EvaluationJob made through the gateway: which request it answers, so that its repetition makes no twin."""
ANNOTATION_STORE_REVISION = f"{GROUP}/store-revision"
"""On an EvaluationJob, put there by the gateway: how much people have posted into its run, and whether that is all."""
ANNOTATION_SHARED = f"{GROUP}/shared"
"""On a Provider or Collection as the gateway shows it to a tenant: it is the catalogue's, which all tenants share."""

ADAPTER_AUDIENCE = "referee-adapter"
"""The audience of the projected token with which an adapter reports, and which is good for nothing else."""

ADAPTER_CONTAINER = "adapter"
AGENT_CONTAINER = "agent"
"""The native sidecar of adapters made with eval-hub-sdk: it takes their reports and hands them on."""
TEST_DATA_CONTAINER = "test-data"
"""The init container that fetches a benchmark's own data."""
JOB_SPEC_FILE = "job.json"
META_DIR = "/meta"
DATA_DIR = "/data"
SHARED_DIR = "/shared"
TEST_DATA_DIR = "/test_data"
POD_INFO_DIR = "/etc/podinfo"
MODEL_SECRET_DIR = "/var/run/secrets/model"  # noqa: S105 - a path
EVALUATOR_SECRETS_DIR = "/var/run/secrets/evaluators"
"""Credentials of judges, a directory for each, called by its place in the job."""
SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"

API_KEYS_SECRET = "referee-api-keys"  # noqa: S105 - a name
"""In the gateway's namespace, unless it is set otherwise: the hashes of API keys."""
