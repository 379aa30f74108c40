"""Texts of which nothing is read as a fact: what they speak of is named, so that no result in words is passed over in silence."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping

import msgspec

from concordant.logic.dates import PartialDate
from concordant.patient.events import ReportKind
from concordant.record.fhir.chart import Chart
from concordant.record.fhir.resources import Resource, Value
from concordant.terminology.topics import WordsSaid

KINDS: Mapping[str, ReportKind] = {
    "DiagnosticReport": "report",
    "ImagingStudy": "report",
    "Claim": "claim",
    "ClaimResponse": "claim",
    "ExplanationOfBenefit": "claim",
}
NOTES = ("note", "comment", "comments")  # of an entry that is read
TEXTS = (
    "text",
    "conclusion",
    "conclusionCode",
    "codedDiagnosis",
    "presentedForm",
    "content",
    "section",
    "title",
    "type",
    "description",
    "summary",
    "finding",
    "payload",
    "item",
    "diagnosis",
    "procedure",
    *NOTES,
)
NO_TEXT = frozenset(
    {"system", "code", "reference", "url", "contentType", "language", "hash", "resourceType", "id", "status", "use"}
)
VOID = ("entered-in-error", "cancelled", "nullified")
ANOTHER_PERSON = ("FamilyMemberHistory", "RelatedPerson")
TAGS = re.compile(r"<[^<>]*>")
DEEPEST = 40


def name_topics_of_notes(resource: Resource, chart: Chart, unmapped: int) -> None:
    """What the notes of an entry speak of, and the words of a result whose code is not known: of codes not mapped, `unmapped`
    were met before it.
    """
    said = _read_words(resource, NOTES, chart) if _has_notes(resource) else WordsSaid()
    if said.texts:
        chart.name_topics("note", said, _find_date(resource, chart))
    lost = chart.unmapped[unmapped:]
    if lost and resource.resourceType == "Observation" and _is_ignored(chart):
        texts = (*(display for _, _, display in lost), *_iter_value_texts(resource))
        chart.name_topics("result", WordsSaid(texts), _find_date(resource, chart))


def name_topics_of_text(resource: Resource, chart: Chart) -> None:
    """What an entry speaks of from whose kind nothing is read."""
    kind = resource.resourceType or ""
    if kind in ANOTHER_PERSON or resource.status in VOID:
        return
    chart.name_topics(KINDS.get(kind, "note"), _read_words(resource, TEXTS, chart), _find_date(resource, chart))


def _has_notes(resource: Resource) -> bool:
    return bool(bytes(resource.note) or bytes(resource.comment) or bytes(resource.comments))


def _is_ignored(chart: Chart) -> bool:
    row = chart.rows.get(chart.place)
    return row is not None and row.fate == "ignored"


def _iter_value_texts(resource: Resource) -> Iterator[str]:
    values: list[Value] = [resource, *(resource.component or ())]
    for value in values:
        for concept in (value.code, value.valueCodeableConcept):
            if concept is not None:
                yield from filter(None, (concept.text, *(coding.display for coding in concept.coding or ())))
        if value.valueString:
            yield value.valueString


def _read_words(resource: Resource, elements: tuple[str, ...], chart: Chart) -> WordsSaid:
    """The texts and the known codes of some elements of a resource."""
    texts: list[str] = []
    codes: list[tuple[str, str]] = []
    for element in elements:
        raw = getattr(resource, element)
        if raw := bytes(raw):
            _collect_words(msgspec.json.decode(raw), texts, codes, 0)
    if resource.code is not None:
        texts += filter(None, (resource.code.text, *(coding.display for coding in resource.code.coding or ())))
    found = (chart.tables.terms.find_concept(system, code) for system, code in codes)
    return WordsSaid(tuple(texts), tuple(concept for concept in found if concept is not None))


def _collect_words(value: object, texts: list[str], codes: list[tuple[str, str]], depth: int) -> None:
    """Every text within a piece of JSON, and every code with its system."""
    if isinstance(value, str):
        texts.append(strip_markup(value))
    elif depth > DEEPEST:
        return
    elif isinstance(value, list):
        for item in value:
            _collect_words(item, texts, codes, depth + 1)
    elif isinstance(value, dict):
        system, code = value.get("system"), value.get("code")
        if isinstance(system, str) and isinstance(code, str):
            codes.append((system, code))
        for key, item in value.items():
            if key == "data" and isinstance(item, str):
                texts.append(decode_attachment(item, str(value.get("contentType") or "")))
            elif key not in NO_TEXT or isinstance(item, dict):
                _collect_words(item, texts, codes, depth + 1)


def strip_markup(text: str) -> str:
    """A text without the tags of HTML or XML."""
    return html.unescape(TAGS.sub(" ", text)) if "<" in text or "&" in text else text


def decode_attachment(data: str, kind: str) -> str:
    """The text of an attachment; nothing where it is no text."""
    if kind and not re.match(r"text/|application/(?:[\w.+-]*(?:xml|json|rtf|html))", kind.strip().lower()):
        return ""
    try:
        packed = base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return ""
    if packed[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return strip_markup(packed.decode("utf-16", "replace"))
    try:
        return strip_markup(packed.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return strip_markup(packed.decode("cp1252", "replace"))


def _find_date(resource: Resource, chart: Chart) -> PartialDate | None:
    """When it was written, as far as the entry tells."""
    told = (resource.effectiveDateTime, resource.issued, *map(_to_text, (resource.date, resource.created, resource.indexed)))
    period = resource.effectivePeriod
    for text in (*told, period.end or period.start if period is not None else None):
        date, _ = chart.parse_date(text)
        if date is not None:
            return date
    return None


def _to_text(raw: msgspec.Raw) -> str | None:
    value = msgspec.json.decode(raw) if bytes(raw) else None
    return value if isinstance(value, str) else None
