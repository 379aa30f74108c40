"""Draft orders against the answer for their patient: the table of `stories/orders.yaml`."""

from __future__ import annotations

from typing import Any

import pytest

from concordant.api.cards import judge_orders, read_draft_orders
from concordant.library import FOLDER
from tests.shipped import case
from tests.stories import told_in
from tests.web.cds.calls import ENGINE, draft_orders, encode
from tests.web.form import TODAY

STORIES: Any = told_in("orders")


def source(name: str) -> Any:
    story = FOLDER / "stories" / f"{name}.yaml"
    return story if story.exists() else case(name)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_orders_are_judged(story: Any) -> None:
    found = ENGINE.recommend(source(story["case"]), today=TODAY)
    orders = [
        {**one, **{key: type_(one[key]) for key, type_ in (("amount", float), ("every", int)) if key in one}}
        for one in story["orders"]
    ]
    read = read_draft_orders(ENGINE, encode(draft_orders(orders)), TODAY)
    findings = judge_orders(found, read).findings
    assert [(one.kind, one.gravity) for one in findings] == [(wanted["kind"], wanted["gravity"]) for wanted in story["finds"]], (
        findings
    )
    for one, wanted in zip(findings, story["finds"], strict=True):
        assert wanted["says"].lower() in f"{one.about}: {one.brief}. {one.because}".lower()
        assert one.orders
