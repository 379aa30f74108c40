"""What was found of a decision record as a whole, for all verbs that go through one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from concordant.errors import make_printable

if TYPE_CHECKING:
    from concordant.api.replaying import CheckedRecord


def count_answers(count: int) -> str:
    """So many answers, in words."""
    return f"{count} answer{'' if count == 1 else 's'}"


def report_checked(checked: CheckedRecord, *, quiet: bool = False) -> bool:
    """Tell what was found; whether there was anything. `quiet` leaves out that there was nothing."""
    faults = [str(fault) for fault in checked.faults]
    if report_faults(checked.record.address.name, faults):
        return True
    if quiet:
        return False
    erased = f", {checked.erased} of them erased" if checked.erased else ""
    last = f", the last {checked.last[: checked.last.index(':') + 13]}" if checked.last else ""
    print(f"The record is whole: {checked.count} entries{erased}{last}.")  # noqa: T201
    return False


def report_faults(name: str, faults: list[str]) -> bool:
    """Tell each fault on standard error; whether there was any."""
    for fault in faults:
        print(make_printable(f"{name}: {fault}."), file=sys.stderr)  # noqa: T201
    if faults:
        count = "1 thing is" if len(faults) == 1 else f"{len(faults)} things are"
        print(f"{count} wrong with the record.", file=sys.stderr)  # noqa: T201
    return bool(faults)
