"""The Python API: every door gives what the command line gives, knows no global, and tells what is wrong."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner

import concordant as cc
from concordant import api
from concordant.api.effect import iter_effects
from concordant.cli.commands import app
from concordant.library import FOLDER
from concordant.logic.by_identity import IdentityCache
from concordant.present.formats import FORMATS, RenderOptions, render_answer
from concordant.record.casefile.edit import add_stated
from concordant.record.sources.opening import NamedSource
from tests.record.fhir import builders as b
from tests.record.omop import build
from tests.record.omop.test_omop import STORY
from tests.record.table.test_tcga import SLICE, placed
from tests.shipped import case, compiling, shipped_knowledge

ROOT = Path(__file__).parents[2]
DAY = "2026-01-01"
A03 = case("A03")
CASES = ["A03", "A08", "A10", "A25", "A33", "P01"]
Made = Callable[[Path], tuple[Any, str, str]]  # what the API gets, what the command line gets, which patient


@pytest.fixture(scope="module")
def engine() -> cc.Engine:
    return cc.Engine(shipped_knowledge())


def by_command(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["recommend", *arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def bundle() -> dict[str, Any]:
    return b.bundle(b.woman(), b.diagnosis(), b.observation("o1", "10230-1", valueQuantity={"value": 62, "unit": "%"}))


def case_file(folder: Path) -> tuple[Any, str, str]:
    return A03, str(A03), ""


def case_text(folder: Path) -> tuple[Any, str, str]:
    return A03.read_text(encoding="utf-8"), str(A03), ""


def case_bytes(folder: Path) -> tuple[Any, str, str]:
    return A03.read_bytes(), str(A03), ""


def case_mapping(folder: Path) -> tuple[Any, str, str]:
    value = yaml.safe_load(A03.read_text(encoding="utf-8"))
    return value, str(A03), ""


def fhir_mapping(folder: Path) -> tuple[Any, str, str]:
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle()), encoding="utf-8")
    return bundle(), str(path), ""


def fhir_text(folder: Path) -> tuple[Any, str, str]:
    return json.dumps(bundle()), fhir_mapping(folder)[1], ""


def fhir_lines(folder: Path) -> tuple[Any, str, str]:
    path = folder / "bulk.ndjson"
    path.write_text("\n".join(json.dumps(one["resource"]) for one in bundle()["entry"]), encoding="utf-8")
    return path, str(path), ""


def omop_database(folder: Path) -> tuple[Any, str, str]:
    path = str(build.database(folder / "x.duckdb", STORY))
    return path, path, "1"


def omop_folder(folder: Path) -> tuple[Any, str, str]:
    path = build.exported(build.database(folder / "x.duckdb", STORY), folder / "csv", "csv")
    return path, str(path), "1"


def table(folder: Path) -> tuple[Any, str, str]:
    path = placed(SLICE, folder)
    return path, str(path), "TCGA-E2-A1LE"


KINDS = [case_file, case_text, case_bytes, case_mapping, fhir_mapping, fhir_text, fhir_lines, omop_database, omop_folder, table]


@pytest.mark.parametrize("made", KINDS, ids=lambda made: made.__name__)
def test_every_kind_of_source_gives_what_the_command_line_gives(made: Made, tmp_path: Path, engine: cc.Engine) -> None:
    source, named, id_ = made(tmp_path)
    told = engine.recommend(source, as_of=DAY, patient=id_).to_dict()
    expected = by_command(named, "--as-of", DAY, *(["--patient", id_] if id_ else []))
    if isinstance(source, dict) and "resourceType" not in source:  # a date that YAML has read has lost its spelling, nothing else
        told, expected = ({key: value for key, value in one.items() if key != "knowledge"} for one in (told, expected))
    assert told == expected


@pytest.mark.parametrize("name", CASES)
def test_what_a_caller_looks_at_is_what_the_answer_says(name: str, engine: cc.Engine) -> None:
    answer = engine.recommend(case(name), today=dt.date(2023, 6, 1))
    told = answer.to_dict()
    offered = [one["regimen"] for one in told["options"] if one["status"] in ("applies", "applies_if_checked")]
    assert answer.outcome == told["answer"]
    assert answer.verdict == told["verdict"] == told["first_screen"][0]
    assert answer.line == told["line_of_therapy"]
    assert answer.regimen == next(iter(offered), None)
    assert [one.feature for one in answer.questions] == [one["feature"] for one in told["ask"]]
    assert [one.check for one in answer.missing] == [one["check"] for one in told["checks"] if one["state"] == "missing"]
    assert (answer.assumed, answer.options) == (told["assumed"], answer.answer.options)
    assert [one.says for one in answer.held_until] == [one["says"] for one in told["held_until"]]
    assert [one.name for one in answer.not_read] == [one["name"] for one in told["not_read"]]
    assert engine.questions(answer.record) == answer.questions
    assert engine.decide(answer.record).answer == told["answer"]
    assert repr(answer) == f"<Recommendation as of {told['as_of']}: {answer.verdict}>"


WHAT_IF = [("A03", {"lvef": "38 %"}), ("A03", {"pregnant": True}), ("P01", {"her2_status": "negative"}), ("A25", {"ecog": "2"})]


@pytest.mark.parametrize(("name", "stated"), WHAT_IF, ids=str)
def test_what_if_is_stating_it_in_the_file(name: str, stated: dict[str, Any], engine: cc.Engine, tmp_path: Path) -> None:
    text = case(name).read_text(encoding="utf-8")
    written = {key: "yes" if value is True else str(value) for key, value in stated.items()}
    (tmp_path / "case.yaml").write_text(add_stated(text, written), encoding="utf-8")
    before = engine.recommend(case(name), today=dt.date(2023, 6, 1))
    now = before.what_if(**stated)
    assert now.to_dict() == engine.recommend(tmp_path / "case.yaml", today=dt.date(2023, 6, 1)).to_dict()
    assert now.to_dict() != before.to_dict() == engine.recommend(case(name), today=dt.date(2023, 6, 1)).to_dict()


def test_explaining_is_that_of_the_command_line(engine: cc.Engine) -> None:
    done = CliRunner().invoke(app, ["explain", str(A03), "2.1"], env={"COLUMNS": "100"})
    assert engine.explain(A03, "2.1") == engine.recommend(A03).explain("2.1") == done.stdout
    whole = CliRunner().invoke(app, ["explain", str(A03), "2.1", "--all"], env={"COLUMNS": "100"})
    assert engine.recommend(A03).explain("2.1", whole=True) == whole.stdout


def test_a_notebook_shows_the_page_in_a_frame(engine: cc.Engine) -> None:
    answer = engine.recommend(A03)
    shown = re.search(r'srcdoc="([^"]*)"', answer._repr_html_())
    assert shown is not None
    assert html.unescape(shown[1]) == render_answer(answer.built, RenderOptions("html"))


@pytest.mark.parametrize("format_", [one for one in FORMATS if one not in ("pdf", "docx")])
def test_every_format_can_be_had(format_: str, engine: cc.Engine) -> None:
    answer = engine.recommend(A03)
    assert answer.render(format_) == render_answer(answer.built, RenderOptions(format_, full=True))


def other(knowledge: cc.Knowledge) -> cc.Knowledge:
    """The knowledge without its statements on the second line."""
    kept = tuple(one for one in knowledge.statements if not one.number.startswith("2."))
    return msgspec.structs.replace(knowledge, statements=kept)


def test_two_knowledges_in_turn_keep_apart_and_are_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = shipped_knowledge(), other(shipped_knowledge())
    made: list[int] = []
    prepared = api.engine.prepare_knowledge
    monkeypatch.setattr(api.engine, "prepare_knowledge", lambda knowledge: (made.append(id(knowledge)), prepared(knowledge))[1])
    told = [cc.recommend(A03, knowledge=knowledge).regimen for knowledge in (one, two, one, two, one)]
    assert told[0] != told[1]
    assert told == [told[0], told[1]] * 2 + [told[0]]
    assert made.count(id(two)) == 1


NO_ARGUMENT: dict[str, tuple[Callable[[cc.Engine], object], str]] = {
    "a number": (lambda engine: engine.recommend(42), "and this is of type int"),  # type: ignore[arg-type]
    "nothing": (lambda engine: engine.recommend(None), "and this is of type NoneType"),  # type: ignore[arg-type]
    "an answer": (lambda engine: engine.recommend(engine.recommend(A03)), "and this is of type Recommendation"),  # type: ignore[arg-type]
    "a zero byte": (lambda engine: engine.recommend("a\0b"), "no file has a name with a zero byte in it"),
    "half a sign": (lambda engine: engine.recommend("{\ud800"), "UTF-8"),
    "a day that is a number": (lambda engine: engine.recommend(A03, as_of=20221024), "a day is a date or a text"),  # type: ignore[arg-type]
    "another patient": (lambda engine: engine.recommend(engine.read(A03).one(), patient="zzz"), "is not of the patient 'zzz'"),
    "a paper": (lambda engine: engine.recommend(A03).render("pdf", paper="a0"), "'a0' is no paper"),  # type: ignore[arg-type]
    "no width": (lambda engine: engine.recommend(A03).explain(width=0), "0 columns are too few"),
    "a folder for a knowledge": (lambda _: cc.recommend(A03, knowledge="folder"), "load_knowledge"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", NO_ARGUMENT)
def test_what_is_no_argument_is_told_so(name: str, engine: cc.Engine) -> None:
    call, says = NO_ARGUMENT[name]
    with pytest.raises(cc.ConcordantError, match=re.escape(says)):
        call(engine)


def test_what_was_made_is_kept_for_the_last_few_keys() -> None:
    made: list[str] = []
    kept = IdentityCache[list[int], int](lambda key: (made.append(str(key)), len(key))[1], most=2)
    a, same, c = [1], [1], [1, 2]
    assert [kept(a), kept(same), kept(a), kept(c), kept(a), kept(same)] == [1, 1, 1, 2, 1, 1]
    assert made == ["[1]", "[1]", "[1, 2]", "[1]"]


class Dear:
    """A key that must not be compared, as two knowledges would be: leaf by leaf."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")


def test_keys_are_never_compared() -> None:
    kept = IdentityCache[Dear, Dear](lambda _: Dear())
    keys = [Dear() for _ in range(3)]
    made = [kept(key) for key in keys]
    assert all(kept(key) is thing for key, thing in zip(keys[::-1], made[::-1], strict=True))


def test_two_threads_are_answered_as_one(engine: cc.Engine) -> None:
    paths = [case(name) for name in CASES] * 2
    today = dt.date(2023, 6, 1)
    expected = [engine.recommend(path, today=today).to_dict() for path in paths]
    fresh = cc.Engine(shipped_knowledge())  # nothing is prepared yet: both threads begin at once
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda path: fresh.recommend(path, today=today).to_dict(), paths)) == expected


def test_a_source_is_gone_through_as_often_as_one_likes(tmp_path: Path, engine: cc.Engine) -> None:
    patients = engine.read(str(build.database(tmp_path / "x.duckdb", STORY)), as_of=DAY)
    for _ in range(2):
        found = list(patients)
        assert [patient.id for patient in found] == ["1", "2", "3"]
        assert all(patient.account.rows for patient in found)
    assert [p.id for p in engine.read(str(tmp_path / "x.duckdb"), as_of=DAY, patient="2")] == ["2"]
    answers = [engine.recommend(patient) for patient in found]
    assert (answers[0].patient, answers[0].line) == ("1", "second")


def test_a_record_without_a_date_is_cut_or_taken_whole(engine: cc.Engine) -> None:
    text = (
        "disease: [{event: recurrence, date: 2024-05-01, extent: metastatic}]\ntumor_markers: [{test: her2, value: positive}]\n"
    )
    asked, today = engine.recommend(text, as_of="2023-01-01"), engine.recommend(text, today=dt.date(2024, 6, 1))
    assert (len(asked.record.events), len(today.record.events)) == (0, 1)
    assert (asked.record.as_of, today.record.as_of) == (dt.date(2023, 1, 1), dt.date(2024, 6, 1))


WRONG: list[tuple[str, Callable[[cc.Engine], object], str]] = [
    ("no file", lambda e: e.recommend("nowhere/at-all.yaml"), "nowhere/at-all.yaml: no such file. Check its name and its folder"),
    ("no name", lambda e: e.recommend(""), "no file is named. Name a case file, FHIR, an OMOP database or a mapping of tables"),
    (
        "no date",
        lambda e: e.recommend({"tumor_markers": []}),
        "case: it has no date of its own, and none is given. Say for which",
    ),
    ("FHIR without a date", lambda e: e.recommend(bundle()), "FHIR: it has no date of its own, and none is given"),
    ("no day", lambda e: e.recommend(A03, as_of="2022-13"), "as_of: "),
    ("half a day", lambda e: e.recommend(A03, as_of="2022-10"), "as_of: '2022-10' is not a day. Write the day as 2022-09-20"),
    (
        "a line",
        lambda e: e.recommend("as_of: 2022-01-01\npatient: {sex: unicorn}"),
        "source:2: 'unicorn' is not a value of 'sex'",
    ),
    (
        "a place",
        lambda e: e.recommend({"as_of": "2022-01-01", "disease": [{"event": "progresion"}]}),
        "case: disease[1].event: 'progresion' is not a value of 'event'. Did you mean 'progression'?",
    ),
    (
        "a set",
        lambda e: e.recommend({"unavailable": {"x"}}),
        "case: unavailable: a value of the type set is nothing that a case file",
    ),
    ("a control sign", lambda e: e.recommend({"name": "a\x1b[31m"}), "case: name: a control character (U+001B)"),
    ("no FHIR", lambda e: e.recommend({"resourceType": "Patient", "id": {1}}, as_of=DAY), "FHIR: this is no FHIR in JSON"),
    ("a PDF", lambda e: e.recommend(b"%PDF-1.7"), "source: this is a PDF, which is not read"),
    (
        "no feature",
        lambda e: e.recommend(A03).what_if(lvefx="38 %"),
        "what_if: stated.lvefx: unknown key 'lvefx' in stated. Did you",
    ),
    ("no value", lambda e: e.recommend(A03).what_if(lvef="low"), "what_if: stated.lvef: lvef: 'low' is not a number"),
    ("no statement", lambda e: e.recommend(A03).explain("9.9"), "no statement '9.9' is in force"),
    ("no format", lambda e: e.recommend(A03).render("htm"), "format: 'htm' is no format. Did you mean 'html'?"),
    ("no version", lambda e: e.recommend(A03, guideline="nothing/1"), "guideline: no guideline 'nothing/1'. Known here: "),
    (
        "another day",
        lambda e: e.recommend(e.recommend(A03).record, as_of=DAY),
        "record: this record was read as of 2022-10-24, and cannot be answered as of 2026-01-01. Read its source again",
    ),
    ("no folder", lambda _: cc.load_knowledge("nowhere"), "nowhere: no such folder. Name a folder of knowledge files"),
]


@pytest.mark.parametrize(("wrong", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_told_with_its_place(wrong: Callable[[cc.Engine], object], says: str, engine: cc.Engine) -> None:
    with pytest.raises(cc.ConcordantError) as error:
        wrong(engine)
    assert str(error.value).startswith(says)
    assert error.value.exit_code in (2, 3)
    assert "--" not in str(error.value)


def test_several_patients_are_named(tmp_path: Path, engine: cc.Engine) -> None:
    source = str(build.database(tmp_path / "x.duckdb", STORY))
    with pytest.raises(cc.Unreadable, match=re.escape("Name one with patient='ID', or go through `read`: 1, 2, 3")):
        engine.recommend(source, as_of=DAY)
    with pytest.raises(cc.Unreadable, match=re.escape("there is no patient '8'. There: 1, 2, 3")):
        engine.recommend(source, as_of=DAY, patient="8")


# -- a knowledge of one's own ------------------------------------------------------------------------

INTERVAL = ("features/treatment.yaml", "recurrence <= 12 months", "recurrence <= 6 months")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped knowledge with another interval, and three of its cases."""
    target = tmp_path_factory.mktemp("own") / "knowledge"
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    (target / "cases").mkdir()
    for name in ("A03", "A08", "A10"):
        shutil.copy(case(name), target / "cases")
    path, old, new = target / INTERVAL[0], *INTERVAL[1:]
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return target


@compiling
def test_a_folder_of_ones_own_answers(own: Path, engine: cc.Engine) -> None:
    told = cc.recommend(A03, knowledge=cc.load_knowledge(own)).to_dict()
    assert told == by_command(str(A03), "--knowledge", str(own))
    assert told["line_of_therapy"] != engine.recommend(A03).line


@compiling
@pytest.mark.parametrize("verb", ["recommend", "explain", "read", "ask"])
def test_a_faulty_folder_is_refused_with_file_and_line(verb: str, own: Path, tmp_path: Path) -> None:
    target = tmp_path / "faulty"
    shutil.copytree(own, target)
    path = sorted((target / "regimens").glob("*.yaml"))[0]
    path.write_text(path.read_text(encoding="utf-8").replace("drug: ", "drug: x", 1), encoding="utf-8")
    done = CliRunner().invoke(app, [verb, str(A03), "--knowledge", str(target)])
    assert isinstance(done.exception, cc.ConcordantError)
    assert done.exception.exit_code == 3
    assert re.match(rf"{re.escape(str(path))}:\d+: the drug 'x\w+' does not exist", str(done.exception))


@compiling
def test_two_records_of_one_id_are_refused(own: Path, tmp_path: Path) -> None:
    """The second would take the place of the first: a danger would no longer hold the first dose back."""
    target = tmp_path / "twice"
    shutil.copytree(own, target)
    dangers = sorted((target / "dangers").glob("*.yaml"))
    text = dangers[0].read_text(encoding="utf-8")
    twin = re.sub(r"(?m)^id: .*", f"id: {dangers[1].stem}", text, count=1)
    (target / "dangers" / "twin.yaml").write_text(twin, encoding="utf-8")
    with pytest.raises(cc.ConcordantError, match=f"two records have the id '{dangers[1].stem}'"):
        cc.load_knowledge(target)


@pytest.mark.parametrize("verb", ["recommend", "explain", "read", "ask"])
def test_a_folder_that_is_not_there_cannot_be_read(verb: str, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        done = CliRunner().invoke(app, [verb, str(A03), "--knowledge", str(folder)])
        assert isinstance(done.exception, cc.Unreadable)


@compiling
def test_the_effect_of_a_change_is_told_case_by_case(own: Path) -> None:
    done = CliRunner().invoke(app, ["lint", str(own), "--effect"])
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith("A")] == [A03.stem]
    assert "line: second -> " in lines[0]
    assert "1 of 3 cases are answered differently" in lines


def test_the_same_knowledge_changes_nothing() -> None:
    found = list(iter_effects([A03], shipped_knowledge(), shipped_knowledge()))
    assert [(one.case, one.differences, one.elsewhere) for one in found] == [(A03.stem, (), ())]


# -- the house ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in cc.__all__ if name != "__version__"])
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    thing = getattr(cc, name)
    assert thing is getattr(api, name)
    assert (thing.__doc__ or "").strip()
    assert f"`{name}" in told
    for member, value in vars(thing).items():
        if (
            not member.startswith("_")
            and thing.__module__ in ("concordant.api", "concordant.api.recommendation")
            and callable(value)
        ):
            assert (value.__doc__ or "").strip(), member
            assert f"`{member}(" in told, member


def test_the_two_lists_of_names_agree() -> None:
    assert set(cc.__all__) == {*api.__all__, "__version__"} <= set(dir(cc))
    with pytest.raises(AttributeError, match="has no attribute 'recomend'"):
        cc.recomend  # noqa: B018


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_to_import_the_package_is_cheap_and_the_api_knows_no_command_line() -> None:
    at_once = {one for one in loaded("import concordant") if one.startswith(("concordant.", "msgspec"))}
    assert at_once == {"concordant.version"}
    answered = loaded(f"import concordant as cc; cc.recommend({str(A03)!r}).to_dict()")
    assert not {one for one in answered if one.startswith(("concordant.cli", "click", "rich"))}


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str], engine: cc.Engine, tmp_path: Path) -> None:
    source = tmp_path / "bulk.ndjson"
    source.write_text('{"resourceType": "Patient", "id": "p"}\n{"resourceType": broken\n', encoding="utf-8")
    list(engine.read(NamedSource(str(source)), as_of=DAY))
    engine.recommend(A03, as_of=DAY).explain()
    assert capsys.readouterr() == ("", "")
