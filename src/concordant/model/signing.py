"""What somebody signs who reviews a statement: the statement with the regimens that it names, as one short digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from concordant.model.drugs import Regimen
from concordant.model.guideline import Statement

SIGNS = 12  # hexadecimal signs of a digest: few enough to copy from paper


def compute_statement_digest(statement: Statement, regimens: Mapping[str, Regimen]) -> str:
    """The digest of all that a statement says: its words, sources, conditions and grade, and the doses of its regimens.

    Who has signed it is no part of that. `regimens` are those of the knowledge, by id.
    """
    unsigned = msgspec.structs.replace(statement, reviewed_by=())
    named = statement.recommend.regimens if statement.recommend else ()
    content = [msgspec.json.encode(unsigned), *(msgspec.json.encode(regimens[name]) for name in named if name in regimens)]
    return hashlib.sha256(b"\n".join(content)).hexdigest()[:SIGNS]
