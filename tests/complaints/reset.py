"""Write the goldens of `bad` anew: python -m tests.complaints.reset. Review the diff."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.complaints.runs import BAD, bad_runs

REFUSALS = ("exit 2\n", "exit 3\n")


def reset() -> int:
    """Every golden, and no others; returns how many changed."""
    with tempfile.TemporaryDirectory() as made:
        told = {run.golden: run.told() for run in bad_runs(Path(made))}
    if broken := [path.name for path, text in told.items() if not text.startswith(REFUSALS)]:
        raise SystemExit(f"not refused, so nothing is written: {', '.join(broken)}")
    for stale in set(BAD.glob("*.expected")) - set(told):
        stale.unlink()
    changed = [path for path, text in told.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.write_text(told[path], encoding="utf-8")
    return len(changed)


if __name__ == "__main__":
    print(f"{reset()} goldens changed")
