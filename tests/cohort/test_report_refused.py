"""What cannot be counted is told in one sentence with its place and the way out, and nothing is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import concordant as cc
from concordant.cli.main import main
from tests.cohort.made import row, write_cohort

ROWS = [row("a", "preferred", point="progression"), row("b", "undecidable", point="progression", number=2)]
Spoil = Callable[[Path], None]
Report = Callable[..., tuple[int, str]]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    def run(folder: Path, *options: str) -> tuple[int, str]:
        code = main(["report", str(folder), *options])
        return code, capsys.readouterr().err.strip().replace(str(folder), "COHORT")

    return run


def good(folder: Path, **told: Any) -> Path:
    return write_cohort(folder, ROWS, [{"pregnant": "no", "age_low": 40.0}] * 2, parts=2, **told)


def cut_file(name: str) -> Spoil:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:60])


def drop_file(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


def drop_column(name: str, column: str) -> Spoil:
    def spoil(folder: Path) -> None:
        pq.write_table(pq.read_table(folder / name).drop_columns([column]), folder / name)

    return spoil


def change_knowledge(folder: Path) -> None:
    path = folder / "points/part-00001.parquet"
    table = pq.read_table(path)
    column = table.column_names.index("knowledge")
    pq.write_table(table.set_column(column, "knowledge", [["0123456789abcdef"] * table.num_rows]), path)


def change_patient(folder: Path) -> None:
    path = folder / "facts/part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "patient", [["somebody else"] * table.num_rows]), path)


def write_nonsense(folder: Path) -> None:
    (folder / "cohort.json").write_text(json.dumps({"definition": 3}))


SPOILT: list[tuple[Spoil, tuple[str, ...], int, str]] = [
    (
        drop_file("cohort.json"),
        (),
        2,
        "COHORT: no cohort stands there. Name the folder that `concordant cohort SOURCE -o FOLDER` made",
    ),
    (
        write_nonsense,
        (),
        2,
        "COHORT/cohort.json: this is not what a cohort writes (Expected `object`, got `int` - at `$.definition`). "
        "Make the cohort again, in another folder",
    ),
    (
        cut_file("points/part-00001.parquet"),
        (),
        2,
        "COHORT/points/part-00001.parquet: this part is damaged. Delete it, and run the same command again",
    ),
    (
        drop_file("points/part-00001.parquet"),
        (),
        2,
        "COHORT/points/part-00001.parquet: this part of the cohort is missing. Run the same command again",
    ),
    (
        drop_column("points/part-00000.parquet", "verdict"),
        (),
        2,
        "COHORT/points/part-00000.parquet: this part has no column verdict. Delete it, and run the same command again",
    ),
    (
        cut_file("facts/part-00001.parquet"),
        ("--by", "pregnant"),
        2,
        "COHORT/facts/part-00001.parquet: this part is damaged. Delete it, and run the same command again",
    ),
    (
        change_patient,
        ("--by", "pregnant"),
        2,
        "COHORT/facts/part-00000.parquet: this part does not belong to its points. Delete it, and run the same command again",
    ),
    (
        change_knowledge,
        (),
        3,
        "COHORT: its points were decided by several knowledges (0123456789ab and {digest}). "
        "Make the cohort again, by one knowledge, in an empty folder",
    ),
]


@pytest.mark.parametrize(("spoil", "options", "code", "says"), SPOILT, ids=[str(i) for i in range(len(SPOILT))])
def test_a_spoilt_folder(report: Report, tmp_path: Path, spoil: Spoil, options: tuple[str, ...], code: int, says: str) -> None:
    folder = good(tmp_path / "cohort")
    spoil(folder)
    told = report(folder, "--point", "progression", "-o", str(tmp_path / "report.html"), *options)
    assert told == (code, says.format(digest=cc.load_knowledge().digest[:12]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort"]


ASKED = [
    ((), 3, "COHORT: the cohort has no points of the kind line_start. It holds points of the kind progression"),
    (
        ("--point", "progression", "--by", "pregnent"),
        3,
        "COHORT/facts: the facts have no column 'pregnent'. Did you mean 'pregnant'?",
    ),
    (
        ("--point", "progression", "--by", "age"),
        3,
        "COHORT/facts: 'age' is a number, and a stratum needs words. Name a column of words, such as one of yes and no",
    ),
    (
        ("--point", "progression", "--suppress", "1"),
        2,
        "suppress: 1 hides nothing. Write the smallest count that may be shown, such as 5 or 11",
    ),
    (
        ("--point", "progression", "--suppress", "5"),
        3,
        "COHORT: the cohort has fewer than 5 patients with such points: nothing of it may be shown. "
        "Lower --suppress, or count a larger cohort",
    ),
    (
        ("--point", "progression", "-o", "report.doc"),
        2,
        "report.doc: the name of the file does not tell a format. End it with .html, .pdf, .json or .txt, or add --format",
    ),
]


@pytest.mark.parametrize(("options", "code", "says"), ASKED, ids=[says.partition(": ")[2][:30] for _, _, says in ASKED])
def test_what_the_cohort_does_not_hold(report: Report, tmp_path: Path, options: tuple[str, ...], code: int, says: str) -> None:
    assert report(good(tmp_path / "cohort"), *options) == (code, says)


def test_a_cohort_that_is_not_finished(report: Report, tmp_path: Path) -> None:
    code, says = report(good(tmp_path / "cohort", complete=False), "--point", "progression")
    way_out = "Run the same `concordant cohort` again: it goes on where it stopped"
    assert (code, says) == (3, f"COHORT: this cohort was begun and is not finished. {way_out}")


def test_a_cohort_beside_that_is_another(report: Report, tmp_path: Path) -> None:
    folder, other = good(tmp_path / "cohort"), good(tmp_path / "other", source="elsewhere.duckdb")
    code, says = report(folder, "--point", "progression", "--beside", str(other))
    assert (code, says) == (
        3,
        f"{other}: this cohort differs in more than its assumptions: in source. "
        "Make it from the same source with the same options, but for --assume",
    )


def test_the_report_is_not_written_into_its_cohort(report: Report, tmp_path: Path) -> None:
    folder = good(tmp_path / "cohort")
    code, says = report(folder, "--point", "progression", "-o", str(folder / "cohort.json"), "--format", "json")
    assert code == 2 and "this would be written over its own source" in says


def test_a_knowledge_without_rules_for_cohorts(tmp_path: Path) -> None:
    from msgspec.structs import replace

    with pytest.raises(cc.Unreadable) as refused:
        cc.concordance(good(tmp_path / "cohort"), point="progression", knowledge=replace(cc.load_knowledge(), cohort={}))
    assert str(refused.value) == (
        "cohort/concordance.yaml: the knowledge does not say how a cohort is judged. "
        "Add it to the folder of --knowledge; the shipped knowledge has one"
    )


def test_a_word_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(cc.Unreadable) as refused:
        cc.concordance(good(tmp_path / "cohort"), point="progresion")  # type: ignore[arg-type]
    assert str(refused.value) == "point: 'progresion' is no point. Did you mean 'progression'?"
