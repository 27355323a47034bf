"""What a PATCH makes of an object."""

from typing import Any, cast

from tests.fakeapi.collection import Object
from tests.fakeapi.patches import PatchError, json_patch, merge_patch
from tests.fakeapi.status import ApiFailureError, invalid


def patched(old: Object, body: Any, content_type: str) -> Object:
    if content_type == "application/merge-patch+json":
        return cast("Object", merge_patch(old, body))
    if content_type == "application/json-patch+json":
        try:
            return json_patch(old, body)
        except PatchError as error:
            raise invalid(f"the server rejected our request due to an error in our request: {error}") from error
    raise ApiFailureError(415, "UnsupportedMediaType", f"{content_type} is not known here")
