"""Write tests/cohort/oracle.yaml: what lifelines and SciPy compute, for the tests of Wilson's interval and of the curve.

python tools/make_survival_oracle.py, after `pip install lifelines scipy`: they are large, and the tests need only numbers.
"""

from __future__ import annotations

import importlib.metadata
import random
from pathlib import Path
from typing import Any

import lifelines  # type: ignore[import-not-found, import-untyped, unused-ignore]
import yaml
from scipy.stats import binomtest  # type: ignore[import-not-found, import-untyped, unused-ignore]

OUT = Path(__file__).parent.parent / "tests" / "cohort" / "oracle.yaml"
SEEDS = range(5)
Row = tuple[float, float, bool]


def draw_observations(seed: int, entering: bool) -> list[Row]:
    """Entry, exit and whether it happened, of sixty patients."""
    chance = random.Random(seed)
    entries = [float(chance.randrange(0, 30)) if entering else 0.0 for _ in range(60)]
    return [(entry, entry + chance.randrange(1, 40), chance.random() < 0.6) for entry in entries]


def fit_curve(seed: int, entering: bool) -> dict[str, Any]:
    """The observations, and by time the share that is left with its interval."""
    rows = draw_observations(seed, entering)
    entry = [row[0] for row in rows] if entering else None
    fitted = lifelines.KaplanMeierFitter().fit([row[1] for row in rows], [row[2] for row in rows], entry=entry)
    curve, ends = fitted.survival_function_.iloc[:, 0], fitted.confidence_interval_
    steps = [[float(time), float(curve.loc[time]), *sorted(map(float, ends.loc[time]))] for time in curve.index]
    return {"seed": seed, "entering": entering, "observations": [list(row) for row in rows], "curve": steps}


def list_wilson() -> list[list[float]]:
    """Percent, successes, trials, and the two ends."""
    found = []
    for percent in (80, 95, 99):
        for trials in (1, 2, 7, 40, 1000):
            for successes in sorted({0, 1, trials // 3, trials - 1, trials}):
                told = binomtest(successes, trials).proportion_ci(percent / 100, method="wilson")
                found.append([percent, successes, trials, float(told.low), float(told.high)])
    return found


def main() -> None:
    """Write the file."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("lifelines", "scipy"))
    told = {"wilson": list_wilson(), "curves": [fit_curve(seed, entering) for entering in (False, True) for seed in SEEDS]}
    head = f"# Computed by {versions}: python tools/make_survival_oracle.py\n"
    OUT.write_text(head + yaml.safe_dump(told, sort_keys=False, default_flow_style=None, width=160), encoding="utf-8")


if __name__ == "__main__":
    main()
