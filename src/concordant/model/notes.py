"""How clinical notes are read in one language: names, cues, forms. Told by the knowledge, one folder a language.

A form is a small pattern: words as they stand; `(a|b)` one of several; `[a]` may be missing; `<class>` a word of a class, a
number, a date, or a name of the knowledge; `~` a few words of no account; blanks mean blanks or none. What stands without a
blank between belongs together: `x<n>`.
"""

from collections.abc import Sequence
from typing import Any, Literal

from concordant.model.sources import Record

# What the words around a mention make of it, the strongest first.
Standing = Literal[
    "other_person", "other_cancer", "general", "asked", "planned", "conditional", "denied", "uncertain", "stale", "said"
]


class NoteCue(Record, frozen=True):
    """Words that say how something is meant that stands before or behind them, at most `reach` characters away.

    `ends` are words at which their reach ends; a comma is one where `at_comma` says so, unless a list with `or` goes on
    behind it.
    """

    status: Standing
    looks: Literal["right", "left", "sentence", "note"]
    words: tuple[str, ...]
    reach: int = 400
    ends: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()  # words between the beginning of the sentence and the mention
    at_comma: bool = False
    about: tuple[str, ...] = ()  # kinds of mentions alone, or ids of rules; all where there is none
    not_about: tuple[str, ...] = ()


class NoteHeading(Record, frozen=True):
    """Headings, and how what stands under them is meant."""

    words: tuple[str, ...]
    status: Standing = "said"
    section: str = ""
    about: tuple[str, ...] = ()  # kinds of mentions alone; all where there is none
    is_short: bool = False  # on one line with others, it ends with its first sentence


class NoteRule(Record, frozen=True):
    """A form and the facts that it tells, as `fact = value`; `{class}` is what was found.

    `denied` and `uncertain` are what it tells where the words around it deny or doubt it; `offers` what may be meant and is
    asked. Where `shown_before` or `shown_behind` are told, one of them has to stand in the sentence; a bare name is offered.
    `reads` and `does_not_read` are examples that are tried whenever the knowledge is checked.
    """

    id: str
    form: str
    tells: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    why: str = ""
    sure: Literal["said", "convention"] = "said"
    not_after: str = ""
    not_before: str = ""
    shown_before: str = ""
    shown_behind: str = ""
    shown_in: tuple[str, ...] = ()  # sections whose heading says it
    needs: tuple[str, ...] = ()  # facts without which it tells nothing
    sections: tuple[str, ...] = ()  # of the note, in which alone it counts
    not_sections: tuple[str, ...] = ()
    any_standing: bool = False
    reads: tuple[str, ...] = ()
    does_not_read: tuple[str, ...] = ()


class CourseRule(Record, frozen=True):
    """A form in the words around a course of treatment, and what it says of the course.

    `where`: before the drugs, behind them, or both; `reach`: how many characters may lie between.
    """

    id: str
    form: str
    tells: dict[str, str]
    where: Literal["before", "after", "around"] = "after"
    reach: int = 40
    sure: Literal["said", "convention"] = "said"
    offers: bool = False
    why: str = ""
    not_after: str = ""
    not_before: str = ""
    reads: tuple[str, ...] = ()
    does_not_read: tuple[str, ...] = ()


class PatientForm(Record, frozen=True):
    """A form that begins a patient (`Pt A`, `1. 54F`): two of one kind with different labels are two patients.

    `at_line`: it counts at the beginning of a line only, behind a number or a bullet. `alone`: it says by itself that there are
    several.
    """

    form: str
    at_line: bool = False
    alone: bool = False


class NoteLanguage(Record, frozen=True):
    """All that notes of one language are read with."""

    marks: tuple[str, ...] = ()  # words by which a text is seen to be of this language
    classes: dict[str, dict[str, tuple[str, ...]]] = {}
    macros: dict[str, str] = {}
    months: dict[str, int] = {}
    relative: dict[str, dict[str, tuple[str, ...]]] = {}  # words of dates that are told from the day of the note
    alone: tuple[str, ...] = ()  # classes of drugs that no comma joins to others in one course
    never_joined: tuple[str, ...] = ()  # drugs that are no part of a course with others
    somebody: tuple[str, ...] = ()  # forms of which a text has one that is about somebody: else its questions are general
    names: dict[str, dict[str, tuple[str, ...]]] = {}  # further names, by kind and id
    capitals: tuple[str, ...] = ()  # short names that only count in capitals
    not_names: tuple[str, ...] = ()  # names of the knowledge that are everyday words of a note
    ignored: tuple[str, ...] = ()  # conditions that notes tell otherwise
    supportive: tuple[str, ...] = ()  # drugs that are no course of treatment by themselves
    long_running: tuple[str, ...] = ()  # classes of drugs of which running says nothing of the setting
    named_settings: dict[str, str] = {}  # names of treatments that say their setting
    columns: dict[str, tuple[str, ...]] = {}  # headings of a table, by the fact and its unit
    drug_endings: tuple[str, ...] = ()  # an unknown word that ends so may be a drug
    compounds: tuple[str, ...] = ()  # words that a name is written together with: the name ends where they begin
    abbreviations: tuple[str, ...] = ()  # a full stop behind them ends no sentence
    hyphenated: tuple[str, ...] = ()  # behind these a hyphen at the end of a line is one of the word; `*` for any ending
    exam_questions: tuple[str, ...] = ()  # words that ask for one of several answers, whose numbered lines are options
    pronouns: dict[Literal["female", "male", "other"], tuple[str, ...]] = {}  # a sentence that begins so goes on about somebody
    reflexives: tuple[str, ...] = ()  # behind a pronoun: the patient herself is meant
    alternatives: tuple[str, ...] = ()  # words before the last of several that are all denied: `no A, B or C`
    inner_stops: tuple[str, ...] = ()  # words with a full stop over which the reach of a cue goes on: `51 J. an`
    ordinals: tuple[str, ...] = ()  # words behind a number with a full stop that ends no sentence: `3. Zyklus`
    headings: tuple[NoteHeading, ...] = ()
    cues: tuple[NoteCue, ...] = ()
    rules: tuple[NoteRule, ...] = ()
    course_rules: tuple[CourseRule, ...] = ()
    filler: tuple[str, ...] = ()
    first_person: tuple[str, ...] = ()  # words by which the writer is the patient
    interrogatives: tuple[str, ...] = ()  # first words of a question
    male_relatives: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()  # words for the patient where a relative writes
    in_words: tuple[str, ...] = ()  # words before a date at which something was
    words: dict[str, str] = {}  # forms that the order of things is told in
    patients: tuple[PatientForm, ...] = ()  # how a text that is about several patients begins each


class OtherLanguage(Record, frozen=True):
    """A language that is told apart and not read, unless there is a folder for its code: the words by which a text is seen to be
    of it.
    """

    code: str
    name: str
    marks: tuple[str, ...]


class NoteConventions(Record, frozen=True):
    """What the facts of notes are called that conventions speak of, and how their values stand to one another.

    `one_value` can have one value; `many` several, or a more exact one; of `last` the last that is told counts; `dated` have a
    date of their own. `contradicts` are facts that cannot be true beside a result in words.
    """

    age: str = ""
    site: str = ""
    surgery: str = ""
    surgery_date: str = ""
    diagnosis_date: str = ""
    recurrence: str = ""
    recurrence_date: str = ""
    progression: str = ""
    growth: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()
    no_spread: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()  # values of spread and response that speak of no growth
    de_novo: str = ""
    brain: str = ""
    brain_states: tuple[str, ...] = ()
    brain_treated: str = ""
    growth_hint: str = ""
    line_hint: str = ""
    no_symptoms_hint: str = ""
    surgery_denied_hint: str = ""
    spared_outside: str = ""
    markers: tuple[str, ...] = ()
    one_value: tuple[str, ...] = ()
    asked_if_several: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()
    symptomatic: tuple[str, ...] = ()
    firm_stops: tuple[str, ...] = ()  # reasons why a treatment ended that exclude one another
    weak_stops: tuple[str, ...] = ()  # what stands beside none of them, the surest first
    allergy: str = ""  # what rules call an allergy: `allergy[drug]`
    allergy_names: tuple[str, ...] = ()  # the condition that one to a `{drug}` is: the first that is a term, or the last
    lesion_rules: tuple[str, ...] = ()  # they tell a site of something that may be no metastasis
    unread_allergy: str = ""  # the condition that one to `{words}` is of which nothing was made
    contradicts: dict[str, tuple[str, ...]] = {}
    settled_by: dict[str, tuple[str, ...]] = {}  # facts beside which nothing contradicts it

    def rank_stop(self, reason: str) -> int:
        """How sure a reason is why a treatment ended; the surest first."""
        if reason in self.firm_stops:
            return 0
        return 1 + self.weak_stops.index(reason) if reason in self.weak_stops else 1 + len(self.weak_stops)


class FactPlace(Record, frozen=True):
    """Where a fact of a note stands in a case file: a key of a block, or an entry with the value under `key`.

    A fact that names a thing (`medication[...]`) is told as `medication[]`: the thing stands under `key`, its value under
    `status` where there is one. `values` are values that a case file writes otherwise; nothing for one that it leaves out.
    """

    fact: str
    block: str
    key: str = ""
    entry: dict[str, str] = {}
    status: str = ""
    values: dict[str, str] = {}


class DiseaseTold(Record, frozen=True):
    """How the places and the extent that a note tells belong to the events of the disease.

    They are of the first of `carriers` that is told. Where `begun` (a fact and its value) is told they are of the diagnosis,
    which was then metastatic; else they stand by themselves, a site in the words of `finding`.
    """

    sites: str = ""
    extent: str = ""
    stage: str = ""
    carriers: tuple[str, ...] = ()
    begun: str = ""  # `fact = value`
    finding: str = ""


class NoteReading(Record, frozen=True):
    """How notes are read: by language, and where their facts stand in a case file.

    `others` are languages that are told apart and not read; `open_unless_told` are features that are unknown for a note that says
    nothing of them, whatever silence means in a record. A text without a mark of any language is read in that of `unmarked`.
    """

    languages: dict[str, NoteLanguage] = {}
    others: tuple[OtherLanguage, ...] = ()
    places: tuple[FactPlace, ...] = ()
    conventions: NoteConventions = NoteConventions()
    disease: DiseaseTold = DiseaseTold()
    open_unless_told: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()


def join_languages(parts: Sequence[NoteLanguage]) -> NoteLanguage:
    """The files of one language as one: lists behind each other, tables together."""
    joined: dict[str, Any] = {}
    for part in parts:
        for name in NoteLanguage.__struct_fields__:
            value = getattr(part, name)
            known = joined.get(name)
            joined[name] = value if known is None else {**known, **value} if isinstance(value, dict) else (*known, *value)
    return NoteLanguage(**joined)


def join_readings(languages: dict[str, NoteLanguage], parts: Sequence[NoteReading]) -> NoteReading:
    """The languages with what the shared files tell of all of them."""
    disease = next((part.disease for part in parts if part.disease != DiseaseTold()), DiseaseTold())
    conventions = next((part.conventions for part in parts if part.conventions != NoteConventions()), NoteConventions())
    return NoteReading(
        languages=languages,
        others=tuple(one for part in parts for one in part.others),
        places=tuple(one for part in parts for one in part.places),
        disease=disease,
        conventions=conventions,
        open_unless_told=tuple(one for part in parts for one in part.open_unless_told),
        unmarked=tuple(one for part in parts for one in part.unmarked),
    )
