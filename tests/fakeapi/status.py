"""Failures as a real API server words them."""

from typing import Any

from tests.fakeapi.collection import Collection


class ApiFailureError(Exception):
    def __init__(self, code: int, reason: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": details,
            "code": code,
        }


def not_found(where: Collection, name: str) -> ApiFailureError:
    what = f"{where.plural}.{where.group}" if where.group else where.plural
    return ApiFailureError(
        404, "NotFound", f'{what} "{name}" not found', name=name, group=where.group, kind=where.plural
    )


def already_exists(where: Collection, name: str) -> ApiFailureError:
    return ApiFailureError(409, "AlreadyExists", f'{where.plural} "{name}" already exists', name=name)


def conflict(where: Collection, name: str, why: str) -> ApiFailureError:
    message = f'Operation cannot be fulfilled on {where.plural} "{name}": {why}'
    return ApiFailureError(409, "Conflict", message, name=name)


def invalid(message: str) -> ApiFailureError:
    return ApiFailureError(422, "Invalid", message)


def no_such_resource() -> ApiFailureError:
    return ApiFailureError(404, "NotFound", "the server could not find the requested resource")
