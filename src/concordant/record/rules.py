"""What the reading of any source needs of the knowledge, made once: stages, sites, rules for courses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from concordant.model.knowledge import Knowledge, Vocabulary, VocabularyField
from concordant.model.reading import Side, TumourWords, Umbrella
from concordant.patient.events import EXTENTS, Extent, match_word
from concordant.record.courses.line_rules import LineRules, make_line_rules
from concordant.record.test_names import TestNames, make_test_names
from concordant.terminology.names import Words, is_doubted, normalize_name
from concordant.terminology.topics import TopicFinder, make_topic_finder
from concordant.terminology.tumours import NO_WORDS

REGIONAL, NODES = "regional", "nodes"  # tags of sites: within the tumour's own region; lymph nodes
STAGE_WORDS = ("ajcc", "uicc", "stage", "stadium", "group", "clinical", "pathologic", "pathological", "anatomic", "prognostic")
ROMAN = {"0": "0", "1": "i", "2": "ii", "3": "iii", "4": "iv"}


class RecordRules(msgspec.Struct, frozen=True):
    """Look-up tables and rules by which findings become a record."""

    lines: LineRules
    tests: Mapping[str, VocabularyField]
    measured: Mapping[str, VocabularyField]
    stages: Mapping[str, str]
    subjects: tuple[str, ...]
    subject_sites: Mapping[str, str]
    sides: tuple[Side, ...]
    specimen_words: frozenset[str]
    regional_sites: frozenset[str]
    node_sites: frozenset[str]
    own_cancer: str
    other_cancer: str
    tumours: TumourWords
    test_names: TestNames
    umbrellas: Mapping[str, Umbrella]
    undated_sites: Mapping[str, str]
    de_novo_months: float
    medications: frozenset[str]
    names: Mapping[str, str]
    topics: TopicFinder
    plain_words: Mapping[str, str]  # what the words of tests come to

    def is_distant(self, site: str, *, coded: bool = False) -> bool:
        """Whether a metastasis there is a distant one; one without a site may be, and counts as such. A code for a secondary
        neoplasm says so of every site but lymph nodes: what has only grown there has a code of the primary tumour.
        """
        return not site or site in self.lines.distant_sites or (coded and site not in self.node_sites)

    def is_regional(self, site: str) -> bool:
        """Whether a metastasis there is one of the tumour's own region; of other sites that are not distant it is open."""
        return site in self.regional_sites

    def find_extent(self, stage: str) -> Extent | None:
        """The extent of disease that a stage tells; None when it leaves it open, or is no stage."""
        return match_word(self.stages.get(normalize_stage(stage)), EXTENTS)

    def find_side(self, texts: Iterable[str], codes: Iterable[str]) -> str:
        """The side of a paired organ that words or codes tell; empty when none or both do."""
        words, known = {word for text in texts for word in normalize_name(text).split()}, set(codes)
        told = [side.id for side in self.sides if not words.isdisjoint(side.words) or not known.isdisjoint(side.codes)]
        return told[0] if len(told) == 1 else ""


def normalize_stage(text: str) -> str:
    """`Stage 3A`, `AJCC stage IIIA`, `Stadium IIIA`, `c3A` and `pIIIA` in one spelling."""
    if is_doubted(text):
        return text
    words = normalize_name(text).split()
    while len(words) > 1 and words[0] in STAGE_WORDS:
        words = words[1:]
    name = "".join(words)
    name = next((name.removeprefix(word) for word in STAGE_WORDS if name.startswith(word) and name != word), name)
    if name[:1] in "cp" and (name[1:2].isdigit() or name[1:2] in ("i", "m")):
        name = name[1:]
    return ROMAN[name[0]] + name[1:] if name[:1] in ROMAN else name


def make_stage_table(vocabulary: Vocabulary) -> dict[str, str]:
    """The extent that each stage tells."""
    return {normalize_stage(stage): extent for stage, extent in vocabulary.stages.items()}


def get_record_rules(words: Words) -> RecordRules:
    """The rules of the knowledge that these words are of, made when the first record is read."""
    if "rules" not in words.made and words.knowledge is not None:
        words.made["rules"] = make_record_rules(words.knowledge)
    made: RecordRules = words.made["rules"]
    return made


def make_record_rules(knowledge: Knowledge) -> RecordRules:
    """The rules of this knowledge."""
    vocabulary = knowledge.vocabulary
    reading = vocabulary.reading
    return RecordRules(
        lines=make_line_rules(knowledge),
        tests={test.name: test for test in vocabulary.tests},
        measured={item.name: item for item in vocabulary.measurements},
        stages=make_stage_table(vocabulary),
        subjects=reading.subjects if reading else (),
        subject_sites=reading.subject_sites if reading else {},
        sides=reading.sides if reading else (),
        specimen_words=frozenset(reading.specimen_words if reading else ()),
        regional_sites=frozenset(site.id for site in vocabulary.sites if REGIONAL in site.tags),
        node_sites=frozenset(site.id for site in vocabulary.sites if NODES in site.tags),
        own_cancer=vocabulary.condition_words.own_cancer if vocabulary.condition_words else "",
        other_cancer=vocabulary.condition_words.other_cancer if vocabulary.condition_words else "",
        test_names=make_test_names(vocabulary.tests, vocabulary.measurements, vocabulary.test_heads),
        tumours=vocabulary.tumour_words or NO_WORDS,
        umbrellas={item.observation: item for item in reading.umbrellas} if reading else {},
        undated_sites=reading.undated_sites if reading else {},
        de_novo_months=reading.de_novo_months if reading else 0.0,
        medications=frozenset(term.id for term in vocabulary.medications),
        names={drug.id: drug.name for drug in knowledge.drugs},
        topics=make_topic_finder(knowledge),
        plain_words={word: plain for test in vocabulary.tests if test.means for word, plain in test.means.words.items()},
    )
