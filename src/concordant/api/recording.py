"""An answer into the decision record: what was read, what was asked and what was shown, so that it can be given again.

The record of the patient is kept as it was read, for every kind of source: from it the answer follows again, byte for byte. A
document about this patient alone (a case file, FHIR, a note) is kept beside it, so that other knowledge may read it otherwise.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from concordant.api.opened import Source, identify_source
from concordant.decisions.record import DecisionRecord, Receipt
from concordant.errors import ConcordantError
from concordant.outputs import as_written
from concordant.patient.account import Account
from concordant.patient.events import PatientRecord, Report
from concordant.present.as_json import write_json
from concordant.present.formats import FORMATS, RenderOptions, render_answer
from concordant.record.sources import Patient
from concordant.record.sources.asked import AsOf
from concordant.record.sources.opening import NamedSource, SourceContent
from concordant.record.sources.opening import Source as Opened
from concordant.record.sources.tables import is_tabular
from concordant.texts import MAX_BYTES, read_file_bytes

if TYPE_CHECKING:
    from concordant.api.engine import Engine
    from concordant.api.recommendation import Recommendation
    from concordant.present.cards.card import Card

# What an answer was shown as, beside the formats of `recommend`.
LINE = "line"  # of `recommend --all`
COMPACT = "compact"  # of the JSON API
CARDS = "cards"
STANDARD_INPUT = "-"  # names nobody
ELSEWHERE = ""  # in a page, or in reasons, that are not made again: the answer is, as JSON


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an answer was asked for: the verb or path, and all that its wording depends on."""

    door: str
    format: str = ELSEWHERE
    language: str = "en"
    paper: Literal["a4", "letter"] = "a4"
    full: bool = False
    whose: str = ""
    width: int = 0


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source about one patient, as it came, and what stood beside it. `coded` says that it was read with codes of the site."""

    data: bytes
    name: str
    day: dt.date | None = None
    today: dt.date | None = None
    coded: bool = False
    reports: tuple[Report, ...] = ()
    set_aside: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()


class HookAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a hook asked beside the record, so that its cards can be made again."""

    patient: str
    base: str
    instance: str
    today: dt.date
    missing: tuple[str, ...] = ()
    orders: bytes = b""
    selected: tuple[str, ...] = ()


class KeptAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The personal part of an entry. `record` is the patient's record as it was read, `answer` the JSON, `shown` the SHA-256 of
    what was shown.
    """

    patient: str
    id: str
    asked: Asked
    guideline: str
    record: bytes
    answer: bytes
    shown: str
    asked_by: str = ""
    document: Document | None = None
    hook: HookAsked | None = None


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """The personal part of an entry that is no answer: who asked for it."""

    asked_by: str = ""


def keep_answer(
    record: DecisionRecord,
    found: Recommendation,
    asked: Asked,
    shown: str | bytes | None = None,
    *,
    document: Document | None = None,
    asked_by: str = "",
    hook: HookAsked | None = None,
    is_whole: bool = False,
) -> Receipt:
    """Keep an answer; only then it may be shown. Raises Unreadable or Refused where it cannot be kept.

    `is_whole` says that the document is just what was read, and that no patient was picked from it: else it is read again to see.
    """
    answer = write_json(found.answer)
    if shown is None:
        shown = answer if asked.format in ("json", ELSEWHERE) else render_shown(found, asked, hook)
    kept = KeptAnswer(
        found.patient or asked.whose.removeprefix(STANDARD_INPUT),
        found.patient,
        asked,
        found.guideline,
        msgspec.msgpack.encode(found.record),
        answer.encode(),
        hash_shown(shown),
        asked_by,
        document if document is not None and (is_whole or _reads_alike(document, found)) else None,
        hook,
    )
    return record.add_answer(found.engine.knowledge.digest, kept.patient, msgspec.msgpack.encode(kept))


def keep_returned(
    place: str | os.PathLike[str],
    found: Recommendation,
    source: Source | PatientRecord | Patient,
    as_of: AsOf,
    asked_by: str,
    *,
    named: bool,
) -> None:
    """Keep an answer that a program gets, as JSON; `named` says that it named the patient. Raises Unreadable or Refused."""
    document, whose, is_whole = None, "", False
    if not isinstance(source, PatientRecord | Patient):
        opened = identify_source(source)
        document = offer_document(found.engine, opened, as_of)
        whose = Path(opened.name).name if isinstance(opened, NamedSource) else ""
        is_whole = isinstance(opened, SourceContent) and not named
    asked = Asked("api", "json", whose=whose)
    keep_answer(DecisionRecord(place), found, asked, document=document, asked_by=asked_by, is_whole=is_whole)


def encode_note(asked_by: str) -> bytes:
    """The personal part of an entry that is no answer."""
    return msgspec.msgpack.encode(Note(asked_by))


def hash_shown(shown: str | bytes) -> str:
    """What an entry says of what was shown."""
    return hashlib.sha256(as_written(shown)).hexdigest()


def render_shown(found: Recommendation, asked: Asked, hook: HookAsked | None = None) -> str | bytes:
    """An answer as it was asked for, without colours; as JSON where it was shown within something else."""
    if asked.format == CARDS and hook is not None:
        return render_cards(found, hook)
    if asked.format == COMPACT:
        return msgspec.json.encode(found.answer)
    if asked.format == LINE:
        return json.dumps({"patient": found.patient, **found.to_dict()}, ensure_ascii=False)
    format_ = asked.format if asked.format in FORMATS else "json"
    knowledge = found.engine.knowledge
    wanted = RenderOptions(format_, asked.language, asked.paper, asked.full, asked.whose, knowledge=knowledge, width=asked.width)
    return render_answer(found.built, wanted)


def render_cards(found: Recommendation, hook: HookAsked) -> bytes:
    """The cards of a hook again."""
    from concordant.api.cards import CardQuestion, make_cards_for

    question = CardQuestion(hook.patient, b"", hook.base, hook.instance, hook.missing, hook.orders, hook.selected)
    return encode_cards(make_cards_for(found, question, hook.today))


def encode_cards(cards: tuple[Card, ...]) -> bytes:
    """Cards as a client gets them."""
    from concordant.present.cards.card import CardList

    return msgspec.json.encode(CardList(cards=cards))


def offer_document(engine: Engine, source: Opened, as_of: AsOf) -> Document | None:
    """The source as a document, where it is one file; None for tables, folders, databases and what a program hands over."""
    data, name = _read_source(source)
    return Document(data, name, as_of.asked, as_of.today, bool(engine.codes)) if data else None


def _read_source(source: Opened) -> tuple[bytes, str]:
    if isinstance(source, SourceContent):
        return source.data, source.name
    if not isinstance(source, NamedSource) or is_tabular(source.name):
        return b"", ""
    path = Path(source.name)
    is_small = path.is_file() and path.stat().st_size <= MAX_BYTES
    return (read_file_bytes(path, source.name), source.name) if is_small else (b"", "")


def read_document(engine: Engine, document: Document, assumptions: dict[str, str]) -> PatientRecord:
    """The record that a document comes to. Raises Unreadable where it speaks of several patients, or of none, or Refused."""
    content = SourceContent(document.data, document.name)
    record = engine.without_proposer().read(content, as_of=document.day, today=document.today).one().record
    return replace(
        record,
        assumptions={**record.assumptions, **assumptions},
        reports=(*record.reports, *document.reports),
        set_aside=(*record.set_aside, *document.set_aside),
        incomplete=(*record.incomplete, *document.incomplete),
    )


def _reads_alike(document: Document, found: Recommendation) -> bool:
    """Whether a document, read again, is just this record: it did not change meanwhile, and speaks of nobody else."""
    try:
        return read_document(found.engine, document, found.record.assumptions) == found.record
    except ConcordantError:
        return False


def make_patient(kept: KeptAnswer) -> Patient:
    """The patient whose record was kept, as it was read. Raises DecodeError for one of another version of the program."""
    return Patient(kept.id, msgspec.msgpack.decode(kept.record, type=PatientRecord), Account())
