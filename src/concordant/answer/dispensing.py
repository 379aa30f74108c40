"""Whole vials and whole tablets for an amount in mg: the vials with the least left over, the tablets nearest to it.

All arithmetic is in tenths of a milligram, as whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise, product

import msgspec

from concordant.model.drugs import Pack, Tablet, Vial
from concordant.model.sources import Cite

Counts = tuple[int, ...]


class PackSelection(msgspec.Struct, frozen=True):
    """How many of each size, the largest first, what they hold together, and what that is more (or less) than wanted."""

    pieces: tuple[tuple[int, float], ...]
    total: float
    over: float
    sources: tuple[Cite, ...]

    @property
    def count(self) -> int:
        """How many there are of all sizes."""
        return sum(count for count, _ in self.pieces)


def select_vials(mg: float, vials: Sequence[Vial]) -> PackSelection | None:
    """Enough vials with the least left over, then the fewest; never of two products in one dose."""
    if mg <= 0:
        return None
    by_label = groupby(sorted(vials, key=lambda vial: vial.source.ref), key=lambda vial: vial.source.ref)
    products = [sorted(of_one, key=lambda vial: -vial.mg) for _, of_one in by_label]
    selections = [
        _make_selection(mg, sizes, counts)
        for sizes in products
        for counts in _iter_sufficient_counts(_to_tenths(mg), [_to_tenths(v.mg) for v in sizes])
    ]
    return min(selections, key=lambda packed: (packed.over, packed.count, -packed.pieces[0][1]), default=None)


def _iter_sufficient_counts(wanted: int, sizes: Sequence[int]) -> Iterator[Counts]:
    """Every way to reach the amount that would not reach it with one of its smallest vials less."""
    if len(sizes) == 1:
        yield (max(0, -(-wanted // sizes[0])),)
        return
    for count in range(-(-max(0, wanted) // sizes[0]) + 1):
        yield from ((count, *rest) for rest in _iter_sufficient_counts(wanted - count * sizes[0], sizes[1:]))


def select_tablets(mg: float, tablets: Sequence[Tablet]) -> PackSelection | None:
    """The whole tablets nearest to the amount; of two equally near the lower, then the fewest. Never none at all.

    Of a smaller size there are fewer than would make up one of the next larger.
    """
    sizes = sorted(tablets, key=lambda tablet: -tablet.mg)
    if mg <= 0 or not sizes:
        return None
    tenths = [_to_tenths(tablet.mg) for tablet in sizes]
    most = [-(-_to_tenths(mg) // tenths[0]), *((larger - 1) // smaller for larger, smaller in pairwise(tenths))]
    ways = [counts for counts in product(*(range(number + 1) for number in most)) if any(counts)]
    selections = [_make_selection(mg, sizes, counts) for counts in ways]
    return min(selections, key=lambda packed: (abs(packed.over), packed.total, packed.count), default=None)


def _make_selection(mg: float, sizes: Sequence[Pack], counts: Counts) -> PackSelection:
    used = [(count, size) for count, size in zip(counts, sizes, strict=True) if count]
    total = sum(count * _to_tenths(size.mg) for count, size in used)
    sources = dict.fromkeys(size.source for _, size in used)
    return PackSelection(
        tuple((count, size.mg) for count, size in used), total / 10, (total - _to_tenths(mg)) / 10, tuple(sources)
    )


def _to_tenths(mg: float) -> int:
    return round(mg * 10)


def describe_pieces(packed: PackSelection, what: str) -> str:
    """`4 vials of 100 mg`, `3 tablets of 500 mg and 2 of 150 mg`."""
    first, *rest = packed.pieces
    parts = [f"{first[0]} {what}{'' if first[0] == 1 else 's'} of {first[1]:g} mg"]
    return " and ".join(parts + [f"{count} of {mg:g} mg" for count, mg in rest])


def describe_left_over(packed: PackSelection) -> str:
    """`54 mg left over`, or that nothing is."""
    return f"{packed.over:.0f} mg left over" if packed.over >= 0.5 else "nothing left over"


def describe_difference(packed: PackSelection) -> str:
    """`1.9 % more than calculated`."""
    percent = abs(packed.over) / (packed.total - packed.over) * 100
    return f"{percent:.1f} % {'more' if packed.over > 0 else 'less'} than calculated"
