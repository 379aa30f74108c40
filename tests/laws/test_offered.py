"""What is offered is not to be avoided: in no answer does a regimen, or a drug of it, stand in both lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from concordant.answer.engine import answer_record
from concordant.answer.schema import Answer
from concordant.library import FOLDER
from concordant.logic.status import OFFERED
from concordant.model.guideline import Statement
from concordant.model.knowledge import Knowledge
from tests.shipped import SHIPPED, answer_to, failing, in_chunks, record_of

MASS_EFFECT = FOLDER / "cases" / "B50-symptomatic-mass-effect.yaml"


def in_both(answer: Answer) -> Iterator[str]:
    """What is offered and avoided at once. A statement may be against a part of what is offered, as a regimen of its own."""
    for option in (o for o in answer.options if o.status in OFFERED):
        for one in answer.avoid:
            within = set(one.drugs) <= set(option.drugs) and not (one.kind == "against" and one.regimen)
            if one.regimen == option.regimen or within:
                yield f"{option.regimen} is offered, {one.drugs} to be avoided ({one.kind}: {one.why})"


@in_chunks
def test_nothing_is_offered_and_to_be_avoided(chunk: int) -> None:
    def law(path: Path) -> None:
        answer = answer_to(path)
        assert answer is None or not list(in_both(answer))

    assert failing(law, SHIPPED, chunk) == {}


def test_what_speaks_against_an_offered_regimen_is_its_caution() -> None:
    answer = answer_to(MASS_EFFECT)
    assert answer is not None
    option = next(o for o in answer.options if "tucatinib" in o.drugs)
    assert any("mass effect needs local treatment first" in caution for caution in option.cautions)


def test_a_statement_against_what_another_offers_is_a_caution(knowledge: Knowledge) -> None:
    turned = replace(knowledge, statements=tuple(map(against, knowledge.statements)))
    record = record_of(MASS_EFFECT)
    assert record is not None
    answer = answer_record(record, turned)
    assert not list(in_both(answer))
    option = next(o for o in answer.options if "tucatinib" in o.drugs)
    assert any("without symptomatic mass effect, after a HER2 line" in caution for caution in option.cautions)


def against(statement: Statement) -> Statement:
    """The companion's statement on the tucatinib regimen turned round; any other as it is."""
    if statement.id != "asco-her2-brain/2022/7.1" or statement.recommend is None:
        return statement
    return replace(statement, recommend=replace(statement.recommend, direction="against"), unless=())
