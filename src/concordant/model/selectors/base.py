"""What all selectors share: parameters that say what they name, what is read, what is looked for in a record."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from concordant.model.naming import NamedWord, find_names
from concordant.model.sources import Record

UNREAD = "(not read)"  # stands among the words of a record in which an entry was not read
Block = Literal["conditions", "medications", "measurements"]
Status = Literal["active", "resolved", "absent", "unknown"]
EventKind = Literal["diagnosis", "surgery", "recurrence", "progression", "response", "stable"]
Members = Mapping[str, frozenset[str]]
Tags = Mapping[str, frozenset[str]]


class Selector(Record, frozen=True, tag_field="selector"):
    """A way in which a feature is read from a record."""

    block: ClassVar[Block | None] = None

    @property
    def named_words(self) -> tuple[NamedWord, ...]:
        """Every word that names something, with the place of its parameter."""
        return tuple(find_names(msgspec.to_builtins(self), type(self)))

    @property
    def reads(self) -> tuple[str, ...]:
        """The features that have to be derived first, but for those that a formula takes."""
        return tuple(named.word for named in self.named_words if named.naming.kind == "feature" and not named.naming.stated)

    @property
    def reads_stated(self) -> tuple[str, ...]:
        """The features of which it looks at what was stated."""
        return tuple(named.word for named in self.named_words if named.naming.kind == "feature" and named.naming.stated)

    def looks_for(self, members: Members, tags: Tags) -> frozenset[str] | None:
        """The words of a record without which it claims nothing; None for one that has to be asked always."""
        return None
