"""A data set of a Hugging Face hub, at one commit."""

import glob
import shutil

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from referee_agent.fetch.errors import FetchError, Forbidden, NotFound, Unauthorized, Unreachable, of_status
from referee_agent.fetch.landing import Landing, parts
from referee_agent.fetch.settings import Settings

_STAGE = ".fetching"
_OWN = ".cache"
"""What the library keeps beside the files."""


def fetch(settings: Settings, landing: Landing) -> str:
    """Fetch it; returns the commit."""
    source = settings.source
    name, revision, inner = source["repoId"], source.get("revision") or "main", source.get("subPath")
    shown = f"data set {name} at {revision}"
    token = settings.secret("token", "hf-token")
    below = parts(inner.rstrip("/")) if inner else []
    stage = landing.directory / _STAGE
    try:
        # False, not None: the library would look for a token elsewhere
        commit = huggingface_hub.HfApi(token=token or False).dataset_info(name, revision=revision).sha or revision
        huggingface_hub.snapshot_download(
            name,
            repo_type="dataset",
            revision=commit,
            local_dir=stage,
            token=token or False,
            allow_patterns=[f"{glob.escape('/'.join(below))}/*"] if below else None,
            max_workers=4,
        )
    except HfHubHTTPError as error:
        raise _refused(shown, error) from None
    except HFValidationError as error:
        raise NotFound(f"{shown}: {error}") from None
    except ValueError as error:  # a name that would leave the directory
        raise Forbidden(f"{shown}: {error}") from None
    except Exception as error:  # noqa: BLE001 - its HTTP client's errors come through, and that client has changed before
        raise Unreachable(f"{shown}: {type(error).__name__}") from None
    shutil.rmtree(stage / _OWN, ignore_errors=True)
    landing.adopt(stage.joinpath(*below))
    shutil.rmtree(stage)
    return commit


def _refused(shown: str, error: HfHubHTTPError) -> FetchError:
    status = error.response.status_code
    if status == 401:  # noqa: PLR2004 - what the hub says of a set that is not there, too
        return Unauthorized(f"{shown} does not exist, or may not be read: check the source's secretRef")
    return of_status(status, shown)
