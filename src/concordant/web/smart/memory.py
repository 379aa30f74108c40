"""What is remembered of launches: in memory, for some minutes, and of no more than some thousand at once."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that was sent to its server and has not come back. `browser` is whose it is."""

    server: str
    browser: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A patient whose record may be read for some minutes, by the browser that launched it."""

    server: str
    browser: str = field(repr=False)
    token: str = field(repr=False)
    patient: str = field(repr=False)


@dataclass
class ShortMemory(Generic[T]):
    """Things under names that nobody can guess, each until its time is over."""

    _kept: OrderedDict[str, tuple[float, T]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep_thing(self, thing: T, seconds: float) -> str:
        """Remember something; gives its name. Where too much is remembered, the oldest is forgotten."""
        name = make_secret()
        with self._lock:
            self._drop_ended()
            self._kept[name] = (time.monotonic() + seconds, thing)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return name

    def take_thing(self, name: str) -> T | None:
        """What has this name, once."""
        with self._lock:
            self._drop_ended()
            found = self._kept.pop(name, None)
        return found[1] if found is not None else None

    def find_thing(self, name: str) -> T | None:
        """What has this name."""
        with self._lock:
            self._drop_ended()
            found = self._kept.get(name)
        return found[1] if found is not None else None

    def _drop_ended(self) -> None:
        now = time.monotonic()
        for name in [name for name, (until, _) in self._kept.items() if until <= now]:
            del self._kept[name]


def make_secret() -> str:
    """A text that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)
