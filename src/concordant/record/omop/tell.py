"""The rows of one person to findings: table by table, each row with its fate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from concordant.contract_names import DISEASE_STATUS, MENOPAUSAL_STATUS, OTHER_CANCER
from concordant.logic.dates import PartialDate
from concordant.model.knowledge import CodeKind
from concordant.patient.events import ABSENT, ACTIVE, Comorbidity, ReportKind, Status
from concordant.record.builder import RecordBuilder
from concordant.record.conditions import ConditionMention
from concordant.record.findings import UNSPECIFIED
from concordant.record.omop.blanks import keep_blank_findings, spell_term
from concordant.record.omop.codes import NO_CONCEPT, CodedColumn, ConceptLookup
from concordant.record.omop.conditions import keep_conditions, read_certainty, read_condition
from concordant.record.omop.disease import (
    find_side,
    keep_primary,
    keep_spread,
    keep_stage,
    keep_status,
)
from concordant.record.omop.drugs import DrugExposures
from concordant.record.omop.episodes import EpisodeReader
from concordant.record.omop.person import read_person_row
from concordant.record.omop.procedures import find_unnamed_treatment, is_treatment, keep_unnamed_treatment, read_procedure
from concordant.record.omop.quiet import NO_CODE, QUIET, UNMAPPED, find_quiet_row
from concordant.record.omop.results import LOST, Results
from concordant.record.omop.schema import Row, read_date, read_date_column
from concordant.record.omop.values import ResultReader
from concordant.terminology.certainty import OVER, PROVISIONAL, REFUTED
from concordant.terminology.codes import NO, YES, CodeableConcept
from concordant.terminology.names import Words
from concordant.terminology.topics import WordsSaid

LOOKED_FOR: tuple[CodeKind, ...] = ("secondary", "site", "stage", "cancer", "condition")
RESULT_COLUMNS = ("value_as_number", "value_as_string", "value_source_value")
NOT_ASKED = "nothing here asks for it"
ORDER = ("condition_occurrence", "procedure_occurrence", "measurement", "observation", "drug_exposure", "note", "death")
DATES = {
    "condition_occurrence": "condition_start_date",
    "procedure_occurrence": "procedure_date",
    "measurement": "measurement_date",
    "observation": "observation_date",
    "drug_exposure": "drug_exposure_start_date",
    "episode": "episode_start_date",
    "death": "death_date",
    "note": "note_date",
}


@dataclass(slots=True)
class PersonReader:
    """Reads one person; `links` are the events of each episode."""

    record: RecordBuilder
    codes: ConceptLookup
    links: Mapping[str, Sequence[str]]
    date: PartialDate | None = None  # of the row at hand; `wrong` says why it has none
    wrong: str = ""
    tumours: dict[str, CodeableConcept] = field(default_factory=dict)  # primary cancers, by the ids of their rows
    values: ResultReader = field(init=False)
    results: Results = field(init=False)
    drugs: DrugExposures = field(init=False)
    episodes: EpisodeReader = field(init=False)

    def __post_init__(self) -> None:
        self.values = ResultReader(self.codes)
        self.results = Results(self.record, self.values, self.words)
        self.drugs = DrugExposures(self.record, self.codes, self.words)
        self.episodes = EpisodeReader(self.record, self.codes, self.drugs, self.links)

    @property
    def words(self) -> Words:
        """The names of the knowledge."""
        return self.codes.terms.words

    def read_person(self, row: Row) -> None:
        """The row of the person."""
        read_person_row(row, self.record, self.codes)

    def read_rows(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """All rows; episodes first, because they say to which line an exposure belongs."""
        known = {name: self._keep_known_rows(name, rows) for name, rows in tables.items()}
        exposures = {row["drug_exposure_id"] for row in known.get("drug_exposure", ())}
        for row in known.get("condition_occurrence", ()):
            if (meaning := self.codes.read_column(row, "condition").meaning) is not None and meaning.kind == "cancer":
                self.tumours[row["condition_occurrence_id"] or ""] = meaning
        episodes = {row.get("episode_id"): row for row in reversed(known.get("episode", ()))}  # of one id the first
        for row in known.get("episode", ()):
            self.record.start_row(f"episode {row.get('episode_id') or 'without an id'}", "episode")
            self._set_date(row, "episode_start_date")
            self.episodes.read_episode(row, episodes, exposures, self.date, self.wrong)
        for name in ORDER:
            for row in known.get(name, ()):
                if name not in QUIET or not self._is_quiet_row(name, row):
                    self._read_row(name, row)

    def _keep_known_rows(self, name: str, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that do not begin after the date that was asked for."""
        if not self.record.cuts:
            return rows
        known = []
        for row in rows:
            self.record.start_row(_name_place(name, row), name)
            self._set_date(row, DATES[name])
            if not self.record.leave_out_later(self.date):
                known.append(row)
        return known

    def _set_date(self, row: Row, column: str) -> None:
        self.date, self.wrong = read_date(read_date_column(row, column), "date", self.record.as_of)

    def _is_quiet_row(self, name: str, row: Row) -> bool:
        """Whether a row is a quiet one, of which then all is told."""
        quiet = find_quiet_row(name, row, self.codes, self.record.rules)
        return quiet is not None and self.record.add_quiet_row(_name_place(name, row), quiet)

    def _read_row(self, name: str, row: Row) -> None:
        self.record.start_row(_name_place(name, row), name)
        self._set_date(row, DATES[name])
        if name == "death":
            self._read_death()
            return
        if name == "note":
            self._read_note(row)
            return
        coded = self.codes.read_column(row, name.partition("_")[0])
        if coded.conflict:
            self.record.mark_set_aside(coded.conflict)
            keep_blank_findings(self.record, coded, name, self.drugs)
        elif name == "drug_exposure":
            self.drugs.read_exposure(coded, row)
        elif (past := find_unnamed_treatment(coded, self.codes, in_words=name == "procedure_occurrence")) is not None:
            self.record.unmapped += coded.met if coded.meaning is None else ()
            keep_unnamed_treatment(self.record, coded, None if past else self.date, self.wrong)
        elif name == "condition_occurrence" and (coded.meaning is not None or coded.text or coded.met):
            self._read_diagnosis(coded, row)
        elif coded.meaning is None and name == "procedure_occurrence" and is_treatment(coded, self.codes.terms):
            self.record.unmapped += coded.met
            self.drugs.read_unknown_dose(coded.text or coded.met[0][1], self.date, self.wrong)
        elif coded.meaning is None and self._leave_mentioned_open(coded, row):
            self.record.mark_set_aside("it names a test, under a code that is not known")
            self._name_topics_of_result(name, coded, row)
        elif coded.meaning is None:
            self.record.unmapped += coded.met
            self.record.mark_ignored(UNMAPPED if coded.met else NO_CODE)
            self._name_topics_of_result(name, coded, row)
        else:
            self._read_meaning(coded, coded.meaning, row)

    def _read_death(self) -> None:
        """That the patient has died; without a readable date it counts as well."""
        if self.record.tell_death("The source says that the patient has died.", self.date):
            self.record.mark_used("notice")
        else:
            self.record.mark_set_aside(self.record.explain_later(self.date))

    def _read_note(self, row: Row) -> None:
        """A text: nothing is read from it, and what it speaks of is named."""
        self.record.mark_ignored("nothing is read from a note")
        self._name_topics("note", (row.get("note_title"), row.get("note_text")))

    def _name_topics_of_result(self, name: str, coded: CodedColumn, row: Row) -> None:
        """What the words of a result speak of whose code is not known."""
        if name in ("measurement", "observation"):
            columns = (f"{name}_source_value", "value_source_value", "value_as_string")
            named = self.codes.find_name(row.get("value_as_concept_id"))
            self._name_topics("result", (coded.text, named, *map(row.get, columns)))

    def _name_topics(self, kind: ReportKind, texts: Sequence[str | None]) -> None:
        self.record.name_topics(kind, WordsSaid(tuple(filter(None, texts))), self.date)

    def _tell_menopause(self, word: str | None) -> None:
        if why := self.wrong or self.record.tell_menopause(word, self.date):
            self.record.mark_set_aside(why)
        elif word is not None:
            self.record.mark_used("patient")

    def _leave_mentioned_open(self, coded: CodedColumn, row: Row) -> bool:
        """A result of unknown code that names a test: what it says of it is open."""
        told = any(row.get(column) for column in RESULT_COLUMNS) or row.get("value_as_concept_id") not in NO_CONCEPT
        return told and self.record.leave_mentioned_open((coded.text, *(name for _, _, name in coded.met)), self.date)

    def _read_diagnosis(self, coded: CodedColumn, row: Row) -> None:
        """A diagnosis, as sure as its status and the letter behind its source code say."""
        certainty = read_certainty(self.record, self.codes, row)
        if certainty == REFUTED:
            self.record.mark_ignored("refuted, as its status or the letter behind its code says")
            return
        if certainty == PROVISIONAL:
            self.record.mark_set_aside("a diagnosis that is provisional: whether it holds is not known")
            keep_blank_findings(self.record, coded, "condition_occurrence", self.drugs)
            return
        if certainty == OVER and not row.get("condition_end_date"):
            row = {**row, "condition_end_date": row.get("condition_start_date") or self.record.as_of.isoformat()}
        if coded.meaning is None:
            self.record.unmapped += coded.met
            self._read_condition(coded, row)
        else:
            self._read_meaning(coded, coded.meaning, row)

    def _read_meaning(self, coded: CodedColumn, meaning: CodeableConcept, row: Row) -> None:
        if meaning.kind == "test" and (why := self._explain_other_cancer(row)):
            self.record.leave_result_open(meaning.name, None)
            self.record.mark_set_aside(why)
        elif meaning.kind == "test":
            self.results.read_marker(meaning, row, self.date, self.wrong)
        elif meaning.kind in LOOKED_FOR and self._is_denied(row):
            self.record.mark_ignored("it was looked for, and is not there")
        else:
            self._read_told_meaning(coded, meaning, row)

    def _explain_other_cancer(self, row: Row) -> str:
        """Why a result may not be of this cancer: the entry that it is told to be of is another tumour."""
        event = row.get("measurement_event_id") or row.get("observation_event_id") or ""
        told = self.tumours.get(event)
        if told is not None and told.name in self.record.rules.subjects:
            self.record.told_of[self.record.place] = f"condition_occurrence {event}"
        if told is None or told.name not in (OTHER_CANCER, UNSPECIFIED):
            return ""
        return f"it is told to be of condition_occurrence {event}, which is not known to be this cancer"

    def _read_told_meaning(self, coded: CodedColumn, meaning: CodeableConcept, row: Row) -> None:
        for test, word in meaning.implies.items():
            if test in self.record.rules.tests:  # a receptor in the name of a cancer
                self.results.keep_word(test, word, self.date, self.wrong)
        match meaning.kind:
            case "measurement":
                self.results.read_measurement(meaning, row, self.date, self.wrong)
            case "observation":
                self._read_observation(meaning, self.values.read_coded_value(row), self.values.describe_any_value(row, None))
            case "cancer" | "secondary" | "site" | "stage" | "status" | "condition":
                self._add_disease_finding(coded, meaning, row)
            case "procedure":
                read_procedure(self.record, meaning, self.date, self.wrong)
            case "drug":
                self.drugs.read_single_dose(meaning, self.date, self.wrong)
            case "menopause":
                self._tell_menopause(meaning.name)
            case _:
                self.record.mark_ignored(meaning.says or NOT_ASKED)

    def _is_denied(self, row: Row) -> bool:
        """Whether the value of a row says that what its concept stands for is not there."""
        value = self.values.read_coded_value(row).meaning if "value_as_concept_id" in row else None
        return value is not None and value.name in NO

    def _add_disease_finding(self, coded: CodedColumn, meaning: CodeableConcept, row: Row) -> None:
        """A finding of the disease; another cancer is a condition beside it as well."""
        if meaning.kind != "condition":
            if meaning.kind == "secondary":
                keep_spread(self.record, meaning.name, self.date, self.wrong, coded=True)
            elif meaning.kind == "cancer":
                keep_primary(self.record, meaning.name, self.date, self.wrong, find_side(self.record, coded, meaning))
            elif meaning.kind == "stage":
                keep_stage(self.record, meaning.name, self.date, self.wrong)
            elif meaning.kind == "status":
                keep_status(self.record, meaning.name, self.date, self.wrong)
            else:
                keep_spread(self.record, meaning.name, self.date, self.wrong)
        if meaning.kind == "condition" or meaning.name == OTHER_CANCER:
            self._read_condition(coded, row)

    def _read_observation(self, meaning: CodeableConcept, value: CodedColumn, met: str) -> None:
        """An observation that is about the disease or the person."""
        answer, text = value.meaning, value.text
        kind = answer.kind if answer is not None else ""
        name = answer.name if answer is not None else ""
        if meaning.name in ("stage_group", "distant_metastases") and kind == "stage":
            keep_stage(self.record, name, self.date, self.wrong)
        elif meaning.name == "stage_group" and text:
            keep_stage(self.record, text, self.date, self.wrong)
        elif meaning.name == DISEASE_STATUS and kind == "status":
            keep_status(self.record, name, self.date, self.wrong)
        elif meaning.name == MENOPAUSAL_STATUS and kind == "menopause":
            self._tell_menopause(name)
        elif meaning.name == "metastasis_site" and kind in ("site", "secondary"):
            keep_spread(self.record, name, self.date, self.wrong)
        elif meaning.name == "condition_status" and name in (*YES, *NO, meaning.part):
            self._stated_condition(meaning.part, ABSENT if name in NO else ACTIVE)
        else:
            self._ignore_unknown_value(meaning, met)

    def _ignore_unknown_value(self, meaning: CodeableConcept, text: str) -> None:
        """An observation that is asked about, with a value that is not understood."""
        if text:
            self.record.record_unmapped(f"{spell_term(meaning.name)}:", text)
        if text and meaning.name == MENOPAUSAL_STATUS:
            self._tell_menopause(None)
        if text and meaning.name == "condition_status":
            self.record.keep_blank([Comorbidity(self.record.entry, meaning.part, spell_term(meaning.part), None, None)])
        self.record.mark_ignored(LOST if text else "it has no value")

    def _stated_condition(self, term: str, status: Status) -> None:
        """A condition told as an observation: present or absent."""
        keep_conditions(self.record, [ConditionMention(term)], spell_term(term), status, self.date, self.wrong)

    def _read_condition(self, coded: CodedColumn, row: Row) -> None:
        read_condition(self.record, coded, row, self.words, self.date, self.wrong)


def _name_place(name: str, row: Row) -> str:
    """Where a row stands: its table and its id, or that of its person."""
    return f"{name} {row.get(f'{name}_id') or row.get('person_id') or 'without an id'}"
