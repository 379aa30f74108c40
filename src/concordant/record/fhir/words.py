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
from concordant.record.fhir.elements import CodeableConcept
from concordant.record.fhir.incoming import replace_bad_bytes
from concordant.record.fhir.resources import Resource, Value
from concordant.record.fhir.tables import FhirTables
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
STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
LONGEST_KNOWN, MOST_KNOWN, LONGEST_CODE = 300, 50_000, 24
TAGS = re.compile(r"<[^<>]*>")
DEEPEST = 40
CONCEPT = msgspec.json.Decoder(CodeableConcept)


def name_topics_of_notes(resource: Resource, chart: Chart, unmapped: int) -> None:
    """What the notes of an entry speak of, and the words of a result whose code is not known: of codes not mapped, `unmapped`
    were met before it.
    """
    if resource.resourceType in KINDS:  # a bill: what is no drug of it is only searched
        if _has_fate(chart, "ignored"):
            name_topics_of_text(resource, chart)
        return
    if resource.note or resource.comment or resource.comments:
        _add_report("note", _read_words(resource, NOTES, chart), resource, chart)
    lost = chart.unmapped[unmapped:]
    if lost and resource.resourceType == "Observation" and _has_fate(chart, "ignored", "set aside"):
        texts = tuple(filter(None, (*(display for _, _, display in lost), *_iter_value_texts(resource))))
        if texts:
            _add_report("result", WordsSaid(texts), resource, chart)


def name_topics_of_text(resource: Resource, chart: Chart) -> None:
    """What an entry speaks of from whose kind nothing is read."""
    kind = resource.resourceType or ""
    if kind not in ANOTHER_PERSON and resource.status not in VOID:
        _add_report(KINDS.get(kind, "note"), _read_words(resource, TEXTS, chart), resource, chart)


def _add_report(kind: ReportKind, said: WordsSaid, resource: Resource, chart: Chart) -> None:
    if topics := chart.rules.topics.find_topics(said):
        chart.add_report(kind, topics, _find_date(resource, chart))


def _has_fate(chart: Chart, *fates: str) -> bool:
    row = chart.rows.get(chart.place)
    return row is not None and row.fate in fates


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
        if (raw := getattr(resource, element)) and _may_speak(bytes(raw), chart):
            _collect_words(msgspec.json.decode(replace_bad_bytes(bytes(raw))), texts, codes, 0)
    if resource.code is not None:
        texts += filter(None, (resource.code.text, *(coding.display for coding in resource.code.coding or ())))
    found = (chart.tables.terms.find_concept(system, code) for system, code in codes)
    return WordsSaid(tuple(texts), tuple(concept for concept in found if concept is not None))


def _may_speak(raw: bytes, chart: Chart) -> bool:
    """Whether a piece of JSON may speak of a topic. Most does not, and its strings are the same again and again."""
    known = chart.tables.speaking
    for string in set(STRINGS.findall(raw)):
        speaks = known.get(string)
        if speaks is None:
            speaks = _string_may_speak(string, chart.tables)
            if len(string) < LONGEST_KNOWN and len(known) < MOST_KNOWN:
                known[string] = speaks
        if speaks:
            return True
    return False


def _string_may_speak(string: bytes, tables: FhirTables) -> bool:
    """Whether a string is the name of an attachment's data, speaks by its words, or is a code that does."""
    if string == b'"data"':
        return True
    text = str(msgspec.json.decode(replace_bad_bytes(string)))
    if text.startswith(("http:", "https:", "urn:")):
        return False
    finder = tables.rules.topics
    if finder.find_written(strip_markup(text)):
        return True
    if len(text) > LONGEST_CODE:
        return False
    known = (table.find_other_spelling(text) or table.get(text) for table in tables.terms.systems.known.values())
    return any(any(finder.iter_coded(concept)) for concept in known if concept is not None)


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


def read_concept(raw: msgspec.Raw) -> CodeableConcept | None:
    """The coded value that an element holds; None for anything else."""
    try:
        return CONCEPT.decode(raw) if bytes(raw) else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _to_text(raw: msgspec.Raw) -> str | None:
    value = msgspec.json.decode(replace_bad_bytes(bytes(raw))) if raw else None
    return value if isinstance(value, str) else None
