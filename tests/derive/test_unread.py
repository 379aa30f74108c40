"""What no rule reads holds every first dose back until somebody has judged it, and is named on the first screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concordant.answer.engine import answer_record, build_situation
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.present.as_json import add_first_screen, render_json
from tests.acceptance.check_cases import read_case as expected_case
from tests.acceptance.check_cases import without_hidden_blocks
from tests.conftest import ReadCase
from tests.shares import share_of
from tests.stories import Story, stories, told_by

(COMPLETE,) = stories("unread", "complete")
CASES = [path for path in sorted((FOLDER / "cases").glob("[ACEKZ]*.yaml"))[::4] if "answer" in expected_case(path).expect]


def answer_to(told: str | dict[str, Any], read: ReadCase, knowledge: Knowledge) -> dict[str, Any]:
    return dict(json.loads(render_json(add_first_screen(answer_record(read(told), knowledge)))))


def regimens(answer: dict[str, Any]) -> set[str]:
    """What may be given as things stand, or after its checks."""
    return {o["regimen"] for o in answer["options"] if o["status"] in ("applies", "applies_if_checked")}


@told_by("unread", "entry")
def test_an_entry_holds_back_or_leaves_the_record_free(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    answer, named = answer_to(story.record, read, knowledge), story.expect["named"]
    assert answer["answer"] == "recommends"
    assert bool(answer["held_until"]) == bool(named)
    if not named:
        assert not answer["not_read"]
        assert " mg" in answer["verdict"]
    else:
        assert named in " ".join(answer["first_screen"])
        assert " mg" not in answer["verdict"]


@told_by("unread", "judged")
def test_a_judgement_releases_it_and_is_shown(story: Story, read: ReadCase, knowledge: Knowledge) -> None:
    free, judged = (answer_to(record, read, knowledge) for record in (COMPLETE.record, story.record))
    assert judged["held_until"] == free["held_until"] == []
    assert judged["verdict"] == free["verdict"]
    assert any(story.expect["shown"] in line for line in judged["first_screen"])


def test_nothing_is_assumed_over_it(read: ReadCase, knowledge: Knowledge) -> None:
    """Silence about a topic means nothing while an entry of that topic was not read."""
    with_it = {**COMPLETE.record, "conditions": [{"name": "flobberitis"}]}
    free, open_ = (build_situation(read(record), knowledge).facts for record in (COMPLETE.record, with_it))
    given_up = [name for name, fact in free.items() if fact.origin == "assumed" and open_[name].value is None]
    assert len(given_up) > 20
    assert all("flobberitis" in open_[name].says for name in given_up if open_[name].unread)
    turned = {name for name, fact in free.items() if fact.origin == "assumed" and open_[name].value not in (None, fact.value)}
    assert not turned


@pytest.mark.parametrize("path", share_of("told back", CASES), ids=lambda path: path.stem)
def test_it_never_offers_more(path: Path, read: ReadCase, knowledge: Knowledge) -> None:
    text = without_hidden_blocks(path.read_text(encoding="utf-8"))
    if "\nconditions:" in f"\n{text}":
        more = text.replace("conditions:\n", "conditions:\n  - {name: flobberitis, status: active}\n", 1)
    else:
        more = f"{text}\nconditions:\n  - {{name: flobberitis, status: active}}\n"
    before, after = answer_to(text, read, knowledge), answer_to(more, read, knowledge)
    assert regimens(after) <= regimens(before) or before["answer"] == "needs_data"
    assert any("flobberitis" in line for line in after["first_screen"])
    if any(o["role"] != "continue" for o in after["options"]):
        assert any("flobberitis" in one["says"] for one in after["held_until"])
