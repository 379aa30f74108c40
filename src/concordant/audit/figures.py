"""Figures: all numbers of a claim have to fit one analysis of its trial. No look-up of numbers one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from concordant.audit.items import Item, ItemReader
from concordant.audit.lexicon import ENDPOINT, OTHER
from concordant.audit.matching import Mention
from concordant.audit.reading import Reading
from concordant.audit.rows import TrialView
from concordant.audit.trial_check import TrialCheck
from concordant.audit.verdicts import Finding

SEVERAL = 2
ANY_COUNT = ("ratio", "reduction")


@dataclass
class Carried:
    """What of the sentences before still holds: the trial, and the numbers that were told last."""

    trial: str = ""
    items: list[Item] = field(default_factory=list)
    endpoint: str = ""
    heads: list[Mention] = field(default_factory=list)  # of the columns of a table


@dataclass(frozen=True)
class FigureChecker:
    """Checks the figures of sentences, one after the other."""

    views: Mapping[str, TrialView]
    classes: Mapping[str, tuple[str, ...]]
    carried: Carried = field(default_factory=Carried)

    def check_sentence(self, reading: Reading) -> list[Finding]:
        """The findings of one sentence; what it is about is kept for the next one."""
        items = [item for item in ItemReader(reading).read_items() if item.kind not in ("count", "follow_up")]
        items = self._read_heads(reading, items)
        named = reading.trials
        if named:
            self.carried.trial = named[0] if named[0] != OTHER else ""
            self.carried.items, self.carried.endpoint = [], ""
        if not items or reading.other_cancer:
            return []
        items = self._add_carried(items, reading)
        if len(named) > 1 and OTHER not in named:
            return self._check_several(items, reading, named)
        if named:
            return self._check_named(items, reading, named[0]) if named[0] != OTHER else []
        return self._check_unnamed(items, reading)

    def _read_heads(self, reading: Reading, items: list[Item]) -> list[Item]:
        """The first row of a table names its columns: an endpoint holds for the rows below."""
        if not reading.sentence.row:
            self.carried.heads = []
            return items
        heads = [mention for mention in reading.mentions if mention.group == ENDPOINT]
        if heads and not items:
            self.carried.heads = heads
        named = list(dict.fromkeys(mention.id for mention in self.carried.heads))
        if len(named) != 1 or heads:
            return items
        return [replace(item, endpoint=item.endpoint or named[0]) for item in items]

    # -- whose numbers they are ------------------------------------------------------------------------

    def _add_carried(self, items: list[Item], reading: Reading) -> list[Item]:
        """A ratio that is said to go with the numbers before is checked with them."""
        goes_with = reading.has_part("goes_with") and all(item.kind in ("ratio", "p", "reduction") for item in items)
        if goes_with and self.carried.items:
            return [*self.carried.items, *(replace(item, endpoint=item.endpoint or self.carried.endpoint) for item in items)]
        return items

    def _check_named(self, items: list[Item], reading: Reading, trial: str) -> list[Finding]:
        self._keep_items(trial, items, reading)
        return TrialCheck(self.views[trial], reading, self.classes).check_groups(items)

    def _check_several(self, items: list[Item], reading: Reading, named: Sequence[str]) -> list[Finding]:
        """Numbers go with the trial that was named last before them."""
        mentions = sorted((m for m in reading.mentions if m.group == "trial"), key=lambda one: one.start)
        found: list[Finding] = []
        for name in named:
            own = [i for i in items if ([m.id for m in mentions if m.start <= i.start] or [mentions[0].id])[-1] == name]
            if own:
                found += TrialCheck(self.views[name], reading, self.classes).check_groups(own)
        return found

    def _check_unnamed(self, items: list[Item], reading: Reading) -> list[Finding]:
        """Of the trial before, if the sentence goes on with it; else of the one that its numbers belong to alone."""
        carried = self.carried.trial
        if carried and self._goes_on(reading, self.views[carried]):
            found = TrialCheck(self.views[carried], reading, self.classes).check_groups(items)
            if found:
                self._keep_items(carried, items, reading)
            if all(one.verdict == "supported" for one in found) or not self._find_fitting(items, reading):
                return found
            return []
        if fitting := self._find_fitting(items, reading):
            self._keep_items(fitting[0], items, reading)
            return TrialCheck(self.views[fitting[0]], reading, self.classes).check_groups(items)
        if (only := self._find_by_arms(reading)) or (only := self._find_by_pair(items, reading)):
            self._keep_items(only, items, reading)
            return TrialCheck(self.views[only], reading, self.classes).check_groups(items)
        return []

    def _goes_on(self, reading: Reading, view: TrialView) -> bool:
        """No drug is spoken of that the trial did not have."""
        spoken = {mention.id for mention in reading.drug_mentions}
        return all(d in view.drugs or set(self.classes.get(d, ())) & view.drugs for d in spoken)

    def _find_fitting(self, items: list[Item], reading: Reading) -> list[str]:
        """The trials that hold all numbers, where these are enough to tell."""
        if len(items) < SEVERAL and not any(item.low is not None for item in items):
            return []
        fitting = []
        for name, view in self.views.items():
            if not self._goes_on(reading, view):
                continue
            found = TrialCheck(view, reading, self.classes).check_groups(items)
            if found and all(one.verdict == "supported" for one in found):
                fitting.append(name)
        return fitting

    def _find_by_arms(self, reading: Reading) -> str:
        """The only trial that set the drugs against each other that are spoken of."""
        both = [
            name
            for name, view in self.views.items()
            if {arm for *_, arm in view.mention_arms(reading, self.classes)} >= {0, 1} and self._goes_on(reading, view)
        ]
        late = [name for name in both if not self.views[name].early]
        return late[0] if len(late) == 1 else ""

    def _find_by_pair(self, items: list[Item], reading: Reading) -> str:
        """The only trial that has two values that are set against each other."""
        values = [item for item in items if item.kind == "value"]
        if len(values) < SEVERAL or len(values) == len(items):
            return ""
        fitting = self._find_fitting(values, reading)
        return fitting[0] if len(fitting) == 1 else ""

    def _keep_items(self, trial: str, items: list[Item], reading: Reading) -> None:
        self.carried.trial = trial
        armed = TrialCheck(self.views[trial], reading, self.classes).give_arms(items)
        self.carried.items = [item for item in armed if item.kind == "value"]
        self.carried.endpoint = items[-1].endpoint
