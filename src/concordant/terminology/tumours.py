"""Whether a text that is not understood speaks of a tumour, or of a metastasis: by parts of words, whatever else it says."""

from __future__ import annotations

from concordant.model.reading import TumourWords
from concordant.terminology.names import Words

LONGEST = 300
NO_WORDS = TumourWords()


def may_be_spread(text: str, said: TumourWords) -> bool:
    """Whether the text may be about a metastasis."""
    return _holds_any(text, said.spread) and not _holds_any(text, said.spread_denied)


def may_be_tumour(text: str, said: TumourWords) -> bool:
    """Whether the text may be about a tumour that is not benign."""
    return _holds_any(text, said.tumour) and not _holds_any(text, said.tumour_denied)


def names_own_cancer(text: str, said: TumourWords) -> bool:
    """Whether a name says that it is the cancer of the knowledge: a malignant tumour, and its site."""
    return _holds_any(text, said.own) and _holds_any(text, said.own_sites) and not _holds_any(text, said.own_denied)


def _holds_any(text: str, wanted: tuple[str, ...]) -> bool:
    plain = " ".join(text[:LONGEST].lower().split())
    return any(word in plain for word in wanted)


def get_tumour_words(words: Words) -> TumourWords:
    """The words of the knowledge that these are of."""
    return (words.knowledge.vocabulary.tumour_words if words.knowledge is not None else None) or NO_WORDS
