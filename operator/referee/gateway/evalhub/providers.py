"""`/api/v1/evaluations/providers`: what evaluates, with its benchmarks."""

from fastapi import APIRouter

from referee.gateway.evalhub.catalogue_models import ProviderDocument, ProviderPage
from referee.gateway.evalhub.catalogue_routes import Described, catalogue_router
from referee.gateway.evalhub.described import query
from referee.gateway.evalhub.entries import Entries
from referee.gateway.evalhub.patches import PROVIDER
from referee.gateway.evalhub.wire.catalogue_requests import ProviderRequest
from referee.gateway.evalhub.wire.providers import provider_document, provider_spec
from referee.gateway.evalhub.wording import Wording
from referee.gateway.services import Services
from referee.runtime.paths import PROVIDERS

_DESCRIBED = Described(
    singular="provider",
    request=ProviderRequest,
    document=ProviderDocument,
    page=ProviderPage,
    filters=(query("benchmarks", "false: leave the benchmarks out.", {"type": "boolean"}),),
)


def providers_router(services: Services) -> APIRouter:
    """The addresses."""
    wording = Wording(
        resource=PROVIDERS,
        request=ProviderRequest,
        spec=provider_spec,
        document=provider_document,
        paths=PROVIDER,
        blank={"tags": []},
        read_only="read_only_provider",
        every=services.objects.providers,
        one=services.objects.provider,
    )
    return catalogue_router(Entries(services, wording), _DESCRIBED)
