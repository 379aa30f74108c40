"""What an entry of a source tells, before anybody has read it together with the others.

Whatever stands by itself is an event already, or an exposure to drugs. The findings here only say something beside others:
a metastasis is one of the start or of later, a stage belongs to a diagnosis, a number of a line to the drugs given in it.
"""

from __future__ import annotations

import msgspec

from concordant.logic.dates import PartialDate
from concordant.model.reading import Umbrella
from concordant.patient.events import EntryLocation, Event, Extent
from concordant.record.courses.exposures import Exposure

UNSPECIFIED = "unspecified"  # in the value sets: a cancer, or a metastasis, of which the code does not say which
UNCLEAR = "unclear"  # a cancer that is not certain, or of an entry that cannot stand: no diagnosis to count from


class PrimaryCancer(msgspec.Struct, frozen=True, gc=False):
    """A primary cancer: which, since when, and whether it is said to have come back.

    `of_spread`: a metastasis names it, and nothing of its diagnosis. `side` is that of a paired organ.
    """

    entry: EntryLocation
    cancer: str
    date: PartialDate | None
    again: bool = False
    of_spread: bool = False
    side: str = ""


class SecondaryCancer(msgspec.Struct, frozen=True, gc=False):
    """A metastasis on record; no site when only that there is one is told. `coded`: by a code for secondary neoplasms."""

    entry: EntryLocation
    site: str
    date: PartialDate | None
    coded: bool = False


class CancerStage(msgspec.Struct, frozen=True, gc=False):
    """What a stage says of the disease, and when."""

    entry: EntryLocation
    word: str
    extent: Extent | None
    date: PartialDate | None


class DeclaredLine(msgspec.Struct, frozen=True, gc=False):
    """A line of therapy that the source itself counts; `is_advanced`: the record tells of advanced disease then."""

    entry: EntryLocation
    line: str
    start: PartialDate | None
    end: PartialDate | None
    is_advanced: bool = False


class UmbrellaResult(msgspec.Struct, frozen=True, gc=False):
    """A result of several tests together, which counts where none of them stands by itself."""

    entry: EntryLocation
    umbrella: Umbrella
    word: str
    date: PartialDate | None


class UnnamedTreatment(msgspec.Struct, frozen=True, gc=False):
    """Drug treatment that is told without its drugs, as a procedure."""

    entry: EntryLocation
    name: str
    date: PartialDate | None


class ImpliedFact(msgspec.Struct, frozen=True, gc=False):
    """A fact that an entry decides by being there: that a site was irradiated, for example."""

    entry: EntryLocation
    feature: str
    word: str
    date: PartialDate | None


# Findings that only say something beside others; all else stands in a table of the record, or is an exposure to drugs.
BesideOthers = PrimaryCancer | SecondaryCancer | CancerStage | DeclaredLine | UmbrellaResult | UnnamedTreatment | ImpliedFact
AnyFinding = Event | Exposure | BesideOthers
