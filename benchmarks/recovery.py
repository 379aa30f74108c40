"""What made-up patients cost in each form, how much of their histories is found again in OMOP and FHIR, and why the rest is not.

    python benchmarks/recovery.py -n 2000 --seed 1 [--write]

With --write the tables go into docs/how-to/simulate.md, between its marks.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import concordant.api as cc
from concordant.api import Engine
from concordant.api.simulating import make_plan
from concordant.cohorts.simulate.recovery import Recovery, Tally
from concordant.cohorts.simulate.run import SimulationOrder, simulate_cohort
from concordant.version import __version__

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "simulate.md"
BEGIN, END = "<!-- recovery -->", "<!-- recovery ends -->"
FORMS = {"facts": 20_000, "events": 5_000, "omop": 5_000, "fhir": 3_000}  # of how many patients the cost is taken
COSTS_HEAD = ["| form | patients per second of processor | MB for 10 000 | MB of truth beside them |", "|---|---|---|---|"]
WARM = 500
LABELS = {"lines": "lines", "settings": "settings", "progressions": "progressions", "word": "HER2 status"}


def main() -> None:
    arguments = parse_arguments()
    costs = [measure_form(form, patients, arguments.seed) for form, patients in FORMS.items()]
    scores = [score_form(form, arguments.patients, arguments.seed) for form in ("omop", "fhir")]
    told = "\n\n".join(["\n".join([*COSTS_HEAD, *costs]), *scores])
    print(told)
    if arguments.write:
        text = PAGE.read_text(encoding="utf-8")
        head, tail = text.split(BEGIN)[0], text.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n\n{told}\n\n{END}{tail}", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--patients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def measure_form(form: str, patients: int, seed: int) -> str:
    """A row of the table of costs: patients a second, truth included, and the disk; without the start of the program."""
    plan = make_plan(Engine())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "made"
        for number, name in ((WARM, "warm"), (patients, "made")):
            start, order = time.process_time(), SimulationOrder(number, seed, form)  # type: ignore[arg-type]
            simulate_cohort(plan, order, str(Path(folder) / name), __version__, lambda _: None)
        rate = patients / (time.process_time() - start)
        sizes = [count_bytes(target / part) * 10_000 / patients / 1e6 for part in (form, "truth")]
    return f"| `{form}` | {rate:,.0f} | {sizes[0]:.1f} | {sizes[1]:.1f} |".replace(",", " ")


def count_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def score_form(form: str, patients: int, seed: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        made = cc.simulate(Path(folder) / "made", patients=patients, seed=seed, format=form)  # type: ignore[arg-type]
        start = time.perf_counter()
        found = made.score()
        seconds = time.perf_counter() - start
    return "\n".join([*write_scores(form, found, seed, seconds), "", *write_causes(form, found)])


def write_scores(form: str, found: Recovery, seed: int, seconds: float) -> list[str]:
    head = f"**{form.upper()}**, {found.patients} patients, seed {seed}, read in {seconds:.0f} s:"
    rows = ["| what | true | told | same | precision | recall |", "|---|---|---|---|---|---|"]
    for name, tally in found.tallies.items():
        rows.append(
            f"| {LABELS[name]} | {tally.true} | {tally.told} | {tally.same} | {tally.precision:.3f} | {tally.recall:.3f} |"
        )
    return [head, "", *rows]


def write_causes(form: str, found: Recovery) -> list[str]:
    rows = [f"| {form.upper()}: what the errors come from | missed | told in vain |", "|---|---|---|"]
    for name, tally in found.tallies.items():
        rows += [f"| {LABELS[name]}: {cause} | {tally.missed[cause]} | {tally.wrong[cause]} |" for cause in list_causes(tally)]
    return rows


def list_causes(tally: Tally) -> list[str]:
    return sorted({*tally.missed, *tally.wrong}, key=lambda cause: (-tally.missed[cause] - tally.wrong[cause], cause))


if __name__ == "__main__":
    main()
