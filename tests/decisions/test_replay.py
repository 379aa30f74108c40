"""What is replayed is what was shown, byte for byte: every shipped case, every format, every door of the command line."""

from __future__ import annotations

import functools
import io
import json
import tempfile
from pathlib import Path

import pytest

from concordant.api import Engine, recommend
from concordant.api.recording import Asked, Document, keep_answer
from concordant.api.replaying import CheckedRecord, Choice, replay_entry
from concordant.cli.main import main
from concordant.decisions.record import DecisionRecord
from concordant.outputs import as_written
from concordant.present.as_json import render_json
from concordant.present.formats import FORMATS
from concordant.present.terminal import render_terminal
from tests.record.fhir.builders import bundle, diagnosis, woman
from tests.shares import share_of
from tests.shipped import AS_OF, CASES, CHUNKS, answer_to, case, chunk_of, failing, in_chunks, shipped_knowledge

FORMATS_SHOWN = ("json", "terminal")
ENGINE = Engine(shipped_knowledge())
A03 = str(case("A03"))


@functools.cache
def recorded(chunk: int) -> dict[str, dict[str, bytes]]:
    """The cases of one part, answered, recorded as they are printed, and replayed: by case and format."""
    with tempfile.TemporaryDirectory() as folder:
        record = DecisionRecord(Path(folder) / "decisions.db")
        for path in share_of("recorded answers", CASES):
            if chunk_of(path.stem) == chunk and answer_to(path) is not None:
                keep_case(record, path)
        found: dict[str, dict[str, bytes]] = {}
        for entry in CheckedRecord(record).iter_answers(Choice()):
            assert entry.kept is not None
            replayed = replay_entry(entry.kept, entry.sealed, ENGINE)
            assert (entry.kept.patient, replayed.state) == (entry.kept.patient, "same")
            assert entry.kept.document is not None
            found.setdefault(entry.kept.patient, {})[entry.kept.asked.format] = as_written(replayed.shown)
    return found


def keep_case(record: DecisionRecord, path: Path) -> None:
    found = ENGINE.recommend(path, today=AS_OF)
    document = Document(path.read_bytes(), str(path), None, AS_OF)
    for format_ in FORMATS_SHOWN:
        keep_answer(record, found, Asked("recommend", format_, whose=path.name, width=100), document=document)


@in_chunks
def test_every_case_is_replayed_as_it_was_printed(chunk: int) -> None:
    """What is printed is made here by the renderers alone."""
    found = recorded(chunk)

    def law(path: Path) -> None:
        answer = answer_to(path)
        if answer is None:
            return
        terminal = render_terminal(answer, colour=False, width=100, full=False, whose=path.name, knowledge=shipped_knowledge())
        assert found[path.name] == {"json": as_written(render_json(answer)), "terminal": as_written(terminal)}

    assert failing(law, share_of("recorded answers", CASES), chunk) == {}


def test_every_part_has_cases() -> None:
    assert {chunk_of(path.stem) for path in share_of("recorded answers", CASES)} == set(range(CHUNKS))


def run(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str, code: int = 0) -> bytes:
    assert main(arguments) == code, capsysbinary.readouterr()
    return capsysbinary.readouterr().out


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_comes_out_as_it_was_written(
    format_: str, language: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    record, out, again = (str(tmp_path / name) for name in ("decisions.db", "out", "again"))
    run(capsysbinary, "recommend", A03, "--format", format_, "--language", language, "-o", out, "--record", record)
    run(capsysbinary, "replay", record, "--entry", "1", "-o", again)
    assert Path(out).read_bytes() == Path(again).read_bytes()
    assert b"1 answer: 1 the same, byte for byte." in run(capsysbinary, "replay", record)


# What is asked, and of which source; the answer is printed, recorded and replayed.
ASKED: dict[str, tuple[str, ...]] = {
    "a case file": (A03,),
    "as of another day": ("fhir.json", "--as-of", "2023-01-01", "--patient", "p1"),
    "FHIR of one": ("fhir.json", "--patient", "p1", "--format", "json"),
    "one of several": ("several.json", "--patient", "p2", "--format", "json"),
    "a named default": (A03, "--assume", "regimens_are_lines=yes", "--format", "json"),
    "an old version": (A03, "--guideline", "asco-her2-abc/2018", "--format", "json"),
    "in full": (A03, "--full", "--language", "de"),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_way_to_ask_is_replayed(
    name: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "90")
    Path("fhir.json").write_text(json.dumps(bundle(woman("p1"), diagnosis("c1", "p1"))))
    Path("several.json").write_text(
        json.dumps(bundle(*(one for id_ in ("p1", "p2") for one in (woman(id_), diagnosis(id_, id_)))))
    )
    printed = run(capsysbinary, "recommend", *ASKED[name], "--record", "decisions.db")
    for path in tmp_path.glob("*.json"):
        path.unlink()
    monkeypatch.setenv("COLUMNS", "140")
    assert printed == run(capsysbinary, "replay", "decisions.db", "--entry", "1")


def test_all_patients_of_a_source_are_entries_each(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    source, record = tmp_path / "all.json", str(tmp_path / "decisions.db")
    source.write_text(json.dumps(bundle(*(one for id_ in ("p1", "p2") for one in (woman(id_), diagnosis(id_, id_))))))
    printed = run(capsysbinary, "recommend", "--all", str(source), "--record", record).splitlines(keepends=True)
    assert printed == [run(capsysbinary, "replay", record, "--entry", n) for n in ("1", "2")]


def test_what_other_people_is_told_in_a_source_is_not_kept_with_one(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Or the erasure of one would leave what another's entry holds of them."""
    source, record = tmp_path / "several.json", tmp_path / "decisions.db"
    source.write_text(json.dumps(bundle(*(one for id_ in ("p1", "p2") for one in (woman(id_), diagnosis(id_, id_))))))
    run(capsysbinary, "recommend", str(source), "--patient", "p1", "--record", str(record))
    (entry,) = CheckedRecord(DecisionRecord(record)).iter_answers(Choice())
    assert entry.kept is not None
    assert entry.kept.document is None


def test_the_reasons_keep_the_answer_behind_them(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    record = str(tmp_path / "decisions.db")
    run(capsysbinary, "explain", A03, "--record", record)
    answer = run(capsysbinary, "recommend", A03, "--format", "json")
    assert run(capsysbinary, "replay", record, "--entry", "1") == answer


def test_an_interview_is_kept_with_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    record = str(tmp_path / "decisions.db")
    assert main(["ask", A03, "--record", record, "--asked-by", "Dr Grey"]) == 0
    printed = capsys.readouterr().out
    assert main(["replay", record, "--entry", "1"]) == 0
    told = capsys.readouterr()
    assert printed.endswith(told.out)
    assert "asked by Dr Grey: the same, byte for byte" in told.err


@pytest.mark.parametrize("source", ["path", "text", "bytes", "mapping", "record"])
def test_a_program_has_its_answers_kept(source: str, tmp_path: Path) -> None:
    path = case("A03")
    found = recommend(path)
    given = {
        "path": path,
        "text": path.read_text(encoding="utf-8"),
        "bytes": path.read_bytes(),
        "mapping": {"as_of": "2024-01-01", "patient": {"sex": "female"}},
        "record": found.record,
    }[source]
    told = recommend(given, record=tmp_path / "decisions.db", asked_by="a program")
    (entry,) = CheckedRecord(DecisionRecord(tmp_path / "decisions.db")).iter_answers(Choice())
    assert entry.kept is not None
    assert entry.kept.asked_by == "a program"
    assert json.loads(entry.kept.answer) == told.to_dict()
    assert replay_entry(entry.kept, entry.sealed, ENGINE).state == "same"


def test_without_the_option_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(capsysbinary, "recommend", A03)
    assert list(tmp_path.iterdir()) == []


def test_what_is_recorded_is_what_is_printed_without(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    record = str(tmp_path / "decisions.db")
    assert run(capsysbinary, "recommend", A03) == run(capsysbinary, "recommend", A03, "--record", record)


def test_an_entry_that_comes_out_otherwise_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The law can fail: an answer that this program does not give, sealed as if it had."""
    record = DecisionRecord(tmp_path / "decisions.db")
    found = ENGINE.recommend(case("A03"))
    keep_answer(record, found, Asked("recommend", "json"), shown="what nobody printed")
    assert main(["replay", record.address.place]) == 1
    assert "the same answer, SHOWN OTHERWISE" in capsys.readouterr().out
    other = found.what_if(lvef="30 %")
    forged = type(found)(found.engine, found.record, found.guideline, found.patient, other.built)
    keep_answer(record, forged, Asked("recommend", "json"), shown="x")
    assert main(["replay", record.address.place, "--entry", "2"]) == 3
    assert "entry 2 comes out otherwise: it was answered by concordant" in capsys.readouterr().err
