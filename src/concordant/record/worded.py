"""Conditions in the words of a case file, so that reading them again gives the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec.structs import replace

from concordant.dates import PartialDate
from concordant.record.conditions import code_of, condition_told, events_of
from concordant.record.events import ACTIVE, Comorbidity, DiseaseEvent, Entry, Status
from concordant.record.scalars import LONGEST_WORD
from concordant.record.vocabulary import Words

Named = tuple[dict[str, str | list[str] | None], str | None, str]
GRADES = "grade"


def name_of(item: Comorbidity | DiseaseEvent) -> str:
    """The words that told an entry."""
    return item.name if isinstance(item, Comorbidity) else item.told


def together(items: Iterable[Comorbidity | DiseaseEvent]) -> dict[tuple[Entry, str, PartialDate | None], list[Any]]:
    """What one entry told by one name, in the order of the record."""
    found: dict[tuple[Entry, str, PartialDate | None], list[Any]] = {}
    for item in items:
        found.setdefault((item.entry, name_of(item), item.date), []).append(item)
    return found


def worded(items: list[Any], words: Words, as_of: dt.date) -> Iterator[Named]:
    """Yield the case-file entries for items that share a name: one entry if the name alone expresses all of them, else one
    for each item.
    """
    name = name_of(items[0])[:LONGEST_WORD].strip()
    status = next((item.status for item in items if isinstance(item, Comorbidity)), None)
    judged = next((item.judged for item in items if isinstance(item, Comorbidity)), "")
    if name and (found := _status_for(name, items, status, words, as_of)) is not None:
        yield _named(name), found, judged
        return
    for item in items:
        yield _alone(item, words, as_of)


def _status_for(name: str, items: list[Any], status: Status | None, words: Words, as_of: dt.date) -> Status | Literal[""] | None:
    """The status that has to stand beside a name (empty for none); None when the name does not say what the items say."""
    for told in (status, None, ACTIVE):
        read = _read(name, told, items[0], words, as_of)
        if len(read) == len(items) and all(_bare(item) in read for item in items):
            return told or ""
    return None


def _read(name: str, status: Status | None, like: Any, words: Words, as_of: dt.date) -> list[Any]:
    """What a name comes to with a status, as the reader of case files has it."""
    system, code = code_of(name)
    told = condition_told("" if code else name, system, code, words)
    plain = Comorbidity(like.entry, None, "", status, like.date)
    return [_bare(event) for event in events_of(told.found, plain, as_of)]


def _bare(item: Any) -> Any:
    """The item without the words that told it."""
    return replace(item, name="", judged="") if isinstance(item, Comorbidity) else replace(item, told="")


def _named(name: str) -> dict[str, str | list[str] | None]:
    system, code = code_of(name)
    return {system: code} if code else {"name": name}


def _alone(item: Any, words: Words, as_of: dt.date) -> Named:
    """One item, in words made for it; one that is not understood keeps its name, and stays so."""
    if isinstance(item, DiseaseEvent):
        return {"name": _spread_words(item)}, None, ""
    for name in _spellings(item, words):
        if (status := _status_for(name, [item], item.status, words, as_of)) is not None:
            return {"name": name}, status, item.judged
    return {"name": f"{item.name[: LONGEST_WORD - 20].strip()} (set aside)".strip()}, item.status, item.judged


def _spellings(item: Comorbidity, words: Words) -> Iterator[str]:
    """Names of a term with its grade, and with what it is to."""
    term = item.term
    if term is None or words.lexicon is None:
        return
    about = " and ".join(_spelled(name) for name in item.about)
    for called in (words.lexicon.names.get(term, term), _spelled(term)):
        for joined in (" to ", " due to "):
            caused = f"{joined}{about}" if about else ""
            yield f"{called}{caused}"
            yield f"{called}{caused}, {GRADES} {item.grade}"
            yield f"suspected {called}{caused}"
    if item.status == "absent" or not about:
        return
    yield f"declines {about}"


def _spread_words(item: DiseaseEvent) -> str:
    if item.brain == "none":
        return "no brain metastases"
    sites = " and ".join(_spelled(site) for site in item.sites)
    trend = f"{item.brain} " if item.brain else ""
    return f"{trend}{sites or 'distant'} metastases"


def _spelled(id_: str) -> str:
    return id_.replace("_", " ")
