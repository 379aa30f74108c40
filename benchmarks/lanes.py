"""How long a supposition takes in lanes, and alone: python -m benchmarks.lanes [--write]

For every few shipped cases, 120 things are supposed: all at a time, and one after the other by the reference of the
tests. CPU time; the ratio is that of one run. `--write` puts the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.laws.lanes import suppose_cells
from tests.shipped import CASES, record_of, shipped_knowledge
from tests.supposing import decide_supposed

from concordant.answer.engine import build_situation
from concordant.decide.situation import Situation
from concordant.derive.lanes import Supposition

ROOT = Path(__file__).parent.parent
SUPPOSED, EVERY, ROUNDS = 120, 12, 5


def measure(action: Callable[[], object]) -> float:
    """The best of some rounds, in seconds of CPU."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best


def suppose_alone(now: Situation, some: Sequence[Supposition]) -> None:
    """One after the other."""
    for one in some:
        decide_supposed(now, one)


def tabulate() -> str:
    """Both ways, in microseconds a supposition."""
    lanes = alone = 0.0
    number = 0
    for record in filter(None, map(record_of, CASES[::EVERY])):
        now = build_situation(record, shipped_knowledge())
        cells = list(suppose_cells(now))
        some = random.Random(1).sample(cells, min(SUPPOSED, len(cells)))
        lanes += measure(partial(now.suppose, some))
        alone += measure(partial(suppose_alone, now, some))
        number += len(some)
    return "\n".join(
        [
            f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}; {number:,} suppositions",
            "",
            "| a supposition | µs of one core |",
            "|---|---|",
            f"| in lanes | {lanes / number * 1e6:.0f} |",
            f"| alone | {alone / number * 1e6:.0f} |",
            "",
            f"Alone it takes {alone / lanes:.1f} times as long.",
        ]
    )


def main() -> None:
    """Print the table, and write it where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    table = tabulate()
    print(table)
    if options.write:
        page = ROOT / "docs" / "performance.md"
        before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- lanes -->\n")
        _, end, after = rest.partition("<!-- /lanes -->")
        page.write_text(f"{before}{mark}{table}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
