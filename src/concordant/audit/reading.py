"""A sentence as it is read: what is mentioned in it, which numbers stand there, with their units, and what is denied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from concordant.audit.lexicon import CANCER, CLASS, DRUG, LINE, LITERAL, OTHER, PART, TRIAL, WORD, Lexicon, find_unit
from concordant.audit.matching import Mention, fold_text
from concordant.audit.sentences import Sentence, split_sentences

NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?|\.\d+)(?![\d])")
DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
CLAUSE = re.compile(r"[;:]\s|,\s|\s-\s|\bbut\b|\bwhile\b|\bwhereas\b|[()]")
HARD_CLAUSE = re.compile(r"[;:]\s|\bbut\b|\bwhile\b|\bwhereas\b|\bhowever\b")
BOUNDS = {"<=": "within", "\u2264": "within", "<": "within", ">": "later", ">=": "later", "\u2265": "later"}
CUES = ("past", "past_to_comma", "now", "versus")
REACH = 34  # signs before a word in which a no denies it
BOUND = re.compile(r"(<=|>=|<|>|\u2264|\u2265|=)\s*$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit, and how many digits stand behind its point. `bound` is the comparison before it."""

    value: float
    digits: int
    start: int
    end: int
    unit: str = ""
    unit_end: int = 0
    bound: str = ""
    spelled: bool = False


@dataclass(frozen=True)
class Reading:
    """A sentence, its mentions and numbers. Places are those of the whole text."""

    text: str
    sentence: Sentence
    mentions: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    lexicon: Lexicon

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.sentence.start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.sentence.end

    def list_mentions(self, group: str) -> list[Mention]:
        """The mentions of a group."""
        return [mention for mention in self.mentions if mention.group == group]

    @cached_property
    def present(self) -> frozenset[str]:
        """The wordings that stand in it and are not denied."""
        told = {mention.id for mention in self.list_mentions(WORD) if not mention.denied}
        return frozenset(told | {BOUNDS[number.bound] for number in self.numbers if number.bound in BOUNDS})

    @cached_property
    def denied(self) -> frozenset[str]:
        """The wordings that are denied in it."""
        return frozenset(mention.id for mention in self.list_mentions(WORD) if mention.denied)

    def has_part(self, part: str) -> bool:
        """Whether a word that plays a part stands in it."""
        return any(mention.id == part for mention in self.list_mentions(PART))

    def list_parts(self, part: str) -> list[Mention]:
        """The words that play a part."""
        return [mention for mention in self.list_mentions(PART) if mention.id == part]

    @cached_property
    def trials(self) -> tuple[str, ...]:
        """The trials that are named; `other` for one that the knowledge does not hold."""
        return tuple(dict.fromkeys(mention.id for mention in self.list_mentions(TRIAL)))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of treatment that are named."""
        told = self.list_mentions(LINE)
        meant = [mention for mention in told if not self._is_behind_past(mention)]
        return tuple(dict.fromkeys(mention.id for mention in meant or told))

    @cached_property
    def drug_mentions(self) -> tuple[Mention, ...]:
        """Drugs in their order, protocols as the drugs that they stand for."""
        return tuple(self._iter_drugs())

    def _iter_drugs(self) -> Iterator[Mention]:
        for mention in self.list_mentions(DRUG):
            if not mention.id.startswith("="):
                yield mention
                continue
            for part in self.lexicon.protocols[mention.id[1:]]:
                yield replace(mention, id=part, group=CLASS if part in self.lexicon.knowledge.classes else DRUG)
        yield from self.list_mentions(CLASS)

    @cached_property
    def past(self) -> frozenset[str]:
        """Drugs and classes that were given before, or that something is compared with: not what is spoken of."""
        return frozenset(mention.id for mention in self.drug_mentions if self._is_past(mention)) - self.spoken

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Drugs and classes that the sentence speaks of."""
        return frozenset(mention.id for mention in self.drug_mentions if not self._is_past(mention))

    def _is_past(self, mention: Mention) -> bool:
        """A word such as `after` stands before it, and no word of giving between."""
        if self._follows_part(mention, "past_behind"):
            return True
        if self._follows_part(mention, "verb") or self._is_repeated(mention):
            return False
        before = [m for m in self.list_mentions(PART) if m.id in CUES and m.end <= mention.start]
        if not before:
            return False
        cue = max(before, key=lambda one: (one.end, one.end - one.start))
        between = self.text[cue.end : mention.start]
        return cue.id != "now" and not self._is_cut(cue.end, mention.start) and not (cue.id == "past_to_comma" and "," in between)

    def _is_behind_past(self, mention: Mention) -> bool:
        """`progressed after first-line therapy`: the line that was, not the one that comes."""
        before = [m for m in self.list_mentions(PART) if m.id in CUES and m.end <= mention.start]
        cue = max(before, key=lambda one: (one.end, one.end - one.start), default=None)
        return (
            cue is not None
            and cue.id == "past"
            and mention.start - cue.end < REACH
            and "," not in self.text[cue.end : mention.start]
        )

    def _follows_part(self, mention: Mention, part: str) -> bool:
        """Whether a word that plays a part stands right behind."""
        return any(0 <= cue.start - mention.end <= 2 for cue in self.list_parts(part))

    def _is_repeated(self, mention: Mention) -> bool:
        """Whether the same drug was named before in the sentence, and a comma stands between."""
        earlier = [m for m in self.drug_mentions if m.id == mention.id and m.end < mention.start]
        return bool(earlier) and "," in self.text[earlier[-1].end : mention.start]

    def _is_cut(self, start: int, end: int) -> bool:
        """Whether a new sentence, or a new clause with a verb of its own, begins between."""
        between = self.text[start:end]
        begun = any(
            start <= cue.start and cue.end <= end and self.text[start : cue.start].rstrip().endswith(",")
            for cue in self.list_parts("new_clause")
        )
        return ". " in between or ";" in between or begun

    @cached_property
    def other_cancer(self) -> bool:
        """Whether another cancer is named."""
        return any(mention.group == CANCER for mention in self.mentions)

    @property
    def told(self) -> str:
        """The sentence itself, folded."""
        return self.text[self.start : self.end]


def read_sentences(text: str, lexicon: Lexicon) -> list[Reading]:
    """The text read, sentence by sentence."""
    folded = fold_text(text)
    mentions = lexicon.index.find(folded)
    numbers = list(_iter_numbers(folded, lexicon))
    denying = frozenset(wording.id for wording in lexicon.words.wordings if wording.denies)
    readings, at_mention, at_number = [], 0, 0
    for sentence in split_sentences(folded, lexicon.abbreviated):
        while at_mention < len(mentions) and mentions[at_mention].start < sentence.start:
            at_mention += 1
        own, at = [], at_mention
        while at < len(mentions) and mentions[at].start < sentence.end:
            own.append(mentions[at])
            at += 1
        at_mention = at
        while at_number < len(numbers) and numbers[at_number].start < sentence.start:
            at_number += 1
        counted = at_number
        while counted < len(numbers) and numbers[counted].start < sentence.end:
            counted += 1
        inside = tuple(mark_denied(folded, own, denying))
        named = [m for m in own if m.group in (DRUG, TRIAL)]
        free = [n for n in numbers[at_number:counted] if not any(m.start <= n.start < m.end for m in named)]
        readings.append(Reading(folded, sentence, inside, tuple(free), lexicon))
        at_number = counted
    return readings


def mark_denied(text: str, mentions: list[Mention], denying: frozenset[str]) -> Iterator[Mention]:
    """The mentions, those marked that a no stands before, in the same clause and near; or a `none` behind."""
    phrases = [m for m in mentions if m.group == WORD and not m.id.startswith(LITERAL) and m.id not in denying]
    cues = [m for m in mentions if m.group == PART and m.id == "no" and not _is_inside(m, phrases)]
    behind = [mention for mention in mentions if mention.group == PART and mention.id == "none_behind"]
    for mention in mentions:
        denied = any(
            cue.end <= mention.start and mention.start - cue.end <= REACH and not CLAUSE.search(text, cue.end, mention.start)
            for cue in cues
        ) or any(cue.start >= mention.end and cue.start - mention.end <= 6 for cue in behind)
        yield replace(mention, denied=True) if denied and mention.group in (WORD, DRUG, CLASS) else mention


def _is_inside(cue: Mention, phrases: list[Mention]) -> bool:
    """Whether a no is part of a phrase that was looked for with it."""
    return any(phrase.start <= cue.start and cue.end <= phrase.end for phrase in phrases)


def _iter_numbers(text: str, lexicon: Lexicon) -> Iterator[Number]:
    spelled = lexicon.words.numbers
    words = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(spelled)})(?![A-Za-z])", re.IGNORECASE) if spelled else None
    found = [(met.start(), met.end(), met[0], False) for met in NUMBER.finditer(text)]
    found += [(met.start(), met.end(), met[0], True) for met in words.finditer(text)] if words else []
    for start, end, told, is_word in sorted(found):
        unit, unit_end = find_unit(lexicon, text, end)
        bound = BOUND.search(text, max(0, start - 4), start)
        value = spelled[told.lower()] if is_word else parse_number(told)
        digits = len(told.partition(".")[2] or (told.partition(",")[2] if DECIMAL_COMMA.fullmatch(told) else ""))
        yield Number(value, 0 if is_word else digits, start, end, unit, unit_end, bound[1] if bound else "", is_word)


def parse_number(told: str) -> float:
    """`1,200` is a thousand, `28,8` a decimal."""
    if DECIMAL_COMMA.fullmatch(told):
        return float(told.replace(",", "."))
    return float(told.replace(",", ""))


def names_unknown_trial(reading: Reading) -> bool:
    """Whether a trial is named that the knowledge does not hold."""
    return OTHER in reading.trials
