"""How wide the columns of a printed table are."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from concordant.present.page.document import Table

POWERS = (0.2, 0.35, 0.5, 0.65, 0.8, 1.0)  # 1: as long as its longest cell; towards 0: all alike
MARGIN = 2  # signs between two columns


def compute_column_widths(table: Table, line: int) -> list[int]:
    """Compute the width of each column, in characters, for a line of the given length, so that the table is as short as
    possible and no word is cut.
    """
    columns = list(zip(table.columns, *table.rows, strict=True))
    least = [MARGIN + max((len(word) for cell in cells for word in cell.split()), default=1) for cells in columns]
    longest = [MARGIN + max(map(len, cells)) for cells in columns]
    tried = [_share_line([length**power for length in longest], least, line) for power in POWERS]
    return min(tried, key=lambda given: _measure_height(table, given))


def _share_line(wanted: Sequence[float], least: Sequence[int], line: int) -> list[int]:
    """Shares of the line; what a narrow column needs more is taken from the others."""
    total = math.fsum(wanted)  # the same on every Python: `sum` rounds otherwise since 3.12
    free, shares = line - sum(least), [line * share / total for share in wanted]
    over = [max(0.0, share - low) for share, low in zip(shares, least, strict=True)]
    return [low + int(max(free, 0) * more / (math.fsum(over) or 1)) for low, more in zip(least, over, strict=True)]


def _measure_height(table: Table, widths: Sequence[int]) -> tuple[int, int]:
    """How many lines the rows take, then how many the cells do."""
    lines = [
        [len(textwrap.wrap(cell, width - MARGIN)) for cell, width in zip(row, widths, strict=True)]
        for row in (table.columns, *table.rows)
    ]
    return sum(map(max, lines)), sum(map(sum, lines))
