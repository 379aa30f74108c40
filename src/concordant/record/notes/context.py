"""How a mention in a note is meant: said, denied, doubted, planned, asked, of another person; by the words around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from concordant.model.notes import NoteCue, NoteLanguage, Standing
from concordant.record.notes.forms import Form, FormCompiler
from concordant.record.notes.text import NoteText, Sentence, count_signs

STRONGEST: tuple[Standing, ...] = (
    "other_person",
    "other_cancer",
    "general",
    "conditional",
    "asked",
    "planned",
    "denied",
    "uncertain",
    "stale",
    "said",
)


@dataclass(frozen=True, slots=True)
class CueFound:
    """A cue in the text: what it does, and where it stands."""

    cue: NoteCue
    start: int
    end: int
    ends: re.Pattern[str] | None
    unless: re.Pattern[str] | None = None


CompiledCue = tuple[NoteCue, list[Form], re.Pattern[str] | None, re.Pattern[str] | None]


@dataclass(slots=True)
class CueFinder:
    """The cues of one language, compiled."""

    patterns: list[CompiledCue] = field(default_factory=list)
    relatives: re.Pattern[str] | None = None
    first_person: re.Pattern[str] | None = None
    male: re.Pattern[str] | None = None
    question: re.Pattern[str] | None = None
    given: re.Pattern[str] | None = None
    inner_stops: frozenset[str] = frozenset()
    pronouns: re.Pattern[str] | None = None  # that begin a sentence which goes on about somebody
    female: frozenset[str] = frozenset()  # those of them that no man is meant with
    sexes: frozenset[str] = frozenset()  # the pronouns that tell a sex
    somebody: re.Pattern[str] | None = None  # stands in a text that is about somebody
    own_patient: re.Pattern[str] | None = None  # says which of two persons is the patient
    goes_on: re.Pattern[str] | None = None  # behind a mention: its list goes on to an alternative
    ends: re.Pattern[str] | None = None  # before a mention: it is the last alternative of a list

    def find_cues(self, masked: str, present: frozenset[str]) -> list[CueFound]:
        """Every cue of the text in its order; `present` are the anchors that stand in it."""
        found = [
            CueFound(cue, match.start(), match.end(), ends, unless)
            for cue, words, ends, unless in self.patterns
            for form in words
            if form.anchors is None or not form.anchors.isdisjoint(present)
            for match in form.pattern.finditer(masked)
        ]
        return sorted(found, key=lambda cue: (cue.start, -cue.end))


def make_cue_finder(language: NoteLanguage, compiler: FormCompiler) -> CueFinder:
    """Compile the cues of a language. Raises ValueError for a form that cannot be read."""
    patterns = [_compile_cue(cue, compiler) for cue in language.cues]
    question = re.compile(rf"\s*(?:{_join_words(language.interrogatives)})(?!\w)")
    given = compiler.compile_form(language.words["given"]).pattern
    return CueFinder(
        patterns,
        _join_forms(language.relatives, compiler),
        _join_forms(language.first_person, compiler),
        _join_forms(language.male_relatives, compiler),
        question,
        given,
        frozenset(language.inner_stops),
        _make_pronoun_pattern(language),
        frozenset(language.pronouns.get("female", ())),
        frozenset((*language.pronouns.get("female", ()), *language.pronouns.get("male", ()))),
        _join_forms(language.somebody, compiler),
        _make_own_pattern(language, compiler),
        re.compile(rf"[^.;:\n]{{0,160}}?(?<!\w)(?:{_join_words(language.alternatives)})(?!\w)"),
        re.compile(rf" (?:{_join_words(language.alternatives)}) "),
    )


def _make_pronoun_pattern(language: NoteLanguage) -> re.Pattern[str]:
    said = _join_words([word for words in language.pronouns.values() for word in words])
    return re.compile(rf"\s*(?P<said>{said})(?!\w)(?!\s+(?:{_join_words(language.reflexives)}))")


def _make_own_pattern(language: NoteLanguage, compiler: FormCompiler) -> re.Pattern[str]:
    said = _join_words([*language.pronouns.get("female", ()), *language.pronouns.get("male", ())])
    behind = compiler.compile_form(language.words["own_patient"]).pattern.pattern
    return re.compile(rf"(?<!\w)(?P<said>{said})(?!\w){behind}")


def _join_words(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, words)) or "(?!)"


def _compile_cue(cue: NoteCue, compiler: FormCompiler) -> CompiledCue:
    words = [compiler.compile_form(form) for form in cue.words]
    return cue, words, _join_forms(cue.ends, compiler), _join_forms(cue.unless, compiler)


def _join_forms(forms: Sequence[str], compiler: FormCompiler) -> re.Pattern[str] | None:
    if not forms:
        return None
    patterns = [re.sub(r"\?P<\w+>", "?:", compiler.compile_form(form).pattern.pattern) for form in forms]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@dataclass(slots=True)
class NoteContext:
    """What the words around say of every place of one note."""

    text: NoteText
    masked: str
    finder: CueFinder
    by_sentence: dict[int, list[CueFound]] = field(default_factory=dict)
    general: set[int] = field(default_factory=set)  # questions of a text that is about nobody
    other: set[int] = field(default_factory=set)  # sentences that go on about another person
    wide: list[CueFound] = field(default_factory=list)  # cues for the whole note
    quoted: list[tuple[int, int]] = field(default_factory=list)  # passages of others that speak of patients in general
    subject: str = ""  # the relative of the writer who is the patient

    def find_standing(self, start: int, end: int, kind: str = "") -> tuple[Standing, CueFound | None]:
        """How the words from start to end are meant, and the cue that says so."""
        sentence = self.text.find_sentence(start)
        under = sentence.status if not sentence.about or kind in sentence.about else "said"
        weak = under in ("planned", "asked")
        best: tuple[Standing, CueFound | None] = ("said" if weak else under, None)
        if sentence.start in self.other:
            best = _choose(best, ("other_person", None))
        if sentence.start in self.general or any(low <= start < high for low, high in self.quoted):
            best = _choose(best, ("general", None))
        for cue in self.wide:
            best = _choose(best, (cue.cue.status, cue)) if _is_about(cue.cue, kind) else best
        for cue in self.by_sentence.get(sentence.start, ()):
            if _is_about(cue.cue, kind) and self._reaches(cue, start, end, sentence):
                best = _choose(best, (cue.cue.status, cue))
        if best[0] == "said" and kind == "drug" and self._is_asked(sentence, start):
            return "asked", None
        return (under, None) if weak and best[0] == "said" else best

    def _is_asked(self, sentence: Sentence, start: int) -> bool:
        """Whether a drug stands in a question, and no word before it there says that it was given."""
        question, given = self.finder.question, self.finder.given
        if not sentence.asks or question is None:
            return False
        begins = question.match(self.masked, sentence.start, start) is not None
        return begins and (given is None or given.search(self.masked, sentence.start, start) is None)

    def _reaches(self, found: CueFound, start: int, end: int, sentence: Sentence) -> bool:
        if found.unless is not None and found.unless.search(self.masked, sentence.start, start):
            return False
        if found.start < end and start < found.end:
            return found.cue.status == "other_person"
        if found.cue.looks == "sentence":
            return sentence.start <= found.start < sentence.end
        if found.cue.looks == "right":
            return found.end <= start and self._is_near(found, found.end, start) and self._is_open(found, found.end, start, end)
        return end <= found.start and self._is_near(found, end, found.start) and self._is_open(found, end, found.start, end)

    def _is_near(self, found: CueFound, low: int, high: int) -> bool:
        return high - low <= found.cue.reach or count_signs(self.masked[low:high]) <= found.cue.reach

    def _is_open(self, found: CueFound, low: int, high: int, behind: int) -> bool:
        """Whether nothing between a cue and a mention ends its reach."""
        between = self.masked[low:high]
        is_cut = found.cue.status not in FAR and (";" in between or self._has_stop(between))
        if (
            is_cut
            or (found.cue.looks == "right" and found.cue.status not in FAR and _closes(between))
            or (found.ends is not None and found.ends.search(between))
        ):
            return False
        if "," not in between or not found.cue.at_comma:
            return True
        return self._is_list(between, behind)

    def _is_list(self, between: str, behind: int) -> bool:
        """Whether the commas between a cue and a mention are those of one list that ends with an alternative."""
        goes_on, ends = self.finder.goes_on, self.finder.ends
        listed = re.sub(r"[\ue000-\ue0ff]+", "", between)
        if goes_on is None or ends is None or any(len(part.split()) > 3 for part in listed.split(",")):
            return False
        return goes_on.match(self.masked, behind) is not None or ends.search(between) is not None

    def _has_stop(self, between: str) -> bool:
        """Whether a full stop stands between that is none of an abbreviation."""
        stops = FULL_STOP.finditer(between)
        return any(re.split(r"[\s(]", between[: stop.start()])[-1] not in self.finder.inner_stops for stop in stops)


def _closes(between: str) -> bool:
    """Whether a bracket, or a quotation, ends between a cue and a mention that does not begin there."""
    depth = 0
    for sign in between:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return True
    return False


def _is_about(cue: NoteCue, kind: str) -> bool:
    return kind not in cue.not_about and (not cue.about or kind in cue.about)


def _choose(one: tuple[Standing, CueFound | None], other: tuple[Standing, CueFound | None]) -> tuple[Standing, CueFound | None]:
    return other if STRONGEST.index(other[0]) < STRONGEST.index(one[0]) else one


def make_context(text: NoteText, masked: str, present: frozenset[str], finder: CueFinder) -> NoteContext:
    """Find the cues of a note, sentence by sentence; `present` are the anchors that stand in it."""
    subject = _find_subject(masked, finder)
    context = NoteContext(text, masked, finder, subject=subject)
    own = [named.span() for named in re.finditer(rf"{re.escape(subject.rstrip('s'))}s?", masked)] if subject else []
    for found in finder.find_cues(masked, present):
        if any(low <= found.start and found.end <= high for low, high in own):
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
    _carry_on_others(context)
    return context


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


def _is_ended(found: CueFound, masked: str, sentence: Sentence) -> bool:
    return found.ends is not None and found.ends.search(masked, found.end, sentence.end) is not None


SHORT = 3  # words of a sentence that only greets or thanks
FAR = ("other_person", "other_cancer", "general")  # they reach over a semicolon
FULL_STOP = re.compile(r"\.\s")
QUOTED = re.compile(r'"[^"]{80,}"')


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
