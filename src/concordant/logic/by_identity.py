"""What was made of the last few keys, found again by identity: for what is dear to make and cannot be hashed."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")
MOST = 4  # an interview looks at two knowledges in turn, a comparison at two more


class IdentityCache(Generic[Key, Made]):
    """A function that remembers its last results. It keeps their keys alive, and may be called from several threads."""

    def __init__(self, make: Callable[[Key], Made], most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._kept: list[tuple[Key, Made]] = []  # the one that was used last stands last
        self._lock = RLock()

    def __call__(self, key: Key) -> Made:
        """What `make` gives for this very key, made once as long as it is among the last ones; keys are never compared."""
        with self._lock:
            place = next((place for place, (kept, _) in enumerate(self._kept) if kept is key), None)
            pair = (key, self._make(key)) if place is None else self._kept.pop(place)
            self._kept = [*self._kept[1 - self._most :], pair] if self._most > 1 else [pair]
            return pair[1]
