"""A server with a decision record: the page, the JSON API and CDS Hooks send an answer only once it is kept."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from concordant.api.replaying import CheckedRecord, Choice, KeptEntry, replay_entry
from concordant.decisions.record import DecisionRecord
from concordant.texts import read_text
from concordant.web.recording import WebKeeper, open_keeper
from tests.decisions.made import opened
from tests.shipped import case
from tests.web.cds.calls import ENGINE, call, draft_orders, encode, prefetch_of
from tests.web.cds.test_cards import bundle
from tests.web.cds.test_service import OPEN, SIGN, VIEW
from tests.web.fhir.calls import APPLY, SENT, parameters
from tests.web.serving import ask, running

A03 = case("A03").read_text(encoding="utf-8")
PREFETCH = prefetch_of(bundle(case("A03")))
FORM = {"content-type": "application/x-www-form-urlencoded"}
WHO = {"x-user": "Dr Grey"}
TDXD = draft_orders([{"drug": "trastuzumab deruxtecan", "amount": 500.0, "every": 3}])


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> WebKeeper:
    return open_keeper(str(tmp_path_factory.mktemp("served") / "decisions.db"), "x-user")


@pytest.fixture(scope="module")
def port(keeper: WebKeeper) -> Iterator[int]:
    with running(cds=OPEN, keeper=keeper) as one:
        yield one


def entries_of(keeper: WebKeeper) -> list[KeptEntry]:
    assert keeper.record is not None
    return list(CheckedRecord(keeper.record).iter_answers(Choice()))


def last_of(keeper: WebKeeper) -> tuple[KeptEntry, Any]:
    entry = entries_of(keeper)[-1]
    assert entry.kept is not None
    replayed = replay_entry(entry.kept, entry.sealed, ENGINE)
    assert replayed.state == "same"
    return entry, replayed.shown


def form(**fields: str) -> bytes:
    return urllib.parse.urlencode({"paste": A03, **fields}).encode()


def test_the_json_api_keeps_what_it_sends(port: int, keeper: WebKeeper) -> None:
    status, _, content = ask(port, "/answer", {"record": A03}, **WHO)
    entry, shown = last_of(keeper)
    assert (status, content) == (200, shown)
    assert entry.kept is not None
    assert (entry.kept.asked_by, entry.kept.asked.door) == ("Dr Grey", "/answer")
    assert entry.kept.document is not None


@pytest.mark.parametrize("path", ["/questions", "/explain"])
def test_what_is_a_part_of_an_answer_keeps_the_answer(path: str, port: int, keeper: WebKeeper) -> None:
    assert ask(port, path, {"record": A03})[0] == 200
    entry, shown = last_of(keeper)
    assert entry.kept is not None
    assert entry.kept.asked.door == path
    assert json.loads(shown) == json.loads(ask(port, "/answer", {"record": A03})[2])


def test_what_is_read_alone_is_no_answer(port: int, keeper: WebKeeper) -> None:
    before = len(entries_of(keeper))
    assert ask(port, "/read", {"record": A03})[0] == 200
    assert ask(port, "/")[0] == 200
    assert ask(port, "/healthz")[0] == 200
    assert ask(port, "/answer", {"record": "no: such key"})[0] == 422
    assert len(entries_of(keeper)) == before


def test_the_page_says_whether_answers_are_kept(port: int) -> None:
    assert b"Each answer is kept in the decision record" in ask(port, "/")[2]
    with running() as other:
        assert b"Nothing is stored." in ask(other, "/")[2]


def test_the_page_keeps_what_it_shows(port: int, keeper: WebKeeper) -> None:
    status, _, content = ask(port, "/", form(), **FORM, **WHO)
    entry, _ = last_of(keeper)
    assert status == 200
    assert entry.kept is not None
    assert (entry.kept.asked_by, entry.kept.asked.door) == ("Dr Grey", "page")
    assert json.loads(entry.kept.answer)["verdict"].split(" (")[0].encode() in content.replace(b"&nbsp;", b" ")
    assert entry.kept.document is not None


@pytest.mark.parametrize("kind", ["note", "json", "html", "pdf", "docx"])
def test_what_is_taken_along_is_replayed_byte_for_byte(kind: str, port: int, keeper: WebKeeper) -> None:
    body = urllib.parse.urlencode({"case": _as_json(A03)}).encode()
    status, _, content = ask(port, f"/out/{kind}", body, **FORM)
    assert status == 200, content
    _, shown = last_of(keeper)
    assert content == (shown.encode() if isinstance(shown, str) else shown)


def _as_json(text: str) -> str:
    value = read_text(text, "case").value
    return json.dumps(
        {key: value[key] for key in value if key not in ("expect", "because", "origin", "difficulty", "confidence")}
    )


@pytest.mark.parametrize(("path", "hook", "context"), [(VIEW, "patient-view", {}), (SIGN, "order-sign", {"draftOrders": TDXD})])
def test_cards_are_replayed_byte_for_byte(path: str, hook: str, context: dict[str, Any], port: int, keeper: WebKeeper) -> None:
    status, _, content = ask(port, path, call(hook, PREFETCH, context=context))
    assert status == 200
    entry, shown = last_of(keeper)
    assert shown == content
    assert len(json.loads(content)["cards"]) == 1
    assert entry.kept is not None
    assert (entry.kept.patient, entry.kept.asked_by, entry.kept.asked.door) == ("p1", "Practitioner/a", hook)


def test_a_plan_of_care_keeps_the_answer_behind_it(port: int, keeper: WebKeeper) -> None:
    status, _, content = ask(port, APPLY, encode(parameters(bundle(case("A03")))), **SENT)
    assert status == 200, content
    entry, _ = last_of(keeper)
    assert (entry.kept.asked.door, entry.kept.patient) == ("/fhir/PlanDefinition/$apply", "p1")
    assert json.loads(entry.kept.answer)["verdict"] in content.decode()


def test_half_a_record_is_replayed_as_half_a_record(port: int, keeper: WebKeeper) -> None:
    lacking = next(key for key, value in PREFETCH.items() if value is None)
    status, _, content = ask(port, VIEW, call("patient-view", {key: value for key, value in PREFETCH.items() if key != lacking}))
    assert status == 200
    entry, shown = last_of(keeper)
    assert shown == content
    assert entry.kept is not None
    assert entry.kept.hook is not None
    assert entry.kept.hook.missing
    assert entry.kept.document is not None


def test_an_answer_that_cannot_be_kept_is_not_sent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    keeper = open_keeper(str(tmp_path / "decisions.db"), "")
    assert keeper.record is not None
    with running(cds=OPEN, keeper=keeper) as port:
        assert ask(port, "/answer", {"record": A03})[0] == 200
        with opened(keeper.record) as base:
            base.execute("DELETE FROM concordant_entries")
        for path, body, headers in (
            ("/answer", {"record": A03}, {}),
            ("/questions", {"record": A03}, {}),
            ("/", form(), FORM),
            (VIEW, call("patient-view", PREFETCH), {}),
        ):
            status, _, content = ask(port, path, body, **headers)
            assert (status, json.loads(content)["title"]) == (503, "The answer could not be recorded")
            assert b"deruxtecan" not in content
    time.sleep(0.2)
    written = capfd.readouterr().err
    told = [json.loads(line) for line in written.splitlines() if '"record_failed"' in line]
    assert len(told) == 4
    assert "entry 1, of which the head tells, is not in the record" in told[0]["says"]
    assert "deruxtecan" not in written


def test_the_log_tells_of_no_patient_and_of_nobody_who_asks(
    port: int, keeper: WebKeeper, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "Erika-Mustermann-1966"
    ask(port, "/answer", {"record": f"name: {secret}\n{A03}"}, **{"x-user": secret})
    time.sleep(0.2)
    assert secret not in "".join(capfd.readouterr())


def test_a_server_without_a_record_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with running(cds=OPEN) as port:
        assert ask(port, "/answer", {"record": A03})[0] == 200
    assert list(tmp_path.iterdir()) == []


def test_a_server_does_not_start_with_a_record_that_takes_no_entry(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a text" * 1000)
    command = [sys.executable, "-m", "concordant", "serve", "--port", "0", "--record", str(tmp_path / "a.txt")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "it is no decision record" in done.stderr


def test_many_requests_at_once_are_one_chain(port: int, keeper: WebKeeper) -> None:
    from concurrent.futures import ThreadPoolExecutor

    before = len(entries_of(keeper))
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: ask(port, "/answer", {"record": A03})[0], range(12)))
    assert told == [200] * 12
    assert isinstance(keeper.record, DecisionRecord)
    checked = CheckedRecord(keeper.record)
    assert len(list(checked.iter_answers(Choice()))) == before + 12
    assert checked.faults == []
