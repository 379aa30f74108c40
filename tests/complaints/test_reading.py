"""What is odd but no fault is read as meant, and never silently as something else."""

from __future__ import annotations

import datetime as dt

import pytest

from concordant.errors import Refused, Unreadable
from concordant.patient.events import PatientRecord
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words, normalize_name
from concordant.texts import MAX_DEPTH, read_bytes, read_text
from tests.shipped import shipped_knowledge

TODAY = dt.date(2022, 9, 20)


def _record(text: str, as_of: dt.date = TODAY, *, given: bool = False) -> PatientRecord:
    knowledge = shipped_knowledge()
    return read_case(read_text(text, "case.yaml"), knowledge, make_words(knowledge), as_of, given=given)


@pytest.mark.parametrize(
    ("odd", "usual"),
    [
        ("as_of: ٢٠٢٢-٠٩-٢٠\npatient: {weight: ٦٤ kg, ecog: １}", "as_of: 2022-09-20\npatient: {weight: 64 kg, ecog: 1}"),
        ("patient: {sex: ' FEMALE', weight: 64kg}", "patient: {sex: female, weight: 64 kg}"),
        ("patient: {sex: ~, weight: null}", "patient: {}"),
        ("stated: {pregnant: False}", "stated: {pregnant: no}"),
        ('{"patient":\t{"sex":\t"female"}}', "patient: {sex: female}"),
        ("patient:\r\n  sex: female\r\n", "patient: {sex: female}"),
    ],
)
def test_two_spellings_of_one_case(odd: str, usual: str) -> None:
    assert _record(odd) == _record(usual)


def test_json_keeps_its_characters_and_its_lines() -> None:
    text = read_text('{\n\t"name": "\\ud83d\\ude00 \\/ \\u00e9",\n\t"as_of": 20.50\n}', "case.json")
    assert text.value == {"name": "😀 / é", "as_of": "20.50"}
    assert text.find_line(("as_of",)) == 3


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1E5", "012", "0x1F"])
def test_a_json_number_stays_text(number: str) -> None:
    assert read_text(f'{{"a":\t{number}}}', "case.json").value == {"a": number}


def test_depth_is_counted_in_levels() -> None:
    for levels, fits in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False)):
        for text in ("[" * levels + "x" + "]" * levels, '{"a":\t' * levels + "1" + "}" * levels):
            if fits:
                read_text(text, "deep")
            else:
                with pytest.raises(Unreadable, match="too deep"):
                    read_text(text, "deep")


def test_a_byte_order_mark_is_no_character() -> None:
    assert read_bytes(b"\xef\xbb\xbfname: a", "case.yaml").value == {"name": "a"}


def test_a_word_in_another_script_is_not_dropped() -> None:
    assert normalize_name("не Foo-Bar_2+") == "не foo bar 2+"
    assert normalize_name("ＦＯＯ") == "foo"


@pytest.mark.parametrize(
    ("entry", "taken"),
    [
        ("{name: x}", 1),
        ("{name: x, end: 2022-09-20}", 1),
        ("{name: x, end: 2022}", 1),
        ("{name: x, end: 2022-09-19}", 0),
        ("{name: x, start: 2022-09}", 1),
    ],
)
def test_a_drug_that_was_stopped_is_not_taken_now(entry: str, taken: int) -> None:
    assert len(_record(f"medications:\n  - {entry}").medications) == taken


def test_a_cut_counts_what_it_leaves_out() -> None:
    text = "disease:\n  - {event: diagnosis, date: 2021}\n  - {event: recurrence, date: 2023}\n"
    text += "medications:\n  - {name: x, start: 2023}\n"
    record = _record(text, given=True)
    assert (len(record.events), len(record.medications)) == (1, 0)
    assert record.notices == ("The record was cut at 20 Sep 2022: 2 later entries left out.",)
    with pytest.raises(Refused, match=r"disease\[2\].*\n.*medications\[1\]"):
        _record(text)


def test_the_date_of_the_file_wins_and_says_so() -> None:
    record = _record("as_of: 2022-09-01", given=True)
    assert record.as_of == dt.date(2022, 9, 1)
    assert "20 Sep 2022, was not used" in record.notices[0]
    assert _record("as_of: 2022-09-20", given=True).notices == ()
