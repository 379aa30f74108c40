"""No answer names a figure, a source, a trial or an approval that came after its own date."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.model.drugs import Regimen
from concordant.model.knowledge import Knowledge
from tests.shares import share_of
from tests.shipped import CASES, case, failing, in_chunks, shown, told_as_json

Check = Callable[[dict[str, Any], str, Knowledge], list[str]]

ECHOED = {"name", "entries", "entry"}  # the patient's own record, read back
FORESEEN = {"review_by"}  # a date that a guideline sets for later
IDENTIFIERS = {"ref", "knowledge"}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

# What is wrong today; each entry turns its test red as soon as it is put right.

VOLUME = re.compile(r"\b(?:19|20)\d\d;\d+(?:\(\d+\))?(?::[\d-]+)?")  # a volume is printed after the article is online
ISO = re.compile(r"(?<![\w.-])((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?![\w-])")
WORDED = re.compile(rf"(?:(?<!\d)(\d{{1,2}}) )?\b({'|'.join(MONTHS)})[a-z]*\.? ((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
YEAR = re.compile(r"(?<![\w.:/-])((?:19|20)\d\d)(?!\w|\.\d)")


def days_named(text: str) -> Iterator[tuple[str, dt.date]]:
    """Every date or year of a text, with the earliest day that it can mean."""
    text = VOLUME.sub("", text)
    for found in ISO.finditer(text):
        year, month, day = found.groups()
        yield found[0], dt.date(int(year), int(month), int(day or 1))
    for found in WORDED.finditer(text):
        day, word, year = found.groups()
        yield found[0], dt.date(int(year), 1 + MONTHS.index(word[:3].lower()), int(day or 1))
    for found in YEAR.finditer(text):
        yield found[0], dt.date(int(found[1]), 1, 1)


def texts_of(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an answer with their keys, without what the record said itself and without identifiers."""
    if key in ECHOED | FORESEEN | IDENTIFIERS:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from texts_of(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, key)
    elif isinstance(value, str):
        yield key, value


def asked(answer: dict[str, Any]) -> dt.date:
    return dt.date.fromisoformat(answer["as_of"])


def page(answer: dict[str, Any], text: str) -> str:
    """The terminal text on one line, so that no date is broken, without the name of the case."""
    flat = " ".join(text.split())
    return flat.replace(" ".join(answer["name"].split()), "") if answer["name"] else flat


def late_references(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Sources published after the date of the question."""
    published = {source.id: source.known_from for source in knowledge.sources}
    return [r["ref"] for r in answer["references"] if (day := published[r["ref"]]) and day > asked(answer)]


def late_rows(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Rows of evidence that were published later, or that belong to no analysis of the knowledge."""
    published = {(trial.name, analysis.name): analysis.known_from for trial in knowledge.trials for analysis in trial.analyses}
    rows = [(row["trial"], row["analysis"]) for option in answer["options"] for row in option["evidence"]]
    return [" ".join(row) for row in rows if published.get(row, dt.date.max) > asked(answer)]


def late_days(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Dates and years after the date of the question, in the JSON answer or on the page."""
    said = [(key, words) for key, words in texts_of(answer) if key not in ("as_of", "notice")]
    said.append(("page", page(answer, text)))
    return [f"{key}: {name}" for key, words in said for name, day in days_named(words) if day > asked(answer)]


def late_notices(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Dates after the date of the question in what an answer says of its guidelines."""
    notices = [guideline["notice"] for guideline in answer["guidelines"]]
    return [name for notice in notices for name, day in days_named(notice) if day > asked(answer)]


def late_names(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Trials named before their first publication."""
    said = "\n".join([*(words for _, words in texts_of(answer)), page(answer, text)])
    late = [t.name for t in knowledge.trials if min(a.known_from for a in t.analyses) > asked(answer)]
    return [name for name in late if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said)]


def late_indications(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Approvals that came later: spelt out, or the ground of a regimen's label fit."""
    said = "\n".join([*(words for _, words in texts_of(answer)), page(answer, text)])
    found = [i for drug in knowledge.drugs for i in drug.indications]
    known = {regimen for i in found if i.known_from <= asked(answer) for regimen in i.regimens}
    spelt = [i.says for i in found if i.known_from > asked(answer) and i.says in said]
    early = [o["regimen"] for o in answer["options"] if o["label"]["fit"] == "on" and o["regimen"] not in known]
    return spelt + early


def born(regimen: Regimen, knowledge: Knowledge) -> dt.date:
    """The first day on which anybody could name a regimen: its doses published, and a trial or an approval of it."""
    published = {source.id: source.known_from or dt.date.min for source in knowledge.sources}
    trials = {trial.id: min(analysis.known_from for analysis in trial.analyses) for trial in knowledge.trials}
    grounds = [trials[trial] for trial in regimen.evidence if trial in trials]
    grounds += [i.known_from for drug in knowledge.drugs for i in drug.indications if regimen.id in i.regimens]
    return max([*(published[part.source.ref] for part in regimen.components), min(grounds, default=dt.date.min)])


def late_regimens(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Regimens proposed, advised against or foreseen before anybody could know them."""
    named = {o["regimen"] for part in ("options", "avoid") for o in answer[part]}
    named |= {regimen for question in answer["ask"] for change in question["changes"] for regimen in change["then"]}
    named |= {option["regimen"] for step in answer["next"] for option in step["options"]}
    return [r.id for r in knowledge.regimens if r.id in named and born(r, knowledge) > asked(answer)]


def late_reasons(answer: dict[str, Any], text: str, knowledge: Knowledge) -> list[str]:
    """Regimens of which it is said why they are not offered, before anybody could know them."""
    named = {reason["regimen"] for reason in answer["why_not"]}
    return [r.id for r in knowledge.regimens if r.id in named and born(r, knowledge) > asked(answer)]


CHECKS: tuple[Check, ...] = (
    late_references,
    late_rows,
    late_days,
    late_notices,
    late_names,
    late_indications,
    late_regimens,
)


def test_what_is_not_offered_was_known(knowledge: Knowledge) -> None:
    answers = [answer for answer in map(told_as_json, share_of("terminal pages", CASES)) if answer]
    assert len(answers) > 50
    assert {late for answer in answers for late in late_reasons(answer, "", knowledge)} == set()


@in_chunks
def test_an_answer_knows_nothing_later_than_its_date(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        answer, text = shown(path)
        if answer:  # the others are bad input, and refused
            late = {check.__name__: found for check in CHECKS if (found := check(answer, text, knowledge))}
            assert late == {}, f"asked on {answer['as_of']}"

    assert failing(law, share_of("terminal pages", CASES), chunk) == {}


def test_a_source_that_is_cited_has_a_date(knowledge: Knowledge) -> None:
    """Only a choice of the project needs none: it stands whenever the question is asked."""
    answers = map(told_as_json, share_of("terminal pages", CASES))
    cited = {reference["ref"] for answer in answers if answer for reference in answer["references"]}
    assert len(cited) > 50
    assert {one.id for one in knowledge.sources if one.id in cited and one.known_from is None and one.kind != "choice"} == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_each_check_sees_an_answer_that_is_dated_back(check: Check, knowledge: Knowledge) -> None:
    """What was said in 2026, put into an answer of 2012, must be seen by every check."""
    path = case("C52") if check in (late_regimens, late_indications) else case("A25")
    answer, text = shown(path)
    back = {**answer, "as_of": "2012-01-01"}
    if check is late_notices:
        back["guidelines"] = [{**answer["guidelines"][0], "notice": "Written before the trial of 2024."}]
    assert check(answer, text, knowledge) == []
    assert check(back, text, knowledge) != []


PLANTED = [
    ("newer", ["approved on 15 December 2025"], True),
    ("newer", ["approved in Dec 2025"], True),
    ("newer", ["approved 2025-12-15"], True),
    ("newer", ["not known before 2025"], True),
    ("newer", ["approved on 20 September 2022"], False),
    ("newer", ["approved on 21 September 2022"], True),
    ("newer", ["J Clin Oncol 2018;36:2736", "RxNorm 2267577", "code 2027.5"], False),
    ("name", "asked in 2031", False),
]


@pytest.mark.parametrize(("key", "said", "seen"), PLANTED)
def test_a_planted_date_is_seen(key: str, said: Any, seen: bool, knowledge: Knowledge) -> None:
    answer, text = shown(case("A25"))
    assert answer["as_of"] == "2022-09-20"
    assert (late_days({**answer, key: said}, text, knowledge) != []) is seen
    added = " ".join(said) if isinstance(said, list) else said
    on_the_page = late_days({**answer, **({key: said} if key == "name" else {})}, f"{text}\n{added}\n", knowledge)
    assert (on_the_page != []) is seen


def test_a_planted_source_row_trial_and_approval_are_seen(knowledge: Knowledge) -> None:
    answer, text = shown(case("A25"))
    late = next(t for t in knowledge.trials if t.name == "DESTINY-Breast09")
    row = {"trial": late.name, "analysis": late.analyses[0].name}
    option = {**answer["options"][0], "evidence": [row], "regimen": "trastuzumab-deruxtecan-pertuzumab"}
    option["label"] = {"fit": "on", "because": "", "refs": []}
    wrong = {**answer, "references": [{"ref": late.analyses[0].source}], "options": [option]}
    assert late_references(wrong, text, knowledge) == [late.analyses[0].source]
    assert late_rows(wrong, text, knowledge) == [" ".join(row.values())]
    assert late_names(answer, text + "As DESTINY-Breast09 showed", knowledge) == [late.name]
    assert late_indications(wrong, text, knowledge) == ["trastuzumab-deruxtecan-pertuzumab"]
    reason = {**answer, "why_not": [{"regimen": "trastuzumab-deruxtecan-pertuzumab"}]}
    assert late_reasons(reason, text, knowledge) == ["trastuzumab-deruxtecan-pertuzumab"]
    assert late_reasons({**reason, "as_of": "2025-12-15"}, text, knowledge) == []
    option = {**option, "regimen": "tucatinib-trastuzumab-capecitabine"}
    assert option["regimen"] in late_regimens({**answer, "as_of": "2020-04-16", "options": [option]}, text, knowledge)
