"""What the index service does beside its stages: new generations, retention, and opening what someone left closed."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from services.contracts import indices
from services.index.decided import bring_up_to_date, decided
from services.index.decisions import NONE
from services.index.expiry import expire
from services.index.reindex import heal
from services.index.retention import Retention, retention
from services.index.rollover import closed, open_again, roll_over
from services.runtime.errors import Unavailable
from services.runtime.settings import Settings

EVERY_S = 30.0
UNSURE = timedelta(minutes=10)
"""How long ago an article may have been indexed by a worker that did not know the newest decisions."""
log = structlog.get_logger()


class Upkeep:
    """Looks after the articles' generations, every half a minute; several workers may do so at once."""

    def __init__(self, es: AsyncElasticsearch, settings: Settings) -> None:
        self._es = es
        self._settings = settings
        self._alias = settings.name(indices.ARTICLES)
        self._left_closed: set[str] = set()
        self.retention = Retention(settings.retention_days)
        self.decisions = NONE

    async def run(self) -> None:
        """For ever; what fails is tried again the next time."""
        while True:
            await asyncio.sleep(EVERY_S * random.uniform(0.8, 1.2))
            try:
                await self.once()
            except (TransportError, ApiError, Unavailable) as error:
                log.warning("upkeep of the index has to wait", error=str(error)[:300])

    async def once(self) -> None:
        """One round. Raises what the client raises, and Unavailable."""
        await self.learn()
        await bring_up_to_date(self._es, self._settings, self.decisions, since=datetime.now(UTC) - UNSURE)
        await heal(self._es, self._alias)
        await self._open()
        await roll_over(self._es, self._settings)
        await expire(self._es, self._settings, self.retention, datetime.now(UTC))

    async def learn(self) -> None:
        """Ask how long articles are kept, and what people decided about entities."""
        self.retention = await retention(self._es, self._settings)
        self.decisions = await decided(self._es, self._settings)

    async def learn_or_wait(self) -> None:
        """The same. Raises Unavailable."""
        try:
            await self.learn()
        except (TransportError, ApiError) as error:
            raise Unavailable(f"Elasticsearch does not tell retention and decisions: {error}") from error

    async def _open(self) -> None:
        """Open what was closed a round ago already: whoever closed it for a rollover is gone."""
        now = await closed(self._es, self._alias)
        if left := now & self._left_closed:
            log.warning("a rollover died in the middle; writers go on", indices=sorted(left))
            await open_again(self._es, self._alias, sorted(left))
        self._left_closed = now
