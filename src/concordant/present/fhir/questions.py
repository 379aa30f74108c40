"""Questions as a questionnaire: all of a guideline, or those that an answer asks. Its items bear the names of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from concordant.answer.schema import Answer, Ask
from concordant.export.plan_definition.parts import CORE, make_name
from concordant.model.features import Feature
from concordant.model.guideline import Guideline, Version
from concordant.patient.facts import format_unit, format_value
from concordant.present.fhir.frame import UCUM, FhirFrame, Resource, drop_empty, make_line, name_words, start_definition

KIND = "Questionnaire"
OF_PATIENT = "missing-facts"  # the id of the one within an answer
SAYS = (
    "Leave open what is not known. What is answered is told of the patient: hand the response over in the data of $apply. "
    "Where an item takes text, parts of what is known can be told as well: '<= 12', '8 to 11', 'none or history'."
)
UNIT = f"{CORE}/questionnaire-unit"
CODES = {"percent": "%", "months": "mo", "years": "a", "xULN": "{xULN}"}  # of UCUM, where it has another than ours
TYPES = {"yes_no": "boolean", "enum": "choice", "number": "quantity", "count": "integer"}


def make_questionnaire(guideline: Guideline, version: Version, id_: str, frame: FhirFrame) -> Resource:
    """Every question that can be asked for a guideline."""
    title = f"Facts for {guideline.title}"
    asked = sorted((one for one in frame.knowledge.features if one.question), key=lambda one: (one.asked, one.name))
    made = start_definition(KIND, id_, (title, SAYS), frame, version.version)
    return made | {"subjectType": ["Patient"], "item": [make_item(feature, frame) for feature in asked]}


def make_item(feature: Feature, frame: FhirFrame) -> Resource:
    """The question about one fact."""
    unit = [make_unit_extension(feature)] if feature.type == "number" and feature.unit else []
    made: Resource = {"linkId": feature.name, "text": feature.question, "type": TYPES[feature.type], "required": False}
    return drop_empty({"extension": unit, **made, "answerOption": list_words(feature, frame), "item": _list_help(feature)})


def make_unit_extension(feature: Feature) -> Resource:
    """The unit in which a number is told where none is given."""
    coding = {"system": UCUM, "code": name_unit(feature.unit), "display": format_unit(feature.unit)}
    return {"url": UNIT, "valueCoding": coding}


def name_unit(unit: str) -> str:
    """A unit as UCUM writes it."""
    return CODES.get(unit, unit)


def list_words(feature: Feature, frame: FhirFrame) -> list[Resource]:
    """The words of a fact to choose from."""
    system = frame.name_resource("CodeSystem", name_words(feature))
    words = feature.values if feature.type == "enum" else ()
    return [{"valueCoding": {"system": system, "code": word, "display": format_value(feature, word)}} for word in words]


def _list_help(feature: Feature) -> list[Resource]:
    return [_make_display(f"{feature.name}.help", feature.help)] if feature.help else []


def _make_display(link: str, text: str) -> Resource:
    return {"linkId": link, "text": make_line(text), "type": "display"}


# -- of one patient --------------------------------------------------------------------------------


def make_missing(answer: Answer, whole: str, frame: FhirFrame) -> Resource:
    """The questions that an answer asks, the one that decides most first; `whole` is the questionnaire that they are of."""
    features = {feature.name: feature for feature in frame.knowledge.features}
    return {
        "resourceType": KIND,
        "id": OF_PATIENT,
        "url": f"{whole}-missing",
        "derivedFrom": [whole],
        "name": make_name(OF_PATIENT),
        "title": "Facts that are missing",
        "status": "draft",
        "experimental": True,
        "subjectType": ["Patient"],
        "description": SAYS,
        "item": [_make_asked(ask, features[ask.feature], frame) for ask in answer.ask],
    }


def _make_asked(ask: Ask, feature: Feature, frame: FhirFrame) -> Resource:
    """A question with its branches: each is an option, and a display says what it leads to."""
    is_yes_no = feature.type == "yes_no"
    told = [] if is_yes_no else [*list_words(feature, frame), *_iter_branches(ask, feature)]
    made: Resource = {"linkId": feature.name, "text": make_line(ask.question), "required": False}
    made |= {"type": "boolean"} if is_yes_no else {"type": "open-choice", "answerOption": told}
    shown = [_make_display(f"{feature.name}.{number}", text) for number, text in enumerate(tell_branches(ask), 1)]
    return drop_empty(made | {"item": [*shown, *_list_help(feature)]})


def _iter_branches(ask: Ask, feature: Feature) -> Iterator[Resource]:
    """What an answer prints and no word of its own says: a range, several words."""
    words = {format_value(feature, word) for word in feature.values}
    for change in ask.changes:
        if change.if_ not in words:
            yield {"valueString": change.if_}


def tell_branches(ask: Ask) -> Sequence[str]:
    """What contradicts what, where something does; then what each branch leads to."""
    known = [f"On record: {ask.known}"] if ask.known else []
    return [*known, *_iter_outcomes(ask)]


def _iter_outcomes(ask: Ask) -> Iterator[str]:
    for change in ask.changes:
        names = " or ".join(change.names)
        open_ = {"needs_data": "still open", "out_of_scope": "the guideline does not speak"}.get(change.answer, "")
        yield f"{change.if_}: {names or open_ or 'no regimen can be given'}"


def list_linked(features: Iterable[Feature]) -> dict[str, Feature]:
    """By the id of an item, the fact that it asks for."""
    return {feature.name: feature for feature in features if feature.question}
