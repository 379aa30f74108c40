"""The text of a note: folded letter for letter, its lines, headings and sentences. Every offset is one of the text as given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concordant.model.notes import NoteHeading, NoteLanguage, Standing

FOLDED = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "‐": "-",
        "’": "'",
        "‘": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "\u00a0": " ",
        "\t": " ",
        "×": "x",
        "≤": "<",
        "≥": ">",
        "·": ".",
    }
)
LINE = re.compile(r"[^\n]*\n?")
BULLET = re.compile(r"\s*(?:[-*•>‣·]+|\(?\d{1,2}[.)](?!\d))\s+")
SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?=\s|$)|\s\|\s")
BLANKS = re.compile(r" {2,}")
INITIAL = re.compile(r"(?:^|[\s(])[a-z]\.$|\.[a-z]\.$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a line of a list: where it stands, under which heading, whether it asks."""

    start: int
    end: int
    status: Standing
    section: str
    asks: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteText:
    """A note as given, the same letter for letter in small letters, and its sentences in order."""

    raw: str
    folded: str
    sentences: tuple[Sentence, ...]

    def find_sentence(self, place: int) -> Sentence:
        """The sentence in which a place lies."""
        low, high = 0, len(self.sentences) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.sentences[middle].start <= place else (low, middle - 1)
        return self.sentences[low]


TITLE_END = r"\s*(?::|-(?=\s)|\s[\d/.-]{4,10}\s*:|(?=\s*$)|(?=\s\|))"
OPTION = re.compile(r"\s*\(?[a-f1-6][.)]\s")
NUMBERED = re.compile(r"(?m)^\s*[1-6][.)]\s")
OPTION_LINE = re.compile(r"(?m)^\s*\(?[a-f][.)]\s")
DATED = re.compile(r"\s*(?:\d{4}-\d|\d{1,2}[./]\d{1,2}[./]\d|\d{1,2}/\d{4}|(?:19|20)\d\d\s*[:-])")


COLUMNS = re.compile(r"\S {2,}\S.* {2,}\S|\S\s*\|\s*\S")


@dataclass(frozen=True, slots=True)
class _Stops:
    """Where a full stop ends no sentence."""

    abbreviations: frozenset[str]
    ordinals: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class TextSplitter:
    """What the words of a language say of where words, sentences and headings of a note end."""

    broken: re.Pattern[str]  # a word that a line broke
    titles: re.Pattern[str]
    by_word: Mapping[str, NoteHeading]
    stops: _Stops
    exam: re.Pattern[str]  # a question whose numbered answers are options

    def split_note(self, raw: str) -> NoteText:
        """Cut a note into sentences, each with what its heading says of it."""
        folded = self.broken.sub(_join_broken, fold_text(raw))
        sentences = tuple(_iter_sentences(folded, self))
        return NoteText(raw, folded, sentences or (Sentence(0, len(raw), "said", ""),))

    def fold_signs(self, text: str) -> str:
        """The text with plain signs and its words whole, in the letters that it is written in, as long as it was."""
        return self.broken.sub(_join_broken, text.translate(FOLDED).replace("\r", " "))


def make_text_splitter(language: NoteLanguage) -> TextSplitter:
    """Compile what a language says of its texts."""
    stops = _Stops(frozenset(language.abbreviations), make_ordinal_pattern(language.ordinals))
    by_word = {word: heading for heading in language.headings for word in heading.words}
    exam = re.compile(rf"(?:{_join_words(language.exam_questions)})[^?]*\?")
    return TextSplitter(make_broken_pattern(language), _make_heading_pattern(language.headings), by_word, stops, exam)


def make_broken_pattern(language: NoteLanguage) -> re.Pattern[str]:
    """A word that a hyphen breaks at the end of a line, unless its other part is one that a hyphen stands before anyway."""
    whole = "|".join(re.escape(word[:-1]) if word.endswith("*") else rf"{re.escape(word)}\b" for word in language.hyphenated)
    return re.compile(rf"([^\W\d_]{{2,}})-\n[ ]*(?!{whole or '(?!)'})([^\W\d_]{{2,}})")


def _join_words(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, words)) or "(?!)"


def _join_broken(found: re.Match[str]) -> str:
    """A word that a line broke, whole, and blanks in the place of the break."""
    whole = found[1] + found[2]
    return whole + " " * (len(found[0]) - len(whole))


def make_ordinal_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A number with a full stop and one of the words behind it."""
    return re.compile(rf"(?:\d{{1,2}}|[ivx]+)\.\s+(?:{_join_words(words)})(?!\w)")


def fold_text(text: str) -> str:
    """The text in small letters with plain signs, as long as it was."""
    lowered = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    return lowered.translate(FOLDED).replace("\r", " ")


def _make_heading_pattern(headings: Sequence[NoteHeading]) -> re.Pattern[str]:
    words = sorted((re.escape(word) for heading in headings for word in heading.words), key=len, reverse=True)
    title = rf"(?P<title>{'|'.join(words) or '(?!)'})"
    return re.compile(rf"(?:(?<=^)|(?<=[.;?!\n|]))\s*(?:[-*•#]+\s*)?{title}{TITLE_END}")


def _iter_sentences(folded: str, splitter: TextSplitter) -> Iterator[Sentence]:
    none = NoteHeading(words=())
    heading, within, titles = none, False, splitter.titles
    has_options = _has_options(folded, splitter.exam)
    for block_start, block_end, is_break in _iter_blocks(folded):
        if is_break or within or DATED.match(folded, block_start, block_end):
            heading, within = none, False
        start = block_start
        for end in _iter_ends(folded, block_start, block_end, splitter.stops, titles):
            if title := titles.match(folded, _skip_blank(folded, start, end), end) or titles.match(folded, start, end):
                heading = splitter.by_word[title["title"]]
                within = bool(folded[block_start : title.start("title")].strip(" -*•#\n"))
            yield _make_sentence(folded, start, end, heading, has_options=has_options)
            start = end
            heading = none if heading.is_short else heading


def _has_options(folded: str, exam: re.Pattern[str]) -> bool:
    """Whether the lettered or numbered lines of a text are answers to choose from."""
    return len(OPTION_LINE.findall(folded)) > 1 or (exam.search(folded) is not None and len(NUMBERED.findall(folded)) > 2)


def _make_sentence(folded: str, start: int, end: int, heading: NoteHeading, *, has_options: bool) -> Sentence:
    """A sentence as its heading says that it is meant; the options of a question are asked."""
    asks = folded[start:end].rstrip(" \n\"')").endswith("?")
    if has_options and OPTION.match(folded, start, end):
        return Sentence(start, end, "asked", heading.section, asks)
    return Sentence(start, end, heading.status, heading.section, asks, heading.about)


def _skip_blank(folded: str, start: int, end: int) -> int:
    while start < end and folded[start] in " \n":
        start += 1
    return max(start - 1, 0)


def _iter_blocks(folded: str) -> Iterator[tuple[int, int, bool]]:
    """Lines that belong together, and whether a blank line stands before them: a line that begins an item stands alone."""
    start, is_break, empty = 0, False, True
    for line in LINE.finditer(folded):
        text = line[0].strip()
        if not line[0]:
            break
        if not text:
            if not empty:
                yield start, line.start(), is_break
            start, is_break, empty = line.end(), True, True
        elif not empty and _begins_anew(folded, start, line.start(), line[0]):
            yield start, line.start(), is_break
            start, is_break = line.start(), False
        elif empty:
            start, empty = line.start(), False
        empty = empty and not text
    if not empty or start < len(folded):
        yield start, len(folded), is_break


def _begins_anew(folded: str, start: int, here: int, line: str) -> bool:
    """Whether a line begins something of its own: an item, a title, or after a line that is no full one."""
    before = folded[start:here].rstrip()
    if (
        BULLET.match(line)
        or DATED.match(line)
        or OPTION.match(line)
        or COLUMNS.search(line)
        or before.endswith((".", "!", "?", ":", ";"))
    ):
        return True
    last = before.rpartition("\n")[2]
    return len(last) < 45 or re.match(r"\s*[\w /&]{2,30}:", line) is not None


def _iter_ends(folded: str, start: int, end: int, stops: _Stops, titles: re.Pattern[str]) -> Iterator[int]:
    """Where the sentences of a block end, the last at its end; a heading within a line begins a new one."""
    cuts = {found.end() for found in SENTENCE_END.finditer(folded, start, end) if _is_end(folded, found, stops)}
    cuts |= {found.start() for found in titles.finditer(folded, start, end) if found.start() > start}
    yield from sorted(cut for cut in cuts if start < cut < end)
    if end > start:
        yield end


def _is_end(folded: str, found: re.Match[str], stops: _Stops) -> bool:
    if found[0] != ".":
        return True
    word = re.search(r"[^\s(]*$", folded[max(0, found.start() - 12) : found.start()])
    said = word[0] if word else ""
    begins = folded.rfind("\n", 0, found.start()) + 1
    if stops.ordinals.match(folded, found.start() - len(said)) or folded[begins : found.start()].strip(" (").isdecimal():
        return False  # the number of an item
    return not (said in stops.abbreviations or INITIAL.search(folded[max(0, found.start() - 3) : found.start() + 1]))


def count_signs(text: str) -> int:
    """How long a stretch of text is, several blanks counted as one."""
    return len(BLANKS.sub(" ", text)) if "  " in text else len(text)
