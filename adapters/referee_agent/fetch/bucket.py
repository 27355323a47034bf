"""An object, or everything under a prefix, from an S3 bucket."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from referee_agent.fetch.errors import FetchError, NotFound, Unauthorized, Unreachable
from referee_agent.fetch.landing import Landing
from referee_agent.fetch.settings import Settings

_REGION = "us-east-1"
_PIECE = 1024 * 1024
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_ABOUT_US = re.compile(r"AccessKey|AccessDenied|Signature|UserNotFound|Token")


def fetch(settings: Settings, landing: Landing, proxy: str) -> str:
    """Fetch it; returns the object's digest, or for a prefix that of all names and digests.

    Not the ETag: what it is made of depends on how the object was uploaded, and some servers have none.
    """
    source = settings.source
    bucket, key = source["bucket"], source["key"]
    shown = f"s3://{bucket}/{key}"
    try:
        store = _store(settings, proxy)
        if not key.endswith("/"):
            return _object(store, key, key.rpartition("/")[2], landing)
        found = sorted((meta["path"], meta["size"]) for batch in obstore.list(store, prefix=key) for meta in batch)
        landing.expect(sum(size for _, size in found))
        digest = hashlib.sha256()
        for path, _ in found:
            digest.update(f"{path}\0{_object(store, path, path.removeprefix(key), landing)}\0".encode())
    except BaseError as error:
        raise _trouble(shown, error) from None
    if not found:
        raise NotFound(f"{shown}: there is nothing under this prefix")
    return f"sha256:{digest.hexdigest()}"


def _object(store: S3Store, path: str, name: str, landing: Landing) -> str:
    try:
        answer = obstore.get(store, path)
    except OSError as error:  # the library raises Python's own for what is not there
        raise _trouble(path, error) from None
    digest = hashlib.sha256()
    landing.expect(answer.meta["size"])
    with landing.file(name) as file:
        for piece in answer.stream(min_chunk_size=_PIECE):
            digest.update(piece)
            file.write(bytes(piece))
    return f"sha256:{digest.hexdigest()}"


def _store(settings: Settings, proxy: str) -> S3Store:
    """The bucket. Without a key nothing is signed: else the library would ask the cloud's metadata service for one."""
    given = settings.source
    endpoint = given.get("endpoint") or settings.secret("AWS_S3_ENDPOINT")
    region = given.get("region") or settings.secret("AWS_DEFAULT_REGION") or _REGION
    key, secret = settings.secret("AWS_ACCESS_KEY_ID"), settings.secret("AWS_SECRET_ACCESS_KEY")
    if (key is None) != (secret is None):
        raise Unauthorized("secretRef must have both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither")
    options: dict[str, Any] = {"region": region}
    if endpoint:
        options["endpoint"] = endpoint
    if key is None:
        options["skip_signature"] = True
    else:
        options |= {"access_key_id": key, "secret_access_key": secret}
        if token := settings.secret("AWS_SESSION_TOKEN"):
            options["session_token"] = token
    return S3Store(
        given["bucket"],
        **options,
        client_options={
            "proxy_url": proxy,
            "allow_http": (endpoint or "").startswith("http:"),
            "connect_timeout": timedelta(seconds=20),
            "timeout": timedelta(hours=1),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
    )


def _trouble(shown: str, error: Exception) -> FetchError:
    """What went wrong. Of what the server said its code; the library's own text goes on for pages."""
    text = str(error)
    status, code = _STATUS.search(text), _CODE.search(text)
    said = f"{shown}: {' '.join(found[1] for found in (status, code) if found) or text.partition('Debug source')[0]}"
    if code and _ABOUT_US.search(code[1]):
        return Unauthorized(f"{said}: check the source's secretRef")
    if isinstance(error, NotFoundError | FileNotFoundError) or (code and code[1] in ("NoSuchBucket", "NoSuchKey")):
        return NotFound(f"{said}: there is no such object, or no such bucket")
    denied = isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError)
    if denied or (status and status[1] in ("401", "403")):
        return Unauthorized(f"{said}: check the source's secretRef")
    return Unreachable(said)
