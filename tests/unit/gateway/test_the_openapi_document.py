"""The OpenAPI document of the whole gateway, and its page."""

import json
import re
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest

from referee.gateway.app import create_app

_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def client() -> httpx.AsyncClient:
    """An application that describes itself and could answer nothing else."""
    app = create_app(MagicMock(), services=MagicMock())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://gateway")


async def test_every_address_names_its_answers_and_none_says_422(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()

    jobs = document["paths"]["/api/v1/evaluations/jobs"]
    assert set(jobs["post"]["responses"]) >= {"202", "400", "401", "403", "404", "409", "413", "500", "503"}
    operations = [
        operation for address in document["paths"].values() for name, operation in address.items() if name in _METHODS
    ]
    assert not any("422" in operation["responses"] for operation in operations)
    assert "bearer" in document["components"]["securitySchemes"]


async def test_its_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text

    assert "POST /api/v1/evaluations/jobs" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


async def test_a_laptops_application_has_neither() -> None:
    transport = httpx.ASGITransport(app=create_app(MagicMock()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        assert {(await client.get(path)).status_code for path in ("/openapi.json", "/docs")} == {404}


async def test_bounds_that_are_left_out_themselves_are_numbers(client: httpx.AsyncClient) -> None:
    schemas: dict[str, Any] = (await client.get("/openapi.json")).json()["components"]["schemas"]

    # a CRD says `exclusiveMinimum: true`, which read as a number would be 1, and refuse 0.95
    job = schemas["EvaluationJobDocument"]
    confidence = job["properties"]["spec"]["properties"]["confidence"]
    assert (confidence["exclusiveMinimum"], confidence["exclusiveMaximum"]) == (0.5, 1)
    assert not {"minimum", "maximum"} & set(confidence)


async def test_whatever_is_referred_to_is_there(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()

    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert referred <= set(document["components"]["schemas"])
