"""The rows of one person, told in the words of a case file: table by table, each row with its fate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.complaints import did_you_mean
from concordant.record.blocks import SEXES
from concordant.record.omop.codes import Coded, Codes
from concordant.record.omop.conditions import tell_condition
from concordant.record.omop.disease import Disease
from concordant.record.omop.schema import Row, date_of
from concordant.record.omop.values import Values
from concordant.record.scalars import MEANT
from concordant.record.terminology import Concept
from concordant.record.told import Told
from concordant.record.vocabulary import medicine_parts, plain

NOT_ASKED = "nothing here asks for it"
OTHER = "other"


@dataclass(slots=True)
class PersonTeller:
    """Tells one person; `links` are the events of each episode."""

    told: Told
    codes: Codes
    links: Mapping[str, Sequence[str]]
    disease: Disease
    place: str = ""
    kind: str = ""
    lines: dict[str, str] = field(default_factory=dict)
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        self.values = Values(self.told, self.codes)

    def person(self, row: Row) -> None:
        """The row of the person: sex and birth date, as far as they are told."""
        self._at("person", row["person_id"])
        sex = self.codes.of(row, "gender")
        word = sex.meaning.name if sex.meaning and sex.meaning.kind == "sex" else self._said_sex(sex.text)
        self._tell("patient", {"sex": word or None, "birth_date": _birth(row)})

    def _said_sex(self, text: str) -> str:
        """The sex in words; another word is not understood, and the rest of the row stands."""
        word = text.strip().lower()
        word = MEANT.get(("sex", word), word)
        if word and word not in SEXES:
            self.told.lost("sex", text)
        return word if word in SEXES else ""

    def rows(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """All rows; episodes first, because they say to which line an exposure belongs."""
        exposures = {row["drug_exposure_id"] for row in tables.get("drug_exposure", ())}
        for row in tables.get("episode", ()):
            self._episode(row, tables.get("episode", ()), exposures)
        for name in ("condition_occurrence", "procedure_occurrence", "measurement", "observation", "drug_exposure", "death"):
            for row in tables.get(name, ()):
                self._row(name, row)
        self.disease.tell()

    def _row(self, name: str, row: Row) -> None:
        self._at(name, row.get(f"{name}_id") or row.get("person_id"))
        if name == "death":
            self.told.note("The source says that the patient has died.", self.place, name)
            return
        stem = name.partition("_")[0]
        coded = self.codes.of(row, stem)
        if coded.conflict:
            self.told.put_aside(self.place, name, coded.conflict)
            self._unsure(coded, name)
        elif name == "drug_exposure":
            self._drug(coded, row)
        elif coded.meaning is None and name == "condition_occurrence" and (coded.text or coded.met):
            self._unmapped(coded)
            self._condition(coded, row, date_of(row, "condition_start_date"))
        elif coded.meaning is None:
            self._unknown(coded, name)
        else:
            self._coded(coded, coded.meaning, row, name)

    def _coded(self, coded: Coded, meaning: Concept, row: Row, table: str) -> None:
        date = date_of(row, f"{table.partition('_')[0]}_{'start_' if table == 'condition_occurrence' else ''}date")
        self._implied(meaning, date)
        match meaning.kind:
            case "test" | "measurement" | "observation":
                self._observed(meaning, row, date)
            case "cancer" | "secondary" | "site" | "stage" | "status":
                self._of_disease(meaning, date)
                if meaning.name == OTHER:
                    self._condition(coded, row, date)
            case "condition":
                self._condition(coded, row, date)
            case "procedure" if meaning.implies.get("event"):
                self._tell("disease", {"event": meaning.implies["event"], "procedure": meaning.name, "date": date})
            case "drug":
                self._tell("treatments", {"drugs": list(meaning.drugs), "start": date, "end": date})
            case "menopause":
                self._tell("patient", {"menopausal_status": meaning.name})
            case _:
                self.told.ignore(self.place, self.kind, meaning.says or NOT_ASKED)

    def _implied(self, meaning: Concept, date: str | None) -> None:
        """What a code says beside its concept: a receptor in the name of a cancer."""
        if meaning.kind != "test":
            for test, word in meaning.implies.items():
                if test in self.told.tests:
                    self._tell("tumor_markers", {"test": test, "value": word, "date": date})

    def _of_disease(self, meaning: Concept, date: str | None) -> None:
        tell = {
            "cancer": self.disease.tumour,
            "secondary": self.disease.metastasis,
            "site": self.disease.metastasis,
            "stage": self.disease.staged,
            "status": self.disease.status,
        }[meaning.kind]
        tell(self.place, self.kind, meaning.name, date)

    def _observed(self, meaning: Concept, row: Row, date: Any) -> None:
        """A test, a measured number, or an observation that is about something else."""
        if meaning.kind == "test":
            self.values.marker(meaning, row, date, self.place, self.kind)
        elif meaning.kind == "measurement":
            self.values.measured(meaning, row, date, self.place, self.kind)
        else:
            value = self.values.coded(row)
            self._about(meaning, value, date)

    def _about(self, meaning: Concept, value: Coded, date: Any) -> None:
        told, text = value.meaning, value.text
        match meaning.name, told.kind if told else "":
            case "stage_group" | "distant_metastases", "stage":
                assert told is not None
                self.disease.staged(self.place, self.kind, told.name, date)
            case "stage_group", _ if text:
                self.disease.staged(self.place, self.kind, text, date)
            case "disease_status", "status":
                assert told is not None
                self.disease.status(self.place, self.kind, told.name, date)
            case "menopausal_status", "menopause":
                assert told is not None
                self._tell("patient", {"menopausal_status": told.name})
            case "metastasis_site", "site" | "secondary":
                assert told is not None
                self.disease.metastasis(self.place, self.kind, told.name, date)
            case "pregnancy", _ if told is not None and told.name in ("present", "positive", "absent", "negative", "none"):
                status = "active" if told.name in ("present", "positive") else "absent"
                self._tell("conditions", {"name": meaning.name, "status": status, "date": date})
            case _:
                self._unread(meaning, value)

    def _unread(self, meaning: Concept, value: Coded) -> None:
        """An observation that is asked about, with a value that is not understood."""
        if value.text:
            self.told.lost(f"{meaning.name.replace('_', ' ')}:", value.text)
        self.told.ignore(self.place, self.kind, "its value is not understood" if value.text else "it has no value")

    def _condition(self, coded: Coded, row: Row, date: str | None) -> None:
        tell_condition(self.told, self.disease, coded, row, (self.place, self.kind, date))

    def _condition_name(self, meaning: Concept) -> str:
        return meaning.name.replace("_", " ")

    def _drug(self, coded: Coded, row: Row) -> None:
        meaning, item = coded.meaning, self._exposure(row)
        if meaning is not None and meaning.drugs:
            self._tell("treatments", {"drugs": list(meaning.drugs), **item})
        elif meaning is not None and meaning.kind == "medication":
            dates: dict[str, Any] = {key: item[key] for key in ("start", "end") if key in item}
            read = medicine_parts(coded.text, self.codes.terms.words)
            self._tell("medications", {"name": coded.text if read else meaning.name.replace("_", " "), **dates})
        elif meaning is not None:
            self.told.ignore(self.place, self.kind, meaning.says or NOT_ASKED)
        elif self._another_drug(coded):
            self._unmapped(coded)
            dates = {key: item[key] for key in ("start", "end") if key in item}
            self.told.beside(coded.text, dates, self.place, self.kind)
        else:
            name = coded.text or (f"concept {coded.met[0][1]}" if coded.met else "no name")
            self._tell("treatments", {"drugs": [name], **item})

    def _another_drug(self, coded: Coded) -> bool:
        """True for a name that is near none of the known ones; one that is near, and a bare id, may be any drug."""
        words = self.codes.terms.words.drugs
        if not coded.text or self.codes.terms.may_be_treatment(coded.text):
            return False
        return not any(_near(part, words) for part in plain(coded.text).split())

    def _exposure(self, row: Row) -> dict[str, Any]:
        item: dict[str, Any] = {"start": date_of(row, "drug_exposure_start_date")}
        kind = self.codes.terms.look("omop", row.get("drug_type_concept_id"))
        if kind is not None and kind.name == "administration":
            item["end"] = item["start"]  # a dose: the end of the row is when the next one is due, or a day by default
        elif (end := date_of(row, "verbatim_end_date") or date_of(row, "drug_exposure_end_date")) is not None:
            item["end"] = end
        self.told.supplies = kind is None or kind.name != "administration"
        if reason := row.get("stop_reason"):
            meaning = self.codes.terms.say("stop_reason", reason)
            if meaning is None:
                self.told.lost("stop reason", reason)
            else:
                item["stopped"] = meaning.name
        if (line := self.lines.get(row.get("drug_exposure_id") or "")) is not None:
            item |= {"line": line, "setting": "advanced"}
        return item

    def _episode(self, row: Row, all_: Sequence[Row], exposures: set[str | None]) -> None:
        self._at("episode", row.get("episode_id"))
        meaning = self.codes.of(row, "episode").meaning
        date = date_of(row, "episode_start_date")
        if meaning is None or meaning.kind not in ("status", "episode"):
            self.told.lost("episode", row.get("episode_source_value") or row.get("episode_concept_id") or "without a concept")
            self.told.ignore(self.place, "episode", "what kind of episode it is is not understood")
        elif meaning.name == "treatment":
            self._treatment(row, all_, exposures)
        elif meaning.name == "diagnosis":
            thing = self._object(row)
            cancer = thing.name if thing is not None and thing.kind == "cancer" else "unspecified"
            self.disease.tumour(self.place, self.kind, cancer, date)
        elif meaning.kind == "status":
            thing = self._object(row)
            site = thing.name if thing is not None and thing.kind == "secondary" else ""
            self.disease.status(self.place, self.kind, meaning.name, date, site)
            if thing is not None and thing.kind == "secondary":
                self.disease.metastasis(self.place, self.kind, thing.name, date)
        else:
            self.told.ignore(self.place, "episode", meaning.says or NOT_ASKED)

    def _object(self, row: Row | None) -> Concept | None:
        return self.codes.look(row.get("episode_object_concept_id")).meaning if row is not None else None

    def _treatment(self, row: Row, all_: Sequence[Row], exposures: set[str | None]) -> None:
        """Its events are courses by themselves; under an episode of advanced disease it says which line they are."""
        events = [event for event in self.links.get(row.get("episode_id") or "", ()) if event in exposures]
        number = row.get("episode_number") if self._is_advanced(row, all_) else None
        if events:
            self.lines |= {event: number for event in events if number}
            self.told.mark(self.place, "episode", "line of therapy" if number else "treatment, told by its drug exposures")
            return
        coded = self.codes.look(row.get("episode_object_concept_id"), None, row.get("episode_source_value"))
        drugs = list(coded.meaning.drugs) if coded.meaning and coded.meaning.drugs else [coded.text] if coded.text else []
        item = {"drugs": drugs, "start": date_of(row, "episode_start_date"), "end": date_of(row, "episode_end_date")}
        self._tell("treatments", item | ({"line": number, "setting": "advanced"} if number else {}))

    def _is_advanced(self, row: Row, all_: Sequence[Row]) -> bool:
        """Under an episode whose object is a metastasis a number counts lines; elsewhere it may count early treatment."""
        parent = next((one for one in all_ if one.get("episode_id") == row.get("episode_parent_id")), None)
        thing = self._object(parent)
        return thing is not None and thing.kind == "secondary"

    def _unsure(self, coded: Coded, table: str) -> None:
        """What a contradictory row would have said stays open."""
        if table == "drug_exposure":
            self.told.leave_open("treatments", {"drugs": [coded.text or "no name"]}, self.place)
        elif coded.meaning is not None and coded.meaning.kind == "test":
            self.told.leave_open("tumor_markers", {"test": coded.meaning.name}, self.place)
        elif coded.meaning is not None and coded.meaning.kind == "condition":
            self.told.leave_open("conditions", {"name": self._condition_name(coded.meaning)}, self.place)
        elif coded.meaning is not None and coded.meaning.kind == "measurement":
            self.told.leave_open("measurements", {"name": coded.meaning.name}, self.place)

    def _unknown(self, coded: Coded, table: str) -> None:
        self._unmapped(coded)
        self.told.ignore(self.place, table, "its code is not mapped" if coded.met else "it has no code")

    def _unmapped(self, coded: Coded) -> None:
        for code in coded.met:
            self.told.account.unmapped[code] += 1

    def _at(self, table: str, id_: str | None) -> None:
        place = f"{table} {id_ or 'without an id'}"
        while place in self.told.rows:
            place += "'"
        self.place, self.kind = place, table
        self.told.at(place, None, table)

    def _tell(self, block: str, item: Mapping[str, Any]) -> None:
        self.told.tell(block, {key: value for key, value in item.items() if value is not None}, self.place, self.kind)


def _near(word: str, known: Mapping[str, object]) -> bool:
    return len(word) > 4 and (word in known or bool(did_you_mean(word, known, listing=False)))


def _birth(row: Row) -> str | None:
    """The birth date, as far as year, month and day are told."""
    parts = [row.get(f"{part}_of_birth") for part in ("year", "month", "day")]
    told = []
    for part in parts:
        if part in (None, "", "0"):
            break
        told.append(str(part).zfill(2))
    return "-".join(told) or None
