"""What a FHIR server is asked for, so that the reader has all that it reads: the kinds that it knows, results by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from concordant.model.knowledge import CodeKind, Knowledge
from concordant.record.fhir.charting import READERS
from concordant.terminology.local import LocalCode

PERSON, RESULT = "Patient", "Observation"
RESULT_KINDS: tuple[CodeKind, ...] = ("test", "measurement", "observation")
# Kinds of other versions of FHIR, and bills, which tell again what the other kinds tell.
NOT_SEARCHED = frozenset({PERSON, RESULT, "MedicationUsage", "MedicationOrder", "Claim", "ExplanationOfBenefit"})
PATIENT = "{{context.patientId}}"  # as CDS Hooks writes the place of the patient's id


def list_searches(knowledge: Knowledge, local: Iterable[LocalCode] = ()) -> dict[str, str]:
    """By a name for each: a read of the patient, and searches that together find what is read of one (FHIR R4)."""
    kinds = {kind[0].lower() + kind[1:]: f"{kind}?patient={PATIENT}" for kind in READERS if kind not in NOT_SEARCHED}
    return {"patient": f"{PERSON}/{PATIENT}", **dict(_iter_result_searches(knowledge, tuple(local))), **kinds}


def _iter_result_searches(knowledge: Knowledge, local: tuple[LocalCode, ...]) -> Iterator[tuple[str, str]]:
    """A search for each kind of result: an address holds no more than some dozens of codes."""
    for kind in RESULT_KINDS:
        tokens = list(dict.fromkeys((*_iter_tokens(knowledge, kind), *_iter_local_tokens(local, kind))))
        if tokens:
            yield f"{kind}s", f"{RESULT}?patient={PATIENT}&code={','.join(tokens)}"


def _iter_tokens(knowledge: Knowledge, kind: CodeKind) -> Iterator[str]:
    """`system|code` of each code by which FHIR can tell such a result."""
    addresses = {system.id: _find_address(system.names) for system in knowledge.vocabulary.code_systems}
    for values in knowledge.vocabulary.value_sets:
        if values.kind == kind:
            yield from (f"{address}|{one.code}" for one in values.codes if (address := addresses.get(one.system)))


def _find_address(names: Iterable[str]) -> str:
    return next((name for name in names if name.startswith("http")), "")


def _iter_local_tokens(local: tuple[LocalCode, ...], kind: CodeKind) -> Iterator[str]:
    for one in local:
        if one.concept.kind == kind:
            yield f"{one.system}|{one.code}" if one.system.startswith(("http", "urn:")) else one.code
