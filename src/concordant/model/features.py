"""What may be asked about a patient: name, type, unit, codes, what silence means."""

from typing import Literal

import msgspec

from concordant.logic.conditions import ALWAYS, Condition, find_features_read
from concordant.model.naming import DrugName, FeatureName, StatementName
from concordant.model.selectors import AnySelector
from concordant.model.selectors.base import Block
from concordant.model.sources import Action, Cite, Record


class SilenceRule(Record, frozen=True):
    """What the absence of any entry means for a feature, when, and why that may be assumed.

    It is not assumed over an entry that was not read, unless it rests on something else that is known (`over_unread`).
    """

    value: str | float
    because: str
    when: Condition = ALWAYS
    minor: bool = False
    over_unread: bool = False


class InferenceRule(Record, frozen=True):
    """One value of an inferred feature: it holds when the condition holds; the statement behind it."""

    value: str | float
    if_: Condition = msgspec.field(name="if")
    source: Cite | None = None
    statement: StatementName = ""
    says: str = ""


class ValidityPeriod(Record, frozen=True):
    """How long a value stays current, counted back from `as_of` (a project choice)."""

    days: int
    source: Cite


class AmbiguousReply(Record, frozen=True):
    """Words that people answer a question with and that do not tell which of its values they mean.

    `says` is what to tell them; with their yes `value` is taken for another `feature`, which the words do settle.
    """

    words: tuple[str, ...]
    says: str
    feature: FeatureName
    value: str


class WaitRule(Record, frozen=True):
    """Another feature that decides this one: while it is unknown and `when` holds, this one is not asked.

    A stated word of `stated` then does not hold either (`says` why); while `when` is itself unknown it holds as an assumption
    (`held`). Once `overruled_if` holds, what the rules say stands in its place, and `overruled` says so.
    """

    feature: FeatureName
    when: Condition
    overruled_if: Condition
    stated: tuple[str, ...]
    says: str
    held: str
    overruled: str

    @property
    def waiting_words(self) -> frozenset[str]:
        """The words that wait; among several stated words one of them is enough."""
        return frozenset(self.stated)

    @property
    def reads(self) -> frozenset[str]:
        """The features that have to be known before it can be told whether this one waits."""
        return find_features_read(self.when) | find_features_read(self.overruled_if) | {self.feature}


class NamedDefault(Record, frozen=True):
    """What a caller may choose to take as given where the record leaves the feature open; off unless it is chosen by its name.

    What it does is the selector's: `says` tells a reader of the answer what was taken.
    """

    name: str
    says: str
    source: Cite
    value: str = "yes"


class Feature(Record, frozen=True):
    """A question about the patient with a typed answer; `short` is its label where there is little room.

    `reads` and `reads_stated` are never written: the compiler takes them from `derive`.
    """

    name: str
    label: str
    type: Literal["number", "count", "enum", "yes_no"]
    short: str = ""
    question: str = ""
    kind: Literal["asserted", "inferred", "assessment"] = "asserted"
    values: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    derive: AnySelector | None = None
    reads: tuple[FeatureName, ...] = ()
    reads_stated: tuple[str, ...] = ()
    rules: tuple[InferenceRule, ...] = ()
    absent_means: tuple[SilenceRule, ...] = ()
    defaults: tuple[NamedDefault, ...] = ()
    current_for: ValidityPeriod | None = None
    only_if: Condition | None = None
    waits_for: WaitRule | None = None
    asked_after_inputs: bool = False
    asked_before_others: bool = False  # it settles many others at once
    sources: tuple[Cite, ...] = ()
    drug: DrugName = ""
    near: float | None = None
    headline: int = 0
    headline_when: tuple[str, ...] = ()
    asked: int = 50
    help: str = ""
    replies: tuple[AmbiguousReply, ...] = ()
    not_known_skips: tuple[FeatureName, ...] = ()
    discordant: Action | None = None
    phrases: dict[str, str] = {}
    multiplies: Literal["mg/kg", "mg/m2", ""] = ""

    @property
    def brief(self) -> str:
        """The label where there is little room."""
        return self.short or self.label

    @property
    def block(self) -> Block | None:
        """The list of a record that it is read from, where an entry may go unread in it."""
        return self.derive.block if self.derive is not None else None

    @property
    def is_numeric(self) -> bool:
        """True for a feature whose facts are intervals."""
        return self.type in ("number", "count")

    @property
    def inputs(self) -> frozenset[str]:
        """The features that must be derived before this one."""
        conditions = [rule.if_ for rule in self.rules] + [silence.when for silence in self.absent_means]
        waited = self.waits_for.reads if self.waits_for else frozenset()
        return frozenset(self.reads).union(waited, *map(find_features_read, conditions))


class Axiom(Record, frozen=True):
    """A combination of facts that no patient can have; kept beside the features it speaks of."""

    never: Condition
    because: str
