"""The two figures: what they show of real answers, that nothing overlaps or leaves the sheet, and hostile or odd data."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from concordant.answer.engine import answer_record
from concordant.answer.parts import TimelineShown
from concordant.answer.schema import Answer
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.present.figures.data import make_forest_plot, make_timeline
from concordant.present.figures.figures import render_forest_svg, render_timeline_svg
from concordant.present.figures.forest import LogScale, make_log_scale
from concordant.present.figures.forest import choose_ticks as ratio_ticks
from concordant.present.figures.svg import ASCENT, DESCENT, WIDTH, measure_width, wrap_label, wrap_text
from concordant.present.figures.text import draw_forest_text, draw_timeline_text
from concordant.present.figures.timeline import TimeScale, choose_ticks, list_dated_rows, make_time_scale
from concordant.present.language import load_language
from concordant.present.page.document import (
    Document,
    ForestPlot,
    ForestRow,
    PageReference,
    Section,
    Timeline,
    TimelineCourse,
    TimelineEvent,
    TimelineInterval,
)
from concordant.present.page.numbering import renumber_references
from concordant.present.sentences import Uncited
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_file
from tests.shares import examples

SVG = "{http://www.w3.org/2000/svg}"
ENGLISH, GERMAN = load_language("en"), load_language("de")
CASES = ("A01", "A02", "A03", "A05", "A11", "A17", "A20", "C08", "C12", "E03", "Q76", "R01", "V02b", "K51")
DAY = dt.date


@pytest.fixture(scope="module")
def answers(knowledge: Knowledge, words: Words) -> dict[str, Answer]:
    found = {}
    for name in (*CASES, "A25"):
        path = next((FOLDER / "cases").glob(f"{name}-*.yaml"))
        found[name] = answer_record(read_case(read_file(path), knowledge, words, DAY(2022, 9, 20)), knowledge)
    return found


def timeline_for(name: str, answers: dict[str, Answer]) -> Timeline:
    found = make_timeline(answers[name], ENGLISH)
    assert found is not None
    return found


def forest_for(name: str, answers: dict[str, Answer]) -> ForestPlot:
    found = make_forest_plot(answers[name], ENGLISH)
    assert found is not None
    return found


# -- what is drawn -----------------------------------------------------------------------------------


class Box(NamedTuple):
    text: str
    left: float
    top: float
    right: float
    bottom: float


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def boxes(svg: str) -> list[Box]:
    found = []
    for node in parsed(svg).iter(f"{SVG}text"):
        size, x, y, text = float(node.attrib["font-size"]), float(node.attrib["x"]), float(node.attrib["y"]), node.text or ""
        width = measure_width(text, size, bold=node.get("font-weight") == "600")
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[node.get("text-anchor", "start")]
        found.append(Box(text, left, y - ASCENT * size, left + width, y + DESCENT * size))
    return found


def overlapping(found: list[Box]) -> list[tuple[str, str]]:
    pairs = itertools.combinations(found, 2)
    return [
        (a.text, b.text)
        for a, b in pairs
        if a.left < b.right - 0.5 and b.left < a.right - 0.5 and a.top < b.bottom - 0.5 and b.top < a.bottom - 0.5
    ]


def outside(svg: str) -> list[Box]:
    height = float(parsed(svg).attrib["viewBox"].split()[3])
    return [b for b in boxes(svg) if b.left < -0.5 or b.right > WIDTH + 0.5 or b.top < -0.5 or b.bottom > height + 0.5]


def said(svg: str) -> str:
    return " ".join(node.text or "" for node in parsed(svg).iter(f"{SVG}text"))


def every_figure(answers: dict[str, Answer]) -> Iterator[tuple[str, str]]:
    for name in CASES:
        for speech in (ENGLISH, GERMAN):
            timeline, forest = make_timeline(answers[name], speech), make_forest_plot(answers[name], speech)
            yield name, render_timeline_svg(timeline) if timeline else ""
            yield name, render_forest_svg(forest) if forest else ""


def test_no_label_overlaps_another_or_leaves_the_sheet(answers: dict[str, Answer]) -> None:
    drawn = [(name, svg) for name, svg in every_figure(answers) if svg]
    assert len(drawn) > 2 * len(CASES)
    for name, svg in drawn:
        assert (name, overlapping(boxes(svg)), outside(svg)) == (name, [], [])


def test_a_planted_overlap_is_found(answers: dict[str, Answer]) -> None:
    svg = render_timeline_svg(timeline_for("A02", answers))
    first, second = re.findall(r'<text x="[^"]+" y="[^"]+"', svg)[3:5]
    assert overlapping(boxes(svg.replace(second, first)))
    assert outside(svg.replace(first, '<text x="350" y="30"'))


def test_the_same_record_gives_the_same_figure(answers: dict[str, Answer]) -> None:
    assert list(every_figure(answers)) == list(every_figure(answers))


@pytest.mark.parametrize("kind", ["timeline", "forest"])
def test_a_figure_is_an_image_with_a_name_and_a_description(kind: str, answers: dict[str, Answer]) -> None:
    svg = (
        render_timeline_svg(timeline_for("A02", answers)) if kind == "timeline" else render_forest_svg(forest_for("A02", answers))
    )
    root = parsed(svg)
    assert root.attrib["role"] == "img"
    title, told = root[0], root[1]
    assert (title.tag, told.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {told.attrib['id']}"
    assert "HR 0.28" in (told.text or "") if kind == "forest" else "7.7 months" in (told.text or "")
    ids = re.findall(
        r' id="([^"]+)"', render_timeline_svg(timeline_for("A02", answers)) + render_forest_svg(forest_for("A02", answers))
    )
    assert len(ids) == len(set(ids)) == 4


def test_a_figure_of_the_page_takes_its_colours_and_one_that_stands_alone_has_its_own(answers: dict[str, Answer]) -> None:
    for page, alone in (
        (render_timeline_svg(timeline_for("A02", answers)), render_timeline_svg(timeline_for("A02", answers), standalone=True)),
        (render_forest_svg(forest_for("A02", answers)), render_forest_svg(forest_for("A02", answers), standalone=True)),
    ):
        assert "currentColor" in page and "var(--accent, #" in page
        assert not re.search(r"(?:fill|stroke)=\"#", page), "a fixed colour would not follow the dark scheme"
        assert "var(" not in alone and "currentColor" not in alone
        assert parsed(alone).attrib["width"] == "360" and "height" in parsed(alone).attrib
        assert said(page) == said(alone)


HOSTILE = '<script>alert(1)</script> & "quotes" \' ]]> \x00\x07 \ud800 end'


def test_what_a_record_says_is_never_markup() -> None:
    timeline = Timeline(
        HOSTILE,
        (TimelineCourse(HOSTILE, DAY(2021, 1, 1), None, "other"),),
        (TimelineEvent(HOSTILE, DAY(2022, 1, 1), "surgery"),),
        (TimelineInterval(HOSTILE, DAY(2021, 2, 1), DAY(2021, 9, 1)),),
        HOSTILE,
        (HOSTILE,),
        HOSTILE,
    )
    forest = ForestPlot(HOSTILE, (row(label=HOSTILE, because=HOSTILE, population=HOSTILE, heading=HOSTILE),), HOSTILE, HOSTILE)
    for svg in (render_timeline_svg(timeline), render_forest_svg(forest), render_timeline_svg(timeline, standalone=True)):
        assert {node.tag for node in parsed(svg).iter()} <= {
            f"{SVG}{name}" for name in ("svg", "title", "desc", "text", "line", "rect", "circle", "polygon")
        }
        assert "<script" not in svg and "\x00" not in svg and "\ud800" not in svg
        assert "<script>alert(1)</script>" in said(svg) and "&" in said(svg)


# -- the record in time ------------------------------------------------------------------------------


def test_the_record_in_order_with_the_interval_before_what_it_led_to(answers: dict[str, Answer]) -> None:
    rows = list_dated_rows(timeline_for("A02", answers))
    assert [row.label.partition(",")[0].partition(" 20")[0] for row in rows] == [
        "diagnosis 20 Jan 2021 (early)".partition(" 20")[0],
        "neoadjuvant: docetaxel + carboplatin + trastuzumab",
        "mastectomy 2 Aug 2021".partition(" 20")[0],
        "adjuvant: trastuzumab",
        "7.7 months from the last dose to the recurrence",
        "recurrence 12 Sep 2022 (liver".partition(" 20")[0],
        "asked 20 Sep 2022".partition(" 20")[0],
    ]


def test_the_interval_is_drawn_from_the_last_dose_to_the_recurrence(answers: dict[str, Answer]) -> None:
    timeline = timeline_for("A02", answers)
    scale = make_time_scale(timeline, WIDTH)
    lines = [node.attrib for node in parsed(render_timeline_svg(timeline)).iter(f"{SVG}line") if node.get("stroke-width") == "2"]
    across = next(line for line in lines if line["y1"] == line["y2"])
    assert float(across["x1"]) == pytest.approx(scale.x_from_day(DAY(2022, 1, 20)), abs=0.06)
    assert float(across["x2"]) == pytest.approx(scale.x_from_day(DAY(2022, 9, 12)), abs=0.06)


def test_rough_dates_are_drawn_as_rough(answers: dict[str, Answer]) -> None:
    timeline = timeline_for("A05", answers)
    assert all(span.rough for span in timeline.spans)
    assert [m.rough for m in timeline.moments] == [True, True, False]
    bars = [node.attrib for node in parsed(render_timeline_svg(timeline)).iter(f"{SVG}rect")]
    assert len(bars) == 2 and all("stroke-dasharray" in bar for bar in bars)
    exact = [node.attrib for node in parsed(render_timeline_svg(timeline_for("A02", answers))).iter(f"{SVG}rect")]
    assert len(exact) == 2 and not any("stroke-dasharray" in bar for bar in exact)


def test_a_running_course_ends_in_an_arrow(answers: dict[str, Answer]) -> None:
    (running,) = [span for span in timeline_for("C08", answers).spans if span.end is None]
    assert "running" in running.label and not running.rough
    alone = Timeline("t", (running,), (TimelineEvent("asked", DAY(2024, 6, 24), "question"),), (), "t")
    ended = replace(alone, spans=(replace(running, end=DAY(2024, 1, 1)),))
    assert len(list(parsed(render_timeline_svg(alone)).iter(f"{SVG}polygon"))) == 2
    assert len(list(parsed(render_timeline_svg(ended)).iter(f"{SVG}polygon"))) == 1


def test_what_has_no_date_is_listed_and_alone_where_nothing_has_one(answers: dict[str, Answer]) -> None:
    mixed, undated = timeline_for("Q76", answers), timeline_for("V02b", answers)
    assert len(mixed.undated) == 11 and len(mixed.moments) == 3
    assert (undated.spans, undated.moments) == ((), ())
    svg = render_timeline_svg(undated)
    assert said(svg).startswith("On record without a date")
    assert "line 2: trastuzumab deruxtecan, ended by progression" in said(svg)
    assert make_timeline(replace_timeline(answers["A02"]), ENGLISH) is None


def replace_timeline(answer: Answer) -> Answer:
    return replace(answer, timeline=TimelineShown())


def test_the_record_in_another_language(answers: dict[str, Answer]) -> None:
    found = make_timeline(answers["A02"], GERMAN)
    assert found is not None
    assert found.marked[0].label == "7,7 Monate von der letzten Dosis bis zum Rezidiv"
    assert "adjuvant: trastuzumab, 1. Sept. 2021 bis 20. Jan. 2022, 7 Zyklen" in found.told
    assert timeline_for("A02", answers).told == answers["A02"].timeline.told


def test_a_month_and_a_year_stay_what_they_are(answers: dict[str, Answer]) -> None:
    assert "Dec 2020 to Sep 2021" in timeline_for("A05", answers).told
    assert timeline_for("Q76", answers).moments[0].label.startswith("diagnosis 2012 (")


@pytest.mark.parametrize("months", [2, 5, 14, 30, 60, 400])
def test_the_scale_has_a_few_ticks_that_stand_apart(months: int) -> None:
    last = DAY(2024, 6, 24)
    scale = TimeScale(last - dt.timedelta(days=round(30.4 * months)), last, WIDTH)
    found = choose_ticks(scale)
    assert 1 <= len(found) <= 8
    places = [scale.x_from_day(day) for day, _ in found]
    assert places == sorted(places)
    assert all(label == str(day.year) or label == f"{day:%m/%Y}" for day, label in found)


LABELS = st.text(alphabet="abcdefgh +,():0123456789", min_size=1, max_size=90)
DATES = st.dates(DAY(1990, 1, 1), DAY(2026, 11, 1))
SPAN_DRAWN = st.builds(
    lambda label, start, days, kind, rough: TimelineCourse(
        label, start, start + dt.timedelta(days=days) if days else None, kind, rough
    ),
    LABELS,
    DATES,
    st.integers(0, 4000),
    st.sampled_from(["early", "advanced", "other"]),
    st.booleans(),
)
KINDS = ["diagnosis", "surgery", "recurrence", "progression", "response", "stable", "question"]
MOMENT_DRAWN = st.builds(TimelineEvent, LABELS, DATES, st.sampled_from(KINDS), st.booleans())


@settings(max_examples=examples(60))
@given(st.lists(SPAN_DRAWN, max_size=8), st.lists(MOMENT_DRAWN, max_size=8), st.lists(LABELS, max_size=4))
def test_any_record_is_drawn_without_overlap(
    spans: list[TimelineCourse], moments: list[TimelineEvent], undated: list[str]
) -> None:
    marked = (TimelineInterval("between", spans[0].start, moments[0].date),) if spans and moments else ()
    svg = render_timeline_svg(Timeline("title", tuple(spans), tuple(moments), marked, "told", tuple(undated), "without a date"))
    assert (overlapping(boxes(svg)), outside(svg)) == ([], [])
    for node in parsed(svg).iter():
        for name in ("x", "cx", "x1", "x2"):
            assert -1 <= float(node.get(name, "0")) <= WIDTH + 1


# -- hazard ratios -----------------------------------------------------------------------------------


def row(
    estimate: float = 0.5,
    low: float = 0.3,
    high: float = 0.8,
    *,
    label: str = "TRIAL-1, survival, May 2021 [1]",
    because: str = "It would have: because [2].",
    population: str = "after drug one",
    heading: str = "TRIAL-1: drug one v drug two",
) -> ForestRow:
    words = f"HR {estimate} (95 % CI {low}-{high})"
    return ForestRow(label, estimate, low, high, words, population, because, heading, "survival", "May 2021 [1]")


def test_each_hazard_ratio_stands_once_with_its_cut_and_its_source(answers: dict[str, Answer]) -> None:
    forest = forest_for("R01", answers)
    assert [(r.endpoint, r.estimate, r.low, r.high) for r in forest.rows[:3]] == [
        ("progression-free survival", 0.28, 0.22, 0.37),
        ("progression-free survival", 0.26, 0.2, 0.35),
        ("overall survival", 0.55, 0.36, 0.86),
    ]
    assert forest.rows[2].words == "HR 0.55 (95 % CI 0.36-0.86)"
    assert "data cut 25 July 2022" in forest.rows[3].label and forest.rows[3].estimate == 0.64
    numbers = {reference.n for reference in answers["R01"].references}
    for one in forest.rows:
        cited = [int(n) for n in re.findall(r"\[(\d+)", one.label + one.because)]
        assert len(cited) >= 2 and set(cited) <= numbers


def test_a_recalled_figure_says_so_and_one_without_an_interval_is_not_drawn(answers: dict[str, Answer]) -> None:
    option = answers["A02"].options[0]
    recalled = [replace(one, estimates=[replace(e, checked="recalled") for e in one.estimates]) for one in option.evidence]
    forest = make_forest_plot(replace(answers["A02"], options=[replace(option, evidence=recalled)]), ENGLISH)
    assert forest is not None and all(one.words.endswith(", from memory, nobody has checked it") for one in forest.rows)
    ratios = [e.hr.estimate for o in answers["R01"].options for r in o.evidence for e in r.estimates if e.hr and e.hr.low is None]
    assert ratios == [0.36, 0.66]
    assert not [one for one in forest_for("R01", answers).rows if one.label.startswith("DESTINY-Breast02")]


def test_a_hazard_ratio_without_a_source_is_a_fault(answers: dict[str, Answer]) -> None:
    option = answers["A02"].options[0]
    bare = [replace(one, refs=[]) for one in option.evidence]
    answer = replace(answers["A02"], options=[replace(option, evidence=bare)])
    with pytest.raises(Uncited):
        make_forest_plot(answer, ENGLISH)


def test_whom_each_side_favours(answers: dict[str, Answer]) -> None:
    two, one = forest_for("C12", answers), forest_for("A02", answers)
    assert (one.left, one.right) == ("favours trastuzumab deruxtecan", "favours trastuzumab emtansine")
    assert (two.left, two.right) == ("favours the arm named first", "favours the other arm")


def test_how_the_patient_compares_with_those_of_the_trial(answers: dict[str, Answer]) -> None:
    first = forest_for("A02", answers).rows[0]
    assert first.because.startswith("DESTINY-Breast03 asked for ")
    assert "here 7.7 months [" in first.because
    assert first.because.replace(" ", "") in said(render_forest_svg(forest_for("A02", answers))).replace(" ", "")


def test_nothing_is_drawn_that_was_published_after_the_question(answers: dict[str, Answer]) -> None:
    assert {"21 May 2021"} == {re.findall(r"data cut ([^,[]+?)(?: \[|,)", r.label)[0] for r in forest_for("A02", answers).rows}
    assert any("20 November 2023" in r.label for r in forest_for("R01", answers).rows)


@pytest.mark.parametrize("name", ["A05", "C08", "Q76"])
def test_without_a_hazard_ratio_behind_the_first_option_there_is_no_figure(name: str, answers: dict[str, Answer]) -> None:
    assert make_forest_plot(answers[name], ENGLISH) is None


def test_numbers_in_the_digits_of_the_language(answers: dict[str, Answer]) -> None:
    found = make_forest_plot(answers["A02"], GERMAN)
    assert found is not None
    assert found.rows[0].words == "HR 0,28 (95-%-KI 0,22-0,37)"
    assert "0,5" in said(render_forest_svg(found)) and "0.5" not in said(render_forest_svg(found))


def test_the_scale_is_logarithmic_and_holds_one() -> None:
    scale = LogScale(0.1, 10, WIDTH)
    assert scale.x_from_ratio(1) == pytest.approx(WIDTH / 2)
    assert scale.x_from_ratio(2) - scale.x_from_ratio(1) == pytest.approx(scale.x_from_ratio(1) - scale.x_from_ratio(0.5))
    for low, high in ((0.2, 0.3), (1.4, 3.0), (0.9, 1.1), (0.01, 90.0)):
        found = make_log_scale(ForestPlot("t", (row(low, low, high),), "l", "r"), WIDTH)
        assert found.low < 1 < found.high
        assert 1 in [value for value, _ in ratio_ticks(found)]


def test_the_estimate_lies_where_its_number_says(answers: dict[str, Answer]) -> None:
    forest = forest_for("A02", answers)
    scale = make_log_scale(forest, WIDTH)
    squares = [float(node.attrib["x"]) + 4 for node in parsed(render_forest_svg(forest)).iter(f"{SVG}rect")]
    assert squares == pytest.approx([scale.x_from_ratio(one.estimate) for one in forest.rows], abs=0.06)
    whiskers = [n.attrib for n in parsed(render_forest_svg(forest)).iter(f"{SVG}line") if n.get("stroke-width") == "1.5"]
    across = [(float(n["x1"]), float(n["x2"])) for n in whiskers if n["y1"] == n["y2"]]
    assert across == [
        (pytest.approx(scale.x_from_ratio(one.low), abs=0.06), pytest.approx(scale.x_from_ratio(one.high), abs=0.06))
        for one in forest.rows
    ]


def test_a_trial_drawn_alone_keeps_the_scale_of_all(answers: dict[str, Answer]) -> None:
    forest = forest_for("R01", answers)
    last = replace(forest, rows=forest.rows[-1:])
    assert make_log_scale(last, WIDTH) == make_log_scale(forest, WIDTH) != make_log_scale(replace(last, span=None), WIDTH)


def test_an_interval_beyond_the_scale_ends_in_an_arrow() -> None:
    wide = ForestPlot("t", (row(1.0, 0.01, 90.0),), "left", "right")
    assert len(list(parsed(render_forest_svg(wide)).iter(f"{SVG}polygon"))) == 2
    assert not list(parsed(render_forest_svg(ForestPlot("t", (row(),), "left", "right"))).iter(f"{SVG}polygon"))
    assert "◄" in "\n".join(draw_forest_text(wide, 80)) and "►" in "\n".join(draw_forest_text(wide, 80))


RATIOS = st.tuples(st.floats(0.02, 40), st.floats(0.02, 40), st.floats(0.02, 40)).map(sorted)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(RATIOS, LABELS, LABELS), min_size=1, max_size=6), st.integers(60, 200))
def test_any_ratios_are_drawn_without_overlap(drawn: list[tuple[list[float], str, str]], width: int) -> None:
    rows = tuple(row(e, low, high, label=label, heading=head) for (low, e, high), label, head in drawn)
    svg = render_forest_svg(ForestPlot("title", rows, "favours drug one", "favours drug two and drug three"))
    assert (overlapping(boxes(svg)), outside(svg)) == ([], [])
    assert (
        max(len(line) for line in draw_forest_text(ForestPlot("title", rows, "favours drug one", "favours the other"), width))
        <= width
    )


def test_the_citations_of_a_figure_are_numbered_with_those_of_the_page() -> None:
    sources = tuple(PageReference(n, f"source {n}", "read", "primary") for n in (7, 8, 9))
    one = replace(row(label="T, survival [9]", because="Because [7: who]."), short="May [9]")
    forest = ForestPlot("t", (one,), "l", "r")
    page = Document("en", "recommendation", "t", "", "v", (), (Section("s", "S", (forest,)),), "R", sources, ())
    done = renumber_references(page)
    (changed,) = done.sections[0].blocks
    assert isinstance(changed, ForestPlot)
    assert (changed.rows[0].label, changed.rows[0].short) == ("T, survival [1]", "May [1]")
    assert changed.rows[0].because == "Because [2: who]."
    assert [(source.n, source.citation) for source in done.references] == [(1, "source 9"), (2, "source 7")]


# -- on a terminal -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 200])
def test_the_figures_on_a_terminal_keep_its_width_and_say_everything(width: int, answers: dict[str, Answer]) -> None:
    for name in CASES:
        timeline, forest = make_timeline(answers[name], ENGLISH), make_forest_plot(answers[name], ENGLISH)
        if timeline:
            lines = draw_timeline_text(timeline, width)
            assert max(map(len, lines)) <= width
            assert " ".join(" ".join(lines).split()) == " ".join(timeline.told.split())
        if forest:
            lines = draw_forest_text(forest, width)
            assert max(map(len, lines)) <= width
            text = " ".join(" ".join(lines).split())
            assert all(" ".join(one.words.split()) in text and one.because in text for one in forest.rows)


def test_bars_of_characters_stand_on_one_scale(answers: dict[str, Answer]) -> None:
    lines = draw_forest_text(forest_for("R01", answers), 100)
    bars = [line for line in lines if "■" in line]
    assert len(bars) == len(forest_for("R01", answers).rows)
    assert {line.index("│") for line in bars} == {lines[-3].rindex("┴")}
    places = [line.index("■") for line in bars]
    estimates = [one.estimate for one in forest_for("R01", answers).rows]
    assert [p for _, p in sorted(zip(estimates, places, strict=True))] == sorted(places)
    assert all(re.search(r"├─*■─*┤", line) for line in bars)


def test_half_and_twice_lie_equally_far_from_one() -> None:
    (bar,) = [line for line in draw_forest_text(ForestPlot("t", (row(1.0, 0.25, 4.0),), "left", "right"), 80) if "■" in line]
    assert bar.index("■") - bar.index("├") == pytest.approx(bar.index("┤") - bar.index("■"), abs=1)
    (scale,) = [line for line in draw_forest_text(ForestPlot("t", (row(1.0, 0.25, 4.0),), "left", "right"), 80) if "┴" in line]
    assert bar.index("├") - scale.index("─") == pytest.approx(scale.rindex("─") - bar.index("┤"), abs=1)


def test_an_interval_over_one_crosses_its_line() -> None:
    lines = draw_forest_text(ForestPlot("t", (row(1.2, 0.87, 1.74),), "left", "right"), 80)
    assert any(re.search(r"├─*┼─*■─*┤", line) for line in lines)


# -- text that is measured ---------------------------------------------------------------------------


def test_lines_are_filled_and_words_that_are_too_long_are_cut() -> None:
    assert wrap_text("aa bb cc", measure_width("aa bb", 10), 10) == ["aa bb", "cc"]
    assert wrap_text("aaaaaaaa", measure_width("aaa", 10), 10) == ["aaa", "aaa", "aa"]
    assert wrap_label("drug one, 10 Feb 2021 to 30 Jun 2021", measure_width("drug one, 10 Feb 2021 to", 10), 10) == [
        "drug one,",
        "10 Feb 2021 to 30 Jun",
        "2021",
    ]
    assert wrap_label("drug one, 10 Feb 2021", measure_width("drug one, 10 Feb", 10), 10) == ["drug one,", "10 Feb 2021"]
