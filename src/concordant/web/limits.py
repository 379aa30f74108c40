"""What one request may cost: its size, the time to send it, how many at once and how often."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from starlette.requests import Request

from concordant.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server. `rate` are requests a second and client on average, `burst` how many may come together."""

    most_bytes: int = 10_000_000
    seconds_to_send: float = 20.0
    at_once: int = 8
    waiting: int = 200
    rate: float = 20.0
    burst: int = 100


CLIENTS_REMEMBERED = 10_000


@dataclass
class Gate:
    """Lets requests in as far as the limits allow. It remembers how often a client came, and nothing that it sent."""

    limits: Limits
    _places: asyncio.Semaphore = field(init=False)
    _waiting: int = 0
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.limits.at_once)

    async def __aenter__(self) -> None:
        if self._waiting >= self.limits.waiting:
            raise Problem(503, "Too many questions at once", "Try again in a few seconds.", retry_after=2)
        self._waiting += 1
        await self._places.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._waiting -= 1
        self._places.release()

    def count_request(self, client: str) -> None:
        """Refuse a client that asks too often: a bucket that fills with time, and loses a drop for each request."""
        now = time.monotonic()
        drops, seen = self._buckets.pop(client, (float(self.limits.burst), now))
        drops = min(self.limits.burst, drops + (now - seen) * self.limits.rate)
        self._buckets[client] = (max(drops - 1, 0.0), now)
        if len(self._buckets) > CLIENTS_REMEMBERED:
            self._buckets.popitem(last=False)
        if drops < 1:
            raise Problem(429, "Too many requests", "Wait a second, then ask again.", retry_after=1)


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request. Raises Problem for one that is too large, or that takes too long to come."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limits.most_bytes:
        raise too_large(limits)
    try:
        return await asyncio.wait_for(_collect(request, limits), limits.seconds_to_send)
    except TimeoutError:
        raise Problem(408, "The request took too long to arrive", "Send it again.") from None


async def _collect(request: Request, limits: Limits) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limits.most_bytes:
            raise too_large(limits)
        parts.append(part)
    return b"".join(parts)


def too_large(limits: Limits) -> Problem:
    """What is said of a body that is too large."""
    most = limits.most_bytes // 1_000_000
    return Problem(413, "This is too large", f"At most {most} MB are read here; the command reads larger records.")
