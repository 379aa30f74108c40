"""What a note says as a case file: the same mapping that a person would write, each entry with the words that tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from concordant.errors import Complaint
from concordant.model.features import Feature
from concordant.model.knowledge import Knowledge
from concordant.model.selectors.entries import ConditionStatus
from concordant.record.notes.disease import DiseaseWriter, list_held_facts
from concordant.record.notes.lexicon import LEAST_TYPO, WORD
from concordant.record.notes.placing import NAME, FactPlacer, PlacedEntry, PlacedFacts
from concordant.record.notes.reading import NoteOffer, NoteReadings, NoteUnread, Span
from concordant.record.notes.telling import NoteTeller, make_teller
from concordant.texts import Place, SourceText

LISTS = ("tumor_markers", "disease", "treatments", "conditions", "measurements", "medications")
NOTE, NOT_UNDERSTOOD, TO_CONFIRM, BY_CONVENTION = "note", "not_understood", "to_confirm", "by_convention"
OPEN = "unknown"
NO_PLACE = "the note tells something else beside it, or a record has no place for it"
DATES = ("start", "end", "date")


@dataclass(slots=True)
class NoteCase:
    """The mapping of a case file, and the words behind each of its places."""

    value: dict[str, Any]
    spans: dict[Place, tuple[Span, ...]] = field(default_factory=dict)


def make_note_case(readings: NoteReadings, knowledge: Knowledge, as_of: dt.date) -> NoteCase:
    """The case file of a note, as of a day."""
    placer = FactPlacer(knowledge, list_held_facts(knowledge.notes.disease))
    placed = placer.place_facts(readings.facts)
    DiseaseWriter(knowledge, placed).write_disease()
    _add_unknown_drugs(readings, knowledge, placed)
    _add_unread_allergies(readings, knowledge, placed)
    case = NoteCase({"as_of": as_of.isoformat()})
    _write_mapping("patient", placed, case)
    for block in LISTS:
        _write_list(block, placed.lists.get(block, []), case)
    if placed.unavailable:
        case.value["unavailable"] = [name for name, _ in placed.unavailable]
        case.spans["unavailable",] = tuple(span for _, spans in placed.unavailable for span in spans)
    _leave_open(readings.offers, knowledge, placed)
    _write_mapping("stated", placed, case)
    if note := _tell_rest(readings, placed, make_teller(readings, knowledge)):
        case.value[NOTE] = note
    return case


def _add_unknown_drugs(readings: NoteReadings, knowledge: Knowledge, placed: PlacedFacts) -> None:
    """A word that ends as drugs do may be one: as a drug that nobody knows it holds back, as in any record."""
    language = knowledge.notes.languages.get(readings.language)
    unread = [one for one in readings.unread if not one.is_allergen]
    for span in _iter_drug_words(unread, language.drug_endings if language else ()):
        placed.add_entry("treatments", {"drugs": [" ".join(readings.text[span[0] : span[1]].split())]}, [span])


def _iter_drug_words(unread: Sequence[NoteUnread], endings: tuple[str, ...]) -> Iterator[Span]:
    for one in unread:
        run: list[Span] = []
        for word in WORD.finditer(one.text):
            span = (one.span[0] + word.start(), one.span[0] + word.end())
            if endings and len(word[0]) >= LEAST_TYPO and word[0].lower().endswith(endings):
                run.append(span)
            elif run:
                yield run[0][0], run[-1][1]
                run = []
        if run:
            yield run[0][0], run[-1][1]


def _add_unread_allergies(readings: NoteReadings, knowledge: Knowledge, placed: PlacedFacts) -> None:
    """Words that say what an allergy is to and were not read: as a condition that nobody knows it stands first on the answer."""
    for one in readings.unread:
        if one.is_allergen and (name := knowledge.notes.conventions.unread_allergy):
            words = " ".join(one.text.split())
            placed.add_entry("conditions", {"name": name.replace("{words}", words)}, [one.span])


def _leave_open(offers: Sequence[NoteOffer], knowledge: Knowledge, placed: PlacedFacts) -> None:
    """What silence decides in a record, and not in a text: a note is not silent of what it doubts, or tells both ways."""
    told = placed.mappings["stated"].values if "stated" in placed.mappings else {}
    conditions = {_name_condition(entry.values["name"]) for entry in placed.lists.get("conditions", ())}
    for feature in knowledge.features:
        is_asked = feature.name in knowledge.notes.open_unless_told
        is_offered = bool(feature.absent_means) and any(_is_of(offer, feature, conditions) for offer in offers)
        if (is_asked or is_offered) and feature.name not in told:
            placed.state_key("stated", feature.name, OPEN, ())


def _is_of(offer: NoteOffer, feature: Feature, told: set[str]) -> bool:
    """Whether an offer is of a feature: of its name, or of a condition that it comes from and that is not told otherwise."""
    if offer.fact == feature.name:
        return True
    name = NAME.fullmatch(offer.fact)
    if name is None or name["base"] != "condition" or name["thing"] in told:
        return False
    derive = feature.derive
    is_term = isinstance(derive, ConditionStatus) and derive.about is None and name["thing"] in derive.terms
    return is_term or name["thing"] == feature.name


def _name_condition(name: str) -> str:
    return name.replace(" ", "_")


def _write_mapping(block: str, placed: PlacedFacts, case: NoteCase) -> None:
    entry = placed.mappings.get(block)
    if entry is not None and entry.values:
        case.value[block] = entry.values
        _note_spans((block,), entry, case)


def _write_list(block: str, entries: Sequence[PlacedEntry], case: NoteCase) -> None:
    if entries:
        case.value[block] = [entry.values for entry in entries]
        for i, entry in enumerate(entries):
            _note_spans((block, i), entry, case)


def _note_spans(place: Place, entry: PlacedEntry, case: NoteCase) -> None:
    case.spans[place] = tuple(entry.spans)
    case.spans |= {(*place, key): tuple(spans) for key, spans in entry.by_key.items()}


def _tell_rest(readings: NoteReadings, placed: PlacedFacts, teller: NoteTeller) -> dict[str, list[str]]:
    """What no entry says, in words: it stands on every answer."""
    unplaced = [
        f"{teller.quote_all(fact.spans)} ({teller.describe_fact(fact.fact, fact.value)}): {NO_PLACE}" for fact in placed.unplaced
    ]
    refused = [readings.refused] if readings.refused else []
    told = {
        NOT_UNDERSTOOD: [*refused, *unplaced, *teller.list_unread(readings.unread)],
        TO_CONFIRM: [teller.describe_offer(offer) for offer in readings.offers],
        BY_CONVENTION: [teller.describe_convention(fact) for fact in readings.facts if fact.sure == "convention"],
    }
    return {name: list(dict.fromkeys(texts)) for name, texts in told.items() if texts}


class NoteCaseText(SourceText):
    """A case file whose lines are those of the note; it remembers what was complained about, by its place."""

    complained: dict[Place, str] = {}

    def make_complaint(self, place: Place, says: str, way_out: str = "") -> Complaint:
        """A complaint, which is remembered."""
        self.complained.setdefault(place, says)
        return super().make_complaint(place, says, way_out)


def make_case_text(case: NoteCase, readings: NoteReadings, knowledge: Knowledge, name: str) -> NoteCaseText:
    """The mapping as the reader of case files takes it."""
    teller = make_teller(readings, knowledge)
    lines = {place: teller.find_line(min(spans)[0]) for place, spans in case.spans.items() if spans}
    return NoteCaseText(name, case.value, lines)


def take_out(case: NoteCase, complained: Mapping[Place, str], teller: NoteTeller, *, whole: bool) -> bool:
    """Take out of a case what cannot be, and say so; whether there was anything.

    Of an entry as a whole its dates go first, because more can be wrong with them than with the rest; `whole` takes the entry.
    """
    said = [told for place, why in complained.items() if (told := _take_out_one(case, place, why, teller, whole=whole))]
    if said:
        case.value.setdefault(NOTE, {}).setdefault(NOT_UNDERSTOOD, []).extend(said)
        _drop_empty_entries(case)
    return bool(said)


def _take_out_one(case: NoteCase, place: Place, why: str, teller: NoteTeller, *, whole: bool) -> str:
    holder = case.value.get(str(place[0])) if place else None
    of_list = isinstance(holder, list) and len(place) > 1
    entry = holder[int(place[1])] if isinstance(holder, list) and of_list else holder
    if not isinstance(entry, dict):
        return ""
    inside = place[:2] if of_list else place[:1]
    dates = [] if whole else [key for key in DATES if key in entry]
    keys = [str(place[-1])] if str(place[-1]) in entry and place != inside else dates or list(entry)
    spans = {span for key in keys for span in case.spans.get((*inside, key), ())}
    told = ", ".join(f"{key} {_format_value(entry.pop(key))}" for key in keys)
    return f"{teller.quote_all(spans)} ({told}) set aside: {why}" if told else ""


def _format_value(value: Any) -> str:
    return " + ".join(value) if isinstance(value, list) else str(value)


def _drop_empty_entries(case: NoteCase) -> None:
    """The lists without what nothing is left of; the words move up with their entries."""
    for block in LISTS:
        kept = [
            i for i, entry in enumerate(case.value.get(block, ())) if set(entry) - {"name", "test", "event"} or "event" in entry
        ]
        if block in ("conditions", "medications"):
            kept = [i for i, entry in enumerate(case.value.get(block, ())) if entry]
        if len(kept) == len(case.value.get(block, ())):
            continue
        moved = {old: new for new, old in enumerate(kept)}
        case.value[block] = [case.value[block][i] for i in kept]
        case.spans = {
            (block, moved[int(place[1])], *place[2:]) if place[0] == block and len(place) > 1 else place: spans
            for place, spans in case.spans.items()
            if place[0] != block or len(place) < 2 or place[1] in moved
        }
