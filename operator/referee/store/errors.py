"""What the store cannot do, and whether asking again helps.

    StoreError
    ├── StoreUnavailable   the database or the object store does not answer, or refuses: the same call may succeed later
    ├── UnusableStore      the settings name no store that this process can use: it will not get better by waiting
    └── Unstorable         what is to be kept cannot be (also a ValueError): the caller's fault, the text names it

Every failure of a driver becomes `StoreUnavailable`, also those that are none of the network's: whoever reports a
result keeps it and comes again, which is right for a full disk and for a server that restarts alike. The driver's
own exception is its cause.
"""


class StoreError(Exception):
    """Something was not kept, or not read."""


class StoreUnavailable(StoreError):  # noqa: N818 - named as the state that it is
    """Nothing is known about what was asked; asking again may help."""


class UnusableStore(StoreError):  # noqa: N818 - the same
    """The store cannot be opened as it is set."""


class Unstorable(StoreError, ValueError):  # noqa: N818 - the same
    """This can never be kept, or never be asked."""
