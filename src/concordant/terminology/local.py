"""The codes of one site, beside those of the knowledge: what each stands for, told by a name that the knowledge has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from concordant.contract_names import DISEASE_STATUS, MENOPAUSAL_STATUS
from concordant.errors import suggest_word
from concordant.model.knowledge import CodeKind, VocabularyField
from concordant.terminology.code_table import CodeableConcept, CodeTable
from concordant.terminology.codes import NO_SYSTEM, Terminology, normalize_name, normalize_system


class UnknownName(ValueError):
    """A name that stands for nothing of its kind; `way_out` suggests another one."""

    def __init__(self, says: str, way_out: str = "") -> None:
        super().__init__(says)
        self.says, self.way_out = says, way_out


class LocalCode(msgspec.Struct, frozen=True):
    """A code of a site and what it stands for; no system where the source writes none."""

    system: str
    code: str
    concept: CodeableConcept


def add_local_codes(terms: Terminology, codes: Iterable[LocalCode]) -> None:
    """Add them to the tables of the knowledge, which do not have them yet."""
    for local in codes:
        name = normalize_system(local.system) or NO_SYSTEM
        table = terms.systems.known.setdefault(terms.systems.ids.setdefault(name, f"local {name}"), CodeTable())
        table[local.code] = local.concept
    terms.systems.clear()
    terms.remembered.clear()


def explain_other_meaning(terms: Terminology, local: LocalCode) -> str:
    """Why a code cannot be added: what it stands for already, where that is another thing; nothing when it can."""
    known = terms.find_concept(local.system, local.code)
    if known is None or (known.kind, known.name) == (local.concept.kind, local.concept.name):
        return ""
    return f"the code stands for {known.name or known.kind} already ({known.display})"


def make_local_concept(kind: str, name: str, part: str, terms: Terminology) -> CodeableConcept:
    """What a name of this kind stands for. Raises UnknownName."""
    return STANDS_FOR[kind](name, part, terms)


def _make_drug(name: str, _: str, terms: Terminology) -> CodeableConcept:
    drugs = terms.drugs_from_text(name)
    if not drugs or set(drugs) & terms.words.class_ids:
        says = f"'{name}' is the name of a class" if drugs else f"no drug is called '{name}'"
        raise UnknownName(says, suggest_word(normalize_name(name), terms.words.drugs, listing=False) or "Write the drug's name")
    return CodeableConcept("drug", drugs[0], name, drugs=drugs)


def _make_medication(name: str, _: str, terms: Terminology) -> CodeableConcept:
    parts = terms.words.medications.get(normalize_name(name), ())
    if len(parts) != 1:
        near = suggest_word(normalize_name(name), terms.words.medications, listing=False)
        raise UnknownName(f"no single medication is called '{name}'", near or "Write one medication's name")
    return CodeableConcept("medication", parts[0], name)


def _find_field(kind: CodeKind, name: str, fields: Iterable[VocabularyField], terms: Terminology) -> VocabularyField:
    listed = {field.name: field for field in fields}
    by_label = {normalize_name(field.label): field for field in listed.values()}
    said = terms.find_text_concept(kind, name)
    field = listed.get(name) or by_label.get(normalize_name(name)) or (listed.get(said.name) if said is not None else None)
    if field is None:
        raise UnknownName(f"no {kind} is called '{name}'", suggest_word(name, listed))
    return field


def _make_test(name: str, part: str, terms: Terminology) -> CodeableConcept:
    knowledge = terms.words.knowledge
    field = _find_field("test", name, knowledge.vocabulary.tests if knowledge is not None else (), terms)
    if part and part not in field.numbers:
        raise UnknownName(f"{field.label} has no part '{part}'", suggest_word(part, field.numbers) or "Leave `part` out")
    implied = next((said.implies for said in terms.iter_concepts("test", field.name) if said.part == part), {})
    return CodeableConcept("test", field.name, field.label, part, implies=implied)


def _make_measurement(name: str, _: str, terms: Terminology) -> CodeableConcept:
    knowledge = terms.words.knowledge
    field = _find_field("measurement", name, knowledge.vocabulary.measurements if knowledge is not None else (), terms)
    return CodeableConcept("measurement", field.name, field.label)


def _make_value(name: str, _: str, terms: Terminology) -> CodeableConcept:
    knowledge = terms.words.knowledge
    words = {word for test in (knowledge.vocabulary.tests if knowledge is not None else ()) for word in test.words}
    said = terms.find_text_concept("value", name)
    word = name if name in words else said.name if said is not None else name if name.isdigit() and len(name) == 1 else ""
    if not word:
        raise UnknownName(f"'{name}' is no value of a test", suggest_word(name, words))
    return CodeableConcept("value", word, name)


def _make_condition(name: str, _: str, terms: Terminology) -> CodeableConcept:
    term = terms.words.conditions.get(normalize_name(name))
    if term is None:
        near = suggest_word(normalize_name(name), terms.words.conditions, listing=False)
        raise UnknownName(f"no condition is called '{name}'", near or "Write a name of docs/features.md or of the case file")
    return CodeableConcept("condition", term, name)


def _make_metastasis(name: str, _: str, terms: Terminology) -> CodeableConcept:
    site = "" if name == UNSPECIFIED else terms.words.sites.get(normalize_name(name))
    if site is None:
        near = suggest_word(normalize_name(name), terms.words.sites, listing=False)
        raise UnknownName(f"no site is called '{name}'", near or f"Write a site, or '{UNSPECIFIED}'")
    return CodeableConcept("secondary", site, f"metastasis: {name}")


def _make_told(kind: CodeKind) -> Callable[[str, str, Terminology], CodeableConcept]:
    """A word of a closed list, by the words of its value sets."""

    def make(name: str, _: str, terms: Terminology) -> CodeableConcept:
        said = terms.find_text_concept(kind, name)
        if said is None:
            known = {concept.name for concept in terms.texts.get(kind, {}).values()}
            raise UnknownName(f"'{name}' is none of its words", suggest_word(name, sorted(known)))
        return CodeableConcept(kind, said.name, name)

    return make


def _make_ignored(name: str, _: str, terms: Terminology) -> CodeableConcept:  # noqa: ARG001
    return CodeableConcept("not_asked", "", name, says=name)


UNSPECIFIED = "unspecified"
STANDS_FOR: Mapping[str, Callable[[str, str, Terminology], CodeableConcept]] = {
    "drug": _make_drug,
    "medication": _make_medication,
    "test": _make_test,
    "measurement": _make_measurement,
    "value": _make_value,
    "condition": _make_condition,
    "metastasis": _make_metastasis,
    "stage": _make_told("stage"),
    DISEASE_STATUS: _make_told("status"),
    MENOPAUSAL_STATUS: _make_told("menopause"),
    "stopped": _make_told("stop_reason"),
    "setting": _make_told("intent"),
    "ignored": _make_ignored,
}
