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

FAR = ("other_person", "other_cancer", "general")  # they reach over a semicolon
FULL_STOP = re.compile(r"\.\s")


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
    given_behind: re.Pattern[str] | None = None
    inner_stops: frozenset[str] = frozenset()
    pronouns: re.Pattern[str] | None = None  # that begin a sentence which goes on about somebody
    female: frozenset[str] = frozenset()  # those of them that no man is meant with
    sexes: frozenset[str] = frozenset()  # the pronouns that tell a sex
    own_story: re.Pattern[str] | None = None  # by which the writer is the patient, who then is `i`, and nobody else
    own_word: re.Pattern[str] | None = None
    third_word: re.Pattern[str] | None = None
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
    given, behind = (compiler.compile_form(language.words[name]).pattern for name in ("given", "given_behind"))
    return CueFinder(
        patterns,
        _join_forms(language.relatives, compiler),
        _join_forms(language.first_person, compiler),
        _join_forms(language.male_relatives, compiler),
        question,
        given,
        behind,
        frozenset(language.inner_stops),
        _make_pronoun_pattern(language),
        frozenset(language.pronouns.get("female", ())),
        frozenset((*language.pronouns.get("female", ()), *language.pronouns.get("male", ()))),
        _compile_said(language, "own_story", compiler),
        _compile_said(language, "own_word", compiler),
        _compile_said(language, "third_word", compiler),
        _join_forms(language.somebody, compiler),
        _make_own_pattern(language, compiler),
        re.compile(rf"[^.;:\n]{{0,160}}?(?<!\w)(?:{_join_words(language.alternatives)})(?!\w)"),
        re.compile(rf" (?:{_join_words(language.alternatives)}) "),
    )


def _compile_said(language: NoteLanguage, name: str, compiler: FormCompiler) -> re.Pattern[str] | None:
    return compiler.compile_form(language.words[name]).pattern if name in language.words else None


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
            best = _choose_stronger(best, ("other_person", None))
        if sentence.start in self.general or any(low <= start < high for low, high in self.quoted):
            best = _choose_stronger(best, ("general", None))
        for cue in self.wide:
            best = _choose_stronger(best, (cue.cue.status, cue)) if _is_about(cue.cue, kind) else best
        for cue in self.by_sentence.get(sentence.start, ()):
            if _is_about(cue.cue, kind) and self._reaches_mention(cue, start, end, sentence):
                best = _choose_stronger(best, (cue.cue.status, cue))
        if best[0] == "said" and kind == "drug" and self._is_asked(sentence, start):
            return "asked", None
        if not weak or best[0] != "said":
            return best
        return best if under == "asked" and sentence.about and self._is_told_before_asking(sentence, start) else (under, None)

    def _is_told_before_asking(self, sentence: Sentence, start: int) -> bool:
        """Whether a sentence under the heading of a question tells first what was given."""
        given = self.finder.given
        return not sentence.asks and given is not None and given.search(self.masked, sentence.start, start) is not None

    def _is_asked(self, sentence: Sentence, start: int) -> bool:
        """Whether a drug stands in a question or begins it, and no word before it there says that it was given."""
        question, given = self.finder.question, self.finder.given
        if not sentence.asks or question is None:
            return False
        is_first = not self.masked[sentence.start : start].strip(" \n-*(") and self._ends_bare(start, sentence)
        begins = is_first or question.match(self.masked, sentence.start, start) is not None
        return begins and (given is None or given.search(self.masked, sentence.start, start) is None)

    def _ends_bare(self, start: int, sentence: Sentence) -> bool:
        """Whether nothing in the rest of a question says that a drug was given."""
        behind = self.finder.given_behind
        return behind is None or behind.search(self.masked, start, sentence.end) is None

    def _reaches_mention(self, found: CueFound, start: int, end: int, sentence: Sentence) -> bool:
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
            or (found.cue.looks == "right" and found.cue.status not in FAR and _closes_bracket(between))
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


def _closes_bracket(between: str) -> bool:
    """Whether a bracket, or a quotation, ends between a cue and a mention that does not begin there."""
    depth = 0
    for sign in between:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return True
    return False


def _is_about(cue: NoteCue, kind: str) -> bool:
    return kind not in cue.not_about and (not cue.about or kind in cue.about)


def _choose_stronger(
    one: tuple[Standing, CueFound | None], other: tuple[Standing, CueFound | None]
) -> tuple[Standing, CueFound | None]:
    return other if STRONGEST.index(other[0]) < STRONGEST.index(one[0]) else one
