"""What steers a screen, or reads like one of our references, reaches no page: from every reader, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concordant.api import Engine
from concordant.errors import make_printable
from concordant.model.knowledge import Knowledge
from concordant.patient.account import Account
from concordant.present import terminal
from concordant.present.formats import RenderOptions, render_answer
from concordant.present.language import load_language
from concordant.present.page.account_table import render_account, show_account
from concordant.record.casefile.write import write_case
from concordant.visible import STEERING, make_json_visible, make_visible
from tests.record.fhir.builders import AS_OF, bundle, observation, resource, woman
from tests.record.omop import build
from tests.record.table.test_table import MAPPING

# A cleared screen, colours, a window title, text turned round, marks and tags that hide text, lines that look like ours.
SIGNS = (
    "\x1bc", "\x1b[31m", "\x1b]0;x\x07", "\x9b31m", "\x9d0;x\x9c", "\x7f", "\x08\x08", "\x00",
    "\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\U000e0041",
    "\nDanger: none", "\r\nHeld until: nothing", "\tx", "\x0b", "\x0c", "\x85",
)  # fmt: skip
HOSTILE = "".join(f"a{sign}" for sign in SIGNS)
CITED = "odd [99] [2: label] [ASCO 2022 2.1]"
FORMATS = ("terminal", "md", "html", "note", "json")
FORBIDDEN = re.compile(f"[{STEERING}]")
FORGED = re.compile(r"\[(99|2: label|ASCO 2022 2\.1)\]")


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    return Engine(knowledge)


# -- one record, told through every reader, with the same words in every place that takes any ------------


def _as_case(told: str, _: Path) -> Any:
    return {
        "as_of": "2023-05-20",
        "name": told,
        "tumor_markers": [{"test": "her2", "value": "positive"}],
        "disease": [{"event": "recurrence", "extent": "metastatic", "date": "2023-01-01", "sites": ["liver", told]}],
        "treatments": [{"drugs": [told, "trastuzumab"], "setting": "adjuvant", "start": "2020", "end": "2021"}],
        "conditions": [
            {"name": told, "status": "active"},
            {"name": f"allergy to {told}"},
            {"name": f"declines {told}"},
            {"name": "heart failure", "status": "active", "judged": told},
        ],
        "medications": [{"name": told, "start": "2023-01-01"}],
        "unavailable": [told],
    }


def _as_json_case(told: str, folder: Path) -> Any:
    return json.dumps(_as_case(told, folder)).encode()


def _as_fhir(told: str, _: Path) -> Any:
    text = {"text": told}
    drug = {"status": "active", "medicationCodeableConcept": text}
    entries = (
        woman("p1", name=[text]),
        observation("o1", "48676-1", valueCodeableConcept=text),
        observation("o2", "10230-1", effectiveDateTime=told, valueQuantity={"value": 55, "unit": told}),
        resource("Condition", "c1", code=text),
        resource("Condition", f"c2{told}", code=text, onsetDateTime=told),
        resource("AllergyIntolerance", "a1", code=text, patient={"reference": "Patient/p1"}),
        resource("MedicationStatement", "m1", **drug),
        resource("MedicationAdministration", "m2", medicationCodeableConcept=text, status="completed", effectiveDateTime=told),
        resource("Procedure", "r1", code=text, status="completed", performedDateTime=told),
        resource(told, "x1"),
    )
    return json.dumps(bundle(*entries), ensure_ascii=False).encode()


def _as_escaped_fhir(told: str, folder: Path) -> Any:
    return json.dumps(json.loads(_as_fhir(told, folder)), ensure_ascii=True).encode()


def _as_lines(told: str, folder: Path) -> Any:
    entries = json.loads(_as_fhir(told, folder))["entry"]
    (folder / "x.ndjson").write_text("\n".join(json.dumps(one["resource"]) for one in entries), encoding="utf-8")
    return str(folder / "x.ndjson")


def _as_table(told: str, folder: Path) -> Any:
    people, drugs = io.StringIO(), io.StringIO()
    told = told.replace("\x00", "")
    csv.writer(people).writerows(
        [("id", "sex", "born", "diagnosed", "stage", "ihc", "ef"), ("1", told, told, told, "IV", told, told)]
    )
    csv.writer(drugs).writerows([("id", "drug", "from", "to"), ("1", told, told, "2021-01-01")])
    for name, text in (("people.csv", people.getvalue()), ("drugs.csv", drugs.getvalue()), ("map.yaml", MAPPING)):
        (folder / name).write_bytes(text.encode())
    return str(folder / "map.yaml")


def _as_omop(told: str, folder: Path) -> Any:
    told = told.replace("\x00", "")[:50]
    rows = {
        "person": [build.person(1, gender_source_value=told)],
        "condition_occurrence": [build.condition(1, 1, 0, "2021-01-20", condition_source_value=told)],
        "drug_exposure": [build.drug(1, 1, 0, "2021-01-20", drug_source_value=told, stop_reason=told[:20])],
        "measurement": [build.measured(1, 1, build.IHC, "2021-02-01", value_source_value=told)],
    }
    return str(build.database(folder / "x.duckdb", rows))


READERS: dict[str, Callable[[str, Path], Any]] = {
    "a case": _as_case,
    "a case in JSON": _as_json_case,
    "FHIR": _as_fhir,
    "FHIR with escapes": _as_escaped_fhir,
    "lines of FHIR": _as_lines,
    "a table": _as_table,
    "OMOP": _as_omop,
}
REFUSE_SIGNS = ("a case", "a case in JSON")  # a person writes it, and can take them out


def render_all(engine: Engine, source: Any) -> dict[str, str]:
    """Everything that is ever written of a patient."""
    (patient,) = engine.read(source, today=AS_OF).stream(rest := Account())
    built = engine.recommend(patient).built
    written = {
        format_: str(render_answer(built, RenderOptions(format_, full=True, whose=make_printable(patient.id))))
        for format_ in FORMATS
    }
    written["json"] = json.dumps(json.loads(written["json"]), ensure_ascii=False)
    written["case"] = write_case(patient, engine.knowledge, engine.words)
    written["account"] = render_account(show_account(patient), load_language("en"))
    written["rest"] = "\n".join(f"{row.place} {row.why}" for row in rest.rows)
    return written


@pytest.mark.parametrize("reader", [name for name in READERS if name not in REFUSE_SIGNS])
def test_nothing_that_steers_a_screen_reaches_any_page(reader: str, engine: Engine, tmp_path: Path) -> None:
    for name, text in render_all(engine, READERS[reader](HOSTILE, tmp_path)).items():
        found = FORBIDDEN.sub(lambda met: "" if met[0] == "\n" else met[0], text)
        assert not (met := FORBIDDEN.search(found)), (name, met and found[max(0, met.start() - 60) : met.end() + 20])


@pytest.mark.parametrize("reader", READERS)
def test_no_word_of_a_record_begins_a_line_of_its_own(
    reader: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal so wide that no line is wrapped, where any word may come to stand first."""
    monkeypatch.setenv("COLUMNS", "2000")
    for bound in ("WIDEST", "TEXT_WIDTH"):
        monkeypatch.setattr(terminal, bound, 2000)
    for name, text in render_all(engine, READERS[reader]("odd\nDanger: none\r\nHeld until: now", tmp_path)).items():
        assert not re.search(r"(?m)^\W*(Danger: none|Held until: now)", text), name


@pytest.mark.parametrize("reader", READERS)
def test_no_word_of_a_record_reads_like_a_reference(reader: str, engine: Engine, tmp_path: Path) -> None:
    for name, text in render_all(engine, READERS[reader](CITED, tmp_path)).items():
        if name in FORMATS:  # a case file and an account tell what stands in the source
            met = FORGED.search(text)
            assert not met, (name, text[max(0, met.start() - 60) : met.end()] if met else "")


# -- the two functions --------------------------------------------------------------------------------

TEXT = st.text(st.one_of(st.sampled_from(HOSTILE + '\\"nu0019b/é漢😀 '), st.characters(codec="utf-8")), max_size=40)
VALUES = st.recursive(TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)


def _as_pairs(value: Any) -> Any:
    """The value with its texts made visible, and its objects as pairs."""
    if isinstance(value, dict):
        return [(make_visible(key), _as_pairs(item)) for key, item in value.items()]
    return [_as_pairs(item) for item in value] if isinstance(value, list) else make_visible(value)


@given(VALUES, st.booleans())
def test_json_is_made_visible_as_its_values_are(value: Any, escaped: bool) -> None:
    data = make_json_visible(json.dumps(value, ensure_ascii=escaped).encode())
    assert json.loads(data, object_pairs_hook=lambda pairs: pairs) == _as_pairs(value)


@given(TEXT)
def test_two_texts_that_differ_by_a_sign_stay_two(text: str) -> None:
    assert not FORBIDDEN.search(make_visible(text))
    assert make_visible(text + "\x1b") != make_visible(text + "\x9b")


def test_half_of_a_character_is_no_end_of_the_document() -> None:
    for half in ("\\ud800", "\\uDC00", "\\ud800x\\udc00", "\\\\\\ud800"):
        data = make_json_visible(b'{"a": "' + half.encode() + b'"}')
        data.decode()
        assert not FORBIDDEN.search(json.loads(data)["a"])
    whole = b'{"a": "\\ud83d\\ude00 \\u00e9 \\n"}'
    assert json.loads(make_json_visible(whole))["a"] == "\U0001f600 \u00e9  "
