"""`replay --with`: whose answer other knowledge would change, the gravest first, and a count that adds up."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from concordant.api import Engine, recommend
from concordant.api.replaying import CheckedRecord, Choice, recall_entry
from concordant.cli.main import main
from concordant.decisions.record import DecisionRecord
from concordant.errors import Complaint, Refused
from concordant.library import FOLDER, load_folder
from tests.shipped import CASES, case, compiling, shipped_knowledge

pytestmark = [compiling, pytest.mark.long]
LUNG = "[{name: zorgonian lung, status: active}]"  # a name that the shipped knowledge does not know
JOINTS = "[{name: rheumatoid arthritis, status: active}]"
# In a file of the knowledge: what stands there, and what is to stand there.
EDITS = {
    "features/treatment.yaml": ("recurrence <= 12 months", "recurrence <= 6 months"),
    "drugs/trastuzumab_deruxtecan.yaml": (
        "  - if: autoimmune_disease is yes\n    kind: precaution\n    effect: caution\n",
        "  - if: autoimmune_disease is yes\n    kind: precaution\n",
    ),
    "vocabulary/conditions.yaml": ("synonyms: [ILD, ", "synonyms: [ILD, zorgonian lung, "),
}


def copy_edited(target: Path, *names: str) -> Path:
    """The shipped knowledge with some of the edits."""
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("cases", "stories"))
    for name in names:
        path, (before, after) = target / name, EDITS[name]
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_edited(tmp_path_factory.mktemp("own") / "knowledge", *EDITS)


def case_with(folder: Path, conditions: str, name: str = "case.yaml") -> Path:
    path = folder / name
    path.write_text(f"{CASE}\nconditions: {conditions}\n", encoding="utf-8")
    return path


CASE = """
as_of: 2023-05-20
patient: {sex: female, birth_date: 1971-04, weight: 64 kg}
tumor_markers: [{test: her2, value: positive, date: 2021-02-01}]
disease:
  - {event: diagnosis, date: 2021-01-20, extent: metastatic}
  - {event: progression, date: 2023-05-02, sites: [liver]}
treatments:
  - {drugs: [docetaxel, pertuzumab, trastuzumab], setting: advanced, line: 1, start: 2021-10-03, stopped: progression}
measurements: [{name: lvef, value: 62 %, date: 2023-05-01}]
stated: {brain_metastases: none, symptomatic_heart_failure: no}
"""


def recall(record: DecisionRecord, folder: Path) -> list[tuple[str, tuple[str, ...], bool]]:
    engine = Engine(load_folder(folder))
    found = []
    for entry in CheckedRecord(record).iter_answers(Choice()):
        assert entry.kept is not None
        one = recall_entry(entry.kept, entry.sealed, engine)
        found.append((one.change, one.differences, one.is_read_again))
    return found


def test_each_change_is_of_its_kind(own: Path, tmp_path: Path) -> None:
    place = tmp_path / "decisions.db"
    sources = (case_with(tmp_path, JOINTS, "a.yaml"), case("A03"), case("A10"), case_with(tmp_path, LUNG, "b.yaml"))
    for source in sources:
        recommend(source, record=place)
    found = recall(DecisionRecord(place), own)
    assert [change for change, _, _ in found] == ["danger", "offered", found[2][0], "danger"]
    assert found[2][0] in ("none", "elsewhere")
    assert any(line.startswith("line: second -> ") for line in found[1][1])
    assert any(line.startswith("offered: ") and "- trastuzumab deruxtecan (preferred" in line for line in found[0][1])


def test_what_is_read_otherwise_is_found_where_the_document_is_kept(own: Path, tmp_path: Path) -> None:
    """A condition that nobody read then is a danger now; of a record that a program read nothing but what was read is there."""
    place, path = tmp_path / "decisions.db", case_with(tmp_path, LUNG)
    found = recommend(path, record=place)
    assert any("zorgonian" in one.name for one in found.not_read)
    recommend(found.record, record=place)
    (first, again), (second, as_read) = [(one[0], one[2]) for one in recall(DecisionRecord(place), own)]
    assert (first, again) == ("danger", True)
    assert (second == "danger", as_read) == (False, False)


def test_the_list_has_dangers_first_and_its_counts_add_up(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "decisions.db")
    sources = [*CASES[:12], case_with(tmp_path, JOINTS), case_with(tmp_path, JOINTS)]
    for source in sources:
        main(["recommend", str(source), "--record", place, "--format", "json"])
    kept = len(list(DecisionRecord(place).iter_entries()))
    main(["forget", place, "--entry", "2", "--yes"])
    capsys.readouterr()
    assert main(["replay", place, "--with", str(own)]) == 0
    told = capsys.readouterr().out
    titles = [line for line in told.splitlines() if line and not line.startswith(" ")]
    assert titles[0].startswith("A danger: ")
    total, *counts = map(int, re.findall(r"(?:^|[:,] )(\d+) ", titles[-2]))
    assert titles[-1].startswith("The record is whole")
    assert total == sum(counts) == kept
    assert f"case.yaml · entry {kept}, {kept - 1} · " in told
    assert "1 erased" in titles[-2]


def test_who_cannot_be_answered_any_more_is_listed_and_counted(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "decisions.db")
    main(["recommend", str(case("A03")), "--record", place])

    def refuse(*_: object, **__: object) -> None:
        raise Refused(Complaint("there is no such thing any more"))

    monkeypatch.setattr(Engine, "recommend", refuse)
    capsys.readouterr()
    assert main(["replay", place, "--with", str(own)]) == 0
    told = capsys.readouterr().out
    assert "    now   refused: there is no such thing any more\n" in told
    assert "1 answer asked again" in told
    assert ": 1 refused.\n" in told


def test_the_same_knowledge_changes_nothing(tmp_path: Path) -> None:
    place = tmp_path / "decisions.db"
    for path in CASES[:4]:
        recommend(path, record=place)
    assert {change for change, _, _ in recall(DecisionRecord(place), FOLDER)} == {"none"}


def test_another_knowledge_is_told_and_nothing_is_compared(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(tmp_path / "decisions.db")
    main(["recommend", str(case("A03")), "--knowledge", str(own), "--record", place])
    printed = capsys.readouterr().out
    then, now = load_folder(own).digest[:12], shipped_knowledge().digest[:12]
    assert main(["replay", place]) == 0
    told = capsys.readouterr().out
    assert f"answered with the knowledge {then}" in told
    assert f"Here is the knowledge {now}; name the other one with --knowledge DIR." in told
    assert main(["replay", place, "--entry", "1"]) == 3
    refused = capsys.readouterr()
    assert refused.out == ""
    assert f"entry 1 was answered with the knowledge {then}, and here is {now}. Name that knowledge" in refused.err
    assert main(["replay", place, "--entry", "1", "--knowledge", str(own)]) == 0
    assert capsys.readouterr().out == printed
    assert main(["replay", place, "--entry", "1", "--as-kept"]) == 0
    assert '"answer": "needs_data"' in capsys.readouterr().out
