"""Conditions of the CDM: by their code with the words beside it, told as conditions or as metastases."""

from __future__ import annotations

from concordant.record.conditions import Understood, is_understood, of_concept, understand, with_words
from concordant.record.omop.codes import Coded
from concordant.record.omop.disease import Disease
from concordant.record.omop.schema import Row, date_of
from concordant.record.told import Told
from concordant.record.vocabulary import Words


def tell_condition(told: Told, disease: Disease, coded: Coded, row: Row, where: tuple[str, str, str | None]) -> None:
    """A row of a condition; what nobody understands counts as long as it is not over. `where`: place, table, date."""
    place, kind, date = where
    ended = date_of(row, "condition_end_date")
    over = ended is not None and ended <= told.as_of.isoformat()  # one that ends later still holds on that day
    name, found = _said(coded, told.words)
    if not is_understood(found):
        if over:
            told.ignore(place, kind, "it is not understood, and over")
            return
        told.lost("condition", name, near=next((one.near for one in found if one.near), ""))
    for site in (site for one in found if one.sites is not None and one.status is None for site in one.sites or ("",)):
        disease.metastasis(place, kind, site, date)
    beside = tuple(one for one in found if one.sites is None)
    told.condition(name, beside, "resolved" if over else "active", date)


def _said(coded: Coded, words: Words) -> tuple[str, tuple[Understood, ...]]:
    """The name of a condition and what it says."""
    display = coded.meaning.display if coded.meaning is not None else ""
    name = coded.text or display or (f"the code {coded.met[0][1]}" if coded.met else "a condition without a name")
    said = understand(name, words)
    read = of_concept(coded.meaning, words.lexicon) if coded.meaning is not None else None
    if read is None or (read.term is None and read.sites is None):
        return name, said
    return name, with_words(read, said, words.lexicon) or (read,)
