"""The report as a page: what stands where, that nothing of it comes from elsewhere, and that every picture is told in words."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import re
from pathlib import Path

import pytest

import concordant as cc
from concordant.cli.main import main
from concordant.cohorts.milestones import Milestone
from concordant.cohorts.verdicts import NEEDS_DATA, NOTHING, UNNAMED
from concordant.model.cohort import JUSTIFIED_REASONS, VERDICTS
from concordant.model.sources import Kind
from concordant.present.cohort.boxes import SIZE, Node, Ribbon, draw_ribbons, wrap_text
from concordant.present.cohort.charts import WIDTH
from concordant.present.cohort.figures import NUMBER_WIDTH, place_marks
from concordant.present.cohort.page import Figure
from concordant.present.cohort.words import REASONS, format_bounds, format_percent
from concordant.present.cohort.words import VERDICTS as VERDICT_WORDS
from concordant.present.figures.svg import measure_width
from tests.cohort.made import make_many, row, write_cohort
from tests.shipped import shipped_knowledge


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_many(tmp_path_factory.mktemp("report") / "cohort", 400)


@pytest.fixture(scope="module")
def found(cohort: Path) -> cc.Concordance:
    return cc.concordance(cohort, by=("year", "line", "site", "hormone_receptor"))


@pytest.fixture(scope="module")
def page(found: cc.Concordance) -> str:
    told = found.report()
    assert isinstance(told, str)
    return told


def list_figures(found: cc.Concordance) -> list[Figure]:
    report = found._page
    return [one for one in [report.figure, *(b for part in report.parts for b in part.blocks)] if isinstance(one, Figure)]


def test_the_finding_stands_first(page: str, found: cc.Concordance) -> None:
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    places = [text.index(one) for one in ("<h1>", 'class="finding"', "<dl>", "<figure>", 'id="who"', 'id="definitions"')]
    assert places == sorted(places)
    assert found.finding.replace(" %", "\u00a0%") in text


def test_nothing_comes_from_elsewhere(page: str) -> None:
    bare = page.replace('xmlns="http://www.w3.org/2000/svg"', "").replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import|<script|<link|<iframe|https?:", re.sub(r"<li>.*?</li>", "", bare))


def test_every_picture_is_told_and_has_its_table(found: cc.Concordance, page: str) -> None:
    figures = list_figures(found)
    assert len(figures) >= 8
    for figure in figures:
        assert figure.told.count(" ") > 5 and figure.told in figure.svg.replace("&#x27;", "'").replace("&quot;", '"')
        assert figure.table is not None and figure.table.rows
    assert page.count('role="img"') == page.count("<svg ") == len(figures)
    assert page.count("<details>") == len(figures)


def test_the_definition_stands_under_every_table_of_shares(found: cc.Concordance) -> None:
    tables = [figure.table for figure in list_figures(found) if figure.table and "Share concordant" in figure.table.columns]
    assert len(tables) == 4
    assert all("Points are counted, not patients." in table.note and "Wilson" in table.note for table in tables)


def test_the_numbers_of_the_flow_add_up(found: cc.Concordance, cohort: Path) -> None:
    (flow,) = [figure for figure in list_figures(found) if figure.title == "Who is counted"]
    counts = [
        int(number.replace(",", ""))
        for number in re.findall(r"[\d,]*\d(?= (?:persons|patients|left|refused|without))", flow.told)
    ]
    persons, breast, advanced, read, refused, without, patients = counts
    assert persons == breast + advanced + read
    assert read == refused + without + patients


def test_what_became_public_is_marked(found: cc.Concordance) -> None:
    figure = found._page.figure
    assert figure is not None
    notes = [note.partition("  ")[2] for note in figure.notes[1:]]
    assert "31 May 2022: ASCO 2022 published" in notes
    assert "20 Dec 2019: trastuzumab deruxtecan approved" in notes


def test_numbers_of_days_that_are_near_do_not_meet() -> None:
    days = [dt.date(2022, 5, 4), dt.date(2022, 5, 31), dt.date(2022, 6, 30), dt.date(2024, 1, 1)]
    marks = place_marks([Milestone(day, "approval", "", "") for day in days], (2018.0, 2026.0))
    for one in marks:
        for other in marks:
            apart = abs(one.place - other.place) / 8 * WIDTH
            assert one is other or one.row != other.row or apart >= NUMBER_WIDTH
    assert marks[-1].row == 0


def test_labels_of_bars_do_not_meet() -> None:
    nodes = [Node(0, "a very long name of a regimen of many drugs " * 2, 5), Node(0, "b", 1), Node(0, "c", 1), Node(1, "d", 900)]
    svg = draw_ribbons(["one", "two"], nodes, [Ribbon(0, "a", "d", 5)], "patients")
    for x in ("18.0", "276.0"):
        lines = sorted({float(y) for y in re.findall(rf'<text x="{x}" y="([\d.]+)"', svg)})
        assert all(after - before > 12 for before, after in itertools.pairwise(lines))


def test_long_names_are_wrapped() -> None:
    lines = wrap_text("one two three " * 20, 200)
    assert " ".join(lines).split() == ["one", "two", "three"] * 20
    assert all(measure_width(line, SIZE) <= 200 for line in lines)


def test_the_pdf_is_tagged_and_says_the_same_twice(found: cc.Concordance) -> None:
    pypdf = pytest.importorskip("pypdf")
    made = found.report("pdf")
    assert isinstance(made, bytes) and made == found.report("pdf")
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata.title.startswith("Concordance with ASCO 2018 and ASCO 2022")
    first = " ".join(reader.pages[0].extract_text().split())
    assert "cannot be decided from the record, mostly for want of HER2 status" in first


def test_a_tiny_cohort_has_a_report(tmp_path: Path) -> None:
    """One point, no day, no site, no line: no chart of time, and every other part says what there is."""
    folder = write_cohort(tmp_path / "tiny", [row("a", "out_of_scope", reason="no_guideline_in_force")])
    page = cc.report(folder)
    assert isinstance(page, str)
    assert "None of the treatment starts lies within the guideline" in page
    assert "the source names no sites" in page


def test_small_counts_are_in_no_sentence_table_or_picture(cohort: Path) -> None:
    """Every number of the page that counts points or patients, wherever it stands."""
    found = cc.concordance(cohort, suppress=11, by=("year", "line", "site", "hormone_receptor"))
    report = found._page
    tables = [b.table for part in report.parts for b in part.blocks if isinstance(b, Figure) and b.table]
    for table in [*tables, *([report.figure.table] if report.figure and report.figure.table else [])]:
        for i, name in enumerate(table.columns):
            if name in ("Points", "Patients", "Concordant", "Not concordant", "Undecidable", "Accepted reason", "Outside"):
                assert not [cells[i] for cells in table.rows if cells[i].isdigit() and 0 < int(cells[i]) < 11]
    told = " ".join(figure.told for figure in list_figures(found))
    assert not re.findall(r"(?<![\d,.])([1-9]|10) (?:patients|points)\b", told)


def test_a_file_is_written_by_its_ending(cohort: Path, tmp_path: Path) -> None:
    for ending, begins in ((".html", b"<!doctype html>"), (".pdf", b"%PDF"), (".json", b"{"), (".txt", b"A retrospective")):
        target = tmp_path / f"report{ending}"
        assert main(["report", str(cohort), "-o", str(target), "--by", "hormone_receptor"]) == 0
        assert target.read_bytes().startswith(begins)
    assert json.loads((tmp_path / "report.json").read_text())["overall"]["points"] > 400


def test_the_terminal_has_the_finding_and_the_tables(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(cohort)]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("Concordance by ")] == [
        "Concordance by year",
        "Concordance by line of treatment",
        "Concordance by site",
    ]


def test_every_word_of_a_point_is_told_in_plain_words() -> None:
    """The closed words of verdicts and reasons, and the topics of the shipped scope."""
    topics = {limit.topic for one in shipped_knowledge().guidelines for limit in one.out_of_scope}
    reasons = {NEEDS_DATA, NOTHING, UNNAMED, *JUSTIFIED_REASONS, *Kind.__args__, *topics}
    assert reasons - set(REASONS) == {"age"}  # is called as it is
    assert set(VERDICT_WORDS) == set(VERDICTS)


def test_shares_are_not_rounded_to_none_or_all() -> None:
    assert [format_percent(share) for share in (0.0, 0.0004, 0.005, 0.414, 0.9996, 1.0)] == [
        "0 %",
        "under 1 %",
        "under 1 %",
        "41 %",
        "over 99 %",
        "100 %",
    ]
    assert format_bounds(None) == "withheld"
