"""What a FHIR server is asked for, so that the reader has all that it reads: the kinds that it knows, results by their codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from concordant.model.knowledge import CodeKind, Knowledge
from concordant.record.fhir.addresses import strip_version
from concordant.record.fhir.charting import READ_BY_REFERENCE, READERS
from concordant.record.fhir.decode import decode_resources
from concordant.record.fhir.references import list_referenced
from concordant.terminology.local import LocalCode

NAME = "prefetch"
ADDRESS = re.compile(rf"(?:{'|'.join(READ_BY_REFERENCE)})/[A-Za-z0-9\-.]{{1,64}}")
PERSON, RESULT = "Patient", "Observation"
RESULT_KINDS: tuple[CodeKind, ...] = ("test", "measurement", "observation")
# Kinds of other versions of FHIR, and bills, which tell again what the other kinds tell.
NOT_SEARCHED = frozenset({PERSON, RESULT, "MedicationUsage", "MedicationOrder", "Claim", "ExplanationOfBenefit"})
PATIENT = "{{context.patientId}}"  # as CDS Hooks writes the place of the patient's id


def list_searches(knowledge: Knowledge, local: Iterable[LocalCode] = ()) -> dict[str, str]:
    """By a name for each: a read of the patient, and searches that together find what is read of one (FHIR R4)."""
    kinds = {kind[0].lower() + kind[1:]: f"{kind}?patient={PATIENT}" for kind in READERS if kind not in NOT_SEARCHED}
    return {"patient": f"{PERSON}/{PATIENT}", **dict(_iter_result_searches(knowledge, tuple(local))), **kinds}


def list_read_kinds(searches: Iterable[str]) -> tuple[str, ...]:
    """The kinds of resources that these searches read, and those that entries may refer to: as much as a token has to allow."""
    asked = (re.split(r"[/?]", search, maxsplit=1)[0] for search in searches)
    return tuple(dict.fromkeys((*asked, *READ_BY_REFERENCE)))


def _iter_result_searches(knowledge: Knowledge, local: tuple[LocalCode, ...]) -> Iterator[tuple[str, str]]:
    """A search for each kind of result: an address holds no more than some dozens of codes."""
    for kind in RESULT_KINDS:
        tokens = list(dict.fromkeys((*_iter_tokens(knowledge, kind), *_iter_local_tokens(local, kind))))
        if tokens:
            yield f"{kind}s", f"{RESULT}?patient={PATIENT}&code={','.join(tokens)}"


def _iter_tokens(knowledge: Knowledge, kind: CodeKind) -> Iterator[str]:
    """`system|code` of each code by which FHIR can tell such a result."""
    addresses = {system.id: find_address(system.names) for system in knowledge.vocabulary.code_systems}
    for values in knowledge.vocabulary.value_sets:
        if values.kind == kind:
            yield from (f"{address}|{one.code}" for one in values.codes if (address := addresses.get(one.system)))


def find_address(names: Iterable[str]) -> str:
    """The address among the names of a code system; empty where it has none."""
    return next((name for name in names if name.startswith("http")), "")


def _iter_local_tokens(local: tuple[LocalCode, ...], kind: CodeKind) -> Iterator[str]:
    for one in local:
        if one.concept.kind == kind:
            yield f"{one.system}|{one.code}" if one.system.startswith(("http", "urn:")) else one.code


def list_missing_references(data: bytes, base: str) -> list[str]:
    """What resources of a server refer to, to say what they are about, and is not among them: `Medication/5`, each once.

    A reference to another server is none of it. Raises Unreadable for what is no FHIR.
    """
    if not any(f"{kind}/".encode() in data for kind in READ_BY_REFERENCE):
        return []
    resources = [entry.resource for entry in decode_resources(data, NAME)]
    here = {f"{one.resourceType}/{one.id}" for one in resources}
    told = (reference.reference or "" for one in resources for reference in list_referenced(one))
    wanted = dict.fromkeys(strip_version(text).removeprefix(f"{base}/") for text in told)
    return [address for address in wanted if address not in here and ADDRESS.fullmatch(address) is not None]
