"""The answer for a patient as a plan of care: what could harm, what is missing, what is offered, what is done beside it."""

from __future__ import annotations

from collections.abc import Iterator

from concordant.answer.schema import ActionShown, Answer, DangerShown
from concordant.export.plan_definition.parts import make_id
from concordant.present.cards.frame import NOBODY
from concordant.present.fhir.applied import Applied
from concordant.present.fhir.collecting import make_collecting
from concordant.present.fhir.frame import Resource, drop_empty, make_line, make_narrative, make_notes
from concordant.present.fhir.guidance import make_guidance
from concordant.present.fhir.options import make_options

GROUP = "request-group"
TITLES = {"recommends": "What the guideline offers", "needs_data": "What is missing", "out_of_scope": "Outside the guideline"}


def make_care_plan(applied: Applied) -> Resource:
    """The plan of care, which holds all that it refers to. `answer` has its first screen."""
    answer = applied.answer
    actions = list(_iter_groups(applied))
    group = [applied.keep_resource(_make_group(actions, applied))] if actions else []
    guidance = applied.keep_resource(make_guidance(applied, GROUP if actions else ""))
    return drop_empty(
        {
            "resourceType": "CarePlan",
            "text": make_narrative(answer.first_screen),
            "contained": list(applied.contained.values()),
            "instantiatesCanonical": [applied.plan],
            "status": "draft",
            "intent": "proposal",
            "title": TITLES[answer.answer],
            "description": make_line(" ".join((*_iter_dangers(answer), answer.verdict))),
            "subject": applied.subject,
            "created": answer.as_of,
            "supportingInfo": [guidance],
            "activity": [{"reference": reference} for reference in group],
            "note": make_notes(_iter_notes(applied)),
        }
    )


def _iter_groups(applied: Applied) -> Iterator[Resource]:
    options = make_options(applied)
    yield from filter(None, (_make_first(applied, options), make_collecting(applied), options, _make_beside(applied)))


def _make_group(actions: list[Resource], applied: Applied) -> Resource:
    answer = applied.answer
    return drop_empty(
        {
            "resourceType": "RequestGroup",
            "id": GROUP,
            "instantiatesCanonical": [applied.plan],
            "status": "draft",
            "intent": "proposal",
            "priority": _find_priority(answer),
            "subject": applied.subject,
            "authoredOn": answer.as_of,
            "reasonCode": [{"text": applied.tell(text)} for text in dict.fromkeys(one.says for one in answer.why if one.asked)],
            "note": make_notes(_iter_dangers(answer)),
            "action": actions,
        }
    )


def _find_priority(answer: Answer) -> str:
    if any(danger.urgency == "now" for danger in answer.dangers):
        return "stat"
    return "urgent" if answer.dangers else "routine"


def _iter_dangers(answer: Answer) -> Iterator[str]:
    """What could harm, and the first thing to do about it."""
    for danger in answer.dangers:
        yield f"{_name_danger(danger)}: {danger.says.rstrip('.')}. {danger.do}".strip()


def _name_danger(danger: DangerShown) -> str:
    return "Caution" if danger.urgency == "caution" else "Danger"


def _iter_notes(applied: Applied) -> Iterator[str]:
    answer = applied.answer
    yield from answer.first_screen[1:]
    for avoid in answer.avoid:
        yield applied.tell(f"Not given: {' + '.join(avoid.drugs) or avoid.regimen}: {avoid.why}")
    yield f"As of {answer.as_of}. {NOBODY}"


# -- what is done ----------------------------------------------------------------------------------


def _make_first(applied: Applied, options: Resource | None) -> Resource | None:
    """What is done about each danger, before anything that is offered; nothing where there is none."""
    before = [{"actionId": options["id"], "relationship": "before-start"}] if options else []
    dangers = [danger for danger in applied.answer.dangers if danger.do]
    actions = [_make_danger(number, danger, before, applied) for number, danger in enumerate(dangers, 1)]
    return {"id": "first", "title": "To be dealt with first", "selectionBehavior": "all", "action": actions} if actions else None


def _make_danger(number: int, danger: DangerShown, before: list[Resource], applied: Applied) -> Resource:
    return drop_empty(
        {
            "id": make_id(f"first {number}"),
            "title": make_line(f"{_name_danger(danger)}: {danger.says}"),
            "description": applied.tell(danger.do),
            "textEquivalent": applied.tell(danger.shown_by),
            "priority": "stat" if danger.urgency == "now" else "urgent",
            "documentation": applied.frame.cite_places(danger.sources, applied.answer),
            "relatedAction": before if danger.urgency != "caution" else [],
            "resource": applied.add_task(f"first {number}", {"text": _name_danger(danger)}, danger.do),
        }
    )


def _make_beside(applied: Applied) -> Resource | None:
    """What else is done beside a regimen; nothing where nothing is."""
    first = {danger.do for danger in applied.answer.dangers}
    beside = [action for action in applied.answer.actions if action.says not in first]
    actions = [_make_action(number, action, applied) for number, action in enumerate(beside, 1)]
    return {"id": "beside", "title": "What is done beside it", "selectionBehavior": "any", "action": actions} if actions else None


def _make_action(number: int, action: ActionShown, applied: Applied) -> Resource:
    kind = action.kind.replace("_", " ").capitalize()
    return drop_empty(
        {
            "id": make_id(f"beside {number}"),
            "title": kind,
            "description": applied.tell(action.says),
            "documentation": applied.frame.cite_places(action.refs, applied.answer),
            "resource": applied.add_task(f"beside {number}", {"text": kind}, action.says),
        }
    )
