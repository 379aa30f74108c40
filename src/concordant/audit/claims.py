"""Wordings of the knowledge met in a sentence: by drug, thing and number. No free entailment: all words have to be there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.audit.lexicon import ENDPOINT, LINE, PART, SCHEDULE, TRIAL, split_choices
from concordant.audit.reading import Number, Reading
from concordant.audit.verdicts import ORDER, WRONG, Finding
from concordant.model.audit import ClaimVerdict, ClaimWording, Slot

RANGE = re.compile(r"(<=|>=|<|>)?\s*(\d+(?:\.\d+)?)")
ROUNDED = 0.25
OTHERS = frozenset({TRIAL, LINE, PART, ENDPOINT})
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


class ClaimMatcher:
    """Whether the words that are looked for stand in a sentence: what stands there is one set, made once a sentence."""

    def __init__(self, classes: Mapping[str, tuple[str, ...]]) -> None:
        self.classes = classes
        self._last: tuple[Reading | None, str, frozenset[str]] = (None, "", frozenset())

    def holds_words(self, all_: Sequence[str], none_: Sequence[str], reading: Reading, subject: str = "") -> bool:
        """All of the one, none of the other."""
        there = self._list_there(reading, subject)
        if not all(any(part in there for part in split_choices(item)) for item in all_):
            return False
        return not any(part in there for item in none_ for part in split_choices(_make_any(item)))

    def _list_there(self, reading: Reading, subject: str) -> frozenset[str]:
        if self._last[0] is not reading or self._last[1] != subject:
            self._last = (reading, subject, frozenset(self._iter_there(reading, subject)))
        return self._last[2]

    def _iter_there(self, reading: Reading, subject: str) -> Iterator[str]:
        """Everything that can be looked for and stands in a sentence."""
        for word in reading.present:
            yield from (word, f"any {word}")
        for word in reading.denied:
            yield from (f"no {word}", f"any {word}")
        bare = frozenset({subject}) if subject and not reading.drug_mentions else frozenset[str]()
        groups = {
            "drug": reading.spoken or reading.past or bare,
            "past": reading.past,
            "drug_any": reading.spoken | reading.past,
        }
        for kind, names in groups.items():
            for name in names:
                for one in (name, *self.classes.get(name, ())):
                    yield from (f"{kind}:{one}", f"any {kind}:{one}")
        for mention in reading.mentions:
            if mention.group in OTHERS:
                yield from (f"{mention.group}:{mention.id}", f"any {mention.group}:{mention.id}")
        for number in reading.numbers:
            yield from (f"unit:{number.unit}", f"any unit:{number.unit}")


def _make_any(item: str) -> str:
    """What must not stand there must not be denied there either, unless that is what is asked."""
    return item if item.startswith(("no ", "any ")) else f"any {item}"


@dataclass(frozen=True)
class ClaimChecker:
    """Checks a sentence by the wordings of the knowledge."""

    claims: Sequence[ClaimWording]
    matcher: ClaimMatcher
    as_of: dt.date

    def check_sentence(self, reading: Reading, subject: str = "") -> list[Finding]:
        """The findings of the wordings that ask for most: what is told in more words is told more exactly."""
        found = []
        for claim in self.claims:
            if not self.matcher.holds_words(claim.all_, claim.none_, reading, subject):
                continue
            if claim.verdict == "outdated" and reading.has_part("formerly"):
                continue  # it says itself that it was so
            verdict = self._judge_claim(claim, reading)
            if verdict is not None and verdict != "not_in_knowledge":
                weight = len(claim.all_) + (claim.slot is not None) + claim.weight
                found.append(
                    Finding(claim.about, verdict, reading.start, reading.end, claim.right, (claim.source,), weight, claim.id)
                )
        most = max((one.weight for one in found), default=0)
        best = sorted((one for one in found if one.weight == most), key=lambda one: ORDER.index(one.verdict))[:1]
        if best and best[0].verdict in WRONG:  # what else is wrong in the sentence is told with it
            best += [one for one in found if one.verdict in WRONG and one is not best[0]]
        return best

    def _judge_claim(self, claim: ClaimWording, reading: Reading) -> ClaimVerdict | None:
        if claim.since is not None and self.as_of < claim.since:
            return claim.before
        if claim.slot is None:
            return claim.verdict
        return judge_slot(claim.slot, claim.verdict, reading)


def judge_slot(slot: Slot, right: ClaimVerdict, reading: Reading) -> ClaimVerdict | None:
    """Whether the number of a unit is right; None where no such number stands there."""
    told = [number.value for number in reading.numbers if number.unit == slot.unit]
    told = told or [value for number in reading.numbers if (value := _convert_time(number, slot.unit)) is not None]
    told = told or _list_intervals(slot.unit, reading)
    if not told:
        return None
    fits = [any(_is_within(value, one) for one in slot.right) for value in told]
    return right if (all(fits) if slot.every else any(fits)) else slot.wrong


def _convert_time(number: Number, unit: str) -> float | None:
    """A time that is told in another unit, in days of this one."""
    if unit not in DAYS or number.unit not in DAYS:
        return None
    return _round_near(number.value * DAYS[number.unit] / DAYS[unit])


def _list_intervals(unit: str, reading: Reading) -> list[float]:
    """`monthly`, `once a year`: schedules without a number."""
    known = {schedule.id: schedule.days for schedule in reading.lexicon.words.schedules if schedule.days}
    days = [known[mention.id] for mention in reading.list_mentions(SCHEDULE) if mention.id in known]
    return [_round_near(one / DAYS[unit]) for one in days] if unit in DAYS else []


def _round_near(value: float) -> float:
    """12 weeks are 3 months."""
    return float(round(value)) if abs(value - round(value)) < ROUNDED else value


def _is_within(value: float, told: str) -> bool:
    if not (met := RANGE.fullmatch(told.strip())):
        return False
    bound = float(met[2])
    match met[1]:
        case "<=":
            return value <= bound
        case ">=":
            return value >= bound
        case "<":
            return value < bound
        case ">":
            return value > bound
    return value == bound
