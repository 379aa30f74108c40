"""What the JSON API takes and gives, as types: the OpenAPI description is made of them."""

from __future__ import annotations

from typing import Any

import msgspec


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """A record and what is asked of it.

    `record` is a case file or a FHIR resource as JSON, or the text of either, or of a clinical note. `as_of` is the day of the
    question (today, where neither it nor the record names one), `guideline` a version `ID/VERSION`, `patient` the one that is
    meant of several.
    """

    record: dict[str, Any] | str
    as_of: str = ""
    guideline: str = ""
    patient: str = ""
    assume: dict[str, str] = {}


class ExplainQuestion(Question, forbid_unknown_fields=True):
    """A record, and the statement (such as `2.1`) that is to be explained; all of the decision without one."""

    statement: str = ""


class Explained(msgspec.Struct):
    """Why: each step down to the entry of the record, as text."""

    statement: str
    text: str


class RowRead(msgspec.Struct):
    """What became of one entry of the source."""

    place: str
    kind: str
    fate: str
    why: str = ""


class ReadResult(msgspec.Struct):
    """What was understood: the case file (YAML), the account of every entry, and what cannot stand in a case file.

    `note`, of a clinical note: its readings, offers and unread words, with their offsets, as `concordant read --format json`.
    """

    patient: str
    case: str
    rows: list[RowRead]
    counts: dict[str, int]
    set_aside: list[str]
    not_understood: list[str]
    incomplete: list[str]
    reports_not_read: list[str]
    note: dict[str, Any] | None = None


class Health(msgspec.Struct):
    """That the server runs, its version, and the fingerprint of its knowledge."""

    status: str
    version: str
    knowledge: str
