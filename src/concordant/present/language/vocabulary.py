"""The teller of a language: the texts of the knowledge in it, the sentences of the program, and the words that need neither."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from concordant.logic.by_identity import IdentityCache
from concordant.model.knowledge import Knowledge, Translations
from concordant.present.language.quoting import FUNCTION_WORDS, SAYING
from concordant.present.language.telling import SLOT, Teller, make_sentence

NOTHING = Translations()


def load_teller(code: str, knowledge: Knowledge | None) -> Teller:
    """The teller of a language for a knowledge, made once; without one it knows only what the program says itself."""
    if knowledge is None:
        return _make_teller(code, None)
    made = _tellers(knowledge)
    if code not in made:
        made[code] = _make_teller(code, knowledge)
    return made[code]


def _make_teller(code: str, knowledge: Knowledge | None) -> Teller:
    told = knowledge.told.get(code, NOTHING) if knowledge else NOTHING
    catalogue: dict[str, str] = {**import_module(f"concordant.present.language.said_{code}").SENTENCES}
    catalogue |= {one.says: one.told for one in told.texts}
    sentences = [make_sentence(english, words) for english, words in catalogue.items() if SLOT.search(english)]
    names = {name: name for name in _iter_medication_names(knowledge)}
    return Teller(
        texts=names | {english: words for english, words in catalogue.items() if not SLOT.search(english)},
        sentences=tuple(sorted(sentences, key=lambda one: -len(one.fixed))),
        neutral=frozenset(word for text in (*_iter_neutral(knowledge), *told.neutral) for word in _iter_spellings(text)),
        english=frozenset(_iter_vocabulary(knowledge)),
        months=tuple(import_module(f"concordant.present.language.{code}").PHRASES["months.short"].split()),
    )


def _iter_neutral(knowledge: Knowledge | None) -> Iterator[str]:
    """Names of drugs, trials and genes."""
    if knowledge is None:
        return
    for drug in knowledge.drugs:
        yield from (drug.name, *drug.brands)
    yield from (trial.name for trial in knowledge.trials)
    yield from knowledge.vocabulary.genes


def _iter_medication_names(knowledge: Knowledge | None) -> Iterator[str]:
    """International names and brands, which are the same in every language; not what is told in English words."""
    terms = knowledge.vocabulary.medications if knowledge else ()
    yield from (name for term in terms for name in (term.name, *term.synonyms) if " " not in name)


def _iter_spellings(text: str) -> Iterator[str]:
    for word in SAYING.findall(text):
        if word.lower() not in FUNCTION_WORDS:
            yield from (word, word[:1].upper() + word[1:])


def _iter_vocabulary(knowledge: Knowledge | None) -> Iterator[str]:
    """The words for conditions and sites that a record may be written with."""
    if knowledge is not None:
        for term in (*knowledge.vocabulary.conditions, *knowledge.vocabulary.sites):
            yield from (term.name.lower(), *(synonym.lower() for synonym in term.synonyms))


_tellers: IdentityCache[Knowledge, dict[str, Teller]] = IdentityCache(lambda _: {})
