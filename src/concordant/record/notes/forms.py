"""Forms of the knowledge as patterns: `[her2] (ihc|ish) <polarity>` to a regular expression over the masked text of a note.

Names that were found stand in that text as one sign for their kind and a filling, so that a form can ask for `<drug>` or `<site>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FILL = "\ue0ff"
KINDS = ("drug", "site", "condition", "medication", "symptom", "date", "cancer", "course")
ESCAPES = ("d", "w", "n", "b", "s")
SIGNS = {kind: chr(0xE000 + i) for i, kind in enumerate(KINDS)}
LIST = r"(?:\s*(?:,|;|\+|/|&|\band\b|\bor\b|\bplus\b|\bwith\b|\bund\b|\boder\b|\bsowie\b)\s*)+(?:\b(?:the|both|left|right|bilateral|her|my|his|l|r|in|of)\b\s*){0,2}"
NUMBER = r"(?<!\d)(?<!\d[.,])\d+(?:[.,]\d+)?(?!\d|[.,]\d)"
COUNT = r"(?<!\d)(?<!\d[.,])\d{1,3}(?!\d|[.,]\d)"
TOKEN = re.compile(r"\s+|<[^<>]+>|\\.|[()\[\]|~]|[^\s<()\[\]|~\\]+|<")
# Classes that no list of words makes.
SHAPES = {
    "n": NUMBER,
    "count": COUNT,
    "rest": r"[^.\n]{0,110}?",
    "far": r"[^.\n]{0,160}",
    "initial": r"(?<!\w)[a-z](?!\w)",
    "title_name": r"(?<!\w)(?:mrs|ms|mr|miss)\.?\s+(?:(?:van|de|der|den|von|le|la|di)\s+)*[a-z][\w'-]*",
    "title_female": r"(?<!\w)(?:mrs|ms|miss)\.?\s+(?:(?:van|de|der|den|von|le|la|di)\s+)*[a-z][\w'-]*",
    "bound": r"[<>]=?",
    "t_class": r"(?:(?<=[cp])|(?<!\w))t(?:[0-4x]|is)[a-d]?",
    "n_class": r"n[0-3x][a-c]?",
    "thousand": r"(?<!\d)\d{2,3}[,.]?000(?!\d)",
}
LONE_BRACKET = re.compile(r"(?<=[\[|(])\((?=[|\])])|(?<=[\[|])\)(?=[|\]])")  # alone among alternatives: it stands for itself
GAP = r"[^.;\n\ue000-\ue0ff]{0,25}?"


@dataclass(frozen=True, slots=True)
class Form:
    """A compiled form; `wanted` are the ids that a name found in it has to have, by the group of the pattern."""

    pattern: re.Pattern[str]
    wanted: Mapping[str, str]


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
        pattern = self._read_alternatives(tokens)
        if tokens:
            raise ValueError(f"'{tokens[0]}' has no beginning in the form '{form}'")
        try:
            return Form(re.compile(pattern), dict(self.wanted))
        except re.error as error:
            raise ValueError(f"the form '{form}' cannot be read: {error}") from None

    def _expand_macros(self, form: str) -> str:
        for _ in range(3):
            form = re.sub(r"\{(\w+)\}", lambda found: f"({self.macros[found[1]]})", form)
        return form

    def _read_alternatives(self, tokens: list[str], *, glued_before: bool = False, glued_behind: bool = False) -> str:
        """One of several sequences, to the bracket that ends them."""
        sequences = [self._read_sequence(tokens, glued_before, glued_behind)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            sequences.append(self._read_sequence(tokens, glued_before, glued_behind))
        return sequences[0] if len(sequences) == 1 else f"(?:{'|'.join(sequences)})"

    def _read_sequence(self, tokens: list[str], glued_before: bool, ends_glued: bool) -> str:
        """What stands one behind the other, to the end of the group; a blank may be any blanks, or none."""
        parts: list[str] = []
        blank = False
        while tokens and tokens[0] not in ")]|":
            token = tokens.pop(0)
            if token.isspace():
                blank = True
                continue
            glued_behind = not tokens[0].isspace() if tokens and tokens[0] not in ")]|" else ends_glued
            part = self._read_part(
                token, tokens, glued_before=not blank and (bool(parts) or glued_before), glued_behind=glued_behind
            )
            parts.append((r"\s*" if blank else "") + part)
            blank = False
        return "".join(parts) + (r"\s*" if blank else "")

    def _read_part(self, token: str, tokens: list[str], *, glued_before: bool, glued_behind: bool) -> str:
        if token in "([":
            inside = self._read_alternatives(tokens, glued_before=glued_before, glued_behind=_is_glued_behind(tokens))
            if not tokens:
                raise ValueError(f"a bracket is not closed: '{token}'")
            return f"(?:{inside})" + ("?" if tokens.pop(0) == "]" else "")
        if token == "~":
            return GAP
        if token.startswith("<"):
            return self._read_class(token[1:-1], glued_before=glued_before, glued_behind=glued_behind)
        if (token[0] == "\\" and token[1:] in ESCAPES) or token == "^":
            return token
        return escape_word(token.removeprefix("\\"), glued_before=glued_before, glued_behind=glued_behind)

    def _read_class(self, name: str, *, glued_before: bool, glued_behind: bool) -> str:
        """A class in a form: `n`, `date`, `sites`, `drug:taxane`, `polarity`, `polarity=second`."""
        name, _, called = name.partition("=")
        kind, _, wanted = name.partition(":")
        group = self._name_group(called or kind)
        if wanted:
            self.wanted[group] = wanted
        return f"(?P<{group}>{self._make_class_pattern(kind, glued_before=glued_before, glued_behind=glued_behind)})"

    def _name_group(self, name: str) -> str:
        """A name of its own for each group: the second of a name is `name_2`."""
        self.used[name] = number = self.used.get(name, 0) + 1
        return name if number == 1 else f"{name}_{number}"

    def _make_class_pattern(self, kind: str, *, glued_before: bool, glued_behind: bool) -> str:
        if kind in SHAPES:
            return SHAPES[kind]
        if kind in SIGNS:
            return f"{SIGNS[kind]}{FILL}*"
        if (single := kind.removesuffix("_many").removesuffix("s")) in SIGNS:
            one = f"{SIGNS[single]}{FILL}*"
            return f"{one}(?:{LIST}{one}){'+' if kind.endswith('_many') else '*'}"
        words = [word for spellings in self.classes[kind].values() for word in spellings]
        ordered = sorted(words, key=len, reverse=True)
        return "|".join(self._escape_class_word(word, glued_before, glued_behind) for word in ordered)

    def _escape_class_word(self, word: str, glued_before: bool, glued_behind: bool) -> str:
        """A word of a class; a minus is one where no letter follows, else it is a hyphen."""
        hyphen = r"(?!\w)" if word == "-" and not glued_behind else ""
        return escape_word(word, glued_before=glued_before, glued_behind=glued_behind) + hyphen


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
    before = r"(?<!\w)" if word[0].isalnum() and not glued_before else ""
    behind = r"(?!\w)" if word[-1].isalnum() and not glued_behind else ""
    return before + body + behind


def find_class_value(classes: Mapping[str, tuple[str, ...]], said: str) -> str | None:
    """What a word of a class stands for."""
    bare = re.sub(r"\s+", "", said)
    return next((value for value, words in classes.items() if any(re.sub(r"\s+", "", word) == bare for word in words)), None)
