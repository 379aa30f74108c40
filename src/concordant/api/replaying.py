"""Answers of a decision record again: byte for byte with the same knowledge, or whose would change under another one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from concordant.answer.schema import Answer
from concordant.api.effect import compare_answers, summarise_answer
from concordant.api.engine import Engine
from concordant.api.recommendation import Recommendation
from concordant.api.recording import KeptAnswer, hash_shown, make_patient, read_document, render_shown
from concordant.decisions.checking import Fault, walk_record
from concordant.decisions.entries import ANSWER, Entry, Sealed, unpack_personal
from concordant.decisions.record import DecisionRecord
from concordant.errors import Complaint, ConcordantError, Refused
from concordant.present.as_json import write_json

State = Literal["same", "other knowledge", "shown otherwise", "differs", "cannot be read"]
Change = Literal["danger", "offered", "elsewhere", "none", "refused"]


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry that was checked and is an answer; `kept` is None once it was erased."""

    sealed: Sealed
    hash: str
    kept: KeptAnswer | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries are meant: one, those of a patient, those since a day; all where nothing is said."""

    n: int = 0
    patient: str = ""
    since: str = ""

    def takes(self, entry: KeptEntry) -> bool:
        """Whether an entry is among them."""
        named = not self.patient or (entry.kept is not None and entry.kept.patient == self.patient)
        return named and (not self.n or entry.sealed.n == self.n) and entry.sealed.at >= self.since


@dataclass
class CheckedRecord:
    """The entries of a record that are answers, and after the last of them what was found to be wrong with the whole."""

    record: DecisionRecord
    count: int = 0
    erased: int = 0
    broken: int = 0
    last: str = ""
    faults: list[Fault] = field(default_factory=list)

    def iter_answers(self, choice: Choice) -> Iterator[KeptEntry]:
        """The answers that are meant. Every entry is checked, whichever are meant; `faults` are complete at the end."""
        walk, entries = walk_record(self.record)
        for entry, sealed in entries:
            self.count += 1
            self.last = f"{entry.n}:{entry.hash}"
            found = read_entry(entry, sealed)
            self.broken += sealed is None
            self.erased += entry.is_erased
            if found is not None and choice.takes(found):
                yield found
        self.faults = walk.finish()


def read_entry(entry: Entry, sealed: Sealed | None) -> KeptEntry | None:
    """An entry as an answer; None for one that is none, or that cannot be relied on."""
    if sealed is None or sealed.kind != ANSWER:
        return None
    if entry.personal is None:
        return KeptEntry(sealed, entry.hash, None)
    try:
        kept = msgspec.msgpack.decode(unpack_personal(entry.personal), type=KeptAnswer)
    except (ValueError, msgspec.MsgspecError):
        return None
    return KeptEntry(sealed, entry.hash, kept)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What an entry comes to today: how it compares, and what would be shown."""

    state: State
    shown: str | bytes = ""


def replay_entry(kept: KeptAnswer, sealed: Sealed, engine: Engine) -> Replayed:
    """Answer again from the record as it was read. With other knowledge than then nothing is compared."""
    if sealed.knowledge != engine.knowledge.digest:
        return Replayed("other knowledge")
    try:
        found = engine.recommend(make_patient(kept), guideline=kept.guideline)
        shown = render_shown(found, kept.asked, kept.hook)
    except (msgspec.MsgspecError, ConcordantError):
        return Replayed("cannot be read")
    if write_json(found.answer).encode() != kept.answer:
        return Replayed("differs", shown)
    return Replayed("same" if hash_shown(shown) == kept.shown else "shown otherwise", shown)


@dataclass(frozen=True, slots=True)
class Recalled:
    """An answer asked again under other knowledge: what changes, the gravest kind, and in what."""

    change: Change
    as_of: str
    then: str
    now: str
    differences: tuple[str, ...] = ()
    is_read_again: bool = False


def recall_entry(kept: KeptAnswer, sealed: Sealed, engine: Engine) -> Recalled:
    """The answer that was given, against the one that other knowledge gives for the same day."""
    then = msgspec.json.decode(kept.answer, type=Answer)
    if sealed.knowledge == engine.knowledge.digest:
        return Recalled("none", then.as_of, then.verdict, then.verdict)
    try:
        found, again = _answer_again(kept, engine)
    except (msgspec.MsgspecError, ConcordantError) as error:
        why = str(error.complaints[0].says) if isinstance(error, ConcordantError) else "of another version of the program"
        return Recalled("refused", then.as_of, then.verdict, f"refused: {why}")
    now = found.answer
    effect = compare_answers(kept.patient, summarise_answer(then), summarise_answer(now))
    change = _weigh_change(then, now, effect.differences, effect.elsewhere)
    return Recalled(change, then.as_of, then.verdict, now.verdict, effect.differences or effect.elsewhere, again)


def _answer_again(kept: KeptAnswer, engine: Engine) -> tuple[Recommendation, bool]:
    """The answer, and whether the document was read again; what was read stands where there is none to be read alike."""
    patient, document = make_patient(kept), kept.document
    again = document is not None and (not document.coded or bool(engine.codes))
    if document is not None and again:
        patient = msgspec.structs.replace(patient, record=read_document(engine, document, patient.record.assumptions))
    return engine.recommend(patient, guideline=kept.guideline), again


def _weigh_change(then: Answer, now: Answer, differences: tuple[str, ...], elsewhere: tuple[str, ...]) -> Change:
    """A regimen that was offered and is to be avoided now, or a danger that was not told, comes before all else."""
    avoided = {one.regimen for one in now.avoid} | {one.regimen for one in now.options if one.status == "precluded"}
    new_dangers = {one.says for one in now.dangers} - {one.says for one in then.dangers}
    if new_dangers or avoided & _list_offered(then):
        return "danger"
    return "offered" if differences else "elsewhere" if elsewhere else "none"


def _list_offered(answer: Answer) -> set[str]:
    return {one.regimen for one in answer.options if one.status in ("applies", "applies_if_checked")}


def find_answer(record: DecisionRecord, n: int) -> tuple[KeptEntry, list[Fault]]:
    """One answer, and what is wrong with the record. Raises Refused where there is none, or none is left."""
    checked = CheckedRecord(record)
    found = list(checked.iter_answers(Choice(n)))
    name = record.address.name
    if not found:
        about = [fault.says for fault in checked.faults if fault.n == n]
        says = f"entry {n} {about[0]}" if about else f"entry {n} is no answer" if n <= checked.count else f"there is no entry {n}"
        raise Refused(Complaint(says, name, way_out=f"There are {checked.count} entries: `concordant replay {name}` lists them"))
    return found[0], checked.faults
