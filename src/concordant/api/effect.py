"""What a change of knowledge does to patients: the cases that it answers differently, and in what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from concordant.answer.schema import Answer, Option
from concordant.api import Engine
from concordant.errors import Complaint, ConcordantError, Unreadable
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.record.sources.opening import SourceContent
from concordant.texts import read_file_bytes

UNSAID = frozenset({"knowledge"})  # the fingerprint of the knowledge differs in every answer


@dataclass(frozen=True, slots=True)
class CaseEffect:
    """One case: what differs in what matters first, in words; else the other parts of the answer that differ."""

    case: str
    differences: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """What matters first in an answer, by name; the whole of it beside."""

    parts: dict[str, tuple[str, ...]]
    whole: dict[str, Any]


def find_cases(*folders: Path) -> list[Path]:
    """The cases of the first of these knowledge folders that has any, else those that are shipped. Raises Unreadable."""
    for folder in (*folders, FOLDER):
        if paths := sorted((folder / "cases").glob("*.yaml")):
            return paths
    way_out = "Write cases/NAME.yaml beside the knowledge files: a case file with its expected answer"
    raise Unreadable(Complaint("no cases are here", str(folders[0] if folders else FOLDER), way_out=way_out))


def iter_effects(paths: Sequence[Path], old: Knowledge, new: Knowledge) -> Iterator[CaseEffect]:
    """Each case with what differs between the two knowledges. A case without a day of its own is answered as of one day."""
    if old.digest == new.digest:
        yield from (CaseEffect(path.stem) for path in paths)
        return
    newest = _find_newest_day(old, new)
    before, after = Engine(old), Engine(new)
    for path in paths:
        yield compare_answers(path.stem, _answer_case(path, before, newest), _answer_case(path, after, newest))


def _find_newest_day(*several: Knowledge) -> dt.date:
    days = (version.valid_from for knowledge in several for guideline in knowledge.guidelines for version in guideline.versions)
    return max(days, default=dt.date.max)


def compare_answers(case: str, old: AnswerSummary, new: AnswerSummary) -> CaseEffect:
    """What differs between two answers to one case."""
    names = dict.fromkeys((*old.parts, *new.parts))
    lines = (_describe_difference(name, old.parts.get(name, ()), new.parts.get(name, ())) for name in names)
    differences = tuple(filter(None, lines))
    keys = dict.fromkeys((*old.whole, *new.whole))
    elsewhere = tuple(key for key in keys if key not in UNSAID and old.whole.get(key) != new.whole.get(key))
    return CaseEffect(case, differences, () if differences else elsewhere)


def _describe_difference(name: str, old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """`line: first -> second`, or what came and what went of several; empty where nothing differs."""
    if old == new:
        return ""
    if len(old) <= 1 and len(new) <= 1:
        return f"{name}: {''.join(old) or 'none'} -> {''.join(new) or 'none'}"
    gone, come = [value for value in old if value not in new], [value for value in new if value not in old]
    changed = [*(f"+ {value}" for value in come), *(f"- {value}" for value in gone)]
    return f"{name}: {', '.join(changed) or 'in another order'}"


def _answer_case(path: Path, engine: Engine, today: dt.date) -> AnswerSummary:
    """The answer to a case; a case that is refused has its first complaint for one."""
    try:
        answer = engine.recommend(SourceContent(read_file_bytes(path, path.name), path.name), today=today)
    except ConcordantError as error:
        return AnswerSummary({"answer": (f"refused ({error.complaints[0].says})",)}, {})
    except Exception as error:  # faulty knowledge is told, never a traceback
        return AnswerSummary({"answer": (f"cannot be answered ({type(error).__name__}: {error})",)}, {})
    return summarise_answer(answer.answer)


def summarise_answer(answer: Answer) -> AnswerSummary:
    """An answer with its first screen, as it is compared."""
    return AnswerSummary(_collect_parts(answer), msgspec.json.decode(msgspec.json.encode(answer)))


def _collect_parts(answer: Answer) -> dict[str, tuple[str, ...]]:
    offered = (item for item in answer.options if item.status in ("applies", "applies_if_checked"))
    return {
        "answer": (answer.answer,),
        "line": (answer.line or "not known",),
        "offered": tuple(map(_describe_option, offered)),
        "held": tuple(item.short or item.says for item in answer.held_until),
        "dangers": tuple(item.says for item in answer.dangers),
    }


def _describe_option(option: Option) -> str:
    """The regimen with its role, and whether something has still to be checked."""
    checked = "" if option.status == "applies" else ", if checked"
    return f"{option.name} ({option.role}{checked})"
