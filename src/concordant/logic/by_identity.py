"""What was made of the last few keys, found again by identity: for what is dear to make and cannot be hashed."""

from __future__ import annotations

from collections import deque
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
        self._kept: deque[tuple[Key, Made]] = deque(maxlen=most)
        self._lock = RLock()

    def __call__(self, key: Key) -> Made:
        """What `make` gives for this very key; made once, as long as it is among the last ones."""
        with self._lock:
            kept = next((pair for pair in self._kept if pair[0] is key), None)
            if kept is None:
                kept = (key, self._make(key))
            else:
                self._kept.remove(kept)
            self._kept.append(kept)
            return kept[1]
