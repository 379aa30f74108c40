"""Of whom each sentence of a note is: of the patient, of another person, or of patients in general."""

from __future__ import annotations

import re

from concordant.record.notes.context import CueFinder, CueFound, NoteContext
from concordant.record.notes.text import NoteText, Sentence

SHORT = 3  # words of a sentence that only greets or thanks
QUOTED = re.compile(r'"[^"]{80,}"')


def make_context(text: NoteText, masked: str, present: frozenset[str], finder: CueFinder) -> NoteContext:
    """Find the cues of a note, sentence by sentence; `present` are the anchors that stand in it."""
    subject = _find_subject(masked, finder)
    context = NoteContext(text, masked, finder, subject=subject)
    own = [named.span() for named in re.finditer(rf"{re.escape(subject.rstrip('s'))}s?", masked)] if subject else []
    for found in finder.find_cues(masked, present):
        if any(low <= found.start and found.end <= high for low, high in own) or _is_of_subject(found, masked, subject):
            continue
        if found.cue.looks == "note":
            context.wide.append(found)
            continue
        context.by_sentence.setdefault(text.find_sentence(found.start).start, []).append(found)
    general = [found.start for cues in context.by_sentence.values() for found in cues if found.cue.status == "general"]
    passages = [passage.span() for passage in QUOTED.finditer(masked)]
    context.quoted = [(low, high) for low, high in passages if any(low <= at < high for at in general)]
    if subject and finder.first_person is not None:
        context.other |= {text.find_sentence(own.start()).start for own in finder.first_person.finditer(masked)}
    _set_general_apart(context)
    _set_other_sex_apart(context)
    _set_third_person_apart(context)
    _carry_on_others(context)
    return context


def _set_third_person_apart(context: NoteContext) -> None:
    """In what a patient writes of their own disease, a sentence about `her` without `me` is about somebody else."""
    finder, masked = context.finder, context.masked
    if context.subject or not finder.own_story or not finder.own_word or not finder.third_word:
        return
    if finder.own_story.search(masked) is None:
        return
    for sentence in context.text.sentences:
        span = (sentence.start, sentence.end)
        if finder.third_word.search(masked, *span) is not None and finder.own_word.search(masked, *span) is None:
            context.other.add(sentence.start)


def _set_general_apart(context: NoteContext) -> None:
    """A text that names nobody and does nothing but ask is about nobody."""
    finder, sentences = context.finder, context.text.sentences
    if finder.question is None or finder.somebody is None or finder.somebody.search(context.masked) is not None:
        return
    told = [one for one in sentences if len(context.masked[one.start : one.end].split()) > SHORT]
    if told and all(one.asks and finder.question.match(context.masked, one.start, one.end) is not None for one in told):
        context.general |= {one.start for one in sentences}


def _set_other_sex_apart(context: NoteContext) -> None:
    """Where a text says which of two is the patient, sentences that begin with the pronoun of the other are of the other."""
    own = context.finder.own_patient.search(context.masked) if context.finder.own_patient is not None else None
    if own is None or context.finder.pronouns is None:
        return
    is_female = own["said"] in context.finder.female
    for sentence in context.text.sentences:
        begun = context.finder.pronouns.match(context.masked, sentence.start)
        if begun is not None and begun["said"] in context.finder.sexes and (begun["said"] in context.finder.female) != is_female:
            context.other.add(sentence.start)


def _find_subject(masked: str, finder: CueFinder) -> str:
    """The relative who is the patient: the one whom a text begins with that nobody writes about their own disease."""
    named = finder.relatives.search(masked, 0, 200) if finder.relatives is not None else None
    own = finder.first_person.search(masked) if finder.first_person is not None else None
    return "" if named is None or (own is not None and own.start() < named.start()) else named[0]


def _is_of_subject(found: CueFound, masked: str, subject: str) -> bool:
    """Whether a cue for another person begins with the word for the relative who is the patient."""
    first = masked[found.start : found.end].split()[:1]
    return found.cue.status == "other_person" and bool(first) and len(first[0]) >= SHORT and first[0] in subject.split()


def _is_ended(found: CueFound, masked: str, sentence: Sentence) -> bool:
    return found.ends is not None and found.ends.search(masked, found.end, sentence.end) is not None


def _carry_on_others(context: NoteContext) -> None:
    """A sentence that begins with a pronoun goes on about the person whom the one before it began with."""
    about_other = was_male = False
    finder = context.finder
    for sentence in context.text.sentences:
        cues = [cue for cue in context.by_sentence.get(sentence.start, ()) if cue.cue.status == "other_person"]
        begins = any(cue.start - sentence.start <= 12 and not _is_ended(cue, context.masked, sentence) for cue in cues)
        pronoun = finder.pronouns.match(context.masked, sentence.start) if finder.pronouns is not None else None
        goes_on = about_other and not cues and pronoun is not None and not (was_male and pronoun["said"] in finder.female)
        if goes_on:
            context.other.add(sentence.start)
        about_other = begins or goes_on
        said = " ".join(context.masked[cue.start : cue.end] for cue in cues)
        was_male = finder.male is not None and finder.male.search(said) is not None
