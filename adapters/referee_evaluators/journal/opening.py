"""Which journal a run has: the host's where it keeps one, else a file of its own."""

from typing import TYPE_CHECKING

from referee_adapter import Context
from referee_evaluators.journal.local import FileJournal
from referee_evaluators.journal.past import Past
from referee_evaluators.journal.port import Journal, NoJournal

if TYPE_CHECKING:
    from referee_evaluators.journal.remote import Patience


async def open_journal(context: Context, patience: "Patience | None" = None) -> tuple[Journal, Past]:
    """The journal, and what it holds of this run.

    Raises:
        Failure: there is one, and it cannot be read.
    """
    if context.spec.callback_url:
        from referee_evaluators.journal.remote import GatewayJournal  # noqa: PLC0415 - aiohttp, a tenth of a second

        remote = GatewayJournal(context, patience)
        try:
            return remote, await remote.read("run")
        except NoJournal:
            await remote.close()
        except BaseException:
            await remote.close()
            raise
    local = FileJournal(context.paths.data)
    return local, await local.read("run")
