"""A statement as a page: every one in every format, its boundaries those of the decision, its signature that of its content."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
import pytest

import concordant as cc
from concordant.api.describing import list_stories
from concordant.api.engine import get_engine
from concordant.author.lint.run import lint_folder
from concordant.decide.boundaries import Boundary, find_boundaries
from concordant.decide.ruleset import make_ruleset
from concordant.decide.situation import Situation
from concordant.library import FOLDER
from concordant.logic.truth import TRUE
from concordant.model.guideline import Signature, Statement
from concordant.model.knowledge import Knowledge
from concordant.model.signing import compute_statement_digest
from concordant.present.described.statement import tell_signatures
from concordant.readers.explain import explain
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks, record_of

OLDER = "asco-her2-abc/2018"
STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"


def statements(guideline: str = "") -> list[str]:
    engine = get_engine(None)
    return [one.id for one in engine.ruleset(None, guideline)[1].statements]


@pytest.mark.parametrize("guideline", ["", OLDER])
def test_every_statement_stands_in_the_table(guideline: str) -> None:
    for table in (cc.describe(guideline=guideline), cc.describe(format="html", guideline=guideline)):
        assert isinstance(table, str)
        engine = get_engine(None)
        frame = engine.ruleset(None, guideline)[1]
        own = [one for one in frame.statements if one.guideline == "asco-her2-abc"]
        assert [one.number for one in own if one.number not in table] == []


@pytest.mark.parametrize("format_", ["md", "html"])
@pytest.mark.parametrize("id_", [pytest.param(id_, id=id_) for id_ in statements()[::6]])
def test_a_statement_is_told_with_its_sources(id_: str, format_: cc.api.DescribeFormat) -> None:
    told = cc.describe(id_, format=format_)
    assert isinstance(told, str)
    statement = next(one for one in get_engine(None).knowledge.statements if one.id == id_)
    assert re.sub(r"\W+", " ", statement.title) in re.sub(r"\W+", " ", told.replace("&#x27;", "'"))
    assert "Nobody has signed" in told
    assert "It applies when all of this holds" in told


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_a_statement_is_printed(format_: cc.api.DescribeFormat) -> None:
    assert isinstance(cc.describe("2.1", format=format_), bytes)


def check_row(row: tuple[Boundary, ...], situation: Situation, statement: Statement, knowledge: Knowledge) -> list[str]:
    """What of a row the reference says otherwise: the value stated, the facts derived anew, the condition explained."""
    wrong = []
    for one in row:
        stated = {**situation.record.stated, one.feature.name: one.cell.value}
        facts = get_engine(None).situation(msgspec.structs.replace(situation.record, stated=stated)).facts
        if facts[one.feature.name].value == one.cell.value and explain(statement.applies_if, facts).truth is not one.applies:
            wrong.append(f"{statement.id}: {one.feature.name} {one.cell.name}")
    return wrong


@in_chunks
def test_boundaries_are_those_of_the_decision(chunk: int, knowledge: Knowledge) -> None:
    def law(path: Path) -> None:
        record = record_of(path)
        if record is None:
            return
        situation = get_engine(None).situation(record)
        for statement in situation.frame.statements[:12:3]:
            if situation.decision.statements[statement.id].truth is TRUE:
                rows = find_boundaries(situation, statement)
                assert [wrong for row in rows[:4] for wrong in check_row(row, situation, statement, knowledge)] == []
                assert all(sum(one.is_now for one in row) <= 1 for row in rows)

    assert failing(law, share_of("described statements", CASES), chunk) == {}


def test_a_threshold_has_its_two_sides() -> None:
    told = cc.describe("2.1")
    assert isinstance(told, str)
    assert re.search(r"Relapse after adjuvant trastuzumab \| <= 12 months \(as it is\) \| applies", told)
    assert re.search(r"Relapse after adjuvant trastuzumab \| \\?> 12 months \| does not apply", told)


def with_another_dose(knowledge: Knowledge, regimen: str) -> Knowledge:
    replace = msgspec.structs.replace
    regimens = [
        replace(one, components=(replace(one.components[0], amount=one.components[0].amount + 1),)) if one.id == regimen else one
        for one in knowledge.regimens
    ]
    return replace(knowledge, regimens=tuple(regimens))


def with_another_bound(knowledge: Knowledge, feature: str) -> Knowledge:
    """The same but for the rules of a feature, of which the last is lost: another meaning."""
    replace = msgspec.structs.replace
    assert any(one.name == feature and one.rules for one in knowledge.features)
    features = (replace(one, rules=one.rules[:-1]) if one.name == feature else one for one in knowledge.features)
    return replace(knowledge, features=tuple(features))


def test_who_signs_signs_what_it_says(knowledge: Knowledge) -> None:
    statement = next(one for one in knowledge.statements if one.id == "asco-her2-abc/2022/2.1")
    digest = compute_statement_digest(statement, knowledge)
    signed = msgspec.structs.replace(statement, reviewed_by=(Signature(name="A. Reader", date="2026-11-30", digest=digest),))
    assert compute_statement_digest(signed, knowledge) == digest
    assert tell_signatures(signed, digest).startswith("A. Reader on 2026-11-30, as it stands")
    reworded = msgspec.structs.replace(signed, says="Something else.")
    assert compute_statement_digest(reworded, knowledge) != digest
    name = statement.recommend.regimens[0] if statement.recommend else ""
    lapsed = compute_statement_digest(signed, with_another_dose(knowledge, name))
    assert lapsed != digest
    assert "to be signed anew" in tell_signatures(signed, lapsed)
    assert compute_statement_digest(signed, with_another_bound(knowledge, "early_relapse")) != digest
    assert compute_statement_digest(signed, with_another_bound(knowledge, "low_haemoglobin")) == digest


@pytest.mark.long
@pytest.mark.parametrize(("digest", "faults"), [("000000000000", 1), ("", 0)])
def test_lint_notices_a_signature_that_has_lapsed(tmp_path: Path, digest: str, faults: int, knowledge: Knowledge) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("cases", "stories"))
    statement = next(one for one in knowledge.statements if one.id == "asco-her2-abc/2022/2.1")
    digest = digest or compute_statement_digest(statement, knowledge)
    path = folder / STATEMENT
    signature = f'reviewed_by:\n  - {{name: "A. Reader", date: 2026-11-30, digest: "{digest}"}}\n'
    path.write_text(path.read_text(encoding="utf-8") + signature, encoding="utf-8")
    told = [str(one) for one in lint_folder(folder).complaints if "signed" in str(one)]
    assert len(told) == faults
    assert all(STATEMENT in one and "Have it signed anew" in one for one in told)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"statement": "2.11"}, "no statement '2.11' is in force"),
        ({"format": "png"}, "'png' is no format"),
        ({"as_of": "1990-01-01"}, "no guideline is in force on 1990-01-01"),
        ({"guideline": "nobody/1"}, "no guideline 'nobody/1'"),
    ],
)
def test_what_there_is_not_is_refused(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(cc.Unreadable, match=re.escape(says)):
        cc.describe(**arguments)  # type: ignore[arg-type]


def test_without_stories_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list_stories(tmp_path)  # none of its own: those that are shipped
    monkeypatch.setattr("concordant.api.describing.FOLDER", tmp_path)
    assert list_stories() == []
    told = cc.describe("2.1")
    assert isinstance(told, str)
    assert "No story at hand" in told


def test_a_ruleset_without_the_statement_has_no_page(knowledge: Knowledge) -> None:
    frame = make_ruleset(knowledge, min(version.valid_from for one in knowledge.guidelines for version in one.versions))
    assert "asco-her2-abc/2022/2.1" not in [one.id for one in frame.statements]
    with pytest.raises(cc.Unreadable):
        cc.describe("asco-her2-abc/2022/2.1", as_of="2019-01-01")
