"""An ordered amount and schedule held against the dose of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from concordant.answer.parts import Amount, Dose
from concordant.model.vocabulary import OrderedSchedule, OrderReading
from concordant.patient.ordered import OrderedDrug

MILLIGRAMS = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001}
PER_PATIENT = {"mg/kg": "mg/kg", "mg/m2": "mg/m2", "mg/m²": "mg/m2"}
DAYS_OF = {"d": 1.0, "wk": 7.0}
SAME = 1e-6
PLAIN_DAYS = "1"


def find_other_amount(order: OrderedDrug, doses: Sequence[Dose], reading: OrderReading) -> str:
    """What is ordered and what the answer says instead; empty where it is the same, or cannot be compared."""
    allowed = [pair for dose in doses for pair in _iter_allowed(dose)]
    unit = order.unit.strip()
    if order.amount is None or (unit not in MILLIGRAMS and unit not in PER_PATIENT):
        return ""
    amount, plain = order.amount * MILLIGRAMS.get(unit, 1.0), PER_PATIENT.get(unit, "mg")
    same = [value for value, of in allowed if of == plain]
    if not same or any(abs(amount - value) <= value * reading.percent / 100 + SAME for value in same):
        return ""
    return f"{order.amount:g} {unit} ordered; the dose here is {describe_doses(doses)}"


def _iter_allowed(dose: Dose) -> Iterator[tuple[float, str]]:
    """Amounts that are this dose: the label's lowest where one is lowered, else as authored, calculated, or rounded to packs."""
    amounts: Sequence[Amount] = dose.adjusted[:1] or [dose]
    for one in amounts:
        packed = sum(piece.count * piece.mg for piece in one.pieces) or None
        if one.amount is not None:
            yield one.amount, one.unit
        yield from ((value, "mg") for value in (one.calculated_mg, one.rounded_mg, packed) if value is not None)


def find_other_schedule(order: OrderedDrug, doses: Sequence[Dose], reading: OrderReading) -> str:
    """The same of how often it is given."""
    known = {schedule.says: schedule for schedule in reading.schedules}
    wanted = [known[dose.schedule] for dose in doses if dose.schedule in known]
    ordered = order.every if order.every is not None else _find_coded_interval(order.code, reading)
    if ordered is None or not wanted or any(_is_given_on_days(dose, known) for dose in doses):
        return ""
    if any(abs(find_interval(schedule) - ordered) <= SAME for schedule in wanted):
        return ""
    told = " or ".join(dict.fromkeys(schedule.says for schedule in wanted))
    return f"ordered {_describe_interval(ordered, reading)}; here it is given {told}"


def _is_given_on_days(dose: Dose, known: dict[str, OrderedSchedule]) -> bool:
    """Whether it is given on several days of a longer cycle, which an order may write in several ways."""
    schedule = known.get(dose.schedule)
    return schedule is not None and schedule.period_unit == "wk" and schedule.period > 1 and dose.days not in ("", PLAIN_DAYS)


def _find_coded_interval(code: str, reading: OrderReading) -> float | None:
    wanted = code.strip().casefold()
    named = (s for s in reading.schedules if wanted in {name.casefold() for name in (s.says, *s.codes)})
    found = next(named, None) if wanted else None
    return find_interval(found) if found is not None else None


def find_interval(schedule: OrderedSchedule) -> float:
    """Days from one dose to the next."""
    return schedule.period * DAYS_OF[schedule.period_unit] / schedule.times


def _describe_interval(days: float, reading: OrderReading) -> str:
    same = (schedule.says for schedule in reading.schedules if abs(find_interval(schedule) - days) <= SAME)
    return next(same, f"every {days:g} days")


def describe_doses(doses: Sequence[Dose]) -> str:
    """`389 mg (5.4 mg/kg)`, or a loading dose and what follows it."""
    return ", then ".join(dict.fromkeys(_describe_dose(dose) for dose in doses))


def _describe_dose(dose: Dose) -> str:
    one: Amount = dose.adjusted[0] if dose.adjusted else dose
    if one.amount is None:
        return "lowered by the label, which names no amount"
    authored = f"{one.amount:g} {one.unit}"
    given = one.rounded_mg or one.calculated_mg
    return authored if one.unit == "mg" or given is None else f"{given:g} mg ({authored})"
