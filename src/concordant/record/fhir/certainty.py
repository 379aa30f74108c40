"""How sure a diagnosis is: FHIR's own statuses, and the letter that one country writes beside the code."""

from __future__ import annotations

from msgspec.structs import replace

from concordant.record.fhir.chart import Chart
from concordant.record.fhir.elements import CodeableConcept, Coding, Extension
from concordant.record.fhir.resources import Resource
from concordant.terminology.certainty import CONFIRMED, OVER
from concordant.terminology.codes import normalize_system

HOLDS = ("active", "recurrence", "relapse")
GONE = ("inactive", "remission", "resolved")
OPEN = ("provisional", "differential", "unconfirmed", "unknown")
STATUS_WORDS = frozenset({*HOLDS, *GONE, *OPEN, "confirmed", "refuted", "entered-in-error"})


def read_status_word(item: str | CodeableConcept | None) -> str:
    """A status: a coded value, among those of other systems beside it, or the bare word of DSTU2."""
    if item is None:
        return ""
    if isinstance(item, str):
        return item
    codes = [coding.code for coding in item.coding or () if coding.code]
    return next((code for code in codes if code in STATUS_WORDS), codes[0] if codes else item.text or "")


def read_certainty(resource: Resource, chart: Chart) -> tuple[Resource, str, str, str]:
    """The resource with bare codes, its verification and clinical status, and why they cannot be."""
    verified, clinical = read_status_word(resource.verificationStatus), read_status_word(resource.clinicalStatus)
    codings = resource.code.coding if resource.code is not None else None
    said = {_read_extension(extension, chart) for extension in resource.extension or ()}
    bare = [_split_letter(coding, said, chart) for coding in codings or ()]
    said.discard("")
    if not said:
        return resource, verified, clinical, ""
    if resource.code is not None:
        resource = replace(resource, code=replace(resource.code, coding=bare))
    if len(said) > 1:
        return resource, verified, clinical, f"letters beside its codes contradict each other ({', '.join(sorted(said))})"
    return resource, *_combine_statuses(said.pop(), verified, clinical)


def _combine_statuses(letter: str, verified: str, clinical: str) -> tuple[str, str, str]:
    if letter == OVER:
        why = f"the letter beside its code says that it is over, and its clinical status {clinical}" if clinical in HOLDS else ""
        return verified, OVER, why
    if verified not in ("", letter):
        why = f"the letter beside its code says {letter}, and its verification status {verified}"
        return verified, clinical, why
    return letter if letter != CONFIRMED else verified or letter, clinical, ""


def _split_letter(coding: Coding, said: set[str], chart: Chart) -> Coding:
    said.update(_read_extension(extension, chart) for extension in coding.extension or ())
    if not coding.code or not coding.system:
        return coding
    code, letter = chart.tables.terms.certainty.split_code(normalize_system(coding.system), coding.code)
    said.add(letter)
    return replace(coding, code=code) if letter else coding


def _read_extension(extension: Extension, chart: Chart) -> str:
    coded = extension.valueCodeableConcept
    codes = [coding.code for coding in coded.coding or ()] if coded is not None else []
    own = extension.valueCoding.code if extension.valueCoding is not None else None
    return chart.tables.terms.certainty.read_letter(extension.url, (own, extension.valueCode, extension.valueString, *codes))
