"""Doses: amount, unit, schedule and phase of a drug against its regimens, its dose levels and the doses of special cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from concordant.audit.dose_rows import EVERY, DoseRow
from concordant.audit.fitting import SLACK
from concordant.audit.lexicon import DRUG, MEDICATION, SCHEDULE, Lexicon
from concordant.audit.matching import Mention
from concordant.audit.reading import Number, Reading
from concordant.audit.verdicts import Finding
from concordant.model.audit import ClaimKind, ClaimVerdict, ScheduleWording

DOSE_UNITS = ("mg", "mg/kg", "mg/m2", "g")
ALIKE = 0.3  # levels of one dose are of one size
LOADING, MAINTENANCE = "loading", "maintenance"
ONE_DAY = re.compile(r"\s*/\s*(?:d|day|daily)\b|\s+(?:per|a) day\b", re.IGNORECASE)
NOT_A_DOSE = re.compile(r"\s*(?:/\s*(?:m?L|vial|h)\b|/\d)", re.IGNORECASE)
FIRST = re.compile(r"(?<![\w.])(\d+)\s*(?:mg)?\s*/\s*$")


@dataclass(frozen=True, slots=True)
class DoseTold:
    """A dose as an answer tells it."""

    drug: str
    amount: float
    unit: str
    start: int
    end: int
    phase: str = ""
    schedules: tuple[ScheduleWording, ...] = ()
    second: float | None = None
    a_day: bool = False


@dataclass(frozen=True)
class DoseChecker:
    """Checks the doses of a sentence."""

    rows: Mapping[str, Sequence[DoseRow]]
    lexicon: Lexicon

    def check_sentence(self, reading: Reading, subject: str = "") -> list[Finding]:
        """A finding for all doses of a sentence together."""
        found = [one for told in self._read_doses(reading, subject) if (one := self._check_one(told, reading)) is not None]
        found += self._check_regimen(reading)
        if not found:
            return []
        kinds = [one for one in found if one.verdict != "supported"] or found
        rights = "; ".join(dict.fromkeys(one.right for one in kinds))
        cites = tuple(dict.fromkeys(cite for one in kinds for cite in one.sources))
        return [replace(kinds[0], right=rights, sources=cites)]

    # -- reading ---------------------------------------------------------------------------------------

    def _read_doses(self, reading: Reading, subject: str) -> list[DoseTold]:
        doses = []
        numbers = [n for n in reading.numbers if not n.spelled]
        for i, number in enumerate(numbers):
            if number.unit not in DOSE_UNITS or NOT_A_DOSE.match(reading.text, number.unit_end) or self._is_pack(reading, number):
                continue
            drug = self._find_drug(reading, number.start, number.unit, subject)
            if not drug:
                continue
            listed = self._find_listed(numbers[:i], number, reading)
            doses += [self._make_told(one, number.unit, drug, reading) for one in (*listed, number)]
        return _give_phases(doses, reading)

    def _make_told(self, number: Number, unit: str, drug: str, reading: Reading) -> DoseTold:
        first = FIRST.search(reading.text, max(reading.start, number.start - 12), number.start)
        scale = 1000 if unit == "g" else 1
        return DoseTold(
            drug,
            float(first[1]) if first else number.value * scale,
            "mg" if unit == "g" else unit,
            number.start,
            number.unit_end or number.end,
            second=number.value if first else None,
            a_day=bool(ONE_DAY.match(reading.text, number.unit_end or number.end)),
        )

    def _is_pack(self, reading: Reading, number: Number) -> bool:
        return any(0 <= cue.start - number.unit_end <= 12 for cue in reading.list_parts("pack"))

    def _find_listed(self, before: Sequence[Number], number: Number, reading: Reading) -> list[Number]:
        """`3.6, 3.0, 2.4 mg/kg`, `1200/600 mg`: numbers that share a unit."""
        listed: list[Number] = []
        after = number
        for one in reversed(before):
            between = reading.text[one.end : after.start]
            if one.unit or not re.fullmatch(r"\s*(?:,|,?\s*(?:and|then|to|->|>|-))\s*", between):
                break
            if not ALIKE <= one.value / (number.value or 1) <= 1 / ALIKE:
                break  # `in week 1, 160 mg`
            listed.append(one)
            after = one
        return listed

    def _find_drug(self, reading: Reading, at: int, unit: str, subject: str) -> str:
        """The drug before a dose that is given in its unit; else the one that follows, or what the sentence before was about."""
        own = [m for m in reading.drug_mentions if m.group == DRUG]
        before = [m for m in own if m.end <= at]
        after = [m for m in own if m.start > at]
        others = [m for m in reading.list_mentions(MEDICATION) if m.end <= at]
        if others and (not before or others[-1].start > before[-1].start):
            return ""
        if before:
            alike = [m.id for m in before if any(row.unit == unit for row in self.rows.get(m.id, ()))]
            return alike[-1] if alike else before[-1].id
        cue = [m for m in reading.list_parts("for_whom") if after and at <= m.start < after[0].start]
        if after and not cue and re.fullmatch(r"[^;.,]{0,30}", reading.text[at : after[0].start]):
            return after[0].id
        return subject if not after and not others else ""

    # -- judging ---------------------------------------------------------------------------------------

    def _check_one(self, told: DoseTold, reading: Reading) -> Finding | None:
        rows = list(self.rows.get(told.drug, ()))
        clause = _find_clause(reading, told)
        if not rows or (reading.other_cancer and not self._is_special(rows, reading, clause)):
            return None
        candidates = self._choose_rows(rows, told, reading, clause)
        if not candidates:
            return None
        schedules = _find_schedules(reading, told)
        fitting = [row for row in candidates if _fits_amount(told, row)]
        timely = [row for row in fitting if _fits_schedule(row, schedules, told)]
        if timely:
            return self._make_finding("supported", "dose", timely[:1], reading)
        if not fitting and self._is_lower_level(rows, told, reading):
            return None
        if fitting:
            return self._make_finding("contradicted", "schedule", fitting[:1], reading)
        alike = any(row.unit == told.unit for row in candidates)
        if not alike and not any(abs(row.amount - told.amount) < SLACK for row in candidates):
            return None  # an amount for one body, or of a drug that is not known here
        return self._make_finding("contradicted", "dose", candidates[:2], reading)

    def _is_lower_level(self, rows: Sequence[DoseRow], told: DoseTold, reading: Reading) -> bool:
        """A level below the start, told beside the start or with a word of harm: perhaps a step down, not a start."""
        held = any(row.level and row.unit == told.unit and abs(row.amount - told.amount) < SLACK for row in rows)
        earlier = [n for n in reading.numbers if n.unit == told.unit and n.end <= told.start]
        return held and (bool(earlier) or reading.has_part("harm"))

    def _is_special(self, rows: Sequence[DoseRow], reading: Reading, clause: tuple[int, int]) -> bool:
        """The dose of a special case is asked for, or another clause speaks of the other cancer."""
        words = self._words_in(reading, clause)
        return any(row.when and row.when <= words for row in rows) or not any(
            m.group == "cancer" and clause[0] <= m.start < clause[1] for m in reading.mentions
        )

    def _words_in(self, reading: Reading, clause: tuple[int, int]) -> set[str]:
        return {m.id for m in reading.list_mentions("word") if clause[0] <= m.start < clause[1]}

    def _choose_rows(self, rows: Sequence[DoseRow], told: DoseTold, reading: Reading, clause: tuple[int, int]) -> list[DoseRow]:
        """The rows that can be meant: of the special case, the level, the regimen and the phase that stand beside the dose."""
        words = self._words_in(reading, clause)
        if special := [row for row in rows if row.when and row.when <= words]:
            return special
        plain = [row for row in rows if not row.when]
        levels = [row for row in plain if row.level is not None]
        if any(cue.start < told.start for cue in reading.list_parts("reduced")):
            return _choose_levels(levels, reading, told)
        starts = [row for row in plain if row.level is None] or [row for row in levels if row.level == 0]
        partners = self._find_partners(reading, told, clause)
        named = [row for row in starts if partners <= row.regimen]
        exact = [row for row in named if row.regimen == partners]
        chosen = exact or named or starts
        if told.second is not None:
            chosen = [row for row in rows if row.second is not None]
        phased = [row for row in chosen if row.phase in (told.phase, EVERY)] if told.phase else chosen
        return phased or chosen

    def _find_partners(self, reading: Reading, told: DoseTold, clause: tuple[int, int]) -> frozenset[str]:
        """The drugs that are given together with it, as far as they are named: what stands apart is not."""
        names = {
            m.id
            for m in reading.drug_mentions
            if m.group == DRUG and clause[0] <= m.start < clause[1] and m.id in self.rows and m.id not in reading.past
        }
        return frozenset(names | {told.drug})

    def _check_regimen(self, reading: Reading) -> list[Finding]:
        """`The HER2CLIMB regimen: A + B`: a regimen that is named by its trial is told whole."""
        cues = reading.list_parts("regimen_of")
        if not cues or len(reading.trials) != 1 or not any(n.unit in DOSE_UNITS for n in reading.numbers):
            return []
        trial = next((t for t in self.lexicon.knowledge.trials if t.id == reading.trials[0]), None)
        regimens = [r for r in self.lexicon.knowledge.regimens if trial and trial.id in r.evidence[:1]]
        named = {m.id for m in reading.drug_mentions}
        if len(regimens) != 1 or len(named) < 2 or not named < set(regimens[0].drugs):
            return []
        cite = regimens[0].components[0].source
        return [Finding("dose", "contradicted", reading.start, reading.end, regimens[0].name, (cite,))]

    def _make_finding(self, verdict: ClaimVerdict, kind: ClaimKind, rows: Sequence[DoseRow], reading: Reading) -> Finding:
        names = {drug.id: drug.name for drug in self.lexicon.knowledge.drugs}
        told = "; ".join(dict.fromkeys(f"{names[row.drug]} {row.told}" for row in rows))
        cites = tuple(dict.fromkeys(row.cite for row in rows))
        return Finding(kind, verdict, reading.start, reading.end, told, cites)


def _find_clause(reading: Reading, told: DoseTold) -> tuple[int, int]:
    """The part of a sentence that a dose stands in: up to a semicolon, or what is set against it."""
    cuts = [m.start() for m in re.finditer(r";|\.\s", reading.told)]
    places = sorted({0, *cuts, *(c.start - reading.start for c in reading.list_parts("versus")), len(reading.told)})
    at = told.start - reading.start
    start = max(place for place in places if place <= at)
    return reading.start + start, reading.start + min(place for place in places if place > at)


def _give_phases(doses: list[DoseTold], reading: Reading) -> list[DoseTold]:
    """Loading or maintenance, by the words before and behind each dose; of two of one drug the other is the other."""
    given = []
    for i, dose in enumerate(doses):
        begun = max([doses[i - 1].end if i else reading.start, *(m.end for m in reading.drug_mentions if m.end <= dose.start)])
        ended = doses[i + 1].start if i + 1 < len(doses) else reading.end
        given.append(replace(dose, phase=_find_phase(reading, dose, begun, ended)))
    for i, dose in enumerate(given):
        others = [o for o in given if o.drug == dose.drug and o is not dose]
        if not dose.phase and len(others) == 1 and others[0].phase:
            given[i] = replace(dose, phase=MAINTENANCE if others[0].phase == LOADING else LOADING)
    return given


def _find_phase(reading: Reading, dose: DoseTold, begun: int, ended: int) -> str:
    cut = max((met.end() for met in re.finditer(r"[,;(]", reading.text[begun : dose.start])), default=0)
    before = [m for m in _phase_words(reading) if begun + cut <= m.start and m.end <= dose.start]
    if before:
        return before[-1].id
    after = [m for m in _phase_words(reading) if dose.end <= m.start < ended]
    if after:
        between = reading.text[dose.end : after[0].start]
        near = len(between) <= 26 and not re.search(r"[,;(+]", between)
        if near and after[0].id == LOADING:
            return LOADING
        if near and after[0].id == MAINTENANCE and (ended == reading.end or after[-1] is not after[0]):
            return MAINTENANCE
    return ""


def _phase_words(reading: Reading) -> list[Mention]:
    return [m for m in reading.mentions if m.group == "part" and m.id in (LOADING, MAINTENANCE)]


def _find_schedules(reading: Reading, told: DoseTold) -> list[ScheduleWording]:
    """How often: what follows before the next dose, else what stands in front, else the one of the whole sentence."""
    known = {schedule.id: schedule for schedule in reading.lexicon.words.schedules}
    found = reading.list_mentions(SCHEDULE)
    start, end = _find_clause(reading, told)
    later = [n.start for n in reading.numbers if n.unit in DOSE_UNITS and n.start > told.end]
    limit = min([end, *later])
    own = [m for m in found if told.end <= m.start < limit]
    earlier = [n.start for n in reading.numbers if n.unit in DOSE_UNITS and start <= n.start < told.start]
    front = [m for m in found if start <= m.start < told.start and (not earlier or m.start < earlier[0])]
    chosen = own or front or [m for m in found if m.start >= told.end and m.start < end][-1:]
    return [known[m.id] for m in chosen]


def _fits_amount(told: DoseTold, row: DoseRow) -> bool:
    if told.unit != row.unit or (row.second is not None) != (told.second is not None):
        return False
    if row.second is not None and abs((told.second or 0) - row.second) > SLACK:
        return False
    if told.a_day and row.daily > 1:
        return abs(told.amount - row.amount * row.daily) < SLACK
    return abs(told.amount - row.amount) < SLACK


def _fits_schedule(row: DoseRow, schedules: Sequence[ScheduleWording], told: DoseTold) -> bool:
    """What is given by the day is compared by the day, what is given by the week by the week."""
    for schedule in schedules:
        if schedule.daily and row.daily and not told.a_day and schedule.daily != row.daily:
            return False
        if schedule.daily and not row.daily and row.days > 1:
            return False
        if schedule.days and row.days > 1 and schedule.days != row.days:
            return False
        if schedule.days == 7 and row.daily:
            return False
    return True


def _choose_levels(levels: Sequence[DoseRow], reading: Reading, told: DoseTold) -> list[DoseRow]:
    """The first, the second reduction, or any level; the starting dose is none of them where one is named."""
    for part, level in (("first_reduction", 1), ("second_reduction", 2), ("third_reduction", 3)):
        cues = [m for m in reading.list_parts(part) if m.start < told.start]
        others = [m for name in ("first_reduction", "second_reduction", "third_reduction") for m in reading.list_parts(name)]
        last = max((m.start for m in others if m.start < told.start), default=-1)
        if cues and cues[-1].start == last:
            return [row for row in levels if row.level == level]
    return [row for row in levels if row.level or reading.has_part("levels")] or list(levels)
