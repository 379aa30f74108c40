"""How cost grows with many entries of one kind: python benchmarks/growth.py [--before FOLDER] [--kinds TEXT] [--write]

Bundles with so many entries of a kind are read and decided, in processor time of a process of its own; no size is measured once
the one before it took too long. `--before` names a checkout of an earlier state, measured in turn in the same run. `--write` puts
the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES, LONGEST = (1250, 2500, 5000, 10_000), 20.0  # seconds


def measure(kind: str) -> list[float]:
    """Seconds of each size, of those that came to their end in time."""
    from tests.writers.as_many import AS_OF, many_as_fhir

    from concordant.answer.engine import decide_record
    from concordant.library import load_shipped
    from concordant.record.fhir.read import read_document
    from concordant.record.fhir.tables import make_fhir_tables

    knowledge = load_shipped()
    tables = make_fhir_tables(knowledge)
    found: list[float] = []
    for size in (10, *SIZES):
        data = json.dumps(many_as_fhir(kind, size)).encode()
        start = time.process_time()
        for patient in read_document(data, "bundle", tables, AS_OF).patients[:1]:
            decide_record(patient.record, knowledge)
        found.append(time.process_time() - start)
        if found[-1] > LONGEST / 4:
            break
    return found[1:]


def measure_apart(kind: str, source: Path) -> list[float]:
    """The same with the package of a checkout."""
    code = f"import json; from benchmarks.growth import measure; print(json.dumps(measure({kind!r})))"
    environment = {**os.environ, "PYTHONPATH": f"{source / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def tell(seconds: list[float]) -> str:
    """The last size that was measured, its time, and the exponent between the last two."""
    exponent = math.log2(seconds[-1] / seconds[-2]) if len(seconds) > 1 else math.nan
    return f"{SIZES[len(seconds) - 1]:,} | {seconds[-1]:.2f} | {exponent:.1f}"


def tabulate(kinds: Iterable[str], before: Path | None) -> list[str]:
    head = "| kind | entries | s | exponent |" + (" entries before | s | exponent |" if before else "")
    lines = [head, "|---" * (head.count("|") - 1) + "|"]
    for kind in kinds:
        line = f"| {kind} | {tell(measure_apart(kind, ROOT))} |" + (f" {tell(measure_apart(kind, before))} |" if before else "")
        print(line, flush=True)
        lines.append(line)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from tests.writers.as_many import FHIR_KINDS

    kinds = [kind for kind in FHIR_KINDS if wanted.kinds in kind and kind != "other patients"]
    head = f"Python {platform.python_version()}, {platform.machine()}, {dt.date.today()}, processor time of one core"
    lines = [head, "", *tabulate(kinds, wanted.before and wanted.before.resolve())]
    if wanted.write:
        page = ROOT / "docs" / "performance.md"
        before, _, rest = page.read_text(encoding="utf-8").partition("<!-- growth -->\n")
        _, mark, after = rest.partition("<!-- /growth -->")
        page.write_text(f"{before}<!-- growth -->\n" + "\n".join(lines) + f"\n{mark}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
