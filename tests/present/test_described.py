"""A statement as a page: every one in every format, its boundaries those of the decision, its signature that of its content."""

from __future__ import annotations

import functools
import io
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

import concordant as cc
from concordant.api import describing
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
from concordant.present.described.phrases import WAYS
from concordant.present.described.sheet import build_statement_sheet
from concordant.present.described.statement import tell_signatures
from concordant.present.described.weighing import weigh_bars
from concordant.readers.explain import explain
from tests.shares import share_of
from tests.shipped import CASES, failing, in_chunks, record_of

ITER_SITUATIONS = describing._iter_situations
SMALLEST = 8.5  # points
OLDER = "asco-her2-abc/2018"
STATEMENT = "guidelines/asco-her2-abc/2022/2.1-second-line-trastuzumab-deruxtecan.yaml"


@functools.cache
def read_once(guideline: str, stories: tuple[Path, ...]) -> tuple[list[Any], Any]:
    return [], ITER_SITUATIONS(get_engine(None), guideline, stories)


def iter_known(_: cc.Engine, guideline: str, stories: Sequence[Path]) -> Iterator[Any]:
    """The stories as they are read for the first statement that needs them: read once for all statements."""
    known, rest = read_once(guideline, tuple(stories))
    yield from known
    for one in rest:
        known.append(one)
        yield one


@pytest.fixture(autouse=True)
def _read_each_story_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "_iter_situations", iter_known)


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
    assert "For whom: all of this holds" in told
    assert f"concordant describe {statement.short_id} --full" in re.sub(r"<[^>]*>", "", told)


@pytest.mark.parametrize("id_", [pytest.param(id_, id=id_) for id_ in statements()[::9]])
def test_all_of_a_statement_is_told_where_it_is_asked_for(id_: str) -> None:
    """The full page has everything that the one page shows or names."""
    sheet, full = cc.describe(id_), cc.describe(id_, full=True)
    assert isinstance(sheet, str)
    assert isinstance(full, str)
    assert "What is asked of a record" in full
    for condition in re.findall(r"^- .*", sheet.partition("## For whom")[2].partition("##")[0], re.M):
        assert condition in full


def left_out(id_: str) -> tuple[int, int, int]:
    """How many findings the one page lists, how many it counts, and how many there are, of those that rule a regimen out."""
    engine = get_engine(None)
    frame = engine.ruleset(None, "")[1]
    statement = next(one for one in frame.statements if one.id == id_)
    page = build_statement_sheet(engine.knowledge, frame, statement, None)
    told = [point.text for section in page.sections if section.id == "bars" for point in section.blocks[0].points]  # type: ignore[union-attr]
    more = sum(int(one[1]) for text in told if (one := re.fullmatch(r"and (\d+) more", text)))
    listed = [text for text in told if not re.fullmatch(r"and \d+ more|A drug of it .*", text)]
    proposals = [one for one in frame.proposals if one.statement is statement]
    reasons = weigh_bars(frame, proposals, {drug.id: drug.name for drug in engine.knowledge.drugs}).precluding
    there_are = {bar.says for one in proposals for bar in one.bars.values() if bar.effect == "precludes" and bar.kind not in WAYS}
    assert {bar.says for reason in reasons for bar in reason.bars} == there_are
    return len(listed), more, len(reasons)


def test_what_the_one_page_leaves_out_is_counted() -> None:
    counted = {id_: left_out(id_) for id_ in statements()}
    assert {id_: found for id_, found in counted.items() if found[0] + found[1] != found[2]} == {}
    assert any(more for _, more, _ in counted.values())


@pytest.mark.parametrize("guideline", ["", OLDER])
def test_every_statement_is_one_page_of_a4_that_can_be_read(guideline: str) -> None:
    pypdf = pytest.importorskip("pypdf")

    def find_faults(id_: str) -> list[str]:
        pages = pypdf.PdfReader(io.BytesIO(bytes(cc.describe(id_, format="pdf", guideline=guideline)))).pages  # type: ignore[arg-type]
        sizes = set[float]()
        for page in pages:
            page.extract_text(visitor_text=lambda text, _, __, ___, size: sizes.add(size) if text.strip() else None)
        small = [f"{id_}: letters of {min(sizes)} points"] if min(sizes) < SMALLEST else []
        return [*small, f"{id_}: {len(pages)} pages"] if len(pages) > 1 else small

    assert [fault for id_ in share_of("sheets of statements", longest_first(guideline)) for fault in find_faults(id_)] == []


@pytest.mark.parametrize("format_", ["pdf", "docx"])
def test_a_statement_is_printed(format_: cc.api.DescribeFormat) -> None:
    assert isinstance(cc.describe("2.1", format=format_), bytes)


def longest_first(guideline: str) -> list[str]:
    """The statements in the order of how much speaks against their regimens: a share of them has the longest pages."""
    frame = get_engine(None).ruleset(None, guideline)[1]
    bars = {one.id: sum(len(p.bars) for p in frame.proposals if p.statement is one) for one in frame.statements}
    return sorted(bars, key=lambda id_: -bars[id_])


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
    told = cc.describe("2.1", full=True)
    assert isinstance(told, str)
    assert re.search(r"Relapse after adjuvant trastuzumab \| <= 12 months \(as it is\) \| applies", told)
    assert re.search(r"Relapse after adjuvant trastuzumab \| \\?> 12 months \| does not apply", told)
    shortly = cc.describe("2.1")
    assert isinstance(shortly, str)
    assert re.search(
        r"Relapse after adjuvant trastuzumab \| <= 12 months ✓ \| \\?> 12 months: trastuzumab \+ pertuzumab \+ doc", shortly
    )


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
        ({"full": True}, "tells all of one statement, and none was named"),
        ({"as_of": "1990-01-01"}, "no guideline is in force on 1990-01-01"),
        ({"guideline": "nobody/1"}, "no guideline 'nobody/1'"),
    ],
)
def test_what_there_is_not_is_refused(arguments: dict[str, Any], says: str) -> None:
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
