"""The numbers of one sentence against one trial: all of an endpoint have to fit one analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from concordant.audit.arms import name_arms
from concordant.audit.dates import find_dates
from concordant.audit.fitting import can_be_compared, fits_row, is_checkable
from concordant.audit.items import Item, iter_groups
from concordant.audit.lexicon import ASSESSOR, ENDPOINT, OTHER, POPULATION
from concordant.audit.reading import Reading
from concordant.audit.rows import TrialView, list_cut_keys, rows_of, tell_row
from concordant.audit.verdicts import Finding
from concordant.model.audit import ClaimVerdict, FigureRow
from concordant.model.sources import Cite

SEVERAL = 2


@dataclass(frozen=True)
class TrialCheck:
    """The numbers of a sentence against one trial."""

    view: TrialView
    reading: Reading
    classes: Mapping[str, tuple[str, ...]]

    def check_groups(self, items: Sequence[Item]) -> list[Finding]:
        """A finding for each endpoint that is spoken of."""
        items = self.give_arms(items)
        found = [self._check_group(group) for group in iter_groups(items)]
        return [finding for finding in found if finding is not None]

    def give_arms(self, items: Sequence[Item]) -> list[Item]:
        """Which arm each value is of: by what stands at it, else by the order."""
        arms = self.view.mention_arms(self.reading, self.classes)
        given: list[Item] = [item for item in items if item.start < self.reading.start]  # of the sentence before
        for group in iter_groups([item for item in items if item.start >= self.reading.start]):
            values = [item for item in group if item.kind in ("value", "not_reached")]
            for pair in _iter_pairs(values):
                given += name_arms(pair, arms, self.reading, len(self.view.trial.arms))
            given += [item for item in group if item.kind not in ("value", "not_reached")]
        return sorted(given, key=lambda item: item.start)

    def _check_group(self, items: list[Item]) -> Finding | None:
        if items[0].endpoint == OTHER:
            return None
        rows = self._find_rows(items, self.view.rows)
        if items[0].endpoint:
            return self._check_rows(items, rows)
        found = [self._check_rows(items, own) for own in _split_by_endpoint(rows)]
        told = [finding for finding in found if finding is not None]
        order = ("supported", "mixed_cuts", "contradicted")
        return min(told, key=lambda one: order.index(one.verdict), default=None)

    def _check_rows(self, items: list[Item], rows: list[FigureRow]) -> Finding | None:
        if not rows:
            return None
        if any(not any(can_be_compared(item, row) for row in rows) for item in items):
            return None  # a median where only a share is known, or the other way round
        if any(not is_checkable(item, rows) for item in items):
            return None
        fitting = [key for key in list_cut_keys(rows) if self._fit_all(items, rows_of(rows, key))]
        asked = self._list_asked_cuts(rows)
        if fitting and asked and not any(key[0] in asked for key in fitting):
            right = [row for row in rows if row.cut in asked and any(can_be_compared(item, row) for item in items)]
            return self._make_finding("contradicted", right, "of another data cut") if right else None
        if fitting:
            return self._make_finding("supported", self._match_rows(items, rows_of(rows, fitting[0]), rows))
        wider = self._find_rows(items, self.view.rows, any_assessor=True)
        if len(wider) > len(rows) and not any(self._fit_all(items, rows_of(wider, key)) for key in list_cut_keys(wider)):
            rows = wider
        return self._find_fault(items, rows)

    def _list_asked_cuts(self, rows: Sequence[FigureRow]) -> set[str]:
        """The cuts whose day, or month, the sentence names."""
        months = self.reading.lexicon.words.months
        told = [date for date in find_dates(self.reading.told, months) if date.month is not None]
        held = {row.cut: next(find_dates(row.cut, months), None) for row in rows}
        primary = {row.cut for row in rows if row.primary}
        if self.reading.has_part("at_primary") and primary:
            return primary
        return {cut for cut, day in held.items() for one in told if day and (one.year, one.month) == (day.year, day.month)}

    def _find_fault(self, items: list[Item], rows: list[FigureRow]) -> Finding | None:
        keys = list_cut_keys(rows)
        homes = [[key for key in keys if _fits_any(item, rows_of(rows, key))] for item in items]
        if all(homes):
            cuts = list(dict.fromkeys(key for home in homes for key in home[:1]))
            return self._make_finding("mixed_cuts", [self._best_row(items, rows_of(rows, key)) for key in cuts])
        if self._fits_later(items):
            return None
        if not items[0].endpoint and not self._is_swapped(items, rows) and not self._is_interval_wrong(items, rows):
            return None
        if _lacks_time(items, rows) or self._has_free_order(items, rows) or self._is_loose_pair(items, rows):
            return None
        if any(item.kind == "value" and item.arm is None for item in items) and not any(homes):
            known = [item for item in items if item.arm is not None]
            if not known and len(items) < SEVERAL and self.reading.trials == ():
                return None
        near = self._find_nearest(items, rows)
        swapped = self._is_swapped(items, rows)
        return self._make_finding("contradicted", near, "the arms are swapped" if swapped else "")

    def _find_rows(self, items: list[Item], rows: Iterable[FigureRow], *, any_assessor: bool = False) -> list[FigureRow]:
        """The rows that speak of the endpoint, the patients and the assessor of the claim."""
        endpoint = items[0].endpoint
        found = [
            row
            for row in rows
            if not endpoint or row.endpoint == endpoint or (row.hr is not None and row.hr.of.partition(", ")[0] == endpoint)
        ]
        within = [m for m in self.reading.list_mentions(ENDPOINT) if m.id == endpoint]
        populations = {
            m.id for m in self.reading.list_mentions(POPULATION) if not any(e.start <= m.start and m.end <= e.end for e in within)
        }
        if OTHER in populations:
            return []
        found = _choose_population(found, populations)
        named = {mention.id for mention in self.reading.list_mentions(ASSESSOR)}
        if named and not any_assessor:
            found = [row for row in found if not row.assessor or self._assess_told(row.assessor) in named]
        if self.reading.has_part("mean"):
            found = [row for row in found if row.mean or row.unit != "months"]
        elif any(item.unit == "months" for item in items):
            found = [row for row in found if not row.mean]
        return found

    def _assess_told(self, told: str) -> str:
        found = self.reading.lexicon.index.find(told)
        return next((mention.id for mention in found if mention.group == ASSESSOR), told)

    def _fit_all(self, items: Sequence[Item], rows: Sequence[FigureRow]) -> bool:
        return all(_fits_any(item, rows) for item in items) and _belong_together(items, rows)

    def _fits_later(self, items: list[Item]) -> bool:
        """Whether it is true of what was published only after the day."""
        rows = self._find_rows(items, self.view.all_rows)
        return any(self._fit_all(items, rows_of(rows, key)) for key in list_cut_keys(rows))

    def _is_swapped(self, items: list[Item], rows: list[FigureRow]) -> bool:
        values = [item for item in items if item.kind == "value" and item.arm is not None]
        if not values or any(_fits_any(item, rows) for item in values):
            return False
        turned = [replace(item, arm=1 - (item.arm or 0)) for item in values]
        return any(all(_fits_any(item, rows_of(rows, key)) for item in turned) for key in list_cut_keys(rows))

    def _best_row(self, items: Sequence[Item], rows: Sequence[FigureRow]) -> FigureRow:
        """The row that holds most of the numbers, of the first ones."""
        return max(rows, key=lambda row: sum(fits_row(item, row, item.arm) for item in items))

    def _is_loose_pair(self, items: list[Item], rows: list[FigureRow]) -> bool:
        """Two values that are not set against each other, each of which is held: of two cuts, or two doses, for all we know."""
        values = [item for item in items if item.kind == "value"]
        if len(values) != SEVERAL or len({arm for *_, arm in self.view.mention_arms(self.reading, self.classes)}) > 1:
            return False
        first, second = values
        against = any(first.end <= cue.start and cue.end <= second.start for cue in self.reading.list_parts("versus"))
        return not against and all(_fits_any(replace(item, arm=None), rows) for item in items)

    def _has_free_order(self, items: list[Item], rows: list[FigureRow]) -> bool:
        """Two values the other way round, where no arm is named: which comes first is nobody's claim."""
        named = self.view.mention_arms(self.reading, self.classes)
        return not named and self._is_swapped(items, rows)

    def _is_interval_wrong(self, items: list[Item], rows: list[FigureRow]) -> bool:
        """The numbers fit one analysis, but not the intervals behind them."""
        bare = [replace(item, low=None, high=None) for item in items]
        return bare != items and any(self._fit_all(bare, rows_of(rows, key)) for key in list_cut_keys(rows))

    def _match_rows(self, items: Sequence[Item], rows: Sequence[FigureRow], within: Sequence[FigureRow]) -> list[FigureRow]:
        """The rows that hold the numbers, each once."""
        return list(dict.fromkeys(row for item in items for row in rows if fits_row(item, row, item.arm)))[:2] or list(within)[:1]

    def _find_nearest(self, items: list[Item], rows: list[FigureRow]) -> list[FigureRow]:
        """What is right: the rows that fit most of the claim, else all of its endpoint."""
        scores = {key: sum(_fits_any(item, rows_of(rows, key)) for item in items) for key in list_cut_keys(rows)}
        best = max(scores.values(), default=0)
        chosen = [row for key, score in scores.items() if score == best for row in rows_of(rows, key)]
        timed = [row for row in chosen if any(item.months is not None and row.months == item.months for item in items)]
        useful = [row for row in timed or chosen if any(can_be_compared(item, row) for item in items)]
        return list(dict.fromkeys(useful))[:3]

    def _make_finding(self, verdict: ClaimVerdict, rows: Sequence[FigureRow], note: str = "") -> Finding:
        facts = tuple(dict.fromkeys(tell_row(row) for row in rows))
        lead = f"{self.view.trial.name}, {note}" if note else self.view.trial.name
        cites = tuple(dict.fromkeys(Cite(ref=row.source, checked=row.checked) for row in rows))
        start, end = self.reading.start, self.reading.end
        told = f"{lead}: {'; '.join(facts)}"
        return Finding("figure", verdict, start, end, told, cites, facts=(lead, *facts))


def _split_by_endpoint(rows: Sequence[FigureRow]) -> list[list[FigureRow]]:
    """The rows of each endpoint, those that tell its ratio too."""
    names = list(dict.fromkeys(row.endpoint for row in rows))
    return [[r for r in rows if r.endpoint == name or (r.hr is not None and r.hr.of == name)] for name in names]


def _lacks_time(items: Sequence[Item], rows: Sequence[FigureRow]) -> bool:
    """A share without its point in time cannot be compared with one that has it."""
    shares = [row for row in rows if row.unit == "%"]
    untimed = [item for item in items if item.kind == "value" and item.unit == "%" and item.months is None]
    return bool(untimed) and bool(shares) and all(row.months is not None for row in shares)


def _choose_population(rows: list[FigureRow], populations: set[str]) -> list[FigureRow]:
    """The rows of the patients who are named; of all patients where none are, or of the only ones there are."""
    if populations:
        return [row for row in rows if row.population in populations]
    return [row for row in rows if not row.population] or rows


def _fits_any(item: Item, rows: Sequence[FigureRow]) -> bool:
    return any(fits_row(item, row, item.arm) for row in rows)


def _belong_together(items: Sequence[Item], rows: Sequence[FigureRow]) -> bool:
    """The values of a pair are those of one row: of one endpoint, unit and point in time."""
    values = [item for item in items if item.kind in ("value", "not_reached")]
    for unit in {item.unit for item in values if item.kind == "value"}:
        for months in {item.months for item in values if item.unit == unit}:
            own = [i for i in values if i.kind == "value" and i.unit == unit and i.months == months]
            pairs = [pair for pair in _iter_pairs(own) if len(pair) == SEVERAL]
            if any(not any(all(fits_row(i, row, i.arm) for i in pair) for row in rows) for pair in pairs):
                return False
    return True


def _iter_pairs(values: Sequence[Item]) -> list[list[Item]]:
    """Values two by two: those of one unit and point in time that stand next to each other."""
    pairs: list[list[Item]] = []
    for item in values:
        last = pairs[-1] if pairs else []
        alike = len(last) == 1 and (last[0].months == item.months) and ({last[0].unit, item.unit} - {""}).__len__() <= 1
        mixed = len(last) == 1 and "not_reached" in (last[0].kind, item.kind)
        if last and (alike or mixed):
            last.append(item)
        else:
            pairs.append([item])
    return pairs
