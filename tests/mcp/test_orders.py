"""`check_order` says what the card of CDS Hooks says: the same stories, the same findings."""

from __future__ import annotations

from typing import Any

import pytest

from concordant.api.cards import judge_orders, read_draft_orders
from concordant.library import FOLDER
from concordant.record.sources.opening import SourceContent
from tests.mcp.calls import ENGINE, TODAY, call
from tests.shipped import case
from tests.stories import told_in
from tests.web.cds.calls import draft_orders, encode

STORIES: Any = told_in("orders")


def record_of(story: dict[str, Any]) -> str:
    path = FOLDER / "stories" / f"{story['case']}.yaml"
    return (path if path.exists() else case(story["case"])).read_text(encoding="utf-8")


def in_numbers(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = {"amount": float, "every": int}
    return [{key: kinds.get(key, str)(value) for key, value in one.items()} for one in orders]


def typed(order: dict[str, Any]) -> dict[str, Any]:
    """The order of a story as an assistant writes it."""
    told = {"drug": order["drug"]}
    if "amount" in order:
        told |= {"amount": float(order["amount"]), "unit": order.get("unit", "mg")}
    if "every" in order:
        told["every_days"] = int(order["every"]) * 7
    return told | ({"schedule": order["code"]} if "code" in order else {})


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_orders_are_judged_as_by_the_card(story: dict[str, Any]) -> None:
    record = record_of(story)
    told = call("check_order", record=record, orders=[typed(one) for one in story["orders"]])
    found = ENGINE.recommend(SourceContent(record.encode(), "record"), today=TODAY)
    judged = judge_orders(found, read_draft_orders(ENGINE, encode(draft_orders(in_numbers(story["orders"]))), TODAY))
    theirs = [(one.kind, one.gravity, one.sources) for one in judged.findings]
    assert [(one["kind"], one["gravity"], one.get("sources", [])) for one in told["findings"]] == theirs
    assert told.get("judged_drugs", []) == judged.drugs
    assert [(one["kind"], one["gravity"]) for one in told["findings"]] == [(f["kind"], f["gravity"]) for f in story["finds"]]


def test_orders_as_a_bundle_are_the_orders_as_a_list() -> None:
    record, story = case("A03").read_text(encoding="utf-8"), STORIES[3]
    bundle = encode(draft_orders(in_numbers(story["orders"]))).decode()
    listed = call("check_order", record=record, orders=[typed(one) for one in story["orders"]])
    assert call("check_order", record=record, orders=bundle) == listed


def test_no_finding_is_no_approval() -> None:
    record = case("A03").read_text(encoding="utf-8")
    told = call("check_order", record=record, orders=[{"drug": "amoxicillin"}])
    assert told["findings"] == []
    assert "nothing was judged" in told["means"]
    assert "no approval" in told["means"]
