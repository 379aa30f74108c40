"""Forms of the knowledge as patterns: `[score] (a|b) <polarity>` to a regular expression over the masked text of a note.

Names that were found stand in that text as one sign for their kind and a filling, so that a form can ask for one of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WORD_BEGINS = r"(?<!\w)"
FILL = "\ue0ff"
KINDS = ("drug", "site", "condition", "medication", "symptom", "date", "cancer", "course")
ESCAPES = ("d", "w", "n", "b", "s")
SIGNS = {kind: chr(0xE000 + i) for i, kind in enumerate(KINDS)}
# Three digits behind a comma or a stop may be thousands or decimals: such a number is not read.
NUMBER = r"(?<!\d)(?<!\d[.,])(?!\d{1,3}[.,]\d{3}(?!\d))\d+(?:[.,]\d+)?(?!\d|[.,]\d|[oil](?![^\W\d_]))"
COUNT = r"(?<!\d)(?<!\d[.,])\d{1,3}(?!\d|[.,]\d)"
TOKEN = re.compile(r"\s+|<[^<>]+>|\\.|[()\[\]|~]|[^\s<()\[\]|~\\]+|<")
# Classes that no list of words makes.
SHAPES = {
    "n": NUMBER,
    "count": COUNT,
    "years": r"(?<!\d)(?<!\d[.,])(?:1[5-9]|[2-9]\d|1[01]\d)(?!\d|[.,]\d)",
    "small": r"(?<!\d)(?<!\d[.,])\d{1,2}(?:[.,]\d{1,2})?(?!\d|[.,]\d)",
    "rest": r"[^.\n]{0,110}?",
    "own_rest": r"[^.\n\ue002\ue004]{0,110}?",
    "far": r"[^.\n]{0,160}",
    "initial": r"(?<!\w)[a-z](?!\w)",
    "surname": r"(?!\d)\w[\w'-]*",
    "bound": r"[<>]=?",
    "t_class": r"(?:(?<=[cp])|(?<!\w))t(?:[0-4x]|is)[a-d]?",
    "n_class": r"n[0-3x][a-c]?",
    "thousand": r"(?<!\d)\d{2,3}[,.]?000(?!\d)",
}
LONE_BRACKET = re.compile(r"(?<=[\[|(])\((?=[|\])])|(?<=[\[|])\)(?=[|\]])")  # alone among alternatives: it stands for itself
GAP = r"[^.;\n\ue000-\ue0ff]{0,25}?"


Anchors = frozenset[str] | None
Part = tuple[str, Anchors]  # a pattern, and its anchors


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled form; `wanted` are the ids that a name found in it has to have, by the group of the pattern.

    `anchors` are words of which one has to stand in a text for the form to be found there; None where nothing of the kind is
    known. They spare looking for most forms in most texts.
    """

    pattern: re.Pattern[str]
    wanted: Mapping[str, str]
    anchors: Anchors = None


@dataclass(slots=True)
class FormCompiler:
    """Compiles the forms of one language."""

    classes: Mapping[str, Mapping[str, tuple[str, ...]]]
    macros: Mapping[str, str]
    wanted: dict[str, str] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def compile_form(self, form: str) -> Form:
        """The pattern of a form. Raises ValueError with a sentence for one that cannot be read."""
        self.wanted, self.used = {}, {}
        tokens = TOKEN.findall(LONE_BRACKET.sub(r"\\\g<0>", self._expand_macros(form.strip())))
        pattern, anchors = self._read_alternatives(tokens)
        if tokens:
            raise ValueError(f"'{tokens[0]}' has no beginning in the form '{form}'")
        try:
            return Form(re.compile(pattern), dict(self.wanted), anchors)
        except re.error as error:
            raise ValueError(f"the form '{form}' cannot be read: {error}") from None

    def _expand_macros(self, form: str) -> str:
        for _ in range(3):
            form = re.sub(r"\{(\w+)\}", lambda found: f"({self.macros[found[1]]})", form)
        return form

    def _read_alternatives(self, tokens: list[str], *, glued_before: bool = False, glued_behind: bool = False) -> Part:
        """One of several sequences, to the bracket that ends them."""
        sequences = [self._read_sequence(tokens, glued_before, glued_behind)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            sequences.append(self._read_sequence(tokens, glued_before, glued_behind))
        patterns = [pattern for pattern, _ in sequences]
        anchors = join_anchors(anchors for _, anchors in sequences)
        return (patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"), anchors

    def _read_sequence(self, tokens: list[str], glued_before: bool, ends_glued: bool) -> Part:
        """What stands one behind the other, to the end of the group; a blank may be any blanks, or none."""
        parts: list[str] = []
        best: Anchors = None
        blank = False
        while tokens and tokens[0] not in ")]|":
            token = tokens.pop(0)
            if token.isspace():
                blank = True
                continue
            glued_behind = not tokens[0].isspace() if tokens and tokens[0] not in ")]|" else ends_glued
            is_glued = not blank and (bool(parts) or glued_before)
            part, anchors = self._read_part(token, tokens, glued_before=is_glued, glued_behind=glued_behind)
            best = choose_anchors(best, anchors)
            parts.append((r"\s*" if blank else "") + part)
            blank = False
        return "".join(parts) + (r"\s*" if blank else ""), best

    def _read_part(self, token: str, tokens: list[str], *, glued_before: bool, glued_behind: bool) -> Part:
        if token in "([":
            behind = _is_glued_behind(tokens)
            inside, anchors = self._read_alternatives(tokens, glued_before=glued_before, glued_behind=behind)
            if not tokens:
                raise ValueError(f"a bracket is not closed: '{token}'")
            is_optional = tokens.pop(0) == "]"
            return f"(?:{inside})" + ("?" if is_optional else ""), None if is_optional else anchors
        if token == "~":
            return GAP, None
        if token.startswith("<") and len(token) > 1:
            return self._read_class(token[1:-1], glued_before=glued_before, glued_behind=glued_behind)
        if (token[0] == "\\" and token[1:] in ESCAPES) or token in ("^", "$"):
            return token, None
        return make_word_part(token.removeprefix("\\"), glued_before, glued_behind)

    def _read_class(self, name: str, *, glued_before: bool, glued_behind: bool) -> Part:
        """A class in a form: `n`, `date`, `sites`, `drug:class`, `polarity`."""
        kind, _, wanted = name.partition(":")
        group = self._name_group(kind)
        if wanted:
            self.wanted[group] = wanted
        pattern, anchors = self._make_class_pattern(kind, glued_before=glued_before, glued_behind=glued_behind)
        return f"(?P<{group}>{pattern})", anchors

    def _name_group(self, name: str) -> str:
        """A name of its own for each group: the second of a name is `name_2`."""
        self.used[name] = number = self.used.get(name, 0) + 1
        return name if number == 1 else f"{name}_{number}"

    def _make_class_pattern(self, kind: str, *, glued_before: bool, glued_behind: bool) -> Part:
        if kind in SHAPES:
            return SHAPES[kind], None
        if kind in SIGNS:
            return f"{SIGNS[kind]}{FILL}*", frozenset(SIGNS[kind])
        if (single := kind.removesuffix("_many").removesuffix("s")) in SIGNS:
            one = f"{SIGNS[single]}{FILL}*"
            joined = self._make_list_pattern()
            return f"{one}(?:{joined}{one}){'+' if kind.endswith('_many') else '*'}", frozenset(SIGNS[single])
        words = [word for spellings in self.classes[kind].values() for word in spellings]
        parts = [self._make_class_word(word, glued_before, glued_behind) for word in sorted(words, key=len, reverse=True)]
        return "|".join(pattern for pattern, _ in parts), join_anchors(anchors for _, anchors in parts)

    def _make_list_pattern(self) -> str:
        """What may stand between two names of one list, as the macro `list` of the language says it."""
        return rf"\s*{FormCompiler(self.classes, self.macros).compile_form(self.macros.get('list', ',')).pattern.pattern}\s*"

    def _make_class_word(self, word: str, glued_before: bool, glued_behind: bool) -> Part:
        """A word of a class; a minus is one where no letter follows, else it is a hyphen."""
        hyphen = r"(?!\w)" if word == "-" and not glued_behind else ""
        pattern, anchors = make_word_part(word, glued_before, glued_behind)
        return pattern + hyphen, anchors


def join_anchors(several: Iterable[Anchors]) -> Anchors:
    """The anchors of alternatives: none where one of them has none."""
    found: set[str] = set()
    for anchors in several:
        if anchors is None:
            return None
        found |= anchors
    return frozenset(found)


def choose_anchors(one: Anchors, other: Anchors) -> Anchors:
    """The anchors of a sequence: those of its part with the fewest."""
    return min((anchors for anchors in (one, other) if anchors is not None), key=len, default=None)


def make_word_part(word: str, glued_before: bool, glued_behind: bool) -> Part:
    """A word as a pattern; its longest run of letters and digits is its anchor, unless it may be part of a longer one."""
    runs = [] if glued_before or glued_behind else RUN.findall(word)
    anchors = frozenset((max(runs, key=len),)) if runs else None
    return escape_word(word, glued_before=glued_before, glued_behind=glued_behind), anchors


RUN = re.compile(r"[^\W_]+")


def list_anchors(masked: str) -> frozenset[str]:
    """What stands in a text that may be an anchor of a form."""
    return frozenset(RUN.findall(masked)) | (set(masked) & set(SIGNS.values()))


def _is_glued_behind(tokens: list[str]) -> bool:
    """Whether something stands without a blank behind the bracket that is open."""
    depth = 1
    for i, token in enumerate(tokens):
        depth += (token in ("(", "[")) - (token in (")", "]"))
        if depth == 0:
            return i + 1 < len(tokens) and not tokens[i + 1].isspace() and tokens[i + 1] not in ")]|"
    return False


def escape_word(word: str, *, glued_before: bool = False, glued_behind: bool = False) -> str:
    """A word, or several, of a form as a pattern: whole words only, any blanks between them."""
    body = r"\s*".join(map(re.escape, word.split()))
    before = WORD_BEGINS if word[0].isalnum() and not glued_before else ""
    behind = r"(?!\w)" if word[-1].isalnum() and not glued_behind else ""
    return before + body + behind


def find_class_value(classes: Mapping[str, tuple[str, ...]], said: str) -> str | None:
    """What a word of a class stands for."""
    bare = re.sub(r"\s+", "", said)
    return next((value for value, words in classes.items() if any(re.sub(r"\s+", "", word) == bare for word in words)), None)
