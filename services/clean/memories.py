"""The memories of the hosts whose pages came last, in this process, and which of them changed since they were kept."""

from collections import OrderedDict
from dataclasses import dataclass

from services.clean.sightings import Memory, Recurring, Sighting, merged, recurring, with_article

MOST_HOSTS = 500
"""Up to 40 KB each, 20 KB as a rule."""


@dataclass
class _Host:
    memory: Memory = ()
    recurs: Recurring | None = None
    changed: bool = False


class Memories:
    """At most `most` hosts; of those that are kept elsewhere, the one that was not used for longest goes first. Not to
    be shared by threads."""

    def __init__(self, most: int = MOST_HOSTS) -> None:
        self._most = most
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    def __contains__(self, host: str) -> bool:
        return host in self._hosts

    def __len__(self) -> int:
        return len(self._hosts)

    def recurring(self, host: str) -> Recurring:
        """What recurs on `host`, as far as is known."""
        if host not in self._hosts:
            return {}
        known = self._used(host)
        if known.recurs is None:
            known.recurs = recurring(known.memory)
        return known.recurs

    def add(self, host: str, seen: Sighting) -> None:
        """Remember an article."""
        known = self._used(host)
        self._set(known, with_article(known.memory, seen), changed=True)

    def join(self, host: str, memory: Memory) -> None:
        """Know also what another knows of `host`."""
        known = self._used(host)
        self._set(known, merged(known.memory, memory), changed=False)

    def take_changed(self) -> dict[str, Memory]:
        """The memories that changed since they were last taken."""
        taken = {host: known.memory for host, known in self._hosts.items() if known.changed}
        for host in taken:
            self._hosts[host].changed = False
        return taken

    def give_back(self, hosts: set[str]) -> None:
        """Take those for changed again, since they could not be kept."""
        for host in hosts & self._hosts.keys():
            self._hosts[host].changed = True

    def _used(self, host: str) -> _Host:
        if host not in self._hosts and len(self._hosts) >= self._most:
            kept = (other for other, known in self._hosts.items() if not known.changed)
            del self._hosts[next(kept, next(iter(self._hosts)))]
        known = self._hosts.setdefault(host, _Host())
        self._hosts.move_to_end(host)
        return known

    @staticmethod
    def _set(known: _Host, memory: Memory, *, changed: bool) -> None:
        if memory != known.memory:
            known.memory, known.recurs = memory, None
            known.changed = known.changed or changed
