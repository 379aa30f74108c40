"""One request of the page: what the form sends, to the page that answers it. Nothing is kept between two requests."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from concordant.api import Engine, Patient, Recommendation
from concordant.errors import Complaint, ConcordantError
from concordant.model.form import Form
from concordant.patient.events import PatientRecord
from concordant.present.interview import DECIMAL_COMMA, Interview, parse_reply
from concordant.present.language import LANGUAGES, Language, load_language
from concordant.present.page.account_table import render_account
from concordant.present.page.document import Document
from concordant.present.page.page import build_document
from concordant.record.casefile.schema import build_case_schema
from concordant.record.sources.opening import SourceContent
from concordant.web.carried import NOTHING, Carried, decode_carried
from concordant.web.case_text import Case, find_complaint_place, write_case_text
from concordant.web.controls import Group
from concordant.web.fields import Edits, Fields, get_first, read_fields
from concordant.web.notes import render_note_beside, settle_offer
from concordant.web.records import ReadRecord, read_pasted
from concordant.web.rows import FormView

FORM = "the form"
ENTRY = re.compile(r"\b([a-z_]+)\[(\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was dropped, a text that was pasted, or the record of one patient that was launched, and what it lacks."""

    data: bytes
    name: str
    is_file: bool = True
    patient: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Everything that the template shows."""

    language: Language
    case: Case
    groups: Sequence[Group]
    document: Document | None
    answer: Recommendation | None
    problems: tuple[str, ...] = ()
    pinned: Document | None = None
    pinned_case: str = ""
    differs: tuple[str, ...] = ()
    carried: Carried = NOTHING
    shows_unread: bool = True
    paste: str = ""
    as_of: str = ""
    as_of_problem: str = ""
    wanted: tuple[str, ...] = ()
    changed: str = ""
    typed: tuple[str, ...] = ()
    today: str = ""
    subject: str = ""
    guideline: str = ""
    guidelines: tuple[str, ...] = ()
    marked_note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been told of a patient yet."""
        return not any(key != "as_of" for key in self.case)

    @property
    def account(self) -> str:
        """What became of each entry of a record that was read."""
        return render_account(self.carried.account, self.language) if self.carried.account else ""

    @cached_property
    def case_json(self) -> str:
        """The case as the form carries it."""
        return json.dumps(self.case, ensure_ascii=False, default=str)

    @property
    def case_text(self) -> str:
        """The case as a file to keep; what it cannot hold of the record that it was made from, in comments."""
        return "".join(f"# {text}\n" for text in self.carried.unread) + write_case_text(self.case)


@dataclass(frozen=True)
class PageBuilder:
    """Builds pages with one engine; `today` is the day of a question that names none."""

    engine: Engine
    schema: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.schema.update(build_case_schema(self.engine.knowledge))

    def build_page(self, fields: Fields, today: dt.date, upload: Upload | None = None) -> Page:
        """The page after everything in the form was read; what was not understood stands where it was typed."""
        carried = decode_carried("".join(fields.get("carried", ())))
        problems: tuple[str, ...] = ()
        parse = _ReplyParser(self, fields, today).parse
        edits = read_fields(fields, self.engine.knowledge.form, parse, carried.kept)
        carried = carried.without_entry(*edits.dropped)
        if reply := get_first(fields, "offer"):
            edits.case, carried = settle_offer(edits.case, carried, reply, self.engine.knowledge)
        if upload is not None:
            try:
                patient = upload.patient or get_first(fields, "patient")
                read = read_pasted(upload.data, upload.name, self.engine, patient, today, is_file=upload.is_file)
                edits, carried = self._take_record(read, fields, today), _tell_upload(read.carried, upload)
            except ConcordantError as error:
                problems = tuple(map(str, error.complaints))
        return self._answer_page(fields, edits, carried, today, problems, upload if problems else None)

    def _take_record(self, read: ReadRecord, fields: Fields, today: dt.date) -> Edits:
        """The case of a record; what a table says goes the way of what is typed."""
        typed = {f"s.{name}": [text] for name, text in read.typed.items()}
        told = {**fields, **typed, "case": [json.dumps(read.case, default=str)], "shown": [f"s:{','.join(read.typed)}"]}
        return read_fields(told, Form(), _ReplyParser(self, told, today).parse) if typed else Edits(read.case)

    def recommend(self, case: Case, guideline: str, today: dt.date, carried: Carried = NOTHING) -> Recommendation:
        """The answer for a case as the command gives it for the file, with what its record says beside its entries."""
        content = SourceContent(write_case_text(case).encode() or b"{}", FORM)
        read = self.engine.read(content, today=today).one()
        found = Patient(carried.whose, carried.add_to(read.record), read.account)
        return self.engine.recommend(found, guideline=guideline)

    def _answer_page(
        self, fields: Fields, edits: Edits, carried: Carried, today: dt.date, problems: tuple[str, ...], failed: Upload | None
    ) -> Page:
        """The page of a case. While a record that was pasted cannot be read, no answer stands there: it is of somebody else."""
        language = load_language(choose_language(get_first(fields, "lang")), self.engine.knowledge)
        case, guideline = edits.case, get_first(fields, "guideline")
        answer, places = None, {}
        try:
            answer = None if failed else self.recommend(case, guideline, today, carried)
        except ConcordantError as error:
            problems += tuple(_describe_complaint(complaint, case) for complaint in error.complaints)
            places = {place: c.says for c in error.complaints if (place := find_complaint_place(c, case))}
        view = FormView(
            case,
            self.engine.knowledge,
            language,
            self.schema,
            self.engine.situation(answer.record, guideline).facts if answer else None,
            answer.answer if answer else None,
            edits.typed,
            places,
            carried.sources,
            (*fields.get("order", ()), get_first(fields, "change"), *(name.removeprefix("s.") for name in edits.typed)),
            frozenset((*fields.get("wanted", ()), get_first(fields, "change"))),
        )
        page = Page(
            language,
            case,
            view.build_groups(),
            build_document(answer.answer, language.code, carried.whose, self.engine.knowledge) if answer else None,
            answer,
            problems,
            carried=carried,
            shows_unread="seen" not in fields,
            paste=failed.data.decode(errors="replace") if failed else "",
            as_of=edits.typed["as_of"][0] if "as_of" in edits.typed else str(case.get("as_of", "")),
            as_of_problem=language.cite(edits.typed.get("as_of", ("", ""))[1]),
            wanted=tuple(sorted(filter(None, view.wanted))),
            changed=get_first(fields, "change"),
            typed=tuple(view.name_typed(name, text) for name, (text, _) in edits.typed.items()),
            today=today.isoformat(),
            subject=view.say(self.engine.knowledge.form.subject),
            guideline=guideline,
            guidelines=tuple(f"{g.id}/{v.version}" for g in self.engine.knowledge.guidelines for v in g.versions),
            marked_note=render_note_beside(carried, self.engine, language),
        )
        return self._add_pinned(page, fields, today)

    def _add_pinned(self, page: Page, fields: Fields, today: dt.date) -> Page:
        """The answer that was pinned, beside the one of now."""
        pinned = page.case_json if "pin" in fields else "" if "unpin" in fields else get_first(fields, "pinned")
        if not pinned:
            return page
        try:
            case = json.loads(pinned)
            before = self.recommend(case, page.guideline, today)
        except (ValueError, AttributeError, TypeError, RecursionError, ConcordantError):
            return page
        differs = tuple(_list_differences(case, page.case))
        shown = build_document(before.answer, page.language.code, knowledge=self.engine.knowledge)
        return replace(page, pinned=shown, pinned_case=pinned, differs=differs)


@dataclass(frozen=True)
class _ReplyParser:
    """What was typed for a feature, as a case file holds it: numbers with their unit, a date where an interval runs from one."""

    builder: PageBuilder
    fields: Fields
    today: dt.date

    @property
    def language(self) -> Language:
        """That of the page."""
        return load_language(choose_language(get_first(self.fields, "lang")), self.builder.engine.knowledge)

    @cached_property
    def interview(self) -> Interview:
        """The record of the form before anything was typed: an interval may run from a date in it."""
        engine = self.builder.engine
        try:
            base = json.loads(get_first(self.fields, "case") or "{}")
            record = engine.read(SourceContent(write_case_text(base).encode() or b"{}", FORM), today=self.today).one().record
        except (ValueError, AttributeError, TypeError, RecursionError, ConcordantError):
            record = PatientRecord(self.today)
        return Interview(record, engine.knowledge, engine.words, language=self.language)

    def parse(self, feature: str, typed: str) -> str:
        """Raises ValueError, with a sentence, for what is no value of the feature."""
        known = next((f for f in self.builder.engine.knowledge.features if f.name == feature), None)
        if known is None:
            raise ValueError(f"there is no question '{feature[:40]}'")
        plain = DECIMAL_COMMA.sub(".", typed) if known.is_numeric else typed
        return parse_reply(plain, known, self.interview).text


def _tell_upload(carried: Carried, upload: Upload) -> Carried:
    """Whose a launched record is, and what it lacks: nothing follows from silence over that."""
    if not upload.patient:
        return carried
    unread, incomplete = (*upload.missing, *carried.unread), (*carried.incomplete, *upload.missing)
    return msgspec.structs.replace(carried, whose=upload.name, unread=unread, incomplete=incomplete)


def choose_language(code: str) -> str:
    """The language that is asked for; English where there is none such."""
    return code if code in LANGUAGES else LANGUAGES[0]


def _describe_complaint(complaint: Complaint, case: Case) -> str:
    """Without the line, which a form does not have, and with an entry called by what it holds."""
    return ENTRY.sub(lambda met: _name_entry(met, case), str(msgspec.structs.replace(complaint, file="", line=None)))


def _name_entry(met: re.Match[str], case: Case) -> str:
    """`treatments[1]` as the names of its drugs."""
    entries, at = case.get(met[1]), int(met[2]) - 1
    if not isinstance(entries, list) or at >= len(entries) or not isinstance(entries[at], dict):
        return met[0]
    told = next((entries[at][key] for key in ("drugs", "name", "test", "event") if entries[at].get(key)), met[0])
    return " + ".join(map(str, told)) if isinstance(told, list) else str(told)


def _list_differences(before: Case, now: Case) -> list[str]:
    """What was told otherwise, by block and key."""
    lines = []
    for key in dict.fromkeys([*before, *now]):
        if before.get(key) == now.get(key):
            continue
        old, new = before.get(key), now.get(key)
        if isinstance(old or {}, dict) and isinstance(new or {}, dict):
            old, new = old or {}, new or {}
            lines += [
                f"{k}: {old.get(k, '–')} → {new.get(k, '–')}" for k in dict.fromkeys([*old, *new]) if old.get(k) != new.get(k)
            ]
        else:
            lines.append(f"{key}: {json.dumps(old, ensure_ascii=False)} → {json.dumps(new, ensure_ascii=False)}")
    return [line[:200] for line in lines]
