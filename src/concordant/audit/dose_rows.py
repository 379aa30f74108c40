"""The doses that the knowledge holds, by drug: of regimens, dose levels and special cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from concordant.audit.lexicon import SCHEDULE, Lexicon
from concordant.audit.matching import fold_text
from concordant.model.sources import Cite

EVERY = "every"


@dataclass(frozen=True, slots=True)
class DoseRow:
    """A dose that the knowledge holds: of a regimen with its other drugs, a level, or of a special case (`when`)."""

    drug: str
    amount: float
    unit: str
    phase: str
    cite: Cite
    told: str
    days: float = 0
    daily: float = 0
    regimen: frozenset[str] = frozenset()
    when: frozenset[str] = frozenset()
    level: int | None = None
    second: float | None = None


def make_dose_rows(lexicon: Lexicon) -> dict[str, list[DoseRow]]:
    """The doses of a knowledge by drug."""
    rows: dict[str, list[DoseRow]] = {}
    for row in (*_iter_regimen_rows(lexicon), *_iter_drug_rows(lexicon)):
        rows.setdefault(row.drug, []).append(row)
    return rows


def keep_known(rows: Mapping[str, list[DoseRow]], known: Set[str]) -> dict[str, list[DoseRow]]:
    """The doses of sources that had been published, and of drugs that have one."""
    kept = {drug: [row for row in held if row.cite.ref in known] for drug, held in rows.items()}
    return {drug: held for drug, held in kept.items() if held}


def _iter_regimen_rows(lexicon: Lexicon) -> Iterator[DoseRow]:
    for regimen in lexicon.knowledge.regimens:
        for part in regimen.components:
            days, daily = find_schedule(part.schedule, lexicon)
            told = f"{part.amount:g} {part.unit} {part.schedule}" + (f" ({part.phase})" if part.phase != EVERY else "")
            told += f" with {regimen.name}" if len(regimen.drugs) > 1 else ""
            held = frozenset(regimen.drugs)
            yield DoseRow(part.drug, part.amount, part.unit, part.phase, part.source, told, days, daily, held)


def _iter_drug_rows(lexicon: Lexicon) -> Iterator[DoseRow]:
    for drug in lexicon.knowledge.drugs:
        for levels in drug.levels:
            days, daily = find_schedule(levels.schedule, lexicon)
            listed = ", ".join(f"{level:g}" for level in levels.amounts)
            told = f"{listed} {levels.unit}"
            for i, amount in enumerate(levels.amounts):
                yield DoseRow(drug.id, amount, levels.unit, EVERY, levels.source, f"levels {told}", days, daily, level=i)
    for dose in lexicon.words.doses:
        days, daily = find_schedule(dose.schedule, lexicon)
        shown = f"{dose.amount:g}" + (f"/{dose.second:g}" if dose.second is not None else "")
        told = f"{shown} {dose.unit} {dose.schedule}".strip() + (
            f" ({', '.join(word.replace('_', ' ') for word in dose.when)})" if dose.when else ""
        )
        when = frozenset(dose.when)
        yield DoseRow(
            dose.drug, dose.amount, dose.unit, dose.phase, dose.source, told, days, daily, when=when, second=dose.second
        )


def find_schedule(told: str, lexicon: Lexicon) -> tuple[float, float]:
    """Days between doses, and doses a day, of a schedule in words."""
    found = [m.id for m in lexicon.index.find(fold_text(told)) if m.group == SCHEDULE]
    known = [schedule for schedule in lexicon.words.schedules if schedule.id in found]
    return max((s.days for s in known), default=0), max((s.daily for s in known), default=0)
