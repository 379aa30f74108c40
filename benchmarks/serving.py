"""How fast the page, the JSON API and CDS Hooks are: python benchmarks/serving.py [--minutes N] [--cards | --soak MINUTES]

A tap in the browser until the new answer stands there; `POST /answer` beside an endpoint of bare Starlette that parses the same
JSON, one after the other and eight at once; what the answer itself costs in the process; the size of the first page; and memory
under load for some minutes. With `--cards`, the cards of CDS Hooks for prefetches of 50 kB alone. With `--soak`, answers and
cards in turn at half of what the server can, for some minutes: each answer is held against the one that `concordant recommend`
gave before, each card against the first; memory at the beginning and at the end. Exits with 1 where one differs. Ratios count.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


PREFETCH_BYTES, CARD_CLIENTS, CARD_REQUESTS = 50_000, 4, 240


def pad_prefetch(prefetch: dict[str, Any]) -> dict[str, Any]:
    """The prefetch with procedures of no importance, until it has its size."""
    done: list[dict[str, Any]] = []
    while len(json.dumps(prefetch)) < PREFETCH_BYTES:
        told = {"resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/p1"}}
        coding = {"system": "http://snomed.info/sct", "code": "73761001", "display": "Colonoscopy (procedure)"}
        told |= {"code": {"coding": [coding]}}
        days = (f"20{10 + i:02}-03-0{i + 1}" for i in range(9))
        done += [{"resource": {**told, "id": f"q{len(done)}-{day}", "performedDateTime": day}} for day in days]
        prefetch = {**prefetch, "procedure": {"resourceType": "Bundle", "type": "searchset", "entry": done}}
    return prefetch


def make_calls() -> list[bytes]:
    """Opened records of shipped cases, each as a client hands it over."""
    from tests.shipped import CASES, record_of, shipped_knowledge
    from tests.web.cds.calls import call, prefetch_of
    from tests.web.cds.test_cards import _can_be_told
    from tests.writers.as_fhir import bundle_of

    records = [record for path in CASES[::9] if (record := record_of(path)) is not None and _can_be_told(record)]
    told = [pad_prefetch(prefetch_of(bundle_of(record, shipped_knowledge()))) for record in records]
    return [json.dumps(call("patient-view", one)).encode() for one in told]


def serve_cards(port: int) -> None:
    """The server of the measurement: no limit of rate, for all requests come from one client."""
    from tests.web.serving import FREE

    from concordant.api import Engine
    from concordant.web.cds.settings import CdsSettings
    from concordant.web.serving import serve_others

    serve_others(Engine(), "127.0.0.1", port, limits=FREE, cds=CdsSettings("", is_open=True))


def run_clients(clients: int, run: Callable[[int], None]) -> float:
    """Seconds that some clients take together."""
    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def times_at_rate(port: int, path: str, bodies: list[bytes], per_second: float, count: int) -> list[float]:
    """From the moment at which a request is due, whether or not the ones before it are answered."""
    found: list[float] = []
    begun = time.perf_counter() + 0.1

    def send(number: int) -> None:
        due = begun + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        ask(port, path, bodies[number % len(bodies)])
        found.append((time.perf_counter() - due) * 1000)

    run_clients(count, send)
    return sorted(found)


def measure_cards(minutes: float) -> Iterator[str]:
    """The rows of CDS Hooks."""
    port, other, bodies = free_port(), free_port(), make_calls()
    path, count = "/cds-services/concordant-patient-view", CARD_REQUESTS
    start = "import benchmarks.serving as b, sys; b.serve_cards(int(sys.argv[1]))"
    plain = "import benchmarks.serving as b, uvicorn, sys; uvicorn.run(b.bare(), port=int(sys.argv[1]), log_level='error')"
    with process(sys.executable, "-c", start, str(port)) as server, process(sys.executable, "-c", plain, str(other)):
        wait_for(port)
        wait_for(other)
        for to, where in ((port, path), (other, "/answer")):
            for body in bodies:
                ask(to, where, body)
        ours = times(count, lambda i: ask(port, path, bodies[i % len(bodies)]))
        theirs = times(count, lambda i: ask(other, "/answer", bodies[i % len(bodies)]))
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            mine, bares = quantile(ours, share), quantile(theirs, share)
            beside = f"{mine / bares:.0f} times bare Starlette ({bares:.1f} ms)"
            yield f"| cards for a prefetch of 50 kB, {name} | {mine:.1f} ms | {beside} |"

        def load(to: int, where: str) -> float:
            def run(client: int) -> None:
                for i in range(count // CARD_CLIENTS):
                    ask(to, where, bodies[(client + i) % len(bodies)])

            return count / run_clients(CARD_CLIENTS, run)

        mine, bares = load(port, path), load(other, "/answer")
        yield f"| cards a second, {CARD_CLIENTS} clients | {mine:.1f} | {mine / bares:.3f} of bare Starlette ({bares:.0f}) |"
        half = times_at_rate(port, path, bodies, mine / 2, count)
        waited = f"{quantile(half, 0.5):.0f} and {quantile(half, 0.99):.0f} ms"
        yield f"| cards at half that load, p50 and p99 | {waited} | aim 100 ms p99 |"
        before, end = memory(server), time.monotonic() + minutes * 60
        while time.monotonic() < end:
            load(port, path)
        after = memory(server)
        yield f"| memory before and after {minutes:g} minutes of cards | {before:.0f} and {after:.0f} MB | {after / before:.2f} |"


SOAK_CLIENTS = 4


def expect_answers(folder: Path) -> list[bytes]:
    """What the command says of each story, as JSON; it is asked once for each."""
    found = []
    for number, story in enumerate(STORIES):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(story, default=str))
        command = [sys.executable, "-m", "concordant", "recommend", str(path), "--format", "json"]
        found.append(subprocess.run(command, capture_output=True, cwd=ROOT, check=True).stdout)
    return found


class Soak:
    """Answers and cards in turn; each is held against what is expected of it."""

    def __init__(self, port: int, answers: list[bytes], calls: list[bytes]) -> None:
        self.port, self.calls = port, calls
        self.answers = [json.loads(one) for one in answers]
        self.cards = [self.ask_card(i) for i in range(len(calls))]
        self.times: dict[str, list[float]] = {"answers": [], "cards": []}
        self.wrong: list[str] = []

    def ask_card(self, number: int) -> tuple[int, bytes]:
        """Status and cards of one call."""
        status, _, content = ask(self.port, "/cds-services/concordant-patient-view", self.calls[number % len(self.calls)])
        return status, content

    def step(self, number: int) -> None:
        """One request, an answer and a card in turn."""
        kind, at = ("answers", "cards")[number % 2], number // 2
        start = time.perf_counter()
        if kind == "cards":
            same = self.ask_card(at) == self.cards[at % len(self.cards)]
        else:
            status, _, content = ask(self.port, "/answer", BODIES[at % len(BODIES)])
            same = status == 200 and json.loads(content) == self.answers[at % len(self.answers)]
        self.times[kind].append((time.perf_counter() - start) * 1000)
        if not same:
            self.wrong.append(f"{kind} {at}")

    def run_for(self, seconds: float, per_second: float = 0.0) -> float:
        """Requests a second that were answered; as many as can be, or at a rate."""
        begun, count = time.monotonic(), itertools.count()

        def run(_: int) -> None:
            while time.monotonic() < begun + seconds:
                number = next(count)
                if per_second:
                    time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
                self.step(number)

        run_clients(SOAK_CLIENTS, run)
        return next(count) / (time.monotonic() - begun)


def measure_soak(minutes: float) -> Iterator[str]:
    """The rows of a soak. Raises SystemExit where an answer was another one than the command's."""
    port, start = free_port(), "import benchmarks.serving as b, sys; b.serve_cards(int(sys.argv[1]))"
    with tempfile.TemporaryDirectory() as folder, process(sys.executable, "-c", start, str(port)) as server:
        wait_for(port)
        soak = Soak(port, expect_answers(Path(folder)), make_calls())
        most = soak.run_for(min(15.0, minutes * 15))
        yield f"| answers and cards a second, {SOAK_CLIENTS} clients | {most:.1f} | |"
        for times_of in soak.times.values():
            times_of.clear()
        before = memory(server)
        at_half = soak.run_for(minutes * 60, most / 2)
        after = memory(server)
        for kind, found in soak.times.items():
            waited = f"{quantile(sorted(found), 0.5):.0f} and {quantile(sorted(found), 0.99):.0f} ms"
            yield f"| {len(found)} {kind} in {minutes:g} minutes at half of that ({at_half:.1f}), p50 and p99 | {waited} | |"
        yield f"| memory before and after | {before:.0f} and {after:.0f} MB | {after / before:.2f} |"
        yield f"| other than the command's, or than the first card | {len(soak.wrong)} | |"
        if soak.wrong:
            raise SystemExit(f"These differ: {', '.join(soak.wrong[:10])}")


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


def choose_rows(chosen: argparse.Namespace) -> Iterator[str]:
    if chosen.soak:
        return measure_soak(chosen.soak)
    return measure_cards(chosen.minutes) if chosen.cards else measure(chosen.minutes)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=0.5)
    options.add_argument("--cards", action="store_true", help="CDS Hooks alone")
    options.add_argument("--soak", type=float, default=0.0, metavar="MINUTES", help="answers and cards, each compared")
    chosen = options.parse_args()
    print("| what | seen | ratio |\n|---|---|---|")
    for row in choose_rows(chosen):
        print(row, flush=True)


if __name__ == "__main__":
    main()
