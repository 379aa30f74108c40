"""Hold the asking to its claims by brute force, and count questions: what is asked, in which order, and what comes then.

    python tools/prove_asking.py --states 500 --seed 1

Every patient is told only by stated facts and has its own number (`SEED:NUMBER`); one is repeated with `--only NUMBER`.
A claim that fails is printed with the smallest patient for whom it fails, as a case file. Exit code 1 when one fails, or
when a simple order needs fewer questions in the mean than the given one.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.proof.claims import CLAIMS, Claim, Patient, printed_is_what_holds, shipped
from tests.proof.orders import ORDERS, Asked, compare_orders
from tests.proof.states import State, draw

from concordant.library import load_shipped
from concordant.model.knowledge import Knowledge

CHECKED: dict[str, Claim] = {**CLAIMS, "9 printed": printed_is_what_holds}
GIVEN = next(iter(ORDERS))


@dataclass(slots=True)
class Seen:
    """What one patient showed."""

    number: int
    answer: str
    open: int
    asked: int
    grouped: bool
    failed: list[tuple[str, str]] = field(default_factory=list)
    runs: list[dict[str, Asked]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    return load_shipped()


def patient_of(state: State, effort: int) -> Patient:
    return Patient(state, knowledge(), shipped(knowledge()), effort)


def look(seed: int, number: int, effort: int, truths: int) -> Seen:
    """Every claim on one patient, and the orders compared."""
    patient = patient_of(draw(knowledge(), seed, number), effort)
    _, questions = patient.asked()
    grouped = any(q.together_with for q in questions)
    seen = Seen(number, patient.outcome()[0], len(patient.open_features()), len(questions), grouped)
    for name, claim in CHECKED.items():
        start = time.perf_counter()
        seen.failed += [(name, says) for says in claim(patient)]
        seen.seconds[name] = time.perf_counter() - start
    start = time.perf_counter()
    seen.runs = list(compare_orders(patient, truths))
    seen.seconds["orders"] = time.perf_counter() - start
    return seen


def shrunk(state: State, claim: str, says: str) -> tuple[State, str]:
    """The patient with as few stated facts as the failure needs, and what is said of that one."""
    for name in sorted(state.stated):
        less = state.without(name)
        found = (one for one in CHECKED[claim](patient_of(less, 60)) if one.split()[:3] == says.split()[:3])
        if (now := next(found, None)) is not None:
            state, says = less, now
    return state, says


def look_at_all(seed: int, numbers: Sequence[int], effort: int, truths: int, jobs: int) -> Iterator[Seen]:
    """All patients, in some order, in one process or in several."""
    if jobs == 1:
        yield from (look(seed, number, effort, truths) for number in numbers)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(look, seed, number, effort, truths) for number in numbers]
        yield from (one.result() for one in waiting)


# -- what is printed -------------------------------------------------------------------------------


def orders_table(seen: Iterable[Seen]) -> list[str]:
    """Mean and worst number of questions for each order: to an answer (from needs_data only), and until nothing is asked."""
    every = [(one.answer, run) for one in seen for run in one.runs]
    blocked = [run for answer, run in every if answer == "needs_data"]
    rows = [f"{'order':<34}{'to an answer':>20}{'to the end':>20}", f"{'':<34}{'mean':>12}{'worst':>8}{'mean':>12}{'worst':>8}"]
    for name in ORDERS:
        first, last = [run[name].to_answer for run in blocked], [run[name].to_end for _, run in every]
        rows.append(f"{name:<34}{mean(first):>12.3f}{max(first, default=0):>8}{mean(last):>12.3f}{max(last, default=0):>8}")
    return [*rows, f"{len(blocked)} ways to an answer, {len(every)} to the end"]


def mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def beaten(seen: Iterable[Seen]) -> list[str]:
    """The orders that need fewer questions in the mean than the given one, and for which patients."""
    every = [(one, run) for one in seen for run in one.runs]
    found = []
    for kind, chosen in (
        ("to_answer", [(one, run) for one, run in every if one.answer == "needs_data"]),
        ("to_end", every),
    ):
        for name in list(ORDERS)[1:]:
            gains = Counter[int]()
            for one, run in chosen:
                gains[one.number] += getattr(run[GIVEN], kind) - getattr(run[name], kind)
            if sum(gains.values()) > 0:
                worst = ", ".join(f"{number} (+{gain})" for number, gain in gains.most_common(8) if gain > 0)
                found.append(f"{kind}: '{name}' asks {sum(gains.values())} fewer in {len(chosen)}; most for patients {worst}")
    return found


def report(seen: list[Seen], seconds: float) -> list[str]:
    """The whole table."""
    failed = Counter(name for one in seen for name in {name for name, _ in one.failed})
    spent = {name: sum(one.seconds.get(name, 0.0) for one in seen) for name in (*CHECKED, "orders")}
    answers = Counter(one.answer for one in seen)
    lines = [f"{len(seen)} patients in {seconds:.0f} s: " + ", ".join(f"{n} {word}" for word, n in sorted(answers.items()))]
    lines.append(
        f"open features: {mean([one.open for one in seen]):.1f} in the mean; {sum(one.asked > 0 for one in seen)} are asked, "
        f"in a group of {sum(one.grouped for one in seen)}"
    )
    lines += ["", f"{'claim':<20}{'patients for whom it fails':>28}{'seconds':>10}"]
    lines += [f"{name:<20}{failed[name]:>28}{spent[name]:>10.0f}" for name in (*CHECKED, "orders")]
    lines += ["", *orders_table(seen), *beaten(seen)]
    return lines


def smallest(seen: Iterable[Seen], seed: int, most: int) -> Iterator[str]:
    """For each claim the first few failures, each with its smallest patient."""
    shown = Counter[str]()
    features = {feature.name: feature for feature in knowledge().features}
    for one in seen:
        for claim, says in one.failed:
            kind = f"{claim} {says.split()[0]}"
            shown[kind] += 1
            if shown[kind] <= most:
                small, now = shrunk(draw(knowledge(), seed, one.number), claim, says)
                yield f"\nclaim {claim} fails for patient {one.number}: {says}\nat the least: {now}\n{small.case_file(features)}"
    yield from (f"{number} x claim {kind}" for kind, number in shown.items())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--states", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="one patient")
    parser.add_argument("--effort", type=int, default=1500, help="fresh answers that a search through groups may cost")
    parser.add_argument("--truths", type=int, default=3, help="sets of replies for each patient, to compare orders")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--show", type=int, default=1, help="failures of a kind that are made small and printed")
    wanted = parser.parse_args(arguments)
    numbers = range(wanted.states) if wanted.only is None else [wanted.only]
    start, seen = time.monotonic(), []
    for one in look_at_all(wanted.seed, numbers, wanted.effort, wanted.truths, wanted.jobs):
        seen.append(one)
        if len(seen) % 10 == 0:
            failed = sum(bool(each.failed) for each in seen)
            print(f"{len(seen)} of {len(numbers)}, {failed} with a failure, {time.monotonic() - start:.0f} s", file=sys.stderr)
    print("\n".join(report(seen, time.monotonic() - start)), flush=True)
    for text in smallest(seen, wanted.seed, wanted.show):
        print(text, flush=True)
    return int(any(one.failed for one in seen) or bool(beaten(seen)))


if __name__ == "__main__":
    sys.exit(main())
