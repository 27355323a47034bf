"""The port over an API server: what kubectl would do, with the same kubeconfig and the same rights."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from referee.cli.remote.cluster_logs import logs_of
from referee.cli.remote.contexts import Context
from referee.cli.remote.port import Absent, Document, LogQuery, Lost, Offered, RemoteError, Wanted
from referee.runtime.credentials import Credentials, CredentialsError, load_credentials
from referee.runtime.errors import AlreadyExists, ApiError, Forbidden, Gone, NotFound, Unauthorized, Unreachable
from referee.runtime.kube import Kube
from referee.runtime.paths import COLLECTIONS, EVALUATION_JOBS, PROVIDERS, Resource
from referee.runtime.transport import Transport

_PAGE = 250


@asynccontextmanager
async def cluster_remote(context: Context, env: Mapping[str, str]) -> AsyncIterator["ClusterRemote"]:
    """Open a session of the API server that the context names."""
    file = Path(context.kubeconfig) if context.kubeconfig else None
    try:
        credentials = load_credentials(file, context.kube_context, env)
    except CredentialsError as error:
        raise RemoteError(f"{error}; or name a gateway: --gateway URL, or `referee context set`") from None
    transport = Transport(credentials)
    try:
        yield ClusterRemote(Kube(transport), credentials, context)
    finally:
        await transport.close()


class ClusterRemote:
    """The EvaluationJobs of one namespace of a cluster."""

    def __init__(self, kube: Kube, credentials: Credentials, context: Context) -> None:
        self._kube = kube
        self._server = credentials.server
        self._namespace = context.namespace or credentials.namespace
        self._catalogue = context.catalogue_namespace

    @property
    def place(self) -> str:
        """Where this is, for messages."""
        return f"namespace {self._namespace} at {self._server}"

    async def submit(self, document: Document) -> Document:
        """Create an EvaluationJob."""
        with self._asking(document["metadata"]["name"]):
            return await self._kube.create(EVALUATION_JOBS.all(self._namespace), document)

    async def get(self, name: str) -> Document:
        """One EvaluationJob."""
        with self._asking(name):
            return _shown(await self._kube.get(EVALUATION_JOBS.one(self._namespace, name)))

    async def jobs(self, wanted: Wanted) -> list[Document]:
        """EvaluationJobs, the newest first."""
        facts = {"status.phase": wanted.phase, "spec.group": wanted.group}
        selector = ",".join(f"{field}={value}" for field, value in facts.items() if value is not None)
        found = await self._all(EVALUATION_JOBS, self._namespace, selector)
        if wanted.tag is not None:
            found = [document for document in found if wanted.tag in (document["spec"].get("tags") or ())]
        found.sort(key=lambda d: (d["metadata"]["creationTimestamp"], d["metadata"]["uid"]), reverse=True)
        return found[: wanted.limit]

    async def edit(self, name: str, patch: Document) -> Document:
        """Merge a patch into an EvaluationJob."""
        with self._asking(name):
            return _shown(await self._kube.merge_patch(EVALUATION_JOBS.one(self._namespace, name), patch))

    async def watch(self, name: str) -> AsyncGenerator[Document, None]:
        """An EvaluationJob as it stands and as it changes."""
        document = await self.get(name)
        yield document
        path, version = EVALUATION_JOBS.all(self._namespace), document["metadata"]["resourceVersion"]
        with self._asking(name):
            async with self._kube.watch(path, version, field_selector=f"metadata.name={name}") as events:
                async for event in events:
                    if event.type == "DELETED":
                        raise Absent(f"{name}: was deleted")
                    if event.type != "BOOKMARK":
                        yield _shown(event.object)

    def logs(self, name: str, query: LogQuery) -> AsyncGenerator[str, None]:
        """Text of the adapters' logs, in pieces."""
        return self._translated(name, logs_of(self._kube, self._namespace, name, query))

    async def results(self, name: str) -> Mapping[int, Document]:  # noqa: ARG002 - the port's signature
        """Nothing beyond status: full results are in the gateway's store."""
        return {}

    def samples(self, name: str) -> AsyncGenerator[bytes, None]:
        """Nothing: samples are in the gateway's store."""
        raise RemoteError(
            f"{name}: samples are kept by the gateway, and a cluster is asked directly; name one with --gateway URL or"
            " a context"
        )

    async def providers(self) -> Sequence[Offered]:
        """Every Provider that can be named."""
        return await self._offered(PROVIDERS)

    async def collections(self) -> Sequence[Offered]:
        """Every Collection that can be named."""
        return await self._offered(COLLECTIONS)

    async def _offered(self, resource: Resource) -> list[Offered]:
        """As the operator looks them up: the namespace's own count before the catalogue's, of two the older one."""
        found = [Offered(document, shared=False) for document in await self._all(resource, self._namespace)]
        if self._catalogue and self._catalogue != self._namespace:
            found += [Offered(document, shared=True) for document in await self._all(resource, self._catalogue)]
        found.sort(
            key=lambda o: (o.shared, o.document["metadata"]["creationTimestamp"], o.document["metadata"]["name"])
        )
        counting: dict[str, Offered] = {}
        for offered in found:
            counting.setdefault(id_of(offered.document), offered)
        return list(counting.values())

    async def _all(self, resource: Resource, namespace: str, selector: str = "") -> list[Document]:
        with self._asking(""):
            listing = self._kube.list(resource.all(namespace), field_selector=selector, limit=_PAGE)
            return [_shown(document) async for document in listing]

    async def _translated(self, name: str, text: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
        with self._asking(name):
            async for piece in text:
                yield piece

    @contextlib.contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        """Turn what an API server refuses into a sentence."""
        try:
            yield
        except AlreadyExists:
            raise RemoteError(f"EvaluationJob {name}: exists already in {self.place}; choose another --name") from None
        except Unauthorized as error:
            raise RemoteError(
                f"{self._server} does not accept the credential of the kubeconfig: {_said(error)}"
            ) from None
        except Forbidden as error:
            raise RemoteError(f"not permitted in {self.place}: {_said(error)}") from None
        except NotFound as error:
            raise self._absent(name, error) from None
        except Gone as error:
            raise Lost(_said(error)) from None
        except Unreachable as error:
            raise Lost(f"{self._server} cannot be reached: {_said(error)}") from None
        except ApiError as error:
            kind = Lost if error.retry else RemoteError
            raise kind(f"EvaluationJob {name}: {_said(error)}" if name else _said(error)) from None

    def _absent(self, name: str, error: NotFound) -> RemoteError:
        if not error.status.get("details", {}).get("name"):
            return RemoteError(f"{self._server} knows no EvaluationJobs: Referee is not installed there")
        return Absent(f"{name}: there is no such EvaluationJob in {self.place}")


def id_of(document: Document) -> str:
    """What references to a Provider or a Collection name."""
    return str(document["spec"].get("id") or document["metadata"]["name"])


def _said(error: ApiError) -> str:
    return error.message or str(error)


def _shown(document: Document) -> Document:
    """Without the fields that only the API server reads."""
    document["metadata"].pop("managedFields", None)
    return document
