"""The blocks of a case file: raw mappings to events, complaints collected."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, SEX
from concordant.errors import quote_word
from concordant.logic.dates import format_date, make_exact_date, parse_partial_date
from concordant.logic.intervals import ANY, Interval
from concordant.model.features import Feature
from concordant.model.knowledge import VocabularyField
from concordant.patient import events as ev
from concordant.patient.events import ABSENT
from concordant.patient.facts import Value
from concordant.record.casefile.scalars import ScalarReader, format_place
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import CODE_NAMES, parse_condition_entry
from concordant.record.medications_taken import is_taken, read_taken_medicines
from concordant.record.printed_words import strip_label
from concordant.record.rules import normalize_stage
from concordant.terminology.names import normalize_name, suggest_name
from concordant.texts import Place

SPECIMENS = ("primary", "metastasis")
SEXES = ("female", "male")
NO_LIMIT = ("upper_limit is not one number above 0", "Write it with its unit")
OPEN = "unknown"  # a measurement, or a fact, of which it is told that nothing of it is known


class BlockReader(ScalarReader):
    """Reads the blocks of one file, on top of its scalars."""

    def read_head(self, value: dict[str, Any], keys: Sequence[str]) -> tuple[str, dt.date | None]:
        """The name of the case, and its own `as_of`; every key has to be one of `keys`."""
        self._check_keys(value, (), keys)
        return self._read_free_text(value, "name", ()), self._read_day(value, "as_of")

    def _read_day(self, value: dict[str, Any], key: str) -> dt.date | None:
        text = self._read_scalar(value, key, ())
        if text is None:
            return None
        try:
            date = parse_partial_date(text)
            says = "" if date.is_exact else f"{quote_word(text)} is not a day"
        except ValueError as error:
            says = str(error).split("; write", 1)[0]
        if says:
            self.add_complaint((key,), f"{key}: {says}", "Write it as 2022-09-20")
        return None if says else date.first

    def read_person(self, raw: Any) -> ev.Person:
        """The `patient` block, less its measurements."""
        block = self.read_block(raw, ("patient",), (SEX, "birth_date", MENOPAUSAL_STATUS, *self.patient))
        return ev.Person(
            self._read_word(block, SEX, SEXES, ("patient",)),
            self._read_date(block, "birth_date", ("patient",)),
            self._read_word(block, MENOPAUSAL_STATUS, self.features[MENOPAUSAL_STATUS].values, ("patient",)),
        )

    def read_patient_measurements(self, raw: Any) -> tuple[ev.Measurement, ...]:
        """Weight, height and the like, told without a date: as of now."""
        block = raw if isinstance(raw, dict) else {}
        measurements = []
        for name, field in self.patient.items():
            value = self._read_number(block, name, field, ("patient",))
            if value is not None:
                measurements.append(ev.Measurement(self._locate_entry(("patient", name)), name, value, None))
        return tuple(measurements)

    def read_markers(self, raw: Any) -> tuple[ev.Marker, ...]:
        """The `tumor_markers` block."""
        return tuple(m for place, item in self._iter_items(raw, "tumor_markers") if (m := self._read_marker(item, place)))

    def _read_marker(self, item: dict[str, Any], place: Place) -> ev.Marker | None:
        test = self._read_word(item, "test", tuple(self.tests), place, required=True)
        if test is None:
            return None
        field = self.tests[test]
        self._check_keys(item, place, ("test", "value", "date", "specimen", *(n for n in field.numbers if n != "value")))
        word, numbers = self._read_result(item, field, place)
        return ev.Marker(
            self._locate_entry(place),
            test,
            word,
            numbers,
            self._read_date(item, "date", place),
            self._read_word(item, "specimen", SPECIMENS, place),
        )

    def _read_result(self, item: dict[str, Any], field: VocabularyField, place: Place) -> tuple[str | None, dict[str, Interval]]:
        numbers: dict[str, Interval] = {}
        for name, unit in field.numbers.items():
            if self._is_word(item, name, field):
                continue
            label = field.label if name == "value" else f"{field.label} ({name})"
            spec = VocabularyField(name=name, label=label, unit=unit, low=field.low, high=field.high)
            value = self._read_number(item, name, spec, place, words=field.words if name == "value" else ())
            if value is not None:
                numbers[name] = value
        if "value" in field.numbers and not self._is_word(item, "value", field):
            return None, numbers
        return self._read_word(item, "value", field.words, place, called=field.name), numbers

    def _is_word(self, item: dict[str, Any], name: str, field: VocabularyField) -> bool:
        return name == "value" and isinstance(item.get(name), str) and self._is_listed(item[name], field.words)

    def read_events(self, raw: Any) -> tuple[ev.DiseaseEvent, ...]:
        """The `disease` block."""
        return tuple(e for place, item in self._iter_items(raw, "disease") if (e := self._read_event(item, place)))

    def _read_event(self, item: dict[str, Any], place: Place) -> ev.DiseaseEvent | None:
        self._check_keys(item, place, ("event", "date", "stage", "extent", "sites", "procedure", BRAIN_METASTASES))
        kind = self._read_word(item, "event", ev.HAPPENINGS, place, required=True)
        extent = self._read_word(item, "extent", ev.EXTENTS, place)
        if kind is None:
            return None
        return ev.DiseaseEvent(
            self._locate_entry(place),
            kind,
            self._read_date(item, "date", place),
            extent or self._read_stage(item, place),
            self._read_names(item, "sites", self.words.sites, "site", place),
            self._read_word(item, BRAIN_METASTASES, ev.BRAIN, place),
            self._read_free_text(item, "procedure", place),
        )

    def _read_stage(self, item: dict[str, Any], place: Place) -> ev.Extent | None:
        stage = self._read_scalar(item, "stage", place)
        if stage is None:
            return None
        extent = self.stages.get(normalize_stage(stage))
        if extent is None:
            self.not_understood.append(f"stage {quote_word(stage)} ({self._locate_entry(place).place})")
        return ev.match_word(extent, ev.EXTENTS)

    def read_courses(self, raw: Any) -> tuple[ev.Course, ...]:
        """The `treatments` block."""
        return tuple(self._read_course(item, place) for place, item in self._iter_items(raw, "treatments"))

    def _read_course(self, item: dict[str, Any], place: Place) -> ev.Course:
        self._check_keys(item, place, ("drugs", "setting", "line", "start", "end", "cycles", "stopped"))
        drugs, classes, unknown = self._read_drugs(item.get("drugs"), (*place, "drugs"))
        return ev.Course(
            self._locate_entry(place),
            drugs,
            classes,
            unknown,
            self._read_word(item, "setting", ev.SETTINGS, place),
            self._read_count(item, "line", place),
            self._read_date(item, "start", place),
            self._read_date(item, "end", place),
            self._read_word(item, "stopped", ev.STOPPED, place),
            self._read_count(item, "cycles", place, least=0),
        )

    def read_conditions(self, raw: Any) -> tuple[ev.Comorbidity | ev.DiseaseEvent | ev.Finding, ...]:
        """The `conditions` block: a name, or a code such as `icd10`; a metastasis told here is a finding of the disease."""
        return tuple(event for place, item in self._iter_items(raw, "conditions") for event in self._read_condition(item, place))

    def _read_condition(self, item: dict[str, Any], place: Place) -> list[Any]:
        self._check_keys(item, place, ("name", "status", "date", "judged", *CODE_NAMES))
        system, code = next(((s, text) for s in CODE_NAMES if (text := self._read_free_text(item, s, place))), ("", ""))
        name = self._read_free_text(item, "name", place)
        if not any(item.get(key) for key in ("name", *CODE_NAMES)):
            self.add_complaint(place, f"{format_place(place)} has no 'name'", "Give `name`, or a code such as `icd10`")
        if name.endswith(ev.FLAGGED):
            judged = self._read_free_text(item, "judged", place)
            return [
                ev.Finding(self._locate_entry(place), name.removesuffix(ev.FLAGGED), self._read_date(item, "date", place), judged)
            ]
        parsed = parse_condition_entry(name, system, code, self.words)
        if name or code:
            for mention in parsed.found:
                if mention.term is None and mention.sites is None and mention.status != ABSENT:
                    self._report_unknown("condition", parsed.name, mention.near, place)
        plain = ev.Comorbidity(
            self._locate_entry(place),
            None,
            parsed.name,
            self._read_word(item, "status", ev.STATUSES, place),
            self._read_date(item, "date", place),
            judged=self._read_free_text(item, "judged", place),
        )
        return events_from_mentions(parsed.found, plain, self.as_of)

    def read_measurements(self, raw: Any) -> tuple[ev.Measurement, ...]:
        """The `measurements` block."""
        return tuple(m for place, item in self._iter_items(raw, "measurements") if (m := self._read_measurement(item, place)))

    def _read_measurement(self, item: dict[str, Any], place: Place) -> ev.Measurement | None:
        self._check_keys(item, place, ("name", "value", "date", "upper_limit", "judged"))
        name = self._read_word(item, "name", tuple(self.measured), place, required=True, called="measurement")
        if name is None:
            return None
        if item.get("value") is None:
            self.add_complaint(place, f"{format_place(place)}, '{name}', has no 'value'", "Give `value`, with its unit")
            return None
        if isinstance(item["value"], str) and item["value"].strip().lower() == OPEN:
            return ev.Measurement(self._locate_entry(place), name, Interval(), self._read_date(item, "date", place))
        value = self._read_number(item, "value", self.measured[name], place)
        limit = self._read_upper_limit(item, self.measured[name], place)
        if value is None:
            return None
        judged = self._read_free_text(item, "judged", place)
        return ev.Measurement(self._locate_entry(place), name, value, self._read_date(item, "date", place), limit, judged)

    def _read_upper_limit(self, item: dict[str, Any], field: VocabularyField, place: Place) -> float | None:
        """The upper limit of normal; of a range of normal, its upper end."""
        limit = self._read_number(item, "upper_limit", field, place)
        if limit is None:
            return None
        if not 0 < limit.low <= limit.high < math.inf:
            self.add_complaint((*place, "upper_limit"), *NO_LIMIT)
            return None
        return limit.high

    def read_medications(self, raw: Any) -> tuple[ev.Medication | ev.Course, ...]:
        """The `medications` block: other drugs taken now; one that treats the cancer is a course that runs."""
        taken = [(place, item) for place, item in self._iter_items(raw, "medications") if self._is_taken(item, place)]
        return tuple(medicine for place, item in taken for medicine in self._read_medication(item, place))

    def _read_medication(self, item: dict[str, Any], place: Place) -> tuple[ev.Medication | ev.Course, ...]:
        """One entry for each medicine that the name holds; one that is not understood where any part of it is not."""
        name, entry, judged = (
            self._read_free_text(item, "name", place),
            self._locate_entry(place),
            self._read_free_text(item, "judged", place),
        )
        if not item.get("name"):
            self.add_complaint(place, f"{format_place(place)} has no 'name'", "Give the `name` of the drug")
        if not name:
            return ()
        taken = read_taken_medicines(name, entry, self._read_date(item, "start", place), self.words, judged)
        if any(isinstance(medicine, ev.Medication) and medicine.term is None for medicine in taken):
            self._report_unknown("medication", name, suggest_name(name, self.words.medications), place)
        return taken

    def _is_taken(self, item: dict[str, Any], place: Place) -> bool:
        """Whether it is taken on the date of the question; what is begun after it is kept in mind, to be complained about."""
        self._check_keys(item, place, ("name", "start", "end", "judged"))
        start, end = self._read_date(item, "start", place), self._read_date(item, "end", place)
        if start and end and end.is_certainly_before(start):
            says = f"{format_place(place)} ends ({format_date(end)}) before it starts ({format_date(start)})"
            self.add_complaint(place, says, "Correct start or end")
        if start and make_exact_date(self.as_of).is_certainly_before(start):
            self.later.append((self._locate_entry(place), start))
        return is_taken(start, end, self.as_of)

    def read_unavailable(self, raw: Any) -> tuple[str, ...]:
        """The drugs that this site cannot give."""
        drugs, classes, _ = self._read_drugs(raw, ("unavailable",))
        for name in classes:
            self.not_understood.append(f"'{name}' under unavailable is a class; name the drugs")
        return drugs

    def read_stated(self, raw: Any) -> dict[str, Value]:
        """Features set directly, parsed by their own type."""
        block = self.read_block(raw, ("stated",), tuple(self.features))
        values: dict[str, Value] = {}
        for name, text in block.items():
            if name in self.features and isinstance(text, str) and text.strip().lower() == OPEN:
                values[name] = None  # told to be open: silence says nothing over it
            elif name in self.features and text is not None:
                value = self._read_stated_value(self.features[name], text, ("stated", name))
                if value is not None:
                    values[name] = value
        return values

    def _read_stated_value(self, feature: Feature, text: Any, place: Place) -> Value:
        """The value; None also for what leaves every value possible, because it tells nothing."""
        text = strip_label(text, feature) if isinstance(text, str) else text
        if isinstance(text, str) and normalize_name(text) == ANY:
            return None
        if feature.is_numeric:
            spec = VocabularyField(name=feature.name, label=feature.label, unit=feature.unit, low=feature.low, high=feature.high)
            return self._read_number({feature.name: text}, feature.name, spec, place[:-1])
        return self._read_feature_value({feature.name: text}, feature, place[:-1])
