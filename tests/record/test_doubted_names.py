"""A name told with a question mark: it may be another, or none. It is kept and named, in every source, and is never a fact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concordant.model.knowledge import Knowledge
from concordant.terminology.codes import make_terminology
from concordant.terminology.names import Words
from tests.conftest import ReadCase
from tests.record.fhir.builders import diagnosis, observation, read, woman
from tests.record.told import AS_OF, Told

SOURCES = ("fhir", "omop", "table")
DOUBTED = ("{}?", "{} ?", "?{}", "? {}", "{} (?)", "{}??", "{}？", "¿{}?")
DRUGS = ("trastuzumab", "T-DM1", "Herceptin", "THP", "chemotherapy", "docetaxel + trastuzumab")
OPEN: dict[str, tuple[str, dict[str, Any]]] = {  # what is told with a question mark, and the entry that tells it
    "site": ("brain", {"disease": [{"event": "recurrence", "sites": ["NAME"]}]}),
    "stage": ("IV", {"disease": [{"event": "diagnosis", "stage": "NAME"}]}),
    "drug": ("pertuzumab", {"treatments": [{"drugs": ["NAME"]}]}),
    "drug not here": ("pertuzumab", {"unavailable": ["NAME"]}),
    "medication": ("ketoconazole 200 mg", {"medications": [{"name": "NAME"}]}),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("mark", DOUBTED)
def test_a_doubted_drug_may_have_been_any(mark: str, source: str, tmp_path: Path, knowledge: Knowledge, words: Words) -> None:
    told = Told(tmp_path, knowledge, words).sources[source]
    for drug in DRUGS:
        assert told(drug).courses[0].unknown_drugs == (), "without the mark it is understood"
        [course] = told(mark.format(drug)).courses
        assert (course.drugs, course.classes, len(course.unknown_drugs)) == ((), (), 1), drug


def _tell(block: Any, name: str) -> Any:
    """The block with the name in its place."""
    if isinstance(block, dict):
        return {key: _tell(value, name) for key, value in block.items()}
    return [_tell(item, name) for item in block] if isinstance(block, list) else name if block == "NAME" else block


@pytest.mark.parametrize("kind", OPEN)
@pytest.mark.parametrize("mark", DOUBTED)
def test_a_doubted_name_of_a_case_is_named_and_not_read(mark: str, kind: str, read: ReadCase) -> None:
    name, block = OPEN[kind]
    sure, doubted = (read(_tell(block, told)) for told in (name, mark.format(name)))
    assert sure.not_understood == ()
    assert any(mark.format(name) in sentence for sentence in doubted.not_understood)
    assert all((event.sites, event.extent) == ((), None) for event in doubted.events)
    assert all(taken.term is None for taken in doubted.medications)
    assert doubted.unavailable == ()


@pytest.mark.parametrize("mark", DOUBTED)
@pytest.mark.parametrize("said", ["3+", "2+ (equivocal)"])
def test_a_doubted_result_leaves_the_result_open(said: str, mark: str) -> None:
    told = {
        text: read(woman(), diagnosis(), observation("o1", "85319-2", valueString=text), as_of=AS_OF)
        for text in (said, mark.format(said))
    }
    sure, doubted = (patient.record.markers for patient in told.values())
    assert [marker.word for marker in sure] == [said[:2]]
    assert all(marker.word is None for marker in doubted)


def test_no_name_of_the_knowledge_has_a_question_mark(knowledge: Knowledge, words: Words) -> None:
    """Else it could not be told."""
    written = [name for drug in knowledge.drugs for name in (drug.name, *drug.synonyms, *drug.brands)]
    terms = (*knowledge.vocabulary.sites, *knowledge.vocabulary.medications)
    written += [name for term in terms for name in (term.name, *term.synonyms)]
    written += [*knowledge.vocabulary.protocols, *knowledge.vocabulary.stages]
    assert make_terminology(knowledge, words) and [name for name in written if "?" in name] == []
