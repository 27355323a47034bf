"""What the API server's refusal of a person's call becomes in HTTP."""

import pytest

from referee.gateway.errors import Refusal, Unavailable
from referee.gateway.people.refusals import answering_the_caller, refusal
from referee.runtime.errors import ApiError, Unauthorized, Unreachable, error_for

CALL = "POST /apis/referee.dev/v1alpha1/namespaces/team-a/evaluationjobs"
QUOTA = 'evaluationjobs.referee.dev "x" is forbidden: exceeded quota: jobs, requested: 1, used: 5, limited: 5'


def status(reason: str, message: str, **details: object) -> dict[str, object]:
    return {"kind": "Status", "reason": reason, "message": message, "details": details}


CASES = {
    "nobody's token": (401, status("Unauthorized", "Unauthorized"), 401, "unauthorized", "no longer accepts"),
    "no right": (403, status("Forbidden", "User anna cannot create"), 403, "forbidden", "User anna cannot create"),
    "a quota": (403, status("Forbidden", QUOTA), 403, "forbidden", "exceeded quota: jobs"),
    "no such object": (404, status("NotFound", 'jobs "x" not found'), 404, "resource_not_found", 'jobs "x" not found'),
    "a twin": (409, status("AlreadyExists", '"x" already exists'), 409, "resource_already_exists", "already exists"),
    "an old version": (409, status("Conflict", "modified"), 409, "conflict", "modified; read it again, and repeat"),
    "a field": (
        422,
        status("Invalid", "all of it", causes=[{"field": "spec.model.url", "reason": "x", "message": "Required"}]),
        400,
        "request_validation_failed",
        "^spec.model.url: Required$",
    ),
    "two fields": (
        422,
        status(
            "Invalid",
            "all of it",
            causes=[{"field": "spec.a", "message": "Required"}, {"field": "", "message": "no twin"}],
        ),
        400,
        "request_validation_failed",
        "^spec.a: Required; no twin$",
    ),
    "no cause": (422, status("Invalid", "a test failed"), 400, "request_validation_failed", "a test failed"),
    "a bad patch": (400, status("BadRequest", "unknown field"), 400, "request_validation_failed", "unknown field"),
    "too much": (413, status("RequestEntityTooLarge", "limit is 3145728"), 413, "request_body_too_large", "limit is"),
    "another 4xx": (415, {}, 400, "request_validation_failed", "POST /apis/.*: 415"),
    "busy": (429, {}, 503, "service_unavailable", "cannot answer now"),
    "a webhook": (500, status("InternalError", "failed calling webhook"), 503, "service_unavailable", "webhook"),
    "going down": (503, {}, 503, "service_unavailable", "cannot answer now"),
}


@pytest.mark.parametrize(("code", "said", "answer", "message_code", "text"), CASES.values(), ids=CASES)
def test_an_answer(code: int, said: dict[str, object], answer: int, message_code: str, text: str) -> None:
    with pytest.raises(Refusal, match=text) as refused, answering_the_caller():
        raise error_for(CALL, code, said)

    assert (refused.value.status, refused.value.message_code) == (answer, message_code)


def test_no_answer_says_that_it_may_have_been_done() -> None:
    refused = refusal(Unreachable(CALL, 0, {"message": "Connection reset"}))

    assert isinstance(refused, Unavailable)
    assert (refused.retry_after, "may have been done all the same" in refused.message) == (1.0, True)


def test_our_own_missing_credential_is_not_the_callers_fault() -> None:
    assert isinstance(refusal(Unauthorized(CALL, 0, {"message": "no token file"})), Unavailable)


def test_the_api_servers_wish_to_wait_is_passed_on() -> None:
    assert refusal(error_for(CALL, 429, {}, retry_after="9")).retry_after == 9


def test_every_error_of_the_api_server_has_an_answer() -> None:
    kinds = [ApiError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        assert 400 <= refusal(kind(CALL, 418, {})).status <= 503


def test_what_is_no_error_of_the_api_server_goes_through() -> None:
    with pytest.raises(LookupError), answering_the_caller():
        raise LookupError
