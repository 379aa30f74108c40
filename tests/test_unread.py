"""What no rule reads holds every first dose back until somebody has judged it, and is named on the first screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concordant.answer.recommend import recommend, situation
from concordant.compiled import Knowledge
from concordant.library import FOLDER
from concordant.present.as_json import as_json, with_first_screen
from tests.acceptance.check_cases import read_case as expected_case
from tests.acceptance.check_cases import without_hidden_blocks
from tests.conftest import ReadCase

COMPLETE = """
as_of: 2026-11-29
patient: {sex: female, birth_date: 1960-03, menopausal_status: postmenopausal, weight: 66 kg, height: 165 cm, ecog: 1}
tumor_markers:
  - {test: her2_ihc, value: "3+", specimen: metastasis}
  - {test: er, value: negative}
  - {test: pr, value: negative}
disease:
  - {event: diagnosis, date: 2024-09-02, stage: IV, sites: [liver, bone]}
  - {event: progression, date: 2026-11-16, sites: [liver]}
treatments:
  - {drugs: [docetaxel, trastuzumab, pertuzumab], setting: advanced, line: 1,
     start: 2024-09-23, end: 2026-11-16, stopped: progression}
measurements:
  - {name: lvef, value: 61 %, date: 2026-11-10}
  - {name: total_bilirubin, value: 0.6 mg/dL, date: 2026-11-20, upper_limit: 1.2 mg/dL}
  - {name: ast, value: 25 U/L, date: 2026-11-20, upper_limit: 40 U/L}
  - {name: alt, value: 25 U/L, date: 2026-11-20, upper_limit: 40 U/L}
  - {name: platelets, value: 240 10*9/L, date: 2026-11-20}
  - {name: neutrophils, value: 4.1 10*9/L, date: 2026-11-20}
  - {name: haemoglobin, value: 12.8 g/dL, date: 2026-11-20}
  - {name: creatinine_clearance, value: 85 mL/min, date: 2026-11-20}
stated: {brain_metastases: none, interstitial_lung_disease: none, symptomatic_heart_failure: no, pregnant: no, hepatitis_b: none}
"""
# Block, entry; what is named when it holds back, and nothing where the record stays free.
ENTRIES = (
    ("conditions", "{name: flobberitis of the spleen}", "flobberitis of the spleen"),
    ("conditions", "{name: flobberitis of the spleen, status: active}", "flobberitis of the spleen"),
    ("conditions", "{name: 'flobberitis [grade 3]', status: active}", "flobberitis (grade 3)"),
    ("conditions", "{icd10: Q99.9}", "Q99.9"),
    ("conditions", "{name: allergy to unheardofmab}", "allergy to unheardofmab"),
    ("conditions", "{name: refuses flobbering}", "refuses flobbering"),
    ("medications", "{name: unheardofmab}", "unheardofmab"),
    ("conditions", "{name: flobberitis, status: resolved}", ""),
    ("conditions", "{name: flobberitis, status: absent}", ""),
    ("conditions", "{name: hypertension}", ""),
    ("conditions", "{name: common cold}", ""),
    ("conditions", "{name: 'hypertension, uncontrolled'}", "hypertension"),
    ("medications", "{name: amlodipine}", ""),
)
STORIES = [path for path in sorted((FOLDER / "cases").glob("[ACEKZ]*.yaml"))[::4] if "answer" in expected_case(path).expect]


def answer_to(text: str, read: ReadCase, knowledge: Knowledge) -> dict[str, Any]:
    return dict(json.loads(as_json(with_first_screen(recommend(read(text), knowledge)))))


def regimens(answer: dict[str, Any]) -> set[str]:
    """What may be given as things stand, or after its checks."""
    return {o["regimen"] for o in answer["options"] if o["status"] in ("applies", "applies_if_checked")}


@pytest.mark.parametrize(("block", "entry", "named"), ENTRIES, ids=[entry for _, entry, _ in ENTRIES])
def test_an_entry_holds_back_or_leaves_the_record_free(
    block: str, entry: str, named: str, read: ReadCase, knowledge: Knowledge
) -> None:
    answer = answer_to(f"{COMPLETE}{block}:\n  - {entry}\n", read, knowledge)
    assert answer["answer"] == "recommends"
    assert bool(answer["held_until"]) == bool(named)
    if not named:
        assert not answer["not_read"]
        assert " mg" in answer["verdict"]
    else:
        assert named in " ".join(answer["first_screen"])
        assert " mg" not in answer["verdict"]


@pytest.mark.parametrize("block", ["conditions", "medications"])
def test_a_judgement_releases_it_and_is_shown(block: str, read: ReadCase, knowledge: Knowledge) -> None:
    free = answer_to(COMPLETE, read, knowledge)
    judged = answer_to(f"{COMPLETE}{block}:\n  - {{name: flobberitis, judged: seen by surgery}}\n", read, knowledge)
    assert judged["held_until"] == free["held_until"] == []
    assert judged["verdict"] == free["verdict"]
    assert any("flobberitis: seen by surgery" in line for line in judged["first_screen"])


def test_nothing_is_assumed_over_it(read: ReadCase, knowledge: Knowledge) -> None:
    """Silence about a topic means nothing while an entry of that topic was not read."""
    free, open_ = (situation(read(f"{COMPLETE}{extra}"), knowledge).facts for extra in ("", "conditions: [{name: flobberitis}]"))
    given_up = [name for name, fact in free.items() if fact.origin == "assumed" and open_[name].value is None]
    assert len(given_up) > 20
    assert all("flobberitis" in open_[name].says for name in given_up if open_[name].unread)
    turned = {name for name, fact in free.items() if fact.origin == "assumed" and open_[name].value not in (None, fact.value)}
    assert not turned


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
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
