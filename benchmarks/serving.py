"""How fast the page and the JSON API are: python benchmarks/serving.py [--minutes N]

A tap in the browser until the new answer stands there; `POST /answer` beside an endpoint of bare Starlette that parses the same
JSON, one after the other and eight at once; what the answer itself costs in the process; the size of the first page; and memory
under load for some minutes. Ratios count.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import JSONResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402
from tests.web.form import BUILDER, TODAY, build, html_of  # noqa: E402
from tests.web.serving import ask  # noqa: E402

from concordant.library import FOLDER  # noqa: E402
from concordant.texts import read_file  # noqa: E402
from concordant.web.serving import listen  # noqa: E402

STORIES = [read_file(path).value for path in sorted((FOLDER / "cases").glob("D*.yaml"))[::8]]
BODIES = [json.dumps({"record": story}, default=str).encode() for story in STORIES]
# Timed in the page itself: what a driver waits for is looked at with each frame, and an idle page draws one a second.
TAP = """text => new Promise(done => {
  const chip = [...document.querySelectorAll('.chip')].find(one => one.innerText.includes(text));
  const begun = performance.now();
  const seen = new MutationObserver(() => { seen.disconnect(); setTimeout(() => done(performance.now() - begun), 0); });
  seen.observe(document.querySelector('#page'), {childList: true, subtree: true, characterData: true});
  chip.querySelector('input').click();
})"""
TAPS, OPENINGS, REQUESTS, AT_ONCE = 40, 20, 120, 8


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own, so that client and server do not share an interpreter."""
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        yield server
    finally:
        server.terminate()
        server.wait(30)


def free_port() -> int:
    with listen("127.0.0.1", 0) as one:
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            ask(port, "/healthz")
            return
        except OSError:
            time.sleep(0.1)


def bare() -> Starlette:
    async def echo(request: Request) -> JSONResponse:
        return JSONResponse({"keys": len(await request.json())})

    return Starlette(routes=[Route("/answer", echo, methods=["POST"]), Route("/healthz", echo, methods=["GET"])])


def times(count: int, act: Callable[[int], object]) -> list[float]:
    found = []
    for i in range(count):
        start = time.perf_counter()
        act(i)
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def rate(port: int) -> float:
    """Requests a second with several clients at once."""

    def run() -> None:
        for i in range(REQUESTS // AT_ONCE):
            ask(port, "/answer", BODIES[i % len(BODIES)])

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return REQUESTS // AT_ONCE * AT_ONCE / (time.perf_counter() - start)


def memory(server: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def tap_times(port: int) -> list[float]:
    """From the tap until the new answer stands on the page, in a browser."""
    from tests.present.browser import launched
    from tests.web.test_taps import SEED, tap

    with launched() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        for text in SEED:
            tap(page, text)
        chips = ("none on imaging", "stable (treated)", "active (new")
        return sorted(page.evaluate(TAP, chips[i % len(chips)]) for i in range(TAPS))


def opening_times(port: int) -> list[float]:
    """From the address to the first page on which a chip can be tapped, in a browser that has nothing of it."""
    from tests.present.browser import launched

    def open_page(_: int) -> None:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/", wait_until="load")
        page.locator(".chip").first.click(trial=True)

    with launched() as browser:
        return times(OPENINGS, open_page)


def quantile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def list_rows(ours: list[float], theirs: list[float], cost: float) -> Iterator[str]:
    """One request after the other: ours, beside the bare endpoint, and what of it is the answer itself."""
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, other = quantile(ours, share), quantile(theirs, share)
        yield f"| `POST /answer`, {name} | {mine:.1f} ms | {mine / other:.0f} times bare Starlette ({other:.1f} ms) |"
    yield f"| of that the answer itself, p50 | {cost:.1f} ms | {cost / quantile(ours, 0.5):.2f} of the request |"


def measure(minutes: float) -> Iterator[str]:
    """The rows of the table, each as soon as it was measured."""
    port, other = free_port(), free_port()
    cost = statistics.median(times(len(BODIES), lambda i: BUILDER.engine.recommend(BODIES[i][11:-1], today=TODAY)))
    start = "import benchmarks.serving as b, uvicorn, sys; uvicorn.run(b.bare(), port=int(sys.argv[1]), log_level='error')"
    serve = (sys.executable, "-m", "concordant", "serve", "--port", str(port))
    with process(*serve) as server, process(sys.executable, "-c", start, str(other)):
        wait_for(port)
        wait_for(other)
        single = [times(REQUESTS, lambda i, to=to: ask(to, "/answer", BODIES[i % len(BODIES)])) for to in (port, other)]  # type: ignore[misc]
        yield from list_rows(*single, cost)
        mine, bares = rate(port), rate(other)
        yield f"| requests a second, {AT_ONCE} clients | {mine:.1f} | {mine / bares:.3f} of bare Starlette ({bares:.0f}) |"
        taps = tap_times(port)
        yield f"| a tap until the new answer, p50 and p95 | {quantile(taps, 0.5):.0f} and {quantile(taps, 0.95):.0f} ms | |"
        opened = opening_times(port)
        waited = f"{quantile(opened, 0.5):.0f} and {quantile(opened, 0.95):.0f} ms"
        yield f"| the first page until it can be tapped, p50 and p95 | {waited} | |"
        before, end = memory(server), time.monotonic() + minutes * 60
        while time.monotonic() < end:
            rate(port)
        after = memory(server)
        yield f"| memory before and after {minutes:g} minutes of load | {before:.0f} and {after:.0f} MB | {after / before:.2f} |"
    yield f"| the first page (HTML alone) | {len(html_of(build())) / 1000:.0f} kB | |"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=0.5)
    print("| what | seen | ratio |\n|---|---|---|")
    for row in measure(options.parse_args().minutes):
        print(row, flush=True)


if __name__ == "__main__":
    main()
