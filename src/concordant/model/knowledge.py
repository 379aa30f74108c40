"""All knowledge as one compiled record, and the vocabulary that records are read with."""

import hashlib
from functools import cached_property
from typing import Any, Literal

import msgspec

from concordant.contract_names import Sex
from concordant.model.accepted import AcceptedFinding
from concordant.model.audit import AuditWords
from concordant.model.drugs import Code, Drug, Regimen
from concordant.model.features import Axiom, Feature
from concordant.model.form import Form
from concordant.model.formulas import Formula, Rounding
from concordant.model.guideline import Danger, Disagreement, Guideline, LedgerRow, NewerEvent, Statement, Transition
from concordant.model.naming import (
    ClassName,
    DrugOrClass,
    MedicationName,
)
from concordant.model.notes import NoteReading
from concordant.model.reading import CodeFamily, Morphology, ReadingChoices, TumourWords
from concordant.model.sources import Cite, Record, Source
from concordant.model.trials import Trial
from concordant.model.vocabulary import (
    AssemblyRules,
    Certainty,
    ConditionWords,
    OrderReading,
    ReportTopic,
    ResultMeaning,
    TreatmentCodes,
    TreatmentTold,
)


class Term(Record, frozen=True):
    """A word of an open vocabulary with its synonyms and codes.

    `kinds` are names of narrower things: where one is, the term is; where one is not, nothing is said of the term.
    `no_bearing` says why it does not matter for any regimen here. A condition or medication that neither a rule reads nor
    `no_bearing` sets aside holds back the drugs and classes of `concerns`, or every regimen where that is empty.
    """

    id: str
    name: str
    synonyms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    tags: tuple[str, ...] = ()
    no_bearing: str = ""
    concerns: tuple[str, ...] = ()


class TermFamily(Record, frozen=True):
    """A whole family of terms, and the blocks of a hierarchical code system of which every code is one of it.

    Its members are terms with its `no_bearing`, `concerns` and `tags`; a code of a block that no term has stands for it.
    """

    id: str
    name: str
    source: Cite
    list_: Literal["medications"] = msgspec.field(name="list")
    synonyms: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    no_bearing: str = ""
    concerns: tuple[str, ...] = ()


class Unit(Record, frozen=True):
    """A unit and the other spellings of it, each with the factor that turns it into this one. A spelling with the factor `whole`
    or less counts single things, which have no decimals. Of a unit with a `fraction` a bare number from 0 to 1 may be a part of
    one as well, which is so many of the unit.
    """

    id: str
    also: dict[str, float] = {}
    bare: bool = False
    whole: float = 0.0
    fraction: float = 0.0


class VocabularyField(Record, frozen=True):
    """A measurement or marker test that a case file may hold: its unit, or its words.

    `stems` are whole words, and parts of longer ones, by which the name of a test is known to be this one, and
    `number_stems` those by which it is known to be of one of its numbers, the first that is met.
    `mentions` are names by which a result of unknown code is seen to be about it, so that it is left open; none of them counts
    beside one of `other_mentions`.
    """

    name: str
    label: str
    unit: str = ""
    words: tuple[str, ...] = ()
    numbers: dict[str, str] = {}
    also: dict[str, float] = {}
    low: float | None = None
    high: float | None = None
    stems: tuple[str, ...] = ()
    number_stems: dict[str, tuple[str, ...]] = {}
    means: ResultMeaning | None = None
    mentions: tuple[str, ...] = ()
    other_mentions: tuple[str, ...] = ()


class CodeSystem(Record, frozen=True):
    """A code system and the names (addresses, object identifiers, words) that it goes by."""

    id: str
    name: str
    names: tuple[str, ...]


CodeKind = Literal[
    "test",
    "measurement",
    "observation",
    "value",
    "stage",
    "status",
    "menopause",
    "line",
    "stop_reason",
    "intent",
    "cancer",
    "secondary",
    "condition",
    "implied",
    "procedure",
    "site",
    "drug",
    "medication",
    "not_asked",
    Sex,
    "episode",
    "unit",
    "operator",
    "drug_type",
]


class ValueSet(Record, frozen=True):
    """Codes that all stand for one concept, pinned: `sha256` is over the sorted codes with their displays.

    `families` are prefixes of a hierarchical system of which every code belongs. `implies` is what the code says beside its
    concept. `words` are texts that say the same where no code does.
    """

    id: str
    kind: CodeKind
    source: Cite
    sha256: str
    codes: tuple[Code, ...]
    concept: str = ""
    part: str = ""
    says: str = ""
    implies: dict[str, str] = {}
    families: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Vocabulary(Record, frozen=True):
    """The closed and open lists that records are read with."""

    tests: tuple[VocabularyField, ...]
    measurements: tuple[VocabularyField, ...]
    patient: tuple[VocabularyField, ...]
    sites: tuple[Term, ...]
    conditions: tuple[Term, ...]
    medications: tuple[Term, ...]
    stages: dict[str, str]
    genes: tuple[str, ...]
    protocols: dict[str, tuple[DrugOrClass, ...]]
    class_words: dict[str, ClassName]
    drug_suffixes: tuple[str, ...]
    qualifiers: tuple[str, ...]
    units: tuple[Unit, ...]
    lines_of_therapy: AssemblyRules
    substances: tuple[Term, ...] = ()
    wish_words: tuple[str, ...] = ()
    condition_words: ConditionWords | None = None
    code_families: tuple[CodeFamily, ...] = ()
    morphology: Morphology | None = None
    flagged_days: int = 92
    code_systems: tuple[CodeSystem, ...] = ()
    value_sets: tuple[ValueSet, ...] = ()
    product_words: tuple[str, ...] = ()
    study_words: tuple[str, ...] = ()
    treatment_words: tuple[str, ...] = ()
    treatment_told: TreatmentTold = TreatmentTold()
    denying_words: tuple[str, ...] = ()
    tumour_words: TumourWords | None = None
    test_heads: tuple[str, ...] = ()
    course_words: tuple[str, ...] = ()
    closing_words: tuple[str, ...] = ()
    closing_fillers: tuple[str, ...] = ()
    treatment_codes: tuple[TreatmentCodes, ...] = ()
    families: tuple[TermFamily, ...] = ()
    combinations: dict[str, tuple[MedicationName, ...]] = {}
    medicine_words: tuple[str, ...] = ()
    abnormal_flags: tuple[str, ...] = ()
    result_words: tuple[str, ...] = ()
    certainty: Certainty | None = None
    reading: ReadingChoices | None = None
    report_topics: tuple[ReportTopic, ...] = ()
    orders: OrderReading | None = None


class Translation(Record, frozen=True):
    """A text of the knowledge, or a sentence with places such as `{drug}`, in English and in the language of its file."""

    says: str
    told: str


class Translations(Record, frozen=True):
    """Texts in another language; `neutral` are words that are the same in it."""

    texts: tuple[Translation, ...] = ()
    neutral: tuple[str, ...] = ()


class Stored(Record, frozen=True):
    """Parts that few answers need, a third of all: each stays as it is stored until somebody asks for it."""

    notes: msgspec.Raw
    audit: msgspec.Raw
    told: msgspec.Raw


PARTS: dict[str, Any] = {"notes": NoteReading, "audit": AuditWords, "told": dict[str, Translations]}  # by name, what each holds


def store_parts(notes: NoteReading, audit: AuditWords, told: dict[str, Translations]) -> Stored:
    """The parts as they are stored, each number in the type of its field."""
    parts = {"notes": notes, "audit": audit, "told": told}
    plain = {name: msgspec.msgpack.decode(msgspec.msgpack.encode(parts[name]), type=kind) for name, kind in PARTS.items()}
    return Stored(**{name: msgspec.Raw(msgspec.msgpack.encode(part)) for name, part in plain.items()})


NOTHING_STORED = store_parts(NoteReading(), AuditWords(), {})


class Knowledge(Record, frozen=True, dict=True):
    """All of it, compiled: features in the order in which they can be derived. `told` are its texts by language.

    `cohort` are the files of `cohort/` by name, packed: `model/cohort` unpacks them for who judges many patients.

    `digest` is the fingerprint of the rest: a SHA-256 of `encode_content`, never taken over from anywhere else.
    """

    digest: str
    guidelines: tuple[Guideline, ...]
    statements: tuple[Statement, ...]
    ledgers: dict[str, tuple[LedgerRow, ...]]
    features: tuple[Feature, ...]
    axioms: tuple[Axiom, ...]
    formulas: tuple[Formula, ...]
    rounding: Rounding | None
    drugs: tuple[Drug, ...]
    regimens: tuple[Regimen, ...]
    trials: tuple[Trial, ...]
    disagreements: tuple[Disagreement, ...]
    newer: tuple[NewerEvent, ...]
    transitions: tuple[Transition, ...]
    dangers: tuple[Danger, ...]
    sources: tuple[Source, ...]
    vocabulary: Vocabulary
    classes: dict[str, str]
    form: Form = Form()
    accepted: tuple[AcceptedFinding, ...] = ()
    cohort: dict[str, bytes] = {}
    stored: Stored = NOTHING_STORED

    @cached_property
    def notes(self) -> NoteReading:
        """How notes are read."""
        return msgspec.msgpack.decode(self.stored.notes, type=NoteReading)

    @cached_property
    def audit(self) -> AuditWords:
        """By which words a written answer is audited."""
        return msgspec.msgpack.decode(self.stored.audit, type=AuditWords)

    @cached_property
    def told(self) -> dict[str, Translations]:
        """The texts in other languages."""
        return msgspec.msgpack.decode(self.stored.told, type=dict[str, Translations])


def encode_content(knowledge: Knowledge) -> bytes:
    """What a fingerprint is taken of: everything but the fingerprint itself, each number in the type of its field."""
    content = msgspec.msgpack.encode(msgspec.structs.replace(knowledge, digest=""))
    return msgspec.msgpack.encode(msgspec.msgpack.decode(content, type=Knowledge))  # a compiler may give 12 where 12.0 is meant


def decode_content(content: bytes | memoryview, digest: str = "") -> Knowledge:
    """The knowledge that these bytes hold, under their own fingerprint (which may have been taken already).

    Raises DecodeError for what holds none.
    """
    knowledge = msgspec.msgpack.decode(content, type=Knowledge)
    stored = Stored(**{name: getattr(knowledge.stored, name).copy() for name in PARTS})  # or it would hold on to all the content
    return msgspec.structs.replace(knowledge, digest=digest or compute_digest(content), stored=stored)


def spell_out(knowledge: Knowledge) -> dict[str, Any]:
    """All of it as plain lists and mappings, the stored parts too."""
    names = [*(name for name in knowledge.__struct_fields__ if name != "stored"), *PARTS]
    spelled: dict[str, Any] = msgspec.to_builtins({name: getattr(knowledge, name) for name in names})
    return spelled


def compute_digest(content: bytes | memoryview) -> str:
    """The SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
