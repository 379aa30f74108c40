"""One way in for conditions of every source: what the words or the code of one say, and the events that it comes to.

What is not understood stays without a term, under the name that it was told by: the decision can then hold it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace as change

from concordant.contract_names import BRAIN
from concordant.patient.events import ABSENT, ACTIVE, RESOLVED, Brain, Status
from concordant.terminology.certainty import OVER, PROVISIONAL, REFUTED
from concordant.terminology.codes import CodeableConcept, Terminology, make_terminology, normalize_system
from concordant.terminology.genotypes import read_genotype
from concordant.terminology.grammar import ConditionParser
from concordant.terminology.heads import ConditionHead, NotUnderstood
from concordant.terminology.names import Words, suggest_name
from concordant.terminology.tumours import get_tumour_words, may_be_spread
from concordant.terminology.words import Lexicon

MOST_REMEMBERED, LONGEST = 50_000, 300
TREND: dict[str, Brain] = {"stable": "stable", "active": "active", "worse": "active"}
CODE_NAMES = {"icd10": "ICD-10", "snomed": "SNOMED CT"}
CODED = re.compile(rf"({'|'.join(CODE_NAMES.values())}) (\S+)(?: .*)?")
ONE_OF_ANOTHER = re.compile(r"(.+?) of (?:the )?(.+)", re.IGNORECASE)


class ConditionMention(msgspec.Struct, frozen=True):
    """One condition that a text or a code stands for. `sites` is set only for a metastasis; `sure` is false for a mere
    suspicion. `may_spread`: it is not known to be a metastasis, and may be one. `of_own`: a metastasis of
    which the words name the cancer.
    """

    term: str | None = None
    about: tuple[str, ...] = ()
    grade: int | None = None
    status: Status | None = None
    sure: bool = True
    sites: tuple[str, ...] | None = None
    brain: Brain | None = None
    year: int | None = None
    near: str = ""
    narrow: bool = False
    may_spread: bool = False
    of_own: bool = False


def parse_conditions(text: str, words: Words) -> tuple[ConditionMention, ...]:
    """What a text says of conditions; one without a term, and with `did you mean`, when a part of it is not understood."""
    lexicon = words.lexicon
    if lexicon is None:
        return (ConditionMention(),)
    mentions: tuple[ConditionMention, ...] | None = lexicon.remembered.get(text)
    if mentions is None:
        mentions = _parse_text(text, lexicon) or (_make_unknown_mention(text, words),)
        if len(lexicon.remembered) < MOST_REMEMBERED:
            lexicon.remembered[text] = mentions
    return mentions


def read_known_conditions(text: str, words: Words) -> tuple[ConditionMention, ...]:
    """What a text says of conditions; nothing where it is not understood as a whole, and no like name is looked for, which takes
    the longest.
    """
    lexicon = words.lexicon
    if lexicon is None:
        return ()
    known: tuple[ConditionMention, ...] | None = lexicon.remembered.get(text)
    mentions = known if known is not None else _parse_text(text, lexicon)
    return mentions if is_understood(mentions) else ()


def _make_unknown_mention(text: str, words: Words) -> ConditionMention:
    return ConditionMention(near=suggest_name(text, words.conditions), may_spread=may_be_spread(text, get_tumour_words(words)))


def is_understood(mentions: Iterable[ConditionMention]) -> bool:
    """Whether every part of a text was understood."""
    return all(mention.term is not None or mention.sites is not None or mention.status == ABSENT for mention in mentions)


def _parse_text(text: str, lexicon: Lexicon) -> tuple[ConditionMention, ...]:
    if len(text) > LONGEST:
        return ()
    if genotype := read_genotype(text, lexicon):
        return (ConditionMention(genotype[0], status=genotype[1]),)
    if (whole := lexicon.match_whole_text(text)) is not None:
        return tuple(_iter_mentions(ConditionParser([whole], lexicon.words).parse_heads(), None, lexicon))
    for spelling in _iter_word_orders(text):
        reader = ConditionParser(lexicon.read_items(spelling), lexicon.words)
        try:
            heads = reader.parse_heads()
        except NotUnderstood:
            continue
        return _drop_repeated(_iter_mentions(heads, reader.year, lexicon))
    return ()


def _drop_repeated(mentions: Iterable[ConditionMention]) -> tuple[ConditionMention, ...]:
    """Without what says of the same condition no more than another one does."""
    kept: list[ConditionMention] = []
    for mention in mentions:
        same = next((i for i, other in enumerate(kept) if _is_covered_by(mention, other) or _is_covered_by(other, mention)), None)
        if same is None:
            kept.append(mention)
        elif not _is_covered_by(mention, kept[same]) or not mention.narrow:
            kept[same] = mention
    return tuple(kept)


def _is_covered_by(mention: ConditionMention, other: ConditionMention) -> bool:
    """Whether all that one says is said by the other as well."""
    same = (mention.term, mention.status, mention.sure, mention.sites, mention.brain) == (
        other.term,
        other.status,
        other.sure,
        other.sites,
        other.brain,
    )
    return same and mention.grade in (None, other.grade) and set(mention.about) <= set(other.about)


def _iter_word_orders(text: str) -> Iterator[str]:
    """The text, and the same turned round as lists and tables turn it: `failure, heart`, `failure of the heart`."""
    yield text
    if text.count(",") == 1:
        first, _, second = text.partition(",")
        yield f"{second} {first}"
    if turned := ONE_OF_ANOTHER.fullmatch(text):
        yield f"{turned[2]} {turned[1]}"


def _iter_mentions(heads: list[ConditionHead], year: int | None, lexicon: Lexicon) -> Iterator[ConditionMention]:
    words = lexicon.words
    named = {id_ for head in heads for id_ in head.ids}
    spread = any(head.kind == "spread" for head in heads)
    anothers = words.other_cancer in named and words.own_cancer not in named
    for head in heads:
        own = head.kind == "term" and head.ids[0] == words.own_cancer
        if head.other:
            hereditary = bool(head.ids) and head.ids[0] in words.hereditary
            yield ConditionMention(None if hereditary else words.another_person)
        elif head.kind == "spread" or (own and head.scale == "stage" and head.grade == words.spread_stage):
            if not anothers:
                yield _make_metastasis_mention(head, year, of_own=words.own_cancer in named)
        elif not (own and spread):
            yield _make_condition_mention(head, year, lexicon, own=own)


def _make_condition_mention(head: ConditionHead, year: int | None, lexicon: Lexicon, *, own: bool) -> ConditionMention:
    term, grade = head.ids[0], None if own else head.grade
    for base, least, other in lexicon.words.becomes:
        if term == base and (grade or 0) >= least and head.status != ABSENT:
            term = other
    status = head.status or (ACTIVE if head.trend == "active" else None)
    status = None if status == RESOLVED and term in lexicon.words.lasting else status
    about = () if head.unnamed else tuple(dict.fromkeys(head.about))
    narrow = head.narrow or (bool(about) and head.kind != "reaction")
    return ConditionMention(term, about, grade, status if head.sure else None, head.sure, year=year, narrow=narrow)


def _make_metastasis_mention(head: ConditionHead, year: int | None, *, of_own: bool) -> ConditionMention:
    """A metastasis; one that is only suspected, or was looked for and not found, is no site."""
    central = BRAIN in head.sites
    if not head.sure:
        return ConditionMention(sure=False, may_spread=head.status != ABSENT)
    if head.status == ABSENT:
        return ConditionMention(status=ABSENT, sites=() if central else None, brain="none" if central else None)
    trend = TREND.get(head.trend or "") if central else None
    return ConditionMention(status=head.status, sites=tuple(dict.fromkeys(head.sites)), brain=trend, year=year, of_own=of_own)


def mention_from_concept(meaning: CodeableConcept, lexicon: Lexicon | None) -> ConditionMention | None:
    """What a code stands for, as far as it is a condition, a metastasis or a cancer."""
    words = lexicon.words if lexicon is not None else None
    if meaning.kind == "secondary":
        return ConditionMention(sites=(meaning.name,) if meaning.name else ())
    if meaning.kind == "cancer" and words is not None:
        return ConditionMention(words.other_cancer if meaning.name == "other" else words.own_cancer)
    if meaning.kind == "condition":
        return ConditionMention(
            meaning.name or None, meaning.about, meaning.grade, meaning.status or None, narrow=not meaning.whole
        )
    return None


def merge_code_and_words(
    coded: ConditionMention, said: tuple[ConditionMention, ...], lexicon: Lexicon | None
) -> tuple[ConditionMention, ...]:
    """Add what the words beside a code say: a grade, a cause, a status, another condition. Return an empty tuple when they
    contradict the code.
    """
    if not is_understood(said):
        return (coded,)
    if coded.term is None and coded.sites is None:
        return said
    same = next((mention for mention in said if (mention.term, mention.sites is None) == (coded.term, coded.sites is None)), None)
    if same is not None:
        return tuple(_merge_mentions(coded, mention) if mention is same else mention for mention in said)
    kin = lexicon.words.kin if lexicon is not None else ()
    near = any({coded.term, mention.term} <= set(row) for row in kin for mention in said)
    return (coded, *said) if near or any(mention.sites is not None for mention in said) else ()


def _merge_mentions(coded: ConditionMention, said: ConditionMention) -> ConditionMention:
    sites = said.sites if coded.sites is None else tuple(dict.fromkeys((*coded.sites, *(said.sites or ()))))
    return ConditionMention(
        said.term,
        said.about or coded.about,
        said.grade if said.grade is not None else coded.grade,
        said.status or coded.status,
        said.sure,
        sites,
        said.brain,
        said.year,
        may_spread=said.may_spread,
        of_own=said.of_own,
    )


class NamedMentions(NamedTuple):
    """What an entry says of conditions, and the name that it goes by."""

    name: str
    found: tuple[ConditionMention, ...]


def parse_condition_entry(name: str, system: str, code: str, words: Words) -> NamedMentions:
    """An entry with a name, a code or both; one whose name contradicts its code says nothing."""
    if not code:
        system, code = parse_code_name(name)
        if not code:
            return NamedMentions(name, parse_conditions(name, words))
        name = ""
    terms = get_terminology(words)
    bare, certainty = terms.certainty.split_code(normalize_system(system), code)
    meaning = terms.find_concept(system, bare)
    coded = mention_from_concept(meaning, words.lexicon) if meaning is not None else None
    coded = doubt_mention(coded, certainty) if coded is not None else None
    called = name or format_code_name(system, code, meaning.display if meaning is not None else "")
    said = parse_conditions(name, words) if name else ()
    if coded is None:
        return NamedMentions(called, said or (ConditionMention(),))
    return NamedMentions(
        called, (merge_code_and_words(coded, said, words.lexicon) or (ConditionMention(),)) if said else (coded,)
    )


def doubt_mention(mention: ConditionMention, certainty: str) -> ConditionMention:
    """The mention as sure as a letter beside its code says."""
    if certainty == PROVISIONAL:
        return change(mention, sure=False) if mention.sites is None else ConditionMention(sure=False)
    status: dict[str, Status] = {REFUTED: ABSENT, OVER: RESOLVED}
    return change(mention, status=status.get(certainty, mention.status))


def get_terminology(words: Words) -> Terminology:
    """The tables of codes, made when the first code is met."""
    if "terminology" not in words.made and words.knowledge is not None:
        words.made["terminology"] = make_terminology(words.knowledge, words)
    made: Terminology = words.made["terminology"]
    return made


def format_code_name(system: str, code: str, display: str) -> str:
    """The name of an entry that is told by its code alone."""
    return f"{CODE_NAMES.get(system, system)} {code} {display}".strip()


def parse_code_name(name: str) -> tuple[str, str]:
    """System and code of such a name; nothing for another one."""
    if (match := CODED.fullmatch(name)) is None:
        return "", ""
    return next(id_ for id_, label in CODE_NAMES.items() if label == match[1]), match[2]
