"""`/api/v1/evaluations/collections`: weighted sets of benchmarks with pass criteria.

`sort_by` is taken and changes nothing, as with EvalHub: lists are sorted by time.
"""

from fastapi import APIRouter

from referee.gateway.evalhub.catalogue_models import CollectionDocument, CollectionPage
from referee.gateway.evalhub.catalogue_routes import Described, catalogue_router
from referee.gateway.evalhub.described import query
from referee.gateway.evalhub.entries import Entries
from referee.gateway.evalhub.patches import COLLECTION
from referee.gateway.evalhub.wire.catalogue_requests import FACETS, CollectionRequest
from referee.gateway.evalhub.wire.collections import collection_document, collection_spec
from referee.gateway.evalhub.wording import Wording
from referee.gateway.services import Services
from referee.runtime.paths import COLLECTIONS

_DESCRIBED = Described(
    singular="collection",
    request=CollectionRequest,
    document=CollectionDocument,
    page=CollectionPage,
    filters=(
        query("category", "Only those of this category."),
        *(query(facet, "Only those with all of these words, separated by commas.") for facet in FACETS),
        query("sort_by", "Changes nothing: lists are sorted by time."),
    ),
    exact=("category",),
    among=FACETS,
)


def collections_router(services: Services) -> APIRouter:
    """The addresses."""
    wording = Wording(
        resource=COLLECTIONS,
        request=CollectionRequest,
        spec=collection_spec,
        document=collection_document,
        paths=COLLECTION,
        blank={"tags": [], "custom": {}},
        read_only="read_only_collection",
        every=services.objects.collections,
        one=services.objects.collection,
    )
    return catalogue_router(Entries(services, wording), _DESCRIBED)
