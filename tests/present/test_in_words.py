"""What figures say in words: everything that is drawn, each trial once."""

from __future__ import annotations

from msgspec.structs import replace

from concordant.present.in_words import forest_to_text, format_lead, format_mark, to_text_blocks
from concordant.present.page.document import Paragraph, Point, PointList
from tests.present.samples import FOREST, TIMELINE, WORDS

TRIAL = tuple(
    replace(
        row, heading="TRIAL-1: one v two", endpoint="survival", short=f"cut {i} [{i}]", population="after x", because="Fits [4]."
    )
    for i, row in enumerate(FOREST.rows, 1)
)


def test_a_trial_is_told_once_and_each_of_its_ratios() -> None:
    title, points = to_text_blocks(replace(FOREST, rows=TRIAL))
    assert title == Paragraph("Hazard ratios, progression or death")
    assert points == PointList(
        (
            Point("after x. Fits [4].", "TRIAL-1: one v two"),
            Point("0.28 (0.22-0.37).", "survival, cut 1 [1]"),
            Point("1.06 (0.90-1.24).", "survival, cut 2 [2]"),
        )
    )


def test_a_ratio_without_a_heading_tells_all_of_itself() -> None:
    assert forest_to_text(FOREST) == (
        "Hazard ratios, progression or death. "
        "TRIAL-1, May 2021: 0.28 (0.22-0.37). after drug three. Relapse at 7.7 months. "
        "TRIAL-2, Jul 2022: 1.06 (0.90-1.24). after drug one. No imaging on file."
    )


def test_a_timeline_tells_its_line_and_what_has_no_date() -> None:
    assert to_text_blocks(TIMELINE) == (Paragraph(TIMELINE.told), PointList((Point("A course of drug four without dates"),)))
    whole = f"{TIMELINE.told} Without a date: {TIMELINE.undated[0]}"
    assert to_text_blocks(replace(TIMELINE, told=whole)) == (Paragraph(whole),)


def test_a_lead_is_parted_from_its_text_once() -> None:
    assert [format_lead(Point(text, lead)) for text, lead in (("t", "A"), ("t", "A?"), ("", "A"), ("t", ""))] == [
        "A:",
        "A?",
        "A",
        "",
    ]


def test_a_mark_is_a_sign_and_a_word() -> None:
    assert format_mark(Point("t", "", "unmet"), WORDS) == "! not met"
    assert format_mark(Point("t", "", "done"), {}) == "✓"
    assert format_mark(Point("t"), WORDS) == ""
