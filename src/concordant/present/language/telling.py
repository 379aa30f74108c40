"""What the knowledge and the answer say, in another language: looked up whole, or by the parts that a text is put together from.

A text is told by the first of these that leaves nothing over: its own entry in the catalogue; a sentence with places
(`{drug} received`), each filled with what stands there, told in the same way; its parts between joints (`: `, `; `, brackets,
full stops, lists). What nothing tells stays as it is and is marked as a quotation, so that no reader takes it for the page's own.
Nothing is decided by what is read here; numbers and names are carried over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from concordant.present.language.quoting import SAYING, cite, is_english, quote, quote_record, quote_words

CITATION = re.compile(r"( ?\[\d+(?:: [^\]]*)?\])")
PLACE = re.compile(r"(?<=: )[^\]]*[^\W\d_]{2}[^\]]*")
SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[A-Z\d'\ue000„])")
DATE = re.compile(r"\b(?:(\d{1,2}) )?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:[a-z]*) (\d{4})\b")
DECIMAL = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?![\d.]*\.\d)")
BEFORE_NUMBER = re.compile(r" (?=(?:[<>]=? ?)?\d|(?<!\d )(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4})")
LIST_JOINTS = {", and ": " und ", ", or ": " oder ", ", ": ", ", " and ": " und ", " or ": " oder ", " to ": " bis "}
LIST_JOINT = re.compile("(" + "|".join(map(re.escape, LIST_JOINTS)) + ")")
MOST_ITEMS = 24
SLOT = re.compile(r"\{(\w+)\}")
# Where something stands in a record or in a file, which is called so in every language.
KEY = re.compile(r"[A-Za-z]+/[\w.-]*\d[\w.-]*|[a-z]+(?:_[a-z0-9]+)+|[a-z_]+\[\d+\]")
WORDS = r'"[^"]*"(?: \([^)]*\?\))?'  # of a record, perhaps with what may be meant
KINDS = {
    "n": r"[0-9][0-9.,]*",
    "day": r"\d{4}(?:-\d\d){0,2}",
    "key": r"\S+",
    "entry": r"\S*[\d/\[_]\S*",
    "words": rf"{WORDS}(?:, {WORDS})*",
    "value": r"(?:[0-9][0-9.,]*|not reached|not given)(?: \([0-9.,]+-[0-9.,]+\))?",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WHOLE = 1_000_000
Told = tuple[str, int]  # the text, and how many signs of it are quoted


class Sentence(msgspec.Struct, frozen=True):
    """A sentence with places: how it is found, and how it is told."""

    fixed: str
    pattern: re.Pattern[str]
    told: str
    slots: tuple[str, ...]


def make_sentence(english: str, told: str) -> Sentence:
    """What each kind of place holds.

    `{n}` a number, `{value}` one with its interval or that it was not reached, `{drug}` a name, `{q}` words of a publisher, `{r}`
    words of a record, `{words}` several in quotation marks, `{place}` where they stand, `{key}` one word of a file, `{entry}` the
    place of one entry, `{day}` a day as a file has it. Any other holds what is told in its turn.
    """
    pieces, seen = [], set()
    parts = SLOT.split(english)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            pieces.append(re.escape(part))
        elif part in seen:
            pieces.append(f"(?P={part})")
        else:
            seen.add(part)
            pieces.append(f"(?P<{part}>{KINDS.get(part.rstrip('0123456789'), '.+?')})")
    return Sentence(max(parts[::2], key=len), re.compile("".join(pieces), re.DOTALL), told, tuple(seen))


class Teller(msgspec.Struct):
    """Tells texts in one language; what it was asked once it knows."""

    texts: Mapping[str, str]
    sentences: tuple[Sentence, ...]
    neutral: frozenset[str]
    english: frozenset[str]
    months: tuple[str, ...]
    _known: dict[str, Told] = msgspec.field(default_factory=dict)

    def tell(self, text: str) -> str:
        """The text in the language; what has no words in it is marked as a quotation."""
        return self._tell(text)[0]

    def lacks(self, text: str) -> bool:
        """Whether something of the text has to stay in English."""
        return self._tell(text)[1] > 0

    def _tell(self, text: str) -> Told:
        known = self._known.get(text)
        if known is None:
            self._known[text] = (self._quote(text), len(text))  # while its parts are looked at, it is no part of itself
            known = self._known[text] = min(self._iter_ways(text), key=lambda told: told[1])
        return known

    def _iter_ways(self, text: str) -> Iterator[Told]:
        """Ways to tell it, until one leaves nothing over."""
        for way in self._iter_all_ways(text):
            yield way
            if way[1] == 0:
                return

    def _iter_all_ways(self, text: str) -> Iterator[Told]:
        bare = text.strip()
        if bare != text:
            told, cost = self._tell(bare)
            yield text.replace(bare, told, 1) if bare else text, cost
            return
        if KEY.fullmatch(text):
            yield cite(text), 0
            return
        if (whole := self._look_up(text)) is not None:
            yield whole, 0
        if (same := self._carry_over(text)) is not None:
            yield same, 0
        yield from self._iter_filled(text)
        yield from self._iter_joined(text)
        yield self._quote(text), len(text)

    def _look_up(self, text: str) -> str | None:
        """Its own entry, whether or not it begins with a capital and ends with a full stop."""
        for written, ending in ((text, ""), (text.removesuffix("."), "." if text.endswith(".") else "")):
            for other in (written, written[:1].lower() + written[1:], written[:1].upper() + written[1:]):
                if (found := self.texts.get(other)) is not None:
                    return (found[:1].upper() + found[1:] if written[:1].isupper() and written[1:2].islower() else found) + ending
        found = self.texts.get(f"{text}.")
        return found.removesuffix(".") if found is not None else None

    def _carry_over(self, text: str) -> str | None:
        """Numbers, days and names are the same in every language, but for how they are written."""
        dated = DATE.sub("", text)
        if any(word not in self.neutral for word in SAYING.findall(dated)):
            return None
        return DECIMAL.sub(r"\1,\2", DATE.sub(self._write_date, text))

    def _write_date(self, found: re.Match[str]) -> str:
        month = self.months[MONTHS.index(found[2])]
        return f"{found[1]}. {month} {found[3]}" if found[1] else f"{month} {found[3]}"

    def _iter_filled(self, text: str) -> Iterator[Told]:
        for sentence in self.sentences:
            if sentence.fixed in text and (found := sentence.pattern.fullmatch(text)):
                values = {name: self._fill(name.rstrip("0123456789"), found[name]) for name in sentence.slots}
                yield sentence.told.format_map({n: v[0] for n, v in values.items()}), sum(v[1] for v in values.values())

    def _fill(self, kind: str, text: str) -> Told:
        match kind:
            case "n":
                return DECIMAL.sub(r"\1,\2", text), 0
            case "q":
                return quote(text[:1].lower() + text[1:]), 0
            case "day" | "key" | "entry":
                return cite(text), 0
            case "place":
                return cite(text.replace(" and ", self.texts.get(" and ", " and "))), 0
            case "words":
                return quote_words(text), 0
            case "r":
                return self._quote(text), 0
            case "drug" | "drug_name":
                told = self._look_up(text) or self._carry_over(text)
                return (told, 0) if told is not None else (text, 10 * len(text))
            case _:
                return self._tell(text)

    def _iter_joined(self, text: str) -> Iterator[Told]:
        cited = CITATION.split(text)
        if len(cited) > 1:
            yield self._join(cited[::2], [mark_place(citation) for citation in cited[1::2]])
            return
        sentences = _split_outside(text, SENTENCE_END)
        if len(sentences) > 1:
            yield self._join(sentences, [" "] * (len(sentences) - 1))
        for joint in ("; ", " · ", " + "):
            parts = _split_outside(text, re.compile(re.escape(joint)))
            if len(parts) > 1:
                yield self._join(parts, [joint] * (len(parts) - 1))
        head, colon, tail = text.partition(": ")
        if colon:
            yield self._join([head, tail], [": "])
        if (bracket := _find_bracket(text)) is not None:
            before, inside, after = bracket
            yield self._join([before, inside, after], [" (", ")"])
        for found in BEFORE_NUMBER.finditer(text):
            if (made := self._join([text[: found.start()], text[found.end() :]], [" "]))[1] == 0:
                yield made
        if (listed := self._tell_list(text)) is not None:
            yield listed, 0

    def _tell_list(self, text: str) -> str | None:
        """A list, parted so that all of its items can be told; some hold commas of their own."""
        pieces = LIST_JOINT.split(text)
        items, joints = pieces[::2], pieces[1::2]
        if not 1 < len(items) <= MOST_ITEMS:
            return None
        told: list[str | None] = [""] + [None] * len(items)
        for end in range(1, len(items) + 1):
            for begin in range(end - 1, -1, -1):
                before = told[begin]
                if before is None or (begin == 0 and end == len(items)):
                    continue
                item, cost = self._tell("".join(pieces[2 * begin : 2 * end - 1]))
                if cost == 0:
                    told[end] = before + (LIST_JOINTS[joints[begin - 1]] if begin else "") + item
                    break
        return told[-1]

    def _join(self, parts: Sequence[str], joints: Iterable[str]) -> Told:
        """The parts told and put together again; where nothing of them can be told, they are better quoted as one."""
        told = [self._tell(part) if part.strip() else (part, 0) for part in parts]
        between = [*joints, ""]
        cost = sum(t[1] for t in told)
        nothing = cost >= sum(len(part) for part in parts)
        return "".join(f"{t[0]}{j}" for t, j in zip(told, between, strict=True)), WHOLE if nothing else cost

    def _quote(self, text: str) -> str:
        return quote(text) if is_english(text) or text.lower().rstrip(".") in self.english else quote_record(text)


def mark_place(citation: str) -> str:
    """A citation, the place in which is called what its source calls it."""
    return PLACE.sub(lambda found: cite(found[0]), citation)


def _split_outside(text: str, joint: re.Pattern[str]) -> list[str]:
    """Split at the joints that stand outside of brackets."""
    parts, begun = [], 0
    for found in joint.finditer(text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            parts.append(text[begun : found.start()])
            begun = found.end()
    return [*parts, text[begun:]]


def _find_bracket(text: str) -> tuple[str, str, str] | None:
    """What stands before the last outer bracket, in it and after it."""
    depth, end = 0, text.rfind(")")
    for at in range(end, 0, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0 and text[at] == "(":
            return (text[: at - 1], text[at + 1 : end], text[end + 1 :]) if text[at - 1] == " " else None
    return None
