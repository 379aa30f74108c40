"""Selectors of the disease: extent, presentation, brain, sites, events."""

import msgspec

from concordant.model.naming import SiteName, SiteTag
from concordant.model.selectors.base import EventKind, Members, Selector, Tags


class Extent(Selector, frozen=True, tag="extent"):
    """How far the disease has spread."""


class Presentation(Selector, frozen=True, tag="how_it_began"):
    """Metastatic from the first, or come back."""


class GrewElsewhere(Selector, frozen=True, tag="grew_elsewhere"):
    """Whether the latest progression was (also) at sites without the tag `spared`; `open_because` says why that is open."""

    spared: SiteTag
    open_because: str


class Brain(Selector, frozen=True, tag="brain"):
    """Metastases of the brain: none, stable or active."""


class SiteSeen(Selector, frozen=True, tag="site_seen"):
    """Yes when an event names the site; otherwise nothing, or `else`."""

    site: SiteName
    else_: str | None = msgspec.field(name="else", default=None)

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The site; asked always where silence has a word of its own."""
        return None if self.else_ is not None else frozenset({self.site})


class EventsListed(Selector, frozen=True, tag="events_listed"):
    """Whether an event of one of the kinds is listed."""

    kinds: tuple[EventKind, ...]


class MonthsBetween(Selector, frozen=True, tag="months_between_events"):
    """Months from the first event of a kind in `from` to the first of the kind `to`."""

    from_: tuple[EventKind, ...] = msgspec.field(name="from")
    to: EventKind


class AdvancedCourse(Selector, frozen=True, tag="advanced_course"):
    """Whether a course is said to be for advanced disease."""


class CoursesListed(Selector, frozen=True, tag="count_of_courses"):
    """How many courses are listed."""
