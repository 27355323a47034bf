"""Kopf as a watcher and nothing else.

What is switched off would write to objects that are not kopf's, or cost without use. Most of kopf's own time for an
event went into finding out what of the object had changed since its handlers last succeeded; ours are only told that
something happened, so there is nothing to remember and nothing to compare (`NoDiffs`).
"""

import logging

import kopf

from referee.runtime.children import CHILD_SELECTOR


class NoDiffs(kopf.DiffBaseStorage):
    """Remembers nothing of an object; kopf's own storages copy and compare each one at each event."""

    def build(self, **_: object) -> kopf.BodyEssence:
        """What is to be remembered: nothing."""
        return kopf.BodyEssence()

    def fetch(self, **_: object) -> None:
        """What was remembered: nothing."""

    def store(self, **_: object) -> None:
        """Never asked for by handlers of events."""


def quiet(settings: kopf.OperatorSettings) -> None:
    """Switch off what we do not use."""
    settings.scanning.disabled = True  # a Role suffices; we look for our kinds ourselves
    settings.posting.enabled = False
    settings.peering.standalone = True
    settings.persistence.diffbase_storage = NoDiffs()
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage()  # the default keeps two
    # What a list brings stays in memory, parsed, until each object's worker has been idle for so long: with 250 and
    # half a second that was most of what a start with 12,000 objects took.
    settings.watching.chunk_size = 100
    settings.queueing.idle_timeout = 0.1
    settings.watching.reconnect_backoff = 1.0
    settings.networking.connect_timeout = 5
    settings.networking.request_timeout = 30
    # rides out a control plane's upgrade; kopf ends the process when these are used up
    settings.networking.error_backoffs = [min(30.0, 1.5**n) for n in range(30)]
    settings.process.ultimate_exiting_timeout = 25
    settings.watching.label_selectors["batch", "v1", "jobs"] = CHILD_SELECTOR
    settings.watching.label_selectors["v1", "pods"] = CHILD_SELECTOR
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)
