"""Variants of a gene as people write them, to the deficiency that they come to."""

from __future__ import annotations

import re

from concordant.model.vocabulary import Genotype
from concordant.patient.events import ABSENT, Status
from concordant.terminology.words import Lexicon

FREE = ("free", "pause", "join", "cause", "or", "positive")
BOTH = 2  # copies of a gene


def read_genotype(text: str, lexicon: Lexicon) -> tuple[str, Status | None] | None:
    """The term and the status that a genotype comes to; None when the text is none, or holds a word that is not known."""
    compact = re.sub(r"[\s_]", "", text).lower()
    for gene in lexicon.words.genotypes:
        if any(name.lower() in compact for name in (*gene.genes, *_list_specific_variants(gene))):
            return _read_gene(text, compact, gene, lexicon)
    return None


def _list_specific_variants(gene: Genotype) -> tuple[str, ...]:
    """Variants whose names alone say of which gene they are: those by the changed base."""
    return tuple(name for name in (*gene.lost, *gene.weak) if ">" in name)


def _read_gene(text: str, compact: str, gene: Genotype, lexicon: Lexicon) -> tuple[str, Status | None] | None:
    lost, rest = _count_names(compact, gene.lost)
    weak, rest = _count_names(rest, gene.weak)
    wild, _ = _count_names(rest, gene.wild)
    copies = _count_copies(text, lexicon)
    if not (lost or weak or wild) or not _is_rest_known(text, gene, lexicon):
        return None
    if not (lost or weak):
        return (gene.term, ABSENT) if wild + copies > 1 else None
    if copies == BOTH and lost + weak == 1:
        lost, weak = BOTH * lost, BOTH * weak
    if lost + weak < BOTH and not (wild or copies):
        return gene.term, None  # how many copies is not told
    if lost + weak >= BOTH and lost:
        return gene.complete, None
    return (gene.partial, None) if gene.partial else None


def _count_names(text: str, names: tuple[str, ...]) -> tuple[int, str]:
    """How often one of the names stands in the text, and the text without them."""
    count = 0
    for name in sorted((n.lower().replace(" ", "") for n in names), key=len, reverse=True):
        hits = re.findall(rf"{re.escape(name)}(?!\d)", text)
        count += len(hits)
        text = re.sub(rf"{re.escape(name)}(?!\d)", " ", text)
    return count, text


def _count_copies(text: str, lexicon: Lexicon) -> int:
    said = text.lower()
    numbers = [number for word, number in lexicon.words.zygosity.items() if re.search(rf"\b{word}\b", said)]
    return max(numbers, default=0)


def _is_rest_known(text: str, gene: Genotype, lexicon: Lexicon) -> bool:
    rest = text.lower()
    for name in sorted((*gene.lost, *gene.weak, *gene.wild), key=len, reverse=True):
        rest = re.sub(r"\s*".join(map(re.escape, name.lower().replace(" ", ""))) + r"(?!\d)", " ", rest)
    for word in (*(name.lower() for name in gene.genes), *lexicon.words.zygosity):
        rest = re.sub(rf"(?<![a-z]){re.escape(word)}(?![a-z])", " ", rest)
    return all(item.kind in FREE or item.text == "/" for item in lexicon.read_items(rest))
