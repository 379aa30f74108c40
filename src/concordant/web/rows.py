"""The form of one case: the rows that the knowledge names, what can still change the answer, and all else that is on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from concordant.answer.schema import Ask
from concordant.model.features import Feature
from concordant.model.form import CourseRow, EventRow, FeatureRow, Says
from concordant.patient.facts import format_unit, format_value
from concordant.present.interview import can_answer_with_date
from concordant.present.sentences import Sentences
from concordant.web.case_text import BLOCKS
from concordant.web.context import FormContext
from concordant.web.controls import Chip, Entry, Field, Group, Row
from concordant.web.fields import UNKNOWN, find_chip, find_event

BESIDE = ("conditions", "medications")  # blocks that often decide what is safe, and stand open
REST = tuple(block for block in BLOCKS if block not in BESIDE)
FEW_KEYS = {"conditions": ("name", "status"), "medications": ("name",)}  # of a new entry; an old one shows all that it has
ASKED_MOST = 6  # open questions that are shown at once


@dataclass(frozen=True)
class FormView(FormContext):
    """Builds the rows of the form, group by group."""

    def build_groups(self) -> list[Group]:
        """The form from top to bottom: what is asked in any case, what can change the answer, the rest."""
        say = self.language.say
        rows = tuple(row for row in map(self._build_row, self.knowledge.form.rows) if row is not None)
        return [
            Group("key", say("page.key"), rows),
            Group("ask", say("page.ask"), tuple(self._iter_questions()), self._count_questions()),
            Group("person", say("page.person"), tuple(self._iter_person())),
            Group("also", say("page.also"), (*self._iter_blocks(BESIDE), *self._iter_unavailable())),
            Group("checks", say("page.checks"), tuple(self._iter_checks()), folded=True),
            Group("rest", say("page.rest"), tuple(self._iter_blocks(REST)), folded=True),
        ]

    # -- the rows of the knowledge -----------------------------------------------------------------

    def _build_row(self, row: EventRow | CourseRow | FeatureRow) -> Row | None:
        match row:
            case EventRow():
                return self._build_event_row(row)
            case CourseRow():
                return self._build_course_row(row)
            case _:
                courses = self.get_entries("treatments")
                if row.beside_course and not any(course.get("setting") == row.beside_course for course in courses):
                    return None
                return self._build_feature_row(self.features[row.feature], self.say(row.title), row.says)

    def _build_event_row(self, row: EventRow) -> Row:
        entries = self.get_entries("disease")
        at = find_event(row, entries)
        chosen = None if at is None else find_chip(row, entries[at])
        name = f"row.{row.id}"
        chips = tuple(Chip(name, str(i), self.say(chip.says), chosen=i == chosen) for i, chip in enumerate(row.chips))
        against = self.language.say("page.against_record") if name in self.typed else ""
        if at is None:
            return Row(row.id, self.say(row.title), chips=chips)
        place = f"disease.{at}"
        date = self.make_field(place, "date", entries[at].get("date"), self.say(row.date))
        sites = self.make_field(place, "sites", entries[at].get("sites"))
        return Row(row.id, self.say(row.title), chips=chips, fields=(date, sites), shown=(f"{place}:date,sites",), note=against)

    def _build_course_row(self, row: CourseRow) -> Row | None:
        if row.beside and not any(row.beside.items() <= entry.items() for entry in self.get_entries("disease")):
            return None
        of_row = [(i, c) for i, c in enumerate(self.get_entries("treatments")) if c.get("setting") in row.settings]
        entries = [self._build_course(row, f"treatments.{i}", course) for i, course in of_row]
        said = self.get_stated(row.nothing.feature)
        place = f"treatments.new-{row.id}-{len(of_row)}"  # another name than before, so that no control keeps what was chosen
        new = self._build_course(row, place, {"setting": row.settings[0]}, is_new=True)
        name, value = f"s.{row.nothing.feature}", row.nothing.value
        nothing = Chip(name, value, self.say(row.nothing.says), chosen=said == value)
        return Row(
            row.id,
            self.say(row.title),
            "entries",
            chips=() if of_row else (nothing, self._make_unknown(name, said)),
            entries=(*entries, *(() if said else (new,))),
            add=self.say(row.add) if of_row else "",
            shown=() if of_row else (f"s:{row.nothing.feature}",),
            note=self._note_interval(row) if of_row else "",
            forget=row.nothing.feature if said else "",
        )

    def _note_interval(self, row: CourseRow) -> str:
        """What the dates of these courses come to, as it is understood: the interval, and from it the line."""
        if not row.beside or self.answer is None:
            return ""
        measured = {f.name for f in self.knowledge.features if can_answer_with_date(f)}
        briefs = (self.language.tell_plainly(why.brief) for why in self.answer.why if why.feature in measured)
        return next(briefs, "")

    def _build_course(self, row: CourseRow, place: str, course: dict[str, Any], *, is_new: bool = False) -> Entry:
        """A course, with a chip for each drug; when and why it ended is asked once its drugs are there."""
        names = [self.drug_names[drug] for chip in row.chips for drug in chip.drugs]
        given = [str(drug) for drug in course.get("drugs") or ()]
        shown = list(dict.fromkeys([*names, *given]))
        chips = tuple(Chip(f"e.{place}.drugs", name, name, chosen=name in given, several=True) for name in shown)
        fields = [] if is_new else [self.make_field(place, key, course.get(key)) for key in row.fields]
        if len(row.settings) > 1 and not is_new:
            fields.insert(0, self._make_setting(place, row, course))
        return Entry(
            place,
            ",".join(("drugs", "setting", *(() if is_new else row.fields))),
            chips,
            (*fields, Field(f"e.{place}.drugs", self.language.say("page.other_drugs"))),
            self.find_source(place),
            self.language.cite(self.problems.get(place, "")),
            is_new,
            () if fields and len(row.settings) > 1 else ((f"e.{place}.setting", str(course.get("setting", row.settings[0]))),),
        )

    def _make_setting(self, place: str, row: CourseRow, course: dict[str, Any]) -> Field:
        options = tuple((setting, self.name(setting)) for setting in row.settings)
        return Field(f"e.{place}.setting", self.name("setting"), str(course.get("setting", row.settings[0])), options)

    # -- features ----------------------------------------------------------------------------------

    def _ask_for(self, feature: Feature) -> str:
        return self.language.tell_plainly(feature.question or feature.label)

    def _make_unknown(self, name: str, said: str) -> Chip:
        return Chip(name, UNKNOWN, self.language.say("page.unknown"), chosen=said == UNKNOWN, open=True)

    def _build_feature_row(
        self, feature: Feature, title: str, says: Mapping[str, Says] | None = None, ask: Ask | None = None
    ) -> Row:
        said, name = self.get_stated(feature.name), f"s.{feature.name}"
        then = self._describe_branches(ask)
        return Row(
            feature.name,
            title,
            help=self.language.tell_plainly(feature.help) if feature.help else "",
            chips=(*self._iter_value_chips(feature, said, says or {}, then), self._make_unknown(name, said)),
            fields=(self._make_number(feature, said),) if feature.is_numeric else (),
            shown=(f"s:{feature.name}",),
            note=self._describe_fact(feature) if not said else "",
            forget=feature.name if said else "",
            blocking=ask.blocking if ask else False,
            number=feature.is_numeric,
            is_question=feature.name not in self._asked_above,
        )

    def _iter_value_chips(
        self, feature: Feature, said: str, says: Mapping[str, Says], then: Mapping[str, tuple[str, str]]
    ) -> Iterator[Chip]:
        """A chip a word, or a chip for each range that matters of a number."""
        name, known = f"s.{feature.name}", self._known_word(feature)
        if feature.is_numeric:
            for cell, (text, leads) in then.items():
                yield Chip(name, cell, text, chosen=said == cell, then=leads)
            return
        for word in dict.fromkeys([*(word for word in says if word in feature.values), *feature.values]):
            text = self.say(says.get(word, {})) or self.language.tell_plainly(format_value(feature, word))
            leads = next((leads for cell, (_, leads) in then.items() if word in cell.split(" or ")), "")
            yield Chip(name, word, text, chosen=said == word, known=not said and known == word, then=leads)

    def _known_word(self, feature: Feature) -> str:
        fact = self.facts[feature.name] if self.facts is not None else None
        return fact.value if fact is not None and isinstance(fact.value, str) else ""

    def _describe_fact(self, feature: Feature) -> str:
        """What the record says of it already, and from where."""
        fact = self.facts[feature.name] if self.facts is not None else None
        if fact is None or not fact.is_known or fact.origin == "stated":
            return ""
        told = f"{format_value(feature, fact.value)} ({fact.says})" if fact.says else format_value(feature, fact.value)
        key = "page.assumed" if fact.origin == "assumed" else "page.on_record"
        return self.language.say(key, told=self.language.tell_plainly(told))

    def _describe_branches(self, ask: Ask | None) -> dict[str, tuple[str, str]]:
        """Each branch of a question: how it is stated, how it is called, and what the answer would be."""
        if ask is None or self.answer is None:
            return {}
        sentences, tell = Sentences(self.answer, self.language), self.language.tell_plainly
        return {
            c.if_: (
                self.language.describe_cell(c.cell, tell(c.if_)),
                sentences.describe_change(replace(c, names=[*map(tell, c.names)])),
            )
            for c in ask.changes
        }

    def _make_number(self, feature: Feature, said: str) -> Field:
        name, unit = f"s.{feature.name}", format_unit(feature.unit)
        hint = self.language.say("page.or_date") if can_answer_with_date(feature) else ""
        shown = "" if said == UNKNOWN else said
        label, value = self.language.format_unit(unit), self.get_shown(name, shown.removesuffix(unit).rstrip())
        asked, problem = self.language.tell_plainly(feature.label), self.find_problem(name)
        return Field(name, label, value, hint=hint, problem=problem, number=asked)

    def _iter_questions(self) -> Iterator[Row]:
        """What is missing and would change the answer, unless a row above asks it; what was told of it, or is to be changed.

        A question stays where it stood, answered or not: what moves under a finger is tapped by mistake.
        """
        asks = {ask.feature: ask for ask in (self.answer.ask if self.answer else ())}
        stated = self.case.get("stated")
        shown = {*list(asks)[:ASKED_MOST], *self.wanted, *(stated if isinstance(stated, dict) else ())} - self._asked_above
        shown |= {name.removeprefix("s.") for name in self.typed} - self._asked_above
        for name in dict.fromkeys([*self.order, *asks, *sorted(shown)]):
            if name in shown and name in self.features:
                feature = self.features[name]
                yield self._build_feature_row(feature, self._ask_for(feature), ask=asks.get(name))

    @cached_property
    def _asked_above(self) -> set[str]:
        """The features that a row of their own asks."""
        rows = self.knowledge.form.rows
        own = {row.feature for row in rows if isinstance(row, FeatureRow)} | {*self.knowledge.form.person}
        return own | {row.nothing.feature for row in rows if isinstance(row, CourseRow)} - self.wanted

    def _count_questions(self) -> str:
        blocking = sum(ask.blocking for ask in self.answer.ask) if self.answer else 0
        if blocking:
            return self.language.say("page.decides", n=blocking)
        return self.language.say("page.could_change", n=len(self.answer.ask)) if self.answer and self.answer.ask else ""

    def _iter_person(self) -> Iterator[Row]:
        for name in self.knowledge.form.person:
            yield self._build_feature_row(self.features[name], self.language.tell_plainly(self.features[name].label))

    def _iter_checks(self) -> Iterator[Row]:
        """What the first dose waits for, as far as it can be told here."""
        missing = {check.check for check in (self.answer.checks if self.answer else ()) if check.state != "done"}
        asked = {ask.feature for ask in self.answer.ask[:ASKED_MOST]} if self.answer else set[str]()
        of_checks = (
            f for drug in self.knowledge.drugs for check in drug.checks if check.check in missing for f in check.features
        )
        for name in dict.fromkeys(of_checks):
            feature = self.features[name]
            if self._is_open(feature) and name not in asked and name not in self.knowledge.form.person:
                yield self._build_feature_row(feature, self._ask_for(feature))

    def _is_open(self, feature: Feature) -> bool:
        fact = self.facts[feature.name] if self.facts is not None else None
        rows = {row.feature for row in self.knowledge.form.rows if isinstance(row, FeatureRow)}
        open_ = fact is None or not fact.is_known or fact.origin == "assumed"
        return bool(feature.question) and open_ and not self.get_stated(feature.name) and feature.name not in rows

    # -- all else that is on record ----------------------------------------------------------------

    def _iter_unavailable(self) -> Iterator[Row]:
        """The drugs that cannot be had here: a chip for each that is offered, and a line for others."""
        listed = [str(name) for name in self.case.get("unavailable") or ()]
        offered = [drug for option in (self.answer.options if self.answer else ()) for drug in option.drugs]
        chips = tuple(Chip("u", name, name, chosen=name in listed, several=True) for name in dict.fromkeys([*offered, *listed]))
        other = Field("u", self.language.say("page.other_drugs"))
        yield Row("unavailable", self.name("unavailable"), chips=chips, fields=(other,), shown=("u:",))

    def _iter_blocks(self, blocks: Sequence[str]) -> Iterator[Row]:
        """Every block with its entries, each key to correct, and a line for one more."""
        above = {place for row in self._above for place in row}
        for block in blocks:
            entries = [(f"{block}.{i}", e, False) for i, e in enumerate(self.get_entries(block)) if f"{block}.{i}" not in above]
            entries.append((f"{block}.new-rest-{len(self.get_entries(block))}", {}, True))
            rows = tuple(self._build_entry(block, place, entry, is_new=is_new) for place, entry, is_new in entries)
            yield Row(block, self.name(block), "entries", entries=rows, add=self.language.say("page.add"))

    @cached_property
    def _above(self) -> list[list[str]]:
        """The places of the entries that a row above shows."""
        rows = filter(None, map(self._build_row, self.knowledge.form.rows))
        return [[e.place for e in row.entries] + [s.partition(":")[0] for s in row.shown] for row in rows]

    def _build_entry(self, block: str, place: str, entry: dict[str, Any], *, is_new: bool) -> Entry:
        keys = list(self.schema["properties"][block]["items"]["properties"])
        if place.startswith("disease.") and place in {p for row in self._above for p in row}:
            keys = [key for key in keys if key not in ("date", "sites")]
        if block in FEW_KEYS:
            keys = [key for key in keys if key in FEW_KEYS[block] or ((key in entry or key == "judged") and not is_new)]
        fields = tuple(self.make_field(place, key, entry.get(key)) for key in keys)
        said, problem = self.find_source(place), self.language.cite(self.problems.get(place, ""))
        return Entry(place, ",".join(keys), (), fields, said, problem, is_new)
