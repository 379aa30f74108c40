"""What the program looks for in an answer, made once of a knowledge: names of drugs and trials, and the words of claims."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.audit.matching import PhraseIndex
from concordant.audit.sentences import compile_abbreviations
from concordant.model.audit import AuditWords, Wording
from concordant.model.knowledge import Knowledge

DRUG, CLASS, TRIAL, ENDPOINT, POPULATION, ASSESSOR = "drug", "class", "trial", "endpoint", "population", "assessor"
SCHEDULE, LINE, PART, WORD, OTHER = "schedule", "line", "part", "word", "other"
STRENGTH, EVIDENCE, CANCER, MEDICATION = "strength", "evidence", "cancer", "medication"
EXCLUSIVE = frozenset({DRUG, TRIAL, ENDPOINT, POPULATION, SCHEDULE, LINE})
LITERAL = "~"
GAPPED = "... "
SHORT = 3  # letters; a shorter name of a medication is most often another word


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The index of all phrases, and the units as one pattern."""

    knowledge: Knowledge
    words: AuditWords
    index: PhraseIndex
    unit: re.Pattern[str]
    units: Mapping[str, str]
    protocols: Mapping[str, tuple[str, ...]]
    abbreviated: re.Pattern[str]


def make_lexicon(knowledge: Knowledge) -> Lexicon:
    """The lexicon of a knowledge."""
    words = knowledge.audit
    spellings = {_fold_unit(spelling): unit.id for unit in words.units for spelling in unit.words}
    listed = sorted((s for unit in words.units for s in unit.words), key=lambda s: (s.startswith(GAPPED), -len(s)))
    pattern = "|".join(_compile_unit(spelling) for spelling in listed)
    return Lexicon(
        knowledge,
        words,
        PhraseIndex(_iter_phrases(knowledge), EXCLUSIVE),
        re.compile(rf"[\s-]*({pattern})(?![A-Za-z])", re.IGNORECASE) if pattern else re.compile(r"(?!)"),
        spellings,
        knowledge.vocabulary.protocols,
        compile_abbreviations(words.abbreviations),
    )


def _fold_unit(spelling: str) -> str:
    return re.sub(r"\s+", "", spelling.lower())


def _compile_unit(spelling: str) -> str:
    """A unit as a pattern; one that begins with dots may stand some words behind its number."""
    if spelling.startswith(GAPPED):
        return rf"(?:[\w()+/-]+\s+){{0,5}}?{_compile_unit(spelling.removeprefix(GAPPED))}"
    return re.escape(spelling).replace(r"\ ", r"\s*").replace("/", r"\s*/\s*")


def find_unit(lexicon: Lexicon, text: str, at: int) -> tuple[str, int]:
    """The unit that begins here, and where it ends; empty where none does."""
    met = lexicon.unit.match(text, at)
    if not met:
        return "", at
    told = _fold_unit(met[1])
    known = lexicon.units.get(told) or lexicon.units[_fold_unit(GAPPED + met[1].split()[-1])]
    return known, met.end()


def _iter_phrases(knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    yield from _iter_names(knowledge)
    yield from _iter_words(knowledge.audit)


def _iter_names(knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """The names of drugs, protocols, medications and trials."""
    for drug in knowledge.drugs:
        for name in (drug.name, *drug.synonyms, *drug.brands):
            yield DRUG, drug.id, _clean_name(name)
    for name in knowledge.vocabulary.protocols:
        if len(name) > 2:
            yield DRUG, f"={name}", _clean_name(name)
    for medication in knowledge.vocabulary.medications:
        for name in (medication.name, *medication.synonyms):
            if len(name) > SHORT:
                yield MEDICATION, medication.id, _clean_name(name)
    for trial in knowledge.trials:
        yield TRIAL, trial.id, _clean_name(trial.name.partition(" (")[0])


def _iter_words(words: AuditWords) -> Iterator[tuple[str, str, str]]:
    """The words of claims, by the part they play."""
    yield from _iter_named(TRIAL, ((trial.trial, trial.words) for trial in words.trials))
    yield from ((TRIAL, OTHER, phrase) for phrase in words.other_trials)
    yield from ((ENDPOINT, OTHER, phrase) for phrase in words.other_endpoints)
    yield from ((POPULATION, OTHER, phrase) for phrase in words.subgroups)
    yield from ((CANCER, OTHER, phrase) for phrase in words.other_cancers)
    groups = {
        DRUG: words.drugs,
        CLASS: words.classes,
        ENDPOINT: words.endpoints,
        POPULATION: words.populations,
        ASSESSOR: words.assessors,
        SCHEDULE: words.schedules,
        LINE: words.lines,
        PART: words.parts,
        STRENGTH: words.strengths,
        EVIDENCE: words.evidence,
        WORD: words.wordings,
    }
    for group, wordings in groups.items():
        yield from _iter_wordings(group, wordings)
    asked = [(a.all_, a.none_) for some in (words.claims, words.approvals, words.grades) for a in some]
    for all_, none_ in asked:
        yield from ((WORD, literal, literal.removeprefix(LITERAL)) for literal in list_literals(all_, none_))


def _iter_wordings(group: str, wordings: tuple[Wording, ...]) -> Iterator[tuple[str, str, str]]:
    return _iter_named(group, ((wording.id, wording.words) for wording in wordings))


def _iter_named(group: str, named: Iterator[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str, str]]:
    return ((group, id_, phrase) for id_, phrases in named for phrase in phrases)


def list_literals(*asked: Sequence[str]) -> list[str]:
    """The words that a claim looks for itself."""
    parts = [part for items in asked for item in items for part in split_choices(item)]
    return [word for word in (part.removeprefix("no ").removeprefix("any ") for part in parts) if word.startswith(LITERAL)]


@functools.cache
def split_choices(item: str) -> tuple[str, ...]:
    """`a | b` as its parts; a bar within brackets belongs to a phrase."""
    return tuple(part.strip() for part in item.split(" | "))


def _clean_name(name: str) -> str:
    """A name as a phrase: without the signs that have a meaning in one."""
    return re.sub(r"[()*|?,/]", " ", name)
