"""The blocks of a case file, one method each: raw mappings to events, complaints collected."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from concordant.compiled import Field
from concordant.complaints import quoted
from concordant.contract_names import BRAIN_METASTASES, MENOPAUSAL_STATUS, SEX
from concordant.dates import exactly, parse_partial_date, words
from concordant.facts import Value
from concordant.features import Feature
from concordant.quantities import ANY, Interval
from concordant.record import events as ev
from concordant.record.conditions import CODE_NAMES, condition_told, events_of
from concordant.record.events import ABSENT
from concordant.record.said import unlabelled
from concordant.record.scalars import Scalars, shown
from concordant.record.taken import is_taken, taken_by_name
from concordant.record.vocabulary import plain, suggestion
from concordant.texts import Place

SPECIMENS = ("primary", "metastasis")
SEXES = ("female", "male")
NO_LIMIT = ("upper_limit is not one number above 0", "Write it with its unit")
OPEN = "unknown"  # a measurement of which nothing can be read: that it was taken is told, and nothing else


class Blocks(Scalars):
    """Reads the blocks of one file, on top of its scalars."""

    def head(self, value: dict[str, Any], keys: Sequence[str]) -> tuple[str, dt.date | None]:
        """The name of the case, and its own `as_of`; every key has to be one of `keys`."""
        self._keys(value, (), keys)
        return self._free(value, "name", ()), self._day(value, "as_of")

    def _day(self, value: dict[str, Any], key: str) -> dt.date | None:
        text = self._scalar(value, key, ())
        if text is None:
            return None
        try:
            date = parse_partial_date(text)
            says = "" if date.is_exact else f"{quoted(text)} is not a day"
        except ValueError as error:
            says = str(error).split("; write", 1)[0]
        if says:
            self.complain((key,), f"{key}: {says}", "Write it as 2022-09-20")
        return None if says else date.first

    def person(self, raw: Any) -> ev.Person:
        """The `patient` block, less its measurements."""
        block = self._block(raw, ("patient",), (SEX, "birth_date", MENOPAUSAL_STATUS, *self.patient))
        return ev.Person(
            self._word(block, SEX, SEXES, ("patient",)),
            self._date(block, "birth_date", ("patient",)),
            self._word(block, MENOPAUSAL_STATUS, self.features[MENOPAUSAL_STATUS].values, ("patient",)),
        )

    def of_patient(self, raw: Any) -> tuple[ev.Measurement, ...]:
        """Weight, height and the like, told without a date: as of now."""
        block = raw if isinstance(raw, dict) else {}
        found = []
        for name, field in self.patient.items():
            value = self._number(block, name, field, ("patient",))
            if value is not None:
                found.append(ev.Measurement(self._entry(("patient", name)), name, value, None))
        return tuple(found)

    def markers(self, raw: Any) -> tuple[ev.Marker, ...]:
        """The `tumor_markers` block."""
        return tuple(m for place, item in self._items(raw, "tumor_markers") if (m := self._marker(item, place)))

    def _marker(self, item: dict[str, Any], place: Place) -> ev.Marker | None:
        test = self._word(item, "test", tuple(self.tests), place, required=True)
        if test is None:
            return None
        field = self.tests[test]
        self._keys(item, place, ("test", "value", "date", "specimen", *(n for n in field.numbers if n != "value")))
        word, numbers = self._result(item, field, place)
        return ev.Marker(
            self._entry(place),
            test,
            word,
            numbers,
            self._date(item, "date", place),
            self._word(item, "specimen", SPECIMENS, place),
        )

    def _result(self, item: dict[str, Any], field: Field, place: Place) -> tuple[str | None, dict[str, Interval]]:
        numbers: dict[str, Interval] = {}
        for name, unit in field.numbers.items():
            if self._is_word(item, name, field):
                continue
            label = field.label if name == "value" else f"{field.label} ({name})"
            spec = Field(name=name, label=label, unit=unit, low=field.low, high=field.high)
            value = self._number(item, name, spec, place, words=field.words if name == "value" else ())
            if value is not None:
                numbers[name] = value
        if "value" in field.numbers and not self._is_word(item, "value", field):
            return None, numbers
        return self._word(item, "value", field.words, place, called=field.name), numbers

    def _is_word(self, item: dict[str, Any], name: str, field: Field) -> bool:
        return name == "value" and isinstance(item.get(name), str) and self._listed(item[name], field.words)

    def events(self, raw: Any) -> tuple[ev.DiseaseEvent, ...]:
        """The `disease` block."""
        return tuple(e for place, item in self._items(raw, "disease") if (e := self._event(item, place)))

    def _event(self, item: dict[str, Any], place: Place) -> ev.DiseaseEvent | None:
        self._keys(item, place, ("event", "date", "stage", "extent", "sites", "procedure", BRAIN_METASTASES))
        kind = self._word(item, "event", ev.HAPPENINGS, place, required=True)
        extent = self._word(item, "extent", ev.EXTENTS, place)
        if kind is None:
            return None
        return ev.DiseaseEvent(
            self._entry(place),
            kind,
            self._date(item, "date", place),
            extent or self._stage(item, place),
            self._names(item, "sites", self.words.sites, "site", place),
            self._word(item, BRAIN_METASTASES, ev.BRAIN, place),
            self._free(item, "procedure", place),
        )

    def _stage(self, item: dict[str, Any], place: Place) -> ev.Extent | None:
        stage = self._scalar(item, "stage", place)
        if stage is None:
            return None
        extent = self.stages.get(plain(plain(stage).removeprefix("stage")))
        if extent is None:
            self.not_understood.append(f"stage {quoted(stage)} ({self._entry(place).place})")
        return ev.word_of(extent, ev.EXTENTS)

    def courses(self, raw: Any) -> tuple[ev.Course, ...]:
        """The `treatments` block."""
        return tuple(self._course(item, place) for place, item in self._items(raw, "treatments"))

    def _course(self, item: dict[str, Any], place: Place) -> ev.Course:
        self._keys(item, place, ("drugs", "setting", "line", "start", "end", "cycles", "stopped"))
        drugs, classes, unknown = self._drugs(item.get("drugs"), (*place, "drugs"))
        return ev.Course(
            self._entry(place),
            drugs,
            classes,
            unknown,
            self._word(item, "setting", ev.SETTINGS, place),
            self._count(item, "line", place),
            self._date(item, "start", place),
            self._date(item, "end", place),
            self._word(item, "stopped", ev.STOPPED, place),
            self._count(item, "cycles", place, least=0),
        )

    def conditions(self, raw: Any) -> tuple[ev.Comorbidity | ev.DiseaseEvent | ev.Finding, ...]:
        """The `conditions` block: a name, or a code such as `icd10`; a metastasis told here is a finding of the disease."""
        return tuple(one for place, item in self._items(raw, "conditions") for one in self._condition(item, place))

    def _condition(self, item: dict[str, Any], place: Place) -> list[Any]:
        self._keys(item, place, ("name", "status", "date", "judged", *CODE_NAMES))
        system, code = next(((s, text) for s in CODE_NAMES if (text := self._free(item, s, place))), ("", ""))
        name = self._free(item, "name", place)
        if not any(item.get(key) for key in ("name", *CODE_NAMES)):
            self.complain(place, f"{shown(place)} has no 'name'", "Give `name`, or a code such as `icd10`")
        if name.endswith(ev.FLAGGED):
            judged = self._free(item, "judged", place)
            return [ev.Finding(self._entry(place), name.removesuffix(ev.FLAGGED), self._date(item, "date", place), judged)]
        told = condition_told(name, system, code, self.words)
        if name or code:
            for one in told.found:
                if one.term is None and one.sites is None and one.status != ABSENT:
                    self._lost("condition", told.name, one.near, place)
        plain = ev.Comorbidity(
            self._entry(place),
            None,
            told.name,
            self._word(item, "status", ev.STATUSES, place),
            self._date(item, "date", place),
            judged=self._free(item, "judged", place),
        )
        return events_of(told.found, plain, self.as_of)

    def measurements(self, raw: Any) -> tuple[ev.Measurement, ...]:
        """The `measurements` block."""
        return tuple(m for place, item in self._items(raw, "measurements") if (m := self._measurement(item, place)))

    def _measurement(self, item: dict[str, Any], place: Place) -> ev.Measurement | None:
        self._keys(item, place, ("name", "value", "date", "upper_limit", "judged"))
        name = self._word(item, "name", tuple(self.measured), place, required=True, called="measurement")
        if name is None:
            return None
        if item.get("value") is None:
            self.complain(place, f"{shown(place)}, '{name}', has no 'value'", "Give `value`, with its unit")
            return None
        if isinstance(item["value"], str) and item["value"].strip().lower() == OPEN:
            return ev.Measurement(self._entry(place), name, Interval(), self._date(item, "date", place))
        value = self._number(item, "value", self.measured[name], place)
        limit = self._upper_limit(item, self.measured[name], place)
        if value is None:
            return None
        judged = self._free(item, "judged", place)
        return ev.Measurement(self._entry(place), name, value, self._date(item, "date", place), limit, judged)

    def _upper_limit(self, item: dict[str, Any], field: Field, place: Place) -> float | None:
        """The upper limit of normal; of a range of normal, its upper end."""
        limit = self._number(item, "upper_limit", field, place)
        if limit is None:
            return None
        if not 0 < limit.low <= limit.high < math.inf:
            self.complain((*place, "upper_limit"), *NO_LIMIT)
            return None
        return limit.high

    def medications(self, raw: Any) -> tuple[ev.Medication | ev.Course, ...]:
        """The `medications` block: other drugs taken now; one that treats the cancer is a course that runs."""
        taken = [(place, item) for place, item in self._items(raw, "medications") if self._is_taken(item, place)]
        return tuple(one for place, item in taken for one in self._medication(item, place))

    def _medication(self, item: dict[str, Any], place: Place) -> tuple[ev.Medication | ev.Course, ...]:
        """One entry for each medicine that the name holds; one that is not understood where any part of it is not."""
        name, entry, judged = self._free(item, "name", place), self._entry(place), self._free(item, "judged", place)
        if not item.get("name"):
            self.complain(place, f"{shown(place)} has no 'name'", "Give the `name` of the drug")
        if not name:
            return ()
        taken = taken_by_name(name, entry, self._date(item, "start", place), self.words, judged)
        if any(isinstance(one, ev.Medication) and one.term is None for one in taken):
            self._lost("medication", name, suggestion(name, self.words.medications), place)
        return taken

    def _is_taken(self, item: dict[str, Any], place: Place) -> bool:
        """Whether it is taken on the date of the question; what is begun after it is kept in mind, to be complained about."""
        self._keys(item, place, ("name", "start", "end", "judged"))
        start, end = self._date(item, "start", place), self._date(item, "end", place)
        if start and end and end.certainly_before(start):
            says = f"{shown(place)} ends ({words(end)}) before it starts ({words(start)})"
            self.complain(place, says, "Correct start or end")
        if start and exactly(self.as_of).certainly_before(start):
            self.later.append((self._entry(place), start))
        return is_taken(start, end, self.as_of)

    def unavailable(self, raw: Any) -> tuple[str, ...]:
        """The drugs that this site cannot give."""
        drugs, classes, _ = self._drugs(raw, ("unavailable",))
        for name in classes:
            self.not_understood.append(f"'{name}' under unavailable is a class; name the drugs")
        return drugs

    def stated(self, raw: Any) -> dict[str, Value]:
        """Features set directly, parsed by their own type."""
        block = self._block(raw, ("stated",), tuple(self.features))
        found: dict[str, Value] = {}
        for name, text in block.items():
            if name in self.features and text is not None:
                value = self._stated(self.features[name], text, ("stated", name))
                if value is not None:
                    found[name] = value
        return found

    def _stated(self, feature: Feature, text: Any, place: Place) -> Value:
        """The value; None also for what leaves every value possible, because it tells nothing."""
        text = unlabelled(text, feature) if isinstance(text, str) else text
        if isinstance(text, str) and plain(text) == ANY:
            return None
        if feature.is_numeric:
            spec = Field(name=feature.name, label=feature.label, unit=feature.unit, low=feature.low, high=feature.high)
            return self._number({feature.name: text}, feature.name, spec, place[:-1])
        return self._said({feature.name: text}, feature, place[:-1])
