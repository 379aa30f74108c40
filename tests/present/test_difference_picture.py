"""The picture of two versions: all that changed stands on one sheet or is counted, and says nothing else than the data."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from concordant.present.described.picture import DifferencePicture, DifferenceRow, SignedLine
from concordant.present.described.picture_drawn import BARS, HEIGHT, MARGIN, render_difference_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('1')</script>&<\"]\n\x00\u202e"


def row(number: int, patients: int | None = None) -> DifferenceRow:
    return DifferenceRow(
        "", f"patient {number}", (SignedLine(f"old {number}", "−"),), (SignedLine(f"new {number}", "+"),), patients
    )


THIRD = DifferenceRow("", "patient 3", (SignedLine("still open"),), (SignedLine("both", "="), SignedLine("c", "+")))
PICTURE = DifferencePicture(
    ("guide/1", "guide/2"),
    ("3 patients show 6 changes",),
    [
        row(1),
        row(2),
        DifferenceRow("", "patient 3", (SignedLine("still open"),), (SignedLine("both", "="), SignedLine("c", "+"))),
    ],
    [],
    [DifferenceRow("2.1", "for whom", (SignedLine("line: second", "−"),), (SignedLine("line: third", "+"),))],
    ([("1.0", "Gone statement")], [("7.0", "Came statement"), ("8.0", "Another")]),
    ("All patients here: adults",),
    "Found by a solver.",
    "guide/1 → guide/2. 3 patients.",
)


def texts(picture: DifferencePicture) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(render_difference_svg(picture)).iter(f"{SVG}text")]


def lowest(picture: DifferencePicture) -> float:
    drawn = ElementTree.fromstring(render_difference_svg(picture))
    return max(float(one.get("y", "0")) for one in drawn.iter(f"{SVG}text"))


def many(number: int, patients: int | None = None) -> list[DifferenceRow]:
    return [row(n, patients) for n in range(number)]


def test_every_row_and_statement_stands_on_it_with_its_sign() -> None:
    told = texts(PICTURE)
    assert {"old 1", "new 1", "old 2", "new 2", "patient 3", "still open", "both", "c", "line: second", "line: third"} <= set(
        told
    )
    assert told.count("−") == 3
    assert told.count("+") == 4
    assert told.count("=") == 1
    assert any("Statement 2.1" in one for one in told)
    assert any("7.0 Came statement" in one for one in told)
    assert {"− Only in guide/1: 1 statement", "+ Only in guide/2: 2 statements"} <= set(told)
    assert not any("no room" in one for one in told)


def test_it_is_told_to_those_who_do_not_see_it() -> None:
    drawn = ElementTree.fromstring(render_difference_svg(PICTURE))
    assert drawn.get("role") == "img"
    named = {one.get("id"): one.text for one in drawn.iter() if one.tag in (f"{SVG}title", f"{SVG}desc")}
    assert [named[name] for name in (drawn.get("aria-labelledby") or "").split()] == ["guide/1 → guide/2", PICTURE.description]


@pytest.mark.parametrize("number", [9, 30, 200])
@pytest.mark.parametrize("patients", [None, 2])
def test_what_has_no_room_is_counted_and_the_rest_fits_the_sheet(number: int, patients: int | None) -> None:
    table = number * 2 if patients else 0
    picture = replace(PICTURE, patients=many(number, patients), table=table)
    told = texts(picture)
    shown = sum(one.startswith("old ") for one in told)
    more = [re.search(r"(\d+) more changes(?: of (\d+) patients)?", one) for one in told]
    left = [int(one[1]) for one in more if one]
    in_statements = 1 - sum("Statement 2.1" in one for one in told)
    assert shown + sum(left) - in_statements == number
    assert [int(one[2]) for one in more if one and one[2]] == ([2 * (number - shown)] if patients and left else [])
    assert lowest(picture) <= HEIGHT + MARGIN


def test_other_patients_of_a_table_give_way_first_and_patients_last() -> None:
    crowded = replace(PICTURE, others=[replace(one, middle="others") for one in many(40, 3)], table=200)
    told = texts(crowded)
    assert {"patient 1", "patient 2", "patient 3"} <= set(told)
    assert any("Statement 2.1" in one for one in told)
    assert 0 < told.count("others") < 40


def test_a_bar_is_as_long_as_its_number() -> None:
    counted = replace(PICTURE, patients=[row(1, 40), row(2, 10), row(3, 0)], table=100)
    drawn = ElementTree.fromstring(render_difference_svg(counted))
    bars = [float(one.get("width", "0")) for one in drawn.iter(f"{SVG}rect") if one.get("height") == "10"]
    assert len(bars) == 2
    assert bars[0] > BARS / 2
    assert bars[0] == pytest.approx(4 * bars[1], rel=0.02)
    assert {"40", "10", "0"} <= set(texts(counted))


def test_no_text_is_read_as_markup() -> None:
    hostile = replace(PICTURE, names=(HOSTILE, HOSTILE), description=HOSTILE, patients=[replace(row(1), middle=HOSTILE)])
    drawn = ElementTree.fromstring(render_difference_svg(hostile))
    assert not list(drawn.iter(f"{SVG}script"))


def test_nothing_of_it_comes_from_elsewhere() -> None:
    drawn = render_difference_svg(PICTURE)
    assert drawn == render_difference_svg(PICTURE)
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
    assert "href" not in drawn
