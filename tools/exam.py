"""The shared exam: the same patients through every reader, and whether changes of knowledge and readers are noticed.

    python tools/exam.py                                             1 000 patients, every reader
    python tools/exam.py --patients 1000000 --readers columns,duckdb a batch at a time, in bounded memory
    python tools/exam.py --mutants knowledge                         changes of conditions, or (readers) of the readers

`--write` puts the table into docs/agreement.md. Exit code 1 where readers differ, or too few changes are noticed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.exam.batches import hold_batches
from tests.exam.hold import hold_exam
from tests.exam.mutants import CAUGHT, judge_knowledge, judge_readers, tell_judged
from tests.exam.page import put_in, tell_coverage, tell_gaps, tell_held, tell_million
from tests.exam.readers import READERS
from tests.exam.sitting import list_sittings
from tests.shipped import shipped_knowledge

MANY = 20_000  # from so many on they are held in batches
JUDGES = {"knowledge": judge_knowledge, "readers": judge_readers}
IN_BATCHES = {"columns", "duckdb"}


def main() -> int:
    """Hold the exam that is asked for, print its tables, and write them where they belong."""
    options = read_options()
    parts, is_well = hold(options)
    for name, text in parts.items():
        print(f"{text}\n")
        if options.write:
            put_in(name, text)
    return 0 if is_well else 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--readers", default="", help=f"some of {','.join(READERS)}; the reference is always among them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutants", choices=JUDGES, default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    options.readers = [name for name in options.readers.split(",") if name]
    if unknown := set(options.readers) - set(READERS):
        parser.error(f"no reader {', '.join(sorted(unknown))}; there are {', '.join(READERS)}")
    if options.patients > MANY and set(options.readers) != IN_BATCHES:
        parser.error(f"more than {MANY:,} patients are for --readers columns,duckdb")
    return options


def hold(options: argparse.Namespace) -> tuple[dict[str, str], bool]:
    """The tables by their marks in the page, and whether all is well."""
    knowledge = shipped_knowledge()
    if options.mutants:
        judged = JUDGES[options.mutants](knowledge, options.seed, show_progress)
        is_well = judged.effective >= CAUGHT and not judged.unexplained
        return {f"mutants of {options.mutants}": tell_judged(judged, knowledge)}, is_well
    if options.patients > MANY:
        lines = hold_batches(
            next(list_sittings(knowledge)), options.patients, options.seed, lambda n: show_progress(n, options.patients)
        )
        return {"million": tell_million(lines, knowledge)}, not lines["duckdb"].differences
    held = hold_exam(knowledge, options.patients, options.readers, options.seed)
    print("\n".join(held.differences), file=sys.stderr)
    return {"exam": tell_held(held, knowledge), "coverage": tell_coverage(held), "gaps": tell_gaps()}, not held.differences


def show_progress(done: int, all_: int) -> None:
    """How far it is, in one line of the terminal."""
    if sys.stderr.isatty():
        print(f"\r{done:,} of {all_:,}", end="" if done < all_ else "\n", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
