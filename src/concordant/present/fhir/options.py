"""What is offered as actions of which one is chosen: role, status, rating, reasons, what is checked first, and draft orders."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.answer.parts import GradeShown
from concordant.answer.schema import Answer, CheckShown, Option
from concordant.export.plan_definition.parts import make_grade, make_id
from concordant.model.guideline import Grade
from concordant.present.cards.drafts import OFFERED, iter_requests, list_drafted
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.frame import ORDER_MEDICATION, ROLES, STATUSES, Resource, drop_empty, make_activity, make_line
from concordant.present.page.verdict import get_first_option

OPTION = "option"  # how FHIR calls the intent of a request within a group that chooses
CONTINUE = "continue"
NO_DOSE = "No dose is drafted"


def make_options(applied: Applied) -> Resource | None:
    """The options that are offered, the one that leads first; nothing where none is."""
    offered = [option for option in applied.answer.options if option.status in OFFERED]
    if not offered:
        return None
    return {
        "id": "options",
        "title": "Regimens that are offered",
        "groupingBehavior": "logical-group",
        "selectionBehavior": "at-most-one",
        "action": [_make_option(option, applied) for option in offered],
    }


def _make_option(option: Option, applied: Applied) -> Resource:
    checks = [one for one in applied.answer.checks if one.regimen == option.regimen and one.state != "done"]
    orders = list(_iter_orders(option, applied))
    refs = [ref for link in option.chain for ref in link.refs]
    return drop_empty(
        {
            "id": make_id(option.regimen),
            "extension": _make_rating(option.grade),
            "title": f"{option.name} ({option.role})",
            "description": applied.tell(_tell_option(option)),
            "textEquivalent": applied.tell(" ".join(option.cautions)),
            "priority": "routine",
            "code": list(_iter_codes(option, applied)),
            "documentation": applied.frame.cite_places(refs, applied.answer),
            "groupingBehavior": "logical-group",
            "selectionBehavior": "all",
            "precheckBehavior": "yes" if option.role == "preferred" and _is_drafted(option, applied) else "no",
            "action": [*(_make_check(one, option, orders[0]["id"], applied) for one in checks), *orders],
        }
    )


def _iter_codes(option: Option, applied: Applied) -> Iterator[Resource]:
    yield applied.frame.make_code(ROLES, option.role, option.role)
    yield applied.frame.make_code(STATUSES, option.status, option.status.replace("_", " "))


def _make_rating(grade: GradeShown | None) -> list[Resource]:
    if grade is None:
        return []
    return make_grade(Grade(scale=grade.scale, strength=grade.strength, evidence=grade.evidence, note=grade.grade_note))


def _tell_option(option: Option) -> str:
    """The statements that lead to it, and whether its label covers the patient."""
    label = {"on": "On label", "off": "Off label", "unknown": "Label unclear"}[option.label.fit]
    because = f": {option.label.because.rstrip('.')}" if option.label.because else ""
    stated = "; ".join(f"{link.title} ({link.statement})" for link in option.chain)
    return " ".join(filter(None, (f"{stated}.", f"{label}{because}.", option.derived_because)))


def _make_check(check: CheckShown, option: Option, before: str, applied: Applied) -> Resource:
    """What is looked at before the first dose (or while it runs), and is not on record or not met."""
    title = "Check" if option.role == CONTINUE else "Before the first dose"
    return {
        "id": make_id(f"{check.regimen} check {check.check}"),
        "title": make_line(f"{title}: {check.label}"),
        "description": applied.tell(check.says),
        "priority": "urgent" if check.state == "unmet" else "routine",
        "relatedAction": [{"actionId": before, "relationship": "before-start"}],
        "resource": applied.add_task(f"check {check.check} {check.state}", {"text": title}, f"{check.label}: {check.says}"),
    }


# -- what is ordered -------------------------------------------------------------------------------


def _iter_orders(option: Option, applied: Applied) -> Iterator[Resource]:
    """A draft order for each drug; where none is drafted, a task that says why."""
    if not _is_drafted(option, applied):
        yield _make_undrafted(option, applied)
        return
    for number, request in enumerate(iter_requests(option, applied.answer, applied.patient, applied.cards, OPTION), 1):
        yield {
            "id": make_id(f"{option.regimen} order {number}"),
            "title": request["medicationCodeableConcept"]["text"],
            "description": request["dosageInstruction"][0]["text"],
            "resource": applied.keep_resource({**request, "id": make_id(f"{option.regimen} request {number}")}),
        }


def _make_undrafted(option: Option, applied: Applied) -> Resource:
    runs = option.role == CONTINUE
    why = "It runs: nothing is ordered anew." if runs else f"{NO_DOSE}: {_explain_undrafted(option, applied.answer)}"
    code = {"text": "Continue what runs"} if runs else make_activity(ORDER_MEDICATION)
    return {
        "id": make_id(f"{option.regimen} order"),
        "title": make_line(" + ".join(option.drugs)),
        "description": applied.tell(why),
        "resource": applied.add_task(option.regimen, code, f"{option.name}. {why}", intent=OPTION),
    }


def _is_drafted(option: Option, applied: Applied) -> bool:
    return option in list_drafted(applied.answer)


def _explain_undrafted(option: Option, answer: Answer) -> str:
    """The first reason, the gravest first."""
    doses = [text for dose in option.dose for text in (dose.held, dose.why_not_calculated) if text]
    reasons = (
        "what decides is still missing." if answer.answer == "needs_data" else "",
        f"a part of the record is missing. {' '.join(answer.incomplete)}" if answer.incomplete else "",
        answer.interrupted,
        f"to be settled first: {'; '.join(one.says for one in answer.held_until)}" if answer.held_until else "",
        "; ".join(dict.fromkeys(doses)),
        "something on record is to be settled before its first dose." if option.held else "",
        "" if option.role == get_first_option(answer).role else "another option leads, and only that is drafted.",
    )
    return next(filter(None, reasons), "the answer gives no amount of each drug, or others are drafted before it.")
