"""Selectors of courses of treatment: what was given, what came of it, which line it was."""

from concordant.logic.by_identity import IdentityCache
from concordant.model.naming import DrugOrClass, FeatureName, SiteTag, StatedName
from concordant.model.selectors.base import Members, Selector, Tags


def _find_names_by_drug(members: Members) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for name, drugs in members.items():
        for drug in drugs:
            names.setdefault(drug, []).append(name)
    return names


_names_by_drug = IdentityCache(_find_names_by_drug)  # for each drug, all that it may be told as


class OfDrugs(Selector, frozen=True):
    """Courses with the drug `of`, or with a drug of the class."""

    of: DrugOrClass

    def list_drugs(self, members: Members) -> frozenset[str]:
        """The drugs that are meant."""
        return members.get(self.of, frozenset({self.of}))


class NamedDrugs(OfDrugs, frozen=True):
    """Claims nothing where no course names one of the drugs."""

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The drugs."""
        return self.list_drugs(members)


class Received(OfDrugs, frozen=True, tag="received"):
    """Whether a course with one of the drugs is listed."""

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The drugs, and every class behind which one of them may stand."""
        drugs = self.list_drugs(members)
        behind = _names_by_drug(members)
        return frozenset({self.of}).union(drugs, *(behind.get(drug, ()) for drug in drugs))


class StoppedForToxicity(NamedDrugs, frozen=True, tag="stopped_for_toxicity"):
    """Whether the drug was stopped for toxicity."""


class Unavailable(NamedDrugs, frozen=True, tag="unavailable"):
    """No where the drug is listed as unavailable."""


# -- with the features that the reading of a course rests on ---------------------------------------


class InSetting(OfDrugs, frozen=True):
    """Courses before or after surgery, or for advanced disease: where a course does not say so, `presentation` helps."""

    presentation: FeatureName


class NamedInSetting(InSetting, frozen=True):
    """Claims nothing where no course names one of the drugs."""

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The drugs."""
        return self.list_drugs(members)


class ReceivedEarly(NamedInSetting, frozen=True, tag="received_early"):
    """Whether the drugs were given before or after surgery."""


class MonthsToRecurrence(NamedInSetting, frozen=True, tag="months_to_recurrence"):
    """Months from the last dose before or after surgery to the recurrence."""


class Running(NamedInSetting, frozen=True, tag="running"):
    """Whether a course runs now for advanced disease."""


class Started(NamedInSetting, frozen=True, tag="started"):
    """Whether a course was begun for advanced disease."""


class DiseaseStatus(InSetting, frozen=True, tag="status"):
    """Progressing, stable or responding; a course with the drugs may be maintenance."""


class AllNamed(OfDrugs, frozen=True, tag="all_named"):
    """Whether no listed course can hide one of the drugs."""


class AdvancedNamed(InSetting, frozen=True, tag="advanced_named"):
    """The same of the courses for advanced disease."""


class ProgressedOn(NamedDrugs, frozen=True, kw_only=True, tag="progressed_on"):
    """Whether the disease grew on the drug; what grows under a running course goes by `status`.

    A progression at sites of the tag `spared` alone is none against it, unless `elsewhere` says that the disease grew there too.
    """

    status: FeatureName
    spared: SiteTag = ""
    elsewhere: FeatureName = ""


class OfLines(InSetting, frozen=True, kw_only=True):
    """Lines with the drugs; which of them ended in progression goes by `status` too.

    A progression at sites of the tag `spared` alone ends none, unless `elsewhere` says that the disease grew there too.
    """

    status: FeatureName
    spared: SiteTag = ""
    elsewhere: FeatureName = ""


class LineDeclared(OfLines, frozen=True, tag="line_declared"):
    """The line number that the record declares."""


class OfEnoughLines(OfLines, frozen=True):
    """Lines with the drugs, held against the stated `line`; `needs` says how many lines come before each of its words."""

    line: StatedName
    needs: dict[str, int]


class LinesProgressed(OfEnoughLines, frozen=True, tag="lines_progressed"):
    """How many lines ended in progression."""


class AccountsForLine(OfEnoughLines, frozen=True, tag="accounts_for_line"):
    """Whether the listed courses explain the stated line."""


class RegimensReceived(OfEnoughLines, frozen=True, tag="regimens_received"):
    """How many regimens were started for advanced disease, at least the lines of `at_least`."""

    at_least: FeatureName


class RegimensInAnySetting(OfEnoughLines, frozen=True, tag="regimens_in_any_setting"):
    """The regimens for advanced disease (`advanced`), and those before and after surgery (`early`: whether there were any)."""

    advanced: FeatureName
    early: FeatureName
