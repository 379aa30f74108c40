"""Cards of opened records and of orders: after the specification, from the templates alone, and harmless in every text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from concordant.api.cards import CardQuestion, make_cards
from concordant.patient.events import PatientRecord
from concordant.web.cds.pages import join_resources
from tests.shares import share_of
from tests.shipped import CASES, case, failing, in_chunks, record_of, shipped_knowledge
from tests.stories import told_in
from tests.web.cds.calls import BASE, ENGINE, INSTANCE, SEARCHES, Json, draft_orders, encode, prefetch_of, searchset
from tests.web.cds.specification import check_response
from tests.web.form import TODAY
from tests.writers.as_fhir import ICD10, METASTASES, bundle_of

STORIES: Any = told_in("cards")


def bundle(path: Path) -> Json:
    record = record_of(path)
    assert record is not None
    return bundle_of(record, shipped_knowledge())


def joined(prefetch: Json) -> bytes:
    return join_resources([encode(one) for one in prefetch.values() if one is not None])


def ask(path: Path, resources: bytes, orders: bytes = b"", missing: tuple[str, ...] = ()) -> list[Json]:
    record = record_of(path)
    assert record is not None
    question = CardQuestion("p1", resources, BASE, INSTANCE, missing, orders)
    from msgspec import json as fast

    cards = [json.loads(fast.encode(card)) for card in make_cards(ENGINE, question, record.as_of)]
    check_response({"cards": cards})
    return cards


def answered() -> list[Path]:
    """Those of the share that the writer of FHIR can tell."""
    return [path for path in share_of("cards", CASES) if (record := record_of(path)) is not None and _can_be_told(record)]


def _can_be_told(record: PatientRecord) -> bool:
    return all(site in METASTASES or site in ICD10 for event in record.events for site in event.sites)


@in_chunks
def test_every_case_makes_cards_after_the_specification(chunk: int) -> None:
    orders = encode(draft_orders([{"drug": "trastuzumab deruxtecan", "amount": 500.0, "every": 2}, {"drug": "capecitabine"}]))

    def law(path: Path) -> None:
        resources = joined(prefetch_of(bundle(path)))
        for card in ask(path, resources) + ask(path, resources, orders):
            assert card["source"]["label"]

    assert failing(law, answered(), chunk) == {}


@in_chunks
def test_the_templates_hand_over_all_that_is_read(chunk: int) -> None:
    """The answer to what a client hands over by the templates is the answer to the whole bundle."""

    def law(path: Path) -> None:
        whole, record = bundle(path), record_of(path)
        assert record is not None
        told = ENGINE.recommend(whole, today=record.as_of).to_dict()
        handed = ENGINE.recommend(json.loads(joined(prefetch_of(whole))), today=record.as_of).to_dict()
        for name in ("verdict", "first_screen", "options", "dangers", "ask", "held_until", "not_read", "incomplete"):
            assert handed[name] == told[name], name

    assert failing(law, answered(), chunk) == {}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["case"])
def test_cards_of_opened_records(story: Any) -> None:
    path = case(story["case"])
    cards = ask(path, joined(prefetch_of(bundle(path))))
    wanted = story.get("card")
    assert len(cards) == (wanted is not None), cards
    for card in cards:
        drafts = [action["resource"]["resourceType"] for one in card.get("suggestions", ()) for action in one["actions"]]
        assert (card["indicator"], card["source"]["topic"]["code"]) == (wanted["indicator"], wanted["topic"])
        assert card["summary"].startswith(wanted["summary"])
        assert drafts == list(wanted["drafts"])


@pytest.mark.parametrize("code", ["J45.9", "C16.9"])
def test_there_is_nothing_to_say_without_a_tumour_or_of_another_one(code: str) -> None:
    person = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01"}
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}
    told = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p1"}, "code": {"coding": [coding]}}
    assert ask(case("A03"), joined({"patient": person, "condition": searchset([told])})) == []


def test_a_part_that_is_missing_is_said_and_no_dose_is_drafted() -> None:
    path = case("A03")
    (card,) = ask(path, joined(prefetch_of(bundle(path))), missing=("Condition: not handed over, and no FHIR server was named.",))
    assert card["indicator"] == "warning"
    assert "Condition: not handed over" in card["detail"].replace("\\", "")
    assert "suggestions" not in card


HEIGHT = {
    "resourceType": "Observation",
    "id": "height",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Body height"}]},
    "effectiveDateTime": "2022-09-20",
    "valueQuantity": {"value": 168, "unit": "cm"},
}


def test_no_draft_where_the_answer_gives_no_dose() -> None:
    """Without a height one of the three drugs has no amount."""
    (card,) = ask(case("A20"), joined(prefetch_of(bundle(case("A20")))))
    assert "suggestions" not in card


def test_several_drugs_are_drafted_as_a_group() -> None:
    told = bundle(case("A20"))
    told["entry"].append({"resource": HEIGHT})
    (card,) = ask(case("A20"), joined(prefetch_of(told)))
    (suggestion,) = card["suggestions"]
    resources = [action["resource"] for action in suggestion["actions"]]
    *requests, group = resources
    assert {one["resourceType"] for one in requests} == {"MedicationRequest"}
    assert group["resourceType"] == "RequestGroup"
    referred = [action["resource"]["reference"] for action in group["action"]]
    assert referred == [f"MedicationRequest/{one['id']}" for one in requests]
    loading, later = requests[0]["dosageInstruction"]
    assert loading["timing"]["repeat"] == {"frequency": 1, "period": 3, "periodUnit": "wk", "count": 1}
    assert later["timing"]["repeat"] == {"frequency": 1, "period": 3, "periodUnit": "wk"}
    assert loading["doseAndRate"][0]["doseQuantity"]["value"] > later["doseAndRate"][0]["doseQuantity"]["value"]


def test_another_dose_is_corrected_in_the_order_itself() -> None:
    path, resources = case("A03"), joined(prefetch_of(bundle(case("A03"))))
    (card,) = ask(path, resources, encode(draft_orders([{"drug": "trastuzumab deruxtecan", "amount": 500.0, "every": 3}])))
    assert card["indicator"] == "warning"
    assert card["summary"] == "Trastuzumab deruxtecan: 500 mg ordered; the dose here is 388.8 mg (5.4 mg/kg)"
    (action,) = card["suggestions"][0]["actions"]
    assert (action["type"], action["resource"]["id"]) == ("update", "order-1")
    assert action["resource"]["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == 388.8
    assert {one["code"] for one in card["overrideReasons"]} == {"contraindication", "choice", "unavailable", "trial"}


def test_what_is_precluded_is_critical_and_can_be_taken_back() -> None:
    path = case("A10")
    (card,) = ask(path, joined(prefetch_of(bundle(path))), encode(draft_orders([{"drug": "trastuzumab deruxtecan"}])))
    assert card["indicator"] == "critical"
    deleted = [action for one in card["suggestions"] for action in one["actions"] if action["type"] == "delete"]
    assert [action["resourceId"] for action in deleted] == ["MedicationRequest/order-1"]


def test_only_selected_orders_are_spoken_of() -> None:
    resources = joined(prefetch_of(bundle(case("A03"))))
    orders = encode(draft_orders([{"drug": "trastuzumab deruxtecan", "amount": 500.0}, {"drug": "amoxicillin"}]))
    for selected, count in (("MedicationRequest/order-1", 1), ("MedicationRequest/order-2", 0)):
        question = CardQuestion("p1", resources, BASE, INSTANCE, (), orders, (selected,))
        assert len(make_cards(ENGINE, question, TODAY)) == count


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "[press](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "https://evil.example/login",
    "www.evil.example",
    "doctor@evil.example",
    "<https://evil.example>",
    "`code` **bold** # heading",
    "&lt;b&gt; &#60;i&#62;",
    "\u202edesrever",
    "line\nbreak\n\n# heading",
]
SAFE_TAGS = {"p", "strong", "ul", "li"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_record_becomes_code_or_a_link(text: str) -> None:
    path = case("A03")
    told = bundle(path)
    subject = {"reference": "Patient/p1"}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    told["entry"] += [
        {
            "resource": {
                "resourceType": "Condition",
                "id": "x",
                "subject": subject,
                "clinicalStatus": active,
                "code": {"text": text},
            }
        },
        {"resource": {"resourceType": "AllergyIntolerance", "id": "y", "patient": subject, "code": {"text": text}}},
    ]
    resources = joined(prefetch_of(told))
    orders = draft_orders([{"drug": text}, {"drug": f"trastuzumab {text}"}, {"drug": "capecitabine"}])
    cards = ask(path, resources) + ask(path, resources, encode(orders))
    assert cards
    for card in cards:
        html = MarkdownIt("commonmark", {"html": True}).render(card["detail"])
        assert set(re.findall(r"<\s*/?\s*([a-zA-Z!][^\s>]*)", html)) <= SAFE_TAGS
        shown = re.sub(r"<[^>]*>", "", html)  # what is left of escapes is what the Markdown of GitHub looks for addresses in
        assert re.search(r"[a-zA-Z]://|www\.|[\w.+-]@", shown, re.I) is None
        assert not {*"\u202e\n\r"} & {*card["summary"]}
        assert "\u202e" not in card["detail"]
        for link in card["links"]:
            assert link["url"].startswith((BASE, "https://doi.org/"))


def test_searches_hold_every_kind_that_is_read() -> None:
    assert next(iter(SEARCHES)) == "patient"
    assert {search.partition("?")[0].partition("/")[0] for search in SEARCHES.values()} == {
        "Patient", "Observation", "Condition", "AllergyIntolerance", "Procedure",
        "MedicationRequest", "MedicationAdministration", "MedicationStatement", "MedicationDispense",
    }  # fmt: skip
    assert max(map(len, SEARCHES.values())) < 2000
