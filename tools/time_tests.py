"""Writes tests/slow.txt: the tests that `./dev check --quick` leaves out because a case of them takes long on this machine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
SLOW = ROOT / "tests" / "slow.txt"
SECONDS = 0.1  # a case; two cores run all that takes less within a minute


def time_tests() -> dict[str, float]:
    """Run all tests and return the seconds that a case of each takes on average."""
    with tempfile.TemporaryDirectory() as folder:
        return find_means(_run_tests(Path(folder, "times.xml")))


def _run_tests(report: Path) -> Path:
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", "-m", "", f"--junitxml={report}"]
    subprocess.run(command, cwd=ROOT, check=True)
    return report


def find_means(report: Path) -> dict[str, float]:
    """The average seconds of each test's cases, by a JUnit report."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for name, taken in _list_cases(report):
        seconds[name].append(taken)
    return {name: fmean(each) for name, each in seconds.items()}


def _list_cases(report: Path) -> Iterator[tuple[str, float]]:
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.get("name", "").partition("[")[0]
        yield f"{case.get('classname', '').replace('.', '/')}.py::{name}", float(case.get("time", 0))


def main() -> None:
    """Time the tests, or take the times of a JUnit report that is given, and write the list."""
    means = find_means(Path(sys.argv[1])) if sys.argv[1:] else time_tests()
    slow = sorted(name for name, mean in means.items() if mean > SECONDS)
    SLOW.write_text("\n".join(slow) + "\n", encoding="utf-8")
    print(f"{len(slow)} of {len(means)} tests take more than {SECONDS} s a case: {SLOW.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
