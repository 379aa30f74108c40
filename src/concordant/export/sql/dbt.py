"""The query as a model of dbt: the same text over a table that dbt names, and what dbt checks of it."""

from __future__ import annotations

import datetime as dt

from concordant.decide.ruleset import Ruleset
from concordant.export.dialects import Dialect
from concordant.export.sql.script import FACTS, write_sql
from concordant.model.knowledge import Knowledge

STAND_IN = "concordant_facts_of_dbt"
REF = f"{{{{ ref('{FACTS}') }}}}"
SCHEMA = """\
# What dbt checks of the model concordant_answers: put it beside the model, and name the model or the seed of the facts `facts`.
version: 2

models:
  - name: concordant_answers
    description: >-
      What the guideline says of each patient, as Concordant decides it. No clinician has reviewed this.
    columns:
      - name: patient
        data_tests: [not_null, unique]
      - name: answer
        description: Read it first.
        data_tests:
          - not_null
          - accepted_values: {arguments: {values: [recommends, needs_data, out_of_scope]}}
      - name: outcome
        description: The preferred regimens, or all that are offered where none is; empty out of scope.
        data_tests: [not_null]
      - name: faulty
        description: Features whose columns hold what they cannot; such a value counts as not known.
        data_tests:
          - accepted_values: {arguments: {values: ['']}, config: {severity: warn}}
"""


def write_dbt_model(knowledge: Knowledge, frame: Ruleset, day: dt.date, dialect: Dialect) -> str:
    """The decision as a model, over the model or seed `facts`. Raises SqlMissing and Refused as `write_sql` does."""
    query = write_sql(knowledge, frame, day, dialect, STAND_IN)
    head, _, body = query.partition("WITH\n")
    told = head.replace(STAND_IN, FACTS)  # in the notes: dbt would take a name for one more table that is read
    return f"{told}WITH\n{body.replace(STAND_IN, REF).rstrip().removesuffix(';')}\n"


def write_dbt_schema() -> str:
    """What dbt checks of the model: one row a patient, and the words of an answer."""
    return SCHEMA
