"""The interview: by script on the command line, and as the state machine behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from concordant.cli.commands import app
from concordant.errors import ConcordantError, Refused
from concordant.library import FOLDER
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from concordant.patient.facts import Value
from concordant.present.interview import GivenReply, Interview, InvalidReply, parse_command, parse_reply
from concordant.present.interview_told import explain_question
from concordant.record.casefile.edit import add_stated, write_new_case
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words, make_words
from concordant.texts import read_file, read_text
from tests.conftest import ReadCase
from tests.shares import share_of
from tests.shipped import failing, in_chunks

DAY = "2022-09-20"
FROM_NOTHING = ("ask", "--as-of", DAY)
CASES = sorted((FOLDER / "cases").glob("*.yaml"))
STORY = FOLDER / "stories" / "P01-seed-question-as-asked.yaml"
INTERVAL = "months_from_adjuvant_her2_therapy_to_recurrence"
# Metastatic, back 8 months after adjuvant trastuzumab, nothing given since; what is not listed is not known.
SEED = {
    "disease_extent": "meta",
    "her2_ihc": "d",
    "her2_reported": "positive",
    "advanced_disease": "yes",
    "presentation": "2",
    "her2_lines_progressed": "0",
    "disease_status": "progressing",
    "adjuvant_her2_therapy": "y",
    "her2_therapy_started": "no",
    "on_her2_therapy_now": "no",
    "her2_regimens_received_advanced": "0",
    INTERVAL: "8",
    "received_trastuzumab_deruxtecan": "no",
}


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=typed, standalone_mode=False)


def start(knowledge: Knowledge, record: PatientRecord | None = None) -> Interview:
    return Interview(record or PatientRecord(dt.date.fromisoformat(DAY)), knowledge, make_words(knowledge))


def told(interview: Interview, replies: Mapping[str, str], most: int = 40) -> tuple[Interview, list[str]]:
    """The interview until no question decides, each feature answered from `replies`, and what was typed."""
    typed: list[str] = []
    while (ask := interview.next_question) is not None and ask.blocking:
        assert len(typed) < most, "the interview does not end"
        feature, reply = interview.find_feature(ask.feature), replies.get(ask.feature, "d")
        interview = interview.with_reply(GivenReply(feature) if reply == "d" else parse_reply(reply, feature, interview))
        typed.append(reply)
    return interview, typed


# -- whole interviews ---------------------------------------------------------------------------------


def test_the_seed_story_is_told_from_nothing(knowledge: Knowledge) -> None:
    done, typed = told(start(knowledge), SEED)
    assert done.answer_so_far.answer == "recommends"
    assert done.answer_so_far.options[0].drugs == ["trastuzumab deruxtecan"]
    assert done.answer_so_far.line == "second"
    assert len(typed) <= 12
    assert done.answer_so_far.options == done.full_answer.options


def test_the_seed_story_by_typing(knowledge: Knowledge, tmp_path: Path) -> None:
    _, typed = told(start(knowledge), SEED)
    kept = tmp_path / "seed.yaml"
    replies = "".join(f"{line}\n" for line in _with_consent(knowledge, typed))
    done = run(*FROM_NOTHING, "--write", str(kept), typed=replies)
    assert done.exit_code == 0
    assert "How long after the last dose" in done.output
    assert "✓ Interval from adjuvant HER2-targeted therapy to recurrence: 8 months" in done.output
    assert "Trastuzumab deruxtecan 5.4 mg/kg IV every 3 weeks" in done.output
    assert answer_below(done.stdout) == run("recommend", str(kept)).stdout


def _with_consent(knowledge: Knowledge, typed: list[str]) -> list[str]:
    """The replies with a yes before the first group that comes after something not known."""
    interview, lines, agreed = start(knowledge), [], False
    for reply in typed:
        ask = interview.next_question
        assert ask is not None
        if ask.together_with and interview.unknown_labels and not agreed:
            lines, agreed = [*lines, "y"], True
        feature = interview.find_feature(ask.feature)
        interview = interview.with_reply(GivenReply(feature) if reply == "d" else parse_reply(reply, feature, interview))
        lines.append(reply)
    return [*lines, "n"]


def answer_below(output: str) -> str:
    """What stands below the last rule of the interview."""
    head, _, rest = output.partition("The answer, after ")
    assert head
    return rest.split("\n", 1)[1]


def test_not_known_everywhere_ends_honestly(knowledge: Knowledge) -> None:
    done, typed = told(start(knowledge), {})
    assert done.full_answer.answer == "needs_data"
    assert len({one.feature.name for one in done.given}) == len(typed) < 40
    assert not any(q.blocking for q in done.answer_so_far.ask)


def test_not_known_everywhere_by_typing() -> None:
    done = run(*FROM_NOTHING, typed="d\nnot known\ndon't know\n" + "d\n" * 80)
    assert done.exit_code == 0
    assert "Cannot decide until this is known: extent of disease" in done.output
    assert "Not known: Extent of disease, HER2 by immunohistochemistry" in done.output


def test_a_question_that_is_not_known_is_not_asked_again(knowledge: Knowledge) -> None:
    first = start(knowledge)
    assert first.next_question is not None
    later = first.with_reply(GivenReply(first.find_feature(first.next_question.feature)))
    assert first.next_question.feature not in {q.feature for q in later.answer_so_far.ask}
    assert first.next_question.feature in {q.feature for q in later.full_answer.ask}


def test_back_forgets_the_answer_before() -> None:
    done = run(*FROM_NOTHING, typed="b\nearly\n")
    assert "This is the first question." in done.output
    assert "Outside this guideline:" in done.output
    done = run(*FROM_NOTHING, typed="meta\nb\nearly\n")
    assert "Forgotten: Extent of disease: metastatic" in done.output
    assert done.output.count("Is the disease early") == 2
    assert "Outside this guideline:" in done.output


@pytest.mark.parametrize("end", ["q\n", ""])
def test_stopping_prints_the_best_answer_so_far(end: str) -> None:
    done = run(*FROM_NOTHING, typed=f"metastatic\n{end}")
    assert done.exit_code == 0
    assert "The answer, after 1 reply" in done.output
    assert "Cannot decide until this is known" in done.output


def test_what_is_not_understood_is_asked_again() -> None:
    done = run(*FROM_NOTHING, typed="far away\n9\nmetastatic\nq\n")
    said = " ".join(done.output.split())
    assert "'far away' is no answer here. Answer with early / locally advanced, not operable / metastatic" in said
    assert "'9' is no answer here." in done.output
    assert "✓ Extent of disease: metastatic" in done.output


ODD = ["", "   ", "\x1b[31m", "x" * 5000, "ш", "3 +", "<=", "8 to", "null", "-1", "1e400 months"]


@pytest.mark.long
@pytest.mark.parametrize("typed", share_of("interviews", ODD))
def test_odd_replies_never_end_in_a_traceback(typed: str) -> None:
    assert run("ask", str(STORY), typed=f"{typed}\nq\n").exit_code == 0
    done = run(*FROM_NOTHING, typed=f"{typed}\nq\n")
    assert done.exit_code == 0
    assert "\x1b[31m" not in done.output


def test_a_case_is_asked_only_what_it_leaves_open() -> None:
    done = run("ask", str(STORY), typed="8 to 11 months\nn\n")
    assert done.output.count("Question ") == 1
    assert "2 replies" not in done.output
    assert "a number (12 months), a bound (<= 12 months) or a range (9 to 12 months)" in done.output
    assert "Trastuzumab deruxtecan 5.4 mg/kg" in done.output


def test_a_conflict_is_told_at_once_and_can_be_taken_back() -> None:
    case = next(path for path in CASES if path.name.startswith("A24-"))  # 8 months stated, 15 by the dates
    done = run("ask", str(case), typed="9 months\n\n15 months\nn\nq\n")
    said = " ".join(done.output.split())
    assert "stated as 9 months, but the record gives 15.2 months" in said
    assert said.count("Take this answer back? [Y/n]") == 2
    assert said.count("Forgotten: Interval from adjuvant HER2-targeted therapy to recurrence: 9 months") == 1
    assert "Decided: Trastuzumab + pertuzumab + docetaxel" in said


def test_a_contradiction_that_no_reply_settles_is_named() -> None:
    case = next(path for path in CASES if path.name.startswith("A76-"))
    said = " ".join(run("ask", str(case), typed="first\nn\nn\n").output.split())
    assert "In conflict. Line of HER2-targeted therapy: first line (stated), but second line by" in said


def test_the_conflict_of_a_reply_is_named(knowledge: Knowledge, read_story: PatientRecord) -> None:
    before = start(knowledge, read_story)
    after = before.with_reply(parse_reply("no", before.find_feature("adjuvant_her2_therapy"), before))
    assert any("stated as no" in one for one in after.find_new_conflicts(before))
    assert after.without_last_reply() == before


@pytest.fixture
def read_story(knowledge: Knowledge, words: Words) -> PatientRecord:
    return read_case(read_file(STORY), knowledge, words, dt.date.fromisoformat(DAY))


# -- one reply ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("8", make_exact_interval(8)),
        ("8 months", make_exact_interval(8)),
        ("<= 12 months", Interval(high=12)),
        ("8 to 11", Interval(8, 11)),
        ("1 year", make_exact_interval(12)),
        ("1 week", None),
    ],
)
def test_numbers_are_read_as_a_case_file_reads_them(typed: str, value: Interval | None, knowledge: Knowledge) -> None:
    here = start(knowledge)
    if value is None:
        with pytest.raises(InvalidReply, match="wrong unit"):
            parse_reply(typed, here.find_feature(INTERVAL), here)
    else:
        assert parse_reply(typed, here.find_feature(INTERVAL), here).value == value


@pytest.mark.parametrize(
    ("feature", "typed", "value"),
    [
        ("disease_extent", "3", "metastatic"),
        ("disease_extent", "loc", "locally_advanced_unresectable"),
        ("disease_extent", "Metastatic", "metastatic"),
        ("her2_ihc", "3", "3+"),
        ("her2_ihc", "1+", "1+"),
        ("her2_ihc", "0", "0"),
        ("pregnant", "true", "yes"),
        ("pregnant", "n", "no"),
    ],
)
def test_words_are_read_in_full_by_beginning_or_by_number(feature: str, typed: str, value: str, knowledge: Knowledge) -> None:
    here = start(knowledge)
    assert parse_reply(typed, here.find_feature(feature), here).value == value


@pytest.mark.parametrize(
    ("feature", "typed", "value"),
    [
        ("her2_status", "Negative or equivocal", ("negative", "equivocal")),
        ("line_of_therapy", "second line or third line or later", ("second", "third_or_later")),
        ("pregnant", "yes or no", None),
        (INTERVAL, "any value", None),
    ],
)
def test_a_branch_that_is_shown_can_be_the_reply(feature: str, typed: str, value: Value, knowledge: Knowledge) -> None:
    here = start(knowledge)
    given = parse_reply(typed, here.find_feature(feature), here)
    assert given.value == value
    if value is not None:
        written = read_text(write_new_case(DAY, here.with_reply(given).stated_values), "kept.yaml")
        assert read_case(written, knowledge, here.words, dt.date.fromisoformat(DAY)).stated == {feature: value}


def test_an_ambiguous_beginning_is_named(knowledge: Knowledge) -> None:
    here = start(knowledge)
    with pytest.raises(InvalidReply, match="may be premenopausal or perimenopausal or postmenopausal"):
        parse_reply("p", here.find_feature("menopausal_status"), here)


@pytest.mark.parametrize(
    ("typed", "wish"), [("?", "help"), ("Help", "help"), ("D", "not known"), ("Don't know", "not known"), ("B", "back")]
)
def test_wishes(typed: str, wish: str) -> None:
    assert parse_command(typed) == wish
    assert parse_command("metastatic") == ""


# -- dates, help, and words that do not tell ------------------------------------------------------------


@pytest.fixture
def recurred(knowledge: Knowledge, read: ReadCase) -> Interview:
    return start(knowledge, read("as_of: 2022-10-01\ndisease: [{event: recurrence, date: 2022-09-12, extent: metastatic}]\n"))


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("last dose 12 Sep 2021", 12, 12),
        ("2021-09-12", 12, 12),
        ("11 Sep 2021", 12.0333, 12.0333),
        ("on 12 January 2022", 8, 8),
        ("January 12, 2022", 8, 8),
        ("12.01.2022", 8, 8),
        ("Jan 2022", 7.4, 8.3667),
        ("2021", 8.4, 20.3667),
        ("12 Sep 2020 to 12 Sep 2022", 24, 24),
    ],
)
def test_a_last_dose_may_be_told_as_a_date(typed: str, low: float, high: float, recurred: Interview) -> None:
    value = parse_reply(typed, recurred.find_feature(INTERVAL), recurred).value
    assert isinstance(value, Interval)
    assert (value.low, value.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("13 Oct 2022", "is after the recurrence"),
        ("30 Feb 2021", "not in the calendar"),
        ("8 Mau 2021", "wrong unit|not a number|no number"),
    ],
)
def test_a_date_that_cannot_be_is_named(typed: str, says: str, recurred: Interview) -> None:
    with pytest.raises(InvalidReply, match=says):
        parse_reply(typed, recurred.find_feature(INTERVAL), recurred)


def test_without_a_recurrence_on_record_both_days_are_needed(knowledge: Knowledge) -> None:
    here = start(knowledge)
    with pytest.raises(InvalidReply, match="Type both days"):
        parse_reply("14 Oct 2021", here.find_feature(INTERVAL), here)
    assert parse_reply("14 Oct 2021 to 14 Jun 2022", here.find_feature(INTERVAL), here).value == make_exact_interval(8)


@pytest.mark.parametrize("call", ["?", "help", "h"])
def test_help_tells_what_is_meant_and_what_may_be_typed(call: str) -> None:
    said = " ".join(run("ask", str(STORY), typed=f"{call}\n8\n{call}\nn\n").output.split())
    assert "neratinib after it does not count" in said
    assert "or the day of the last dose (14 Oct 2021, 2021-10)" in said
    assert "ASCO guideline update" in said
    assert "n ends here with the answer so far" in said
    assert "The answer, after 1 reply" in said


def test_every_question_can_be_explained(knowledge: Knowledge) -> None:
    here = start(knowledge)
    for feature in knowledge.features:
        if feature.question:
            told = explain_question(feature, here)
            assert len(told) == 3, feature.name
            assert all(line.strip() and "  " not in line for line in told), feature.name


@pytest.mark.parametrize(
    ("typed", "status"), [("positive\ny\n", "positive"), ("pos\ny\n", "positive"), ("negative\ny\n", "negative")]
)
def test_a_word_for_a_test_may_be_taken_as_the_overall_result(typed: str, status: str) -> None:
    said = " ".join(run(*FROM_NOTHING, typed=f"meta\n{typed}q\n").output.split())
    assert "only when ISH says so. Which was it" in said
    assert f"✓ HER2 as reported: {status}" in said


def test_without_a_yes_the_test_is_asked_again() -> None:
    said = " ".join(run(*FROM_NOTHING, typed="meta\npositive\nn\n3+\nq\n").output.split())
    assert "✓ HER2 by immunohistochemistry: 3+" in said
    assert "✓ HER2 as reported" not in said


def test_not_knowing_one_her2_test_brings_one_question_at_most(knowledge: Knowledge) -> None:
    """The overall result, and neither ISH nor what it counted."""
    here = start(knowledge)
    for name in ("disease_extent", "her2_ihc"):
        assert here.next_question is not None
        assert here.next_question.feature == name
        here = here.with_reply(
            GivenReply(here.find_feature(name)) if name == "her2_ihc" else parse_reply("meta", here.find_feature(name), here)
        )
    asked = [q.feature for q in here.answer_so_far.ask if q.feature.startswith("her2_")]
    assert asked[:1] == ["her2_reported"]
    assert not {"her2_ish", "her2_ish_ratio", "her2_copies", "her2_status"} & set(asked)


# -- the file -----------------------------------------------------------------------------------------


def test_standard_input_is_refused_as_a_case() -> None:
    with pytest.raises(ConcordantError, match="the answers are read from standard input"):
        CliRunner().invoke(app, ["ask", "-"], standalone_mode=False, catch_exceptions=False)


def test_another_file_is_not_overwritten(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("name: keep me\n", "utf-8")
    with pytest.raises(ConcordantError, match="there already"):
        CliRunner().invoke(app, ["ask", str(STORY), "--write", str(other)], standalone_mode=False, catch_exceptions=False)
    assert other.read_text("utf-8") == "name: keep me\n"
    assert run("ask", str(STORY), "--write", str(other), "--force", typed="8\nn\n").exit_code == 0
    assert "8 months" in other.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n"])
def test_an_empty_file_starts_from_nothing_and_may_be_written(text: str, tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(text, "utf-8")
    done = run("ask", str(case), "--write", str(case), "--as-of", DAY, typed="early\n")
    assert "Nothing is on record yet." in done.output
    assert "disease_extent: early" in case.read_text("utf-8")
    assert answer_below(done.stdout) == run("recommend", str(case)).stdout


def readable(knowledge: Knowledge, words: Words) -> list[tuple[Path, PatientRecord]]:
    found = []
    for path in CASES:
        try:
            found.append((path, read_case(read_file(path), knowledge, words, dt.date.fromisoformat("2026-01-01"))))
        except Refused:
            continue
    return found


@pytest.mark.long
def test_written_cases_answer_the_same_as_the_interview(knowledge: Knowledge, words: Words, tmp_path: Path) -> None:
    """Every twelfth case, and all that ask something: the first question answered, the file written in place."""
    done = 0
    for path, record in share_of("interviews", readable(knowledge, words)[::12]):
        here = start(knowledge, record)
        ask = here.next_question
        if ask is None:
            continue
        feature = here.find_feature(ask.feature)
        reply = "5 to 10" if feature.is_numeric else feature.values[0]
        case = tmp_path / path.name
        case.write_bytes(path.read_bytes())
        offer = "" if ask.blocking and not ask.together_with else "y\n"
        output = run("ask", str(case), "--write", str(case), typed=f"{offer}{reply}\nn\nq\nq\n").stdout
        assert answer_below(output) == run("recommend", str(case)).stdout, path.name
        assert feature.name in read_file(case).value["stated"]
        done += 1
    assert done >= 3


@in_chunks
def test_writing_touches_nothing_else(chunk: int) -> None:
    def law(path: Path) -> None:
        text = path.read_bytes().decode("utf-8")
        try:
            before = read_text(text, path.name).value
        except ConcordantError:
            return
        changed = add_stated(text, {"lvef": ">= 50 %", "pregnant": "no"}, DAY)
        after = read_text(changed, path.name).value
        assert after["stated"] == {**(before.get("stated") or {}), "lvef": ">= 50 %", "pregnant": "no"}
        assert {k: v for k, v in after.items() if k not in ("stated", "as_of")} == {
            k: v for k, v in before.items() if k not in ("stated", "as_of")
        }
        if before.get("stated") is None and not text.lstrip().startswith("{"):
            assert [line for line in changed.splitlines() if line in text.splitlines()] == text.splitlines()

    assert failing(law, share_of("written again", CASES), chunk) == {}


LAYOUTS = [
    '{"name": "x", "stated": {}}',
    '{"name": "x"}',
    '{"name": "x\\/y",\t"stated": {"lvef": "40 %"}}',
    "name: x",
    "name: x\nstated:\n",
    "stated: {lvef: 60 %,}\nname: y\n",
    "stated:   # c\n  lvef: 60 %   # d\n\n# e\nname: z\n...\n",
    "  name: a\n  stated: ~\n",
    "stated:\r\n  lvef: 50 %\r\nname: b\r\n",
    "stated: null # hi\nas_of: 2022-01-01",
    "---\nname: q\n",
    "stated:\n  pregnant:\n",
    "{name: b,\n stated: {\n  lvef: 50 %  # c\n }}",
    "stated: {'pregnant': no}",
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_facts_go_into_every_layout(text: str) -> None:
    changed = read_text(add_stated(text, {"lvef": ">= 50 %", "pregnant": "no"}, DAY), "case").value
    assert changed["stated"] == {"lvef": ">= 50 %", "pregnant": "no"}
    assert changed["as_of"] == ("2022-01-01" if "2022-01-01" in text else DAY)
    assert changed.get("name") == (read_text(text, "case").value).get("name")


def test_comments_stay_where_they_are() -> None:
    changed = add_stated(LAYOUTS[6], {"lvef": "50 %", "pregnant": "no"}, DAY)
    assert changed == f"as_of: {DAY}\nstated:   # c\n  lvef: 50 %   # d\n  pregnant: no\n\n# e\nname: z\n...\n"


def test_a_new_case_without_answers_is_a_case() -> None:
    assert read_text(write_new_case(DAY, {}), "case").value == {"as_of": DAY}
