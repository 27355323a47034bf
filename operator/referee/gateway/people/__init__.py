"""Who a person is and what they may do: everything that REST does for somebody starts here."""

from referee.gateway.people.api_keys import ApiKeys
from referee.gateway.people.people import People
from referee.gateway.people.person import Person

__all__ = ["ApiKeys", "People", "Person"]
