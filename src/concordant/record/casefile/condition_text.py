"""Conditions in the words of a case file, so that reading them again gives the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec.structs import replace

from concordant.logic.dates import PartialDate
from concordant.patient.events import ACTIVE, Comorbidity, DiseaseEvent, EntryLocation, Status
from concordant.record.casefile.scalars import LONGEST_WORD
from concordant.record.condition_events import events_from_mentions
from concordant.record.conditions import parse_code_name, parse_condition_entry
from concordant.terminology.names import Words

Named = tuple[dict[str, str | list[str] | None], str | None, str]
GRADES = "grade"


def entry_name(item: Comorbidity | DiseaseEvent) -> str:
    """The words that told an entry."""
    return item.name if isinstance(item, Comorbidity) else item.told


def group_by_name(items: Iterable[Comorbidity | DiseaseEvent]) -> dict[tuple[EntryLocation, str, PartialDate | None], list[Any]]:
    """What one entry told by one name, in the order of the record."""
    groups: dict[tuple[EntryLocation, str, PartialDate | None], list[Any]] = {}
    for item in items:
        groups.setdefault((item.entry, entry_name(item), item.date), []).append(item)
    return groups


def iter_named_entries(items: list[Any], words: Words, as_of: dt.date) -> Iterator[Named]:
    """Yield the case-file entries for items that share a name: one entry if the name alone expresses all of them, else one
    for each item.
    """
    name = entry_name(items[0])[:LONGEST_WORD].strip()
    status = next((item.status for item in items if isinstance(item, Comorbidity)), None)
    judged = next((item.judged for item in items if isinstance(item, Comorbidity)), "")
    if name and (written := _find_status(name, items, status, words, as_of)) is not None:
        yield _make_name_pair(name), written, judged
        return
    for item in items:
        yield _make_own_entry(item, words, as_of)


def _find_status(name: str, items: list[Any], status: Status | None, words: Words, as_of: dt.date) -> Status | Literal[""] | None:
    """The status that has to stand beside a name (empty for none); None when the name does not say what the items say."""
    for candidate in (status, None, ACTIVE):
        read = _read_name(name, candidate, items[0], words, as_of)
        if len(read) == len(items) and all(_strip_words(item) in read for item in items):
            return candidate or ""
    return None


def _read_name(name: str, status: Status | None, like: Any, words: Words, as_of: dt.date) -> list[Any]:
    """What a name comes to with a status, as the reader of case files has it."""
    system, code = parse_code_name(name)
    parsed = parse_condition_entry("" if code else name, system, code, words)
    plain = Comorbidity(like.entry, None, "", status, like.date)
    return [_strip_words(event) for event in events_from_mentions(parsed.found, plain, as_of)]


def _strip_words(item: Any) -> Any:
    """The item without the words that told it."""
    return replace(item, name="", judged="") if isinstance(item, Comorbidity) else replace(item, told="")


def _make_name_pair(name: str) -> dict[str, str | list[str] | None]:
    system, code = parse_code_name(name)
    return {system: code} if code else {"name": name}


def _make_own_entry(item: Any, words: Words, as_of: dt.date) -> Named:
    """One item, in words made for it; one that is not understood keeps its name, and stays so."""
    if isinstance(item, DiseaseEvent):
        return {"name": _describe_metastasis(item)}, None, ""
    for name in _iter_spellings(item, words):
        if (status := _find_status(name, [item], item.status, words, as_of)) is not None:
            return {"name": name}, status, item.judged
    return {"name": f"{item.name[: LONGEST_WORD - 20].strip()} (set aside)".strip()}, item.status, item.judged


def _iter_spellings(item: Comorbidity, words: Words) -> Iterator[str]:
    """Names of a term with its grade, and with what it is to."""
    term = item.term
    if term is None or words.lexicon is None:
        return
    about = " and ".join(_spell_id(name) for name in item.about)
    for called in (words.lexicon.names.get(term, term), _spell_id(term)):
        for joined in (" to ", " due to "):
            caused = f"{joined}{about}" if about else ""
            yield f"{called}{caused}"
            yield f"{called}{caused}, {GRADES} {item.grade}"
            yield f"suspected {called}{caused}"
    if item.status == "absent" or not about:
        return
    yield f"declines {about}"


def _describe_metastasis(item: DiseaseEvent) -> str:
    if item.brain == "none":
        return "no brain metastases"
    sites = " and ".join(_spell_id(site) for site in item.sites)
    trend = f"{item.brain} " if item.brain else ""
    known = bool(item.sites or item.extent)
    return f"{trend}{sites or 'distant'} metastases" if known else "possible metastases"


def _spell_id(id_: str) -> str:
    return id_.replace("_", " ")
