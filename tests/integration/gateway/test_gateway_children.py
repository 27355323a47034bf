"""The port over a real API server, with a real Job controller and real tokens."""

from tests.contract.children.contract import ChildrenContract


class TestChildrenOnARealApiServer(ChildrenContract):
    """`house` is in conftest."""
