"""Write the shipped cases in many ways that say the same, and read them again: python tools/perturb.py (--every N, --way NAME).

Prints, as Markdown, in how many cases each way gives the same facts, and which facts differ elsewhere. The ways stand in
tests/writers/perturbed/perturbations.yaml. Exit code 1 when a way differs of which the table does not say so.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.laws.same_facts import find_apart
from tests.laws.test_three_ways import in_fhir
from tests.writers.perturbed import Way, ways

from concordant.derive.plan import DerivationPlan, make_plan
from concordant.library import load_shipped
from concordant.record.sources.opening import SourceOpener

MOST = 4  # facts that a row names


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="each Nth case alone")
    parser.add_argument("--way", action="append", help="this way alone; may be given again")
    parser.add_argument("--cases", action="store_true", help="name the cases, with both values of each fact")
    wanted = parser.parse_args(arguments)
    opener, plan = SourceOpener(load_shipped()), make_plan(load_shipped())
    names = list(in_fhir())[:: wanted.every]
    print(f"| way | kind | same of {len(names)} | what differs |\n| --- | --- | --- | --- |")
    chosen = [way for way in ways() if not wanted.way or way.name in wanted.way]
    told = [_print_row(way, names, opener, plan, in_full=wanted.cases) for way in chosen]
    return int(not all(told))


def _print_row(way: Way, names: Sequence[str], opener: SourceOpener, plan: DerivationPlan, *, in_full: bool) -> bool:
    """One way over the cases; False when it differs and the table does not say so."""
    apart = {name: found for name in names if (found := list(find_apart(way, name, opener, plan)))}
    counted = Counter(feature for found in apart.values() for feature, _, _ in found)
    listing = ", ".join(f"{feature} ({number})" for feature, number in counted.most_common(MOST))
    print(f"| {way.name} | {way.kind} | {len(names) - len(apart)} | {way.unmended or listing} |", flush=True)
    if in_full:
        for name, found in apart.items():
            print(f"    {name}: " + "; ".join(f"{feature}: {before} -> {after}" for feature, before, after in found))
    return not apart or bool(way.unmended)


if __name__ == "__main__":
    sys.exit(main())
