"""Each tool says what the command says, within its bound, over all shipped cases."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema

from concordant.api import Engine
from concordant.assistant.fitting import MOST_CHARACTERS
from concordant.assistant.questions import Part
from concordant.assistant.recommending import OF_AN_OPTION
from concordant.assistant.tools import TOOLS, make_schema
from concordant.record.sources.opening import SourceContent
from tests.mcp.calls import ENGINE, TODAY, call, length, put_back, texts
from tests.shares import share_of
from tests.shipped import CASES, answer_to, case, failing, in_chunks, told_as_json

NUMBER = re.compile(r"\d+(?:\.\d+)?")
PARTS = [part for part in Part.__args__ if part]
COUNTS = ("more", "next_page", "record_words", "reminder", "how_to_get_more")


@functools.cache
def recommended(path: Path, part: str = "", page: int = 1) -> dict[str, Any]:
    return call("recommend", record=path.read_text(encoding="utf-8"), part=part, page=page)


def over_cases(law: Any, chunk: int, cases: Sequence[Path] = CASES) -> dict[str, str]:
    return failing(lambda path: answer_to(path) is None or law(path), cases, chunk)


@in_chunks
def test_the_first_screen_is_the_command_s(chunk: int) -> None:
    def law(path: Path) -> None:
        told, wanted = recommended(path), told_as_json(path)
        assert (told["answer"], told["as_of"]) == (wanted["answer"], wanted["as_of"])
        assert told["open"] == (wanted["answer"] == "needs_data")
        back = put_back(told)
        lines = [back["verdict"], *back["dangers"], *back["screen"]]
        assert len(lines) == len(wanted["first_screen"])
        for mine, theirs in zip(lines, wanted["first_screen"], strict=True):
            assert mine == theirs or _is_told_in_full(mine, theirs)

    assert over_cases(law, chunk) == {}


def _bare(line: str) -> str:
    return " ".join(line.split())


def _is_told_in_full(mine: str, theirs: str) -> bool:
    """The page cuts off what nobody understood; here it is told in full."""
    return theirs.startswith("Not understood: ") and mine.startswith(theirs.removesuffix(" ...").rstrip(",."))


@in_chunks
def test_no_answer_is_longer_than_its_bound(chunk: int) -> None:
    def law(path: Path) -> None:
        record = path.read_text(encoding="utf-8")
        assert length(call("ask", record=record)) <= MOST_CHARACTERS
        assert length(call("check_order", record=record, orders=[{"drug": "Enhertu"}])) <= MOST_CHARACTERS

    assert over_cases(lambda path: _fits(recommended(path)), chunk) == {}
    assert over_cases(law, chunk, share_of("pages of assistants", CASES)) == {}


def _fits(told: dict[str, Any]) -> None:
    assert length(told) <= MOST_CHARACTERS


@in_chunks
def test_no_number_stands_in_an_answer_that_the_command_does_not_tell(chunk: int) -> None:
    def law(path: Path) -> None:
        told, wanted = recommended(path), told_as_json(path)
        known = set(NUMBER.findall(json.dumps(wanted, ensure_ascii=False)))
        known |= {f"{float(one):.0f}" for one in known if "." in one}  # 388.8 mg is told as 389 mg, as on the page
        shown = " ".join(texts({key: one for key, one in put_back(told).items() if key not in COUNTS}))
        assert set(NUMBER.findall(shown)) - known == set()

    assert over_cases(law, chunk) == {}


@in_chunks
def test_options_and_questions_are_the_command_s(chunk: int) -> None:
    def law(path: Path) -> None:
        told, wanted = put_back(recommended(path)), told_as_json(path)
        options = [(one["name"], one["role"], one["status"]) for one in told.get("options", ())]
        theirs = [(one["name"], one["role"], one["status"]) for one in wanted["options"]]
        assert options == theirs[: len(options)]
        assert len(options) == len(theirs) or _is_said_to_be_cut(told, "options", len(options), len(theirs))
        asked = put_back(call("ask", record=path.read_text(encoding="utf-8")))["questions"] if wanted["ask"] else []
        assert [one["feature"] for one in asked] == [one["feature"] for one in wanted["ask"]][: len(asked)]
        for mine, one in zip(asked, wanted["ask"], strict=False):
            assert [branch["if"] for branch in mine.get("branches", ())] == [change["if"] for change in one["changes"]]
            assert mine["blocking"] == one["blocking"]

    assert over_cases(law, chunk) == {}


def _is_said_to_be_cut(told: dict[str, Any], part: str, shown: int, of: int) -> bool:
    return {"part": part, "shown": shown, "of": of} in told["more"]


@in_chunks
def test_no_milligrams_while_something_holds_the_first_dose(chunk: int) -> None:
    def law(path: Path) -> None:
        wanted = told_as_json(path)
        for mine, theirs in zip(recommended(path).get("options", ()), wanted["options"], strict=False):
            if theirs["held"] or wanted["answer"] == "needs_data" or wanted["incomplete"]:
                computed = {f"{dose['calculated_mg']:.0f} mg at" for dose in theirs["dose"] if dose["calculated_mg"]}
                assert not [one for one in computed if one in " ".join(mine.get("dose", ()))]

    assert over_cases(law, chunk) == {}


@in_chunks
def test_every_part_is_had_in_full_page_by_page(chunk: int) -> None:
    def law(path: Path) -> None:
        wanted = told_as_json(path)
        for part in PARTS:
            found: list[Any] = []
            page: int | None = 1
            while page:
                told = recommended(path, part=part, page=page)
                assert length(told) <= MOST_CHARACTERS, part
                assert put_back(told)["verdict"] == wanted["verdict"]
                found += put_back(told).get("entries", [])
                page = told.get("next_page")
            assert found == _entries(wanted, part), part

    assert over_cases(law, chunk, share_of("pages of assistants", CASES)) == {}


def _entries(wanted: dict[str, Any], part: str) -> list[Any]:
    if part in OF_AN_OPTION:
        return [{"option": one["regimen"], **entry} for one in wanted["options"] for entry in one[part]]
    if part == "options":
        return [{key: value for key, value in one.items() if key not in OF_AN_OPTION} for one in wanted["options"]]
    return list(wanted[part])


@in_chunks
def test_a_statement_is_explained_in_the_command_s_words(chunk: int) -> None:
    def law(path: Path) -> None:
        record = path.read_text(encoding="utf-8")
        lines: list[str] = []
        page: int | None = 1
        while page:
            told = call("explain_statement", statement="2.1", record=record, page=page)
            assert length(told) <= MOST_CHARACTERS
            lines += put_back(told).get("lines", [])
            page = told.get("next_page")
        content = SourceContent(record.encode(), "record")
        wanted = ENGINE.recommend(content, today=TODAY).explain("2.1", width=100_000)
        assert list(map(_bare, lines)) == [_bare(one) for one in wanted.splitlines() if one.strip()]

    assert over_cases(law, chunk, share_of("pages of assistants", CASES)) == {}


def test_every_answer_is_of_its_schema() -> None:
    record = case("A10").read_text(encoding="utf-8")
    sent: dict[str, dict[str, Any]] = {
        "recommend": {"record": record},
        "ask": {"record": record},
        "explain_statement": {"record": record, "statement": "2.1"},
        "check_order": {"record": record, "orders": [{"drug": "trastuzumab deruxtecan", "amount": 300, "unit": "mg"}]},
        "audit": {"text": "Trastuzumab emtansine is given at 4.6 mg/kg every 3 weeks.", "record": record},
        "list_guidelines": {"guideline": "asco-her2-abc"},
        "source": {"ref": "enhertu-uspi"},
    }
    assert set(sent) == set(TOOLS)
    for name, arguments in sent.items():
        told = call(name, **arguments)
        jsonschema.validate(told, make_schema(TOOLS[name].answer))
        assert length(told) <= MOST_CHARACTERS
        assert "never to be filled in" in told["reminder"]


def test_dangers_stand_before_all_else() -> None:
    told = recommended(case("A10"))
    assert next(iter(told)) == "dangers"
    assert told["dangers"][0].startswith("Danger:")


def test_every_source_says_how_far_it_was_checked() -> None:
    told = recommended(case("A10"))
    marks = {one["ref"]: one["checked"] for one in told_as_json(case("A10"))["references"]}
    assert told["sources"]
    assert all(marks[one["ref"]] == one["checked"] for one in told["sources"])
    assert all(call("source", ref=one["ref"])["checked_means"] for one in told["sources"])


def test_a_fact_that_the_user_told_is_taken_as_a_case_file_states_it() -> None:
    record = case("P01").read_text(encoding="utf-8")
    asked = call("ask", record=record)["questions"][0]
    assert asked["blocking"]
    told = call("recommend", record=record, stated={asked["feature"]: asked["branches"][0]["if"]})
    found = ENGINE.recommend(SourceContent(record.encode(), "r"), today=TODAY).what_if(**{asked["feature"]: "<= 12 months"})
    assert told["verdict"] == found.verdict
    assert not told["open"]


def test_the_same_patient_as_an_object_and_as_text() -> None:
    record = {"as_of": "2023-03-01", "tumor_markers": [{"test": "her2_ihc", "value": "3+"}]}
    assert call("recommend", record=record) == call("recommend", record=json.dumps(record))


def test_a_note_is_read_by_the_reader_of_notes() -> None:
    note = Path(__file__).parent.joinpath("note.txt").read_text(encoding="utf-8")
    told = call("recommend", record=note)
    wanted = Engine(ENGINE.knowledge).recommend(SourceContent(note.encode(), "note"), today=TODAY)
    assert told["verdict"] == wanted.verdict
    assert told["answer"] == wanted.outcome
