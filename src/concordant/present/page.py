"""From an answer to its page: what is said, in which order, with references numbered as they appear."""

from __future__ import annotations

from concordant.answer.model import Answer
from concordant.present.document import Document


def page(answer: Answer, language: str = "en") -> Document:
    """The page of an answer in a language (`en`, `de`)."""
    raise NotImplementedError
