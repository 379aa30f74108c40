"""Lines for a terminal are those that rich makes of the same words, whatever signs they hold."""

from __future__ import annotations

import io
import random
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from concordant.present.styled import NARROW, make_row, make_rule, measure_cells, paint_line, wrap_line

WORDS = ["a", "of", "trial", "12.5 mg/m²", "≤ 12", "→", "·", "“quoted”", "x" * 30, "one-two-three", "  ", "Ärztin", "ß"]
WIDE = ["患者", "李小龍" * 9, "e\u0301", "👩\u200d⚕️", "ﬁ", "ｆｕｌｌ", "\u00ad", "नमस्ते", "한국어"]
WIDTHS = (1, 2, 7, 20, 61)


def texts(words: list[str]) -> list[str]:
    chance = random.Random(11)
    return ["", " ", *(" ".join(chance.choices(words, k=chance.randrange(1, 14))) for _ in range(300))]


def by_rich(thing: object, width: int, *, colour: bool = False) -> list[str]:
    out = io.StringIO()
    console = Console(
        file=out, width=width, color_system="truecolor" if colour else None, force_terminal=colour, highlight=False, markup=False
    )
    console.print(thing)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("words", [WORDS, WORDS + WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_text_is_wrapped_as_rich_wraps_it(words: list[str], width: int) -> None:
    for text in texts(words):
        if width > 1 or NARROW.fullmatch(text):  # on one cell rich loses what takes two
            made = [paint_line(line, colour=False).rstrip() for line in wrap_line([(text, "bold")], width)]
            assert made == by_rich(Text(text, style="bold"), width), text


def test_a_row_has_the_columns_of_a_table_of_rich() -> None:
    for text in texts(WORDS + WIDE):
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=5)
        grid.add_column(overflow="fold")
        grid.add_row(Text("Why"), Text(text))
        made = [paint_line(line, colour=False).rstrip() for line in make_row([("Why", "dim")], [(text, "")], 5, 1, 40)]
        assert made == by_rich(grid, 40), text


def test_a_rule_is_that_of_rich() -> None:
    for title in ("", "Doses", "Wie sicher", "患者", "long " * 20):
        made = paint_line(make_rule(title, 30), colour=True)
        rule = Rule(Text(title, style="bold cyan"), align="left", style="dim", characters="─")
        assert [made] == by_rich(rule, 30, colour=True) or not title


def test_a_style_goes_with_its_words() -> None:
    lines = wrap_line([("lead: ", "bold"), ("and words behind it", "")], 10)
    assert [paint_line(line, colour=True) for line in lines] == ["\x1b[1mlead: \x1b[0mand ", "words ", "behind it"]


def test_what_counts_as_narrow_takes_one_cell() -> None:
    signs = [chr(number) for number in range(0x20, 0x30000) if NARROW.fullmatch(chr(number))]
    assert len(signs) > 1000
    assert [sign for sign in signs if cell_len(sign) != 1] == []
    assert measure_cells("患者") == 4 and not re.search("[患者]", "".join(signs))
