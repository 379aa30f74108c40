"""What speaks against the regimens of a statement, in few words and the weightiest first: that which meets most of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from concordant.answer.phrases import capitalize_first
from concordant.decide.ruleset import Proposal, Ruleset
from concordant.model.sources import Cite, Kind, Restriction
from concordant.present.described.phrases import THE_DRUG, WAYS


@dataclass(frozen=True, slots=True)
class Reason:
    """What is found, in few words, and the places that say so; `bars` say it, each of a drug of its own."""

    text: str
    sources: tuple[Cite, ...]
    bars: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Each reason once. `ways` are the kinds that every drug has and that are told together; `checks` are made before a first
    dose, `waits` hold it back as well, `dangers` do so for many drugs at a time.
    """

    precluding: Sequence[Reason]
    ways: Sequence[Kind]
    checks: Sequence[Reason]
    waits: Sequence[Reason]
    dangers: Sequence[Reason]
    cautions: Sequence[Reason]


def weigh_bars(frame: Ruleset, proposals: Sequence[Proposal], names: Mapping[str, str]) -> Weighed:
    """Sort the bars of some regimens by what they do."""
    checks = {id_ for unmet in frame.unmet.values() for id_ in unmet}

    bars = [bar for one in proposals for bar in one.bars.values()]

    def select(is_wanted: Callable[[str, Restriction], bool]) -> list[Reason]:
        return _merge_bars([bar for one in proposals for id_, bar in one.bars.items() if is_wanted(id_, bar)], names)

    return Weighed(
        select(lambda _, bar: bar.effect == "precludes" and bar.kind not in WAYS),
        [kind for kind in WAYS if any(bar.kind == kind and bar.effect == "precludes" for bar in bars)],
        select(lambda id_, _: id_ in checks),
        select(lambda id_, bar: bar.effect == "holds" and id_ not in checks and id_ not in frame.holding),
        select(lambda id_, _: id_ in frame.holding),
        select(lambda _, bar: bar.effect == "caution"),
    )


def _merge_bars(found: Iterable[Restriction], names: Mapping[str, str]) -> list[Reason]:
    """What is said of several drugs in the same words once; contraindications, then what meets most regimens, first."""
    alike = defaultdict[str, list[Restriction]](list)
    for bar in found:
        alike[bar.says.replace(names[bar.drug], THE_DRUG) if bar.drug else bar.says].append(bar)
    ordered = sorted(alike.items(), key=lambda pair: (pair[1][0].kind != "contraindication", -len(pair[1])))
    told = [(_choose_words(text, bars), bars) for text, bars in ordered]
    short = Counter(shorten_reason(text) for text, _ in told)
    return [_make_reason(text if short[shorten_reason(text)] > 1 else shorten_reason(text), bars) for text, bars in told]


def _choose_words(text: str, bars: Sequence[Restriction]) -> str:
    """Its own words where it is of one drug alone."""
    return text if len({bar.says for bar in bars}) > 1 else bars[0].says


def _make_reason(text: str, bars: Sequence[Restriction]) -> Reason:
    once = {bar.says: bar for bar in bars}
    return Reason(text, tuple(dict.fromkeys(bar.source for bar in bars)), tuple(once.values()))


def shorten_reason(text: str) -> str:
    """What is found, without why it matters: what stands before the colon."""
    return capitalize_first(text.partition(": ")[0].rstrip("."))
