"""The launch of the page: the record stands in it and can be corrected, and every way to smuggle in another one is refused."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from joserfc import jwk

from concordant.listening import listen
from concordant.web.cds.outbound import Outbound
from concordant.web.cds.settings import CdsSettings
from concordant.web.smart import memory
from concordant.web.smart.discovery import is_address
from concordant.web.smart.launching import Launcher, LaunchRefused
from concordant.web.smart.memory import ShortMemory
from concordant.web.smart.settings import SmartSettings
from tests.present.browser import launched, needed
from tests.web.cds.calls import BASE, Json
from tests.web.cds.double import Answer, Double, Handler, serve_bundle
from tests.web.cds.test_fetching import WHOLE
from tests.web.form import FieldsOf
from tests.web.serving import ask, running
from tests.web.smart.double import APP, Authorization, authorizing
from tests.web.smart.test_backend import TOKEN_LIES

pytestmark = pytest.mark.filterwarnings("ignore:Key size should be")

NAME = "Erika <b>Muster</b>mann"
RECORD: Json = json.loads(json.dumps(WHOLE))
next(one["resource"] for one in RECORD["entry"] if one["resource"]["resourceType"] == "Patient")["name"] = [{"text": NAME}]


@dataclass
class Browser:
    """What a browser does: keeps cookies, follows nothing by itself."""

    port: int
    cookie: str = ""

    def get(self, path: str) -> tuple[int, dict[str, str], str]:
        headers = {"cookie": self.cookie} if self.cookie else {}
        status, told, content = ask(self.port, path, **headers)
        if "set-cookie" in told:
            self.cookie = told["set-cookie"].partition(";")[0]
        return status, told, content.decode()

    def begin(self, server: Double, **more: str) -> str:
        """The address to which the launch sends."""
        status, told, content = self.get(f"/smart/launch?{urlencode({'iss': server.base, **more})}")
        assert status == 303, content
        return told["location"]

    def come_back(self, address: str) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(address)
        return self.get(f"{parts.path}?{parts.query}")


@contextmanager
def launching(answer: Answer | None = None, **told: Any) -> Iterator[tuple[Browser, Double, Authorization]]:
    with authorizing(answer or serve_bundle(RECORD, 2), **told) as (server, authorization):
        smart = SmartSettings({}, {server.base: APP})
        settings = CdsSettings(BASE, servers=(server.base,), private=True, is_open=True, smart=smart)
        with running(cds=settings) as port:
            yield Browser(port), server, authorization


def parameters(address: str) -> dict[str, str]:
    return {key: one[0] for key, one in parse_qs(urlsplit(address).query).items()}


# -- what works ------------------------------------------------------------------------------------


@pytest.mark.parametrize("handle", ["", "xyz-123"])
def test_the_page_opens_with_the_record_and_it_can_be_corrected(handle: str) -> None:
    with launching() as (browser, server, authorization):
        where = browser.begin(server, **({"launch": handle} if handle else {}))
        asked = parameters(where)
        status, told, _ = browser.come_back(authorization.authorize(where))
        assert (status, told["location"].partition("?")[0]) == (303, "/smart/record")
        status, _, page = browser.get(told["location"])
        again = browser.get(told["location"])
        form = FieldsOf()
        form.feed(page)
        sent = ask(browser.port, "/", urlencode(form.fields, doseq=True).encode(), **FORM)[2].decode()
    assert (status, again[0]) == (200, 200)
    assert "mg" in verdict_of(page)
    assert verdict_of(sent) == verdict_of(page)
    assert ("launch" in asked["scope"].split(), asked.get("launch", "")) == (bool(handle), handle)
    assert ("launch/patient" in asked["scope"].split()) is not bool(handle)
    assert (asked["aud"], asked["client_id"], asked["redirect_uri"]) == (server.base, APP, f"{BASE}/smart/callback")
    assert (asked["response_type"], asked["code_challenge_method"], len(asked["code_challenge"])) == ("code", "S256", 43)
    assert "*" not in asked["scope"]
    assert {len(asked["state"]), len(asked["nonce"])} == {43}


FORM = {"content-type": "application/x-www-form-urlencoded"}


def verdict_of(page: str) -> str:
    found = re.search(r'class="bar[^>]*>(.*?)</a>', page, re.S)
    return found[1] if found else ""


@pytest.mark.long
def test_a_browser_goes_the_whole_way() -> None:
    needed()
    with listen("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    with authorizing(serve_bundle(RECORD, 2)) as (server, _):
        smart, here = SmartSettings({}, {server.base: APP}), f"http://127.0.0.1:{port}"
        settings = CdsSettings(here, servers=(server.base,), private=True, is_open=True, smart=smart)
        with running(cds=settings, port=port), launched() as browser:
            page = browser.new_page()
            page.goto(f"{here}/smart/launch")
            page.locator("main a").click()
            page.wait_for_url("**/smart/record?of=*")
            told = page.locator(".bar").first.text_content()
            page.fill("#as_of", "2022-11-01")
            page.locator("#as_of").press("Tab")
            page.locator("#answer", has_text="as of 1 Nov 2022").wait_for()
            shown = page.locator("#answer").inner_text()
    assert "mg" in (told or "")
    assert NAME in shown


def test_without_a_server_the_listed_ones_are_offered() -> None:
    with launching() as (browser, server, _):
        status, _, page = browser.get("/smart/launch")
        german = browser.get("/smart/launch?lang=de")[2]
        front = browser.get("/")[2]
    assert status == 200
    assert f'href="/smart/launch?iss={quote(server.base, safe="/")}"' in page
    assert ('lang="de"' in german, 'href="/smart/launch"' in front) == (True, True)


def test_where_nothing_is_configured_there_is_nothing() -> None:
    with running(cds=CdsSettings(BASE)) as port:
        assert {ask(port, path)[0] for path in ("/smart/launch", "/smart/callback", "/smart/record")} == {404}
        assert b"/smart/launch" not in ask(port, "/")[2]


@pytest.mark.parametrize("kind", ["Condition", "AllergyIntolerance"])
def test_what_could_not_be_read_is_said_first_and_no_dose_is_given(kind: str) -> None:
    whole = serve_bundle(RECORD)

    def partly(handler: Handler) -> None:
        handler.send({}, status=403) if f"/{kind}?" in handler.path else whole(handler)

    with launching(partly) as (browser, server, authorization):
        told = browser.come_back(authorization.authorize(browser.begin(server)))[1]
        page = browser.get(told["location"])[2]
        form = FieldsOf()
        form.feed(page)
        sent = ask(browser.port, "/", urlencode(form.fields, doseq=True).encode(), **FORM)[2].decode()
    says = "the FHIR server was asked, and it answered with status 403."
    unread = re.search(r'<section class="unread".*?</section>', page, re.S)
    assert unread is not None
    assert says in unread[0]
    for one in (page, sent):  # and after it was corrected
        assert "mg" not in verdict_of(one)
        assert says in one.partition('id="answer"')[2]


# -- what stays secret -----------------------------------------------------------------------------


def test_no_patient_and_no_token_stands_in_an_address_a_cookie_or_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    with launching() as (browser, server, authorization):
        heads, addresses = [], [browser.begin(server, launch="xyz")]
        for _ in range(2):
            status, told, page = browser.come_back(authorization.authorize(addresses[0]) if len(heads) == 0 else addresses[-1])
            heads.append(json.dumps(told))
            addresses.append(told.get("location", ""))
        time.sleep(0.2)
        written = capfd.readouterr()
        tokens = authorization.tokens
    assert status == 200
    assert all(secret not in "".join([*addresses, *heads, written.err, written.out]) for secret in (*tokens, "p1", "Muster"))
    assert all(secret not in page for secret in tokens)
    assert '"route": "/smart/record"' in written.err
    assert "xyz" not in written.err


def test_the_cookie_is_short_lived_and_of_this_host_alone() -> None:
    with launching() as (browser, server, _):
        told = browser.get(f"/smart/launch?{urlencode({'iss': server.base})}")[1]["set-cookie"]
    name, _, rest = told.partition("=")
    parts = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name.startswith("__Host-")
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=1200"} == parts


# -- attacks ---------------------------------------------------------------------------------------

Attack = Callable[[Browser, Double, Authorization], tuple[int, dict[str, str], str]]


def other_browser(browser: Browser, server: Double, authorization: Authorization) -> Any:
    """Somebody else's launch, finished in the browser of the victim: the record would be the attacker's."""
    attacker = Browser(browser.port)
    back = authorization.authorize(attacker.begin(server))
    browser.begin(server)
    return browser.come_back(back)


def no_cookie(browser: Browser, server: Double, authorization: Authorization) -> Any:
    back = authorization.authorize(Browser(browser.port).begin(server))
    return browser.come_back(back)


def made_up_state(browser: Browser, server: Double, authorization: Authorization) -> Any:
    back = authorization.authorize(browser.begin(server), state="x" * 43)
    return browser.come_back(back)


def injected_code(browser: Browser, server: Double, authorization: Authorization) -> Any:
    """A code that was made for another launch, in a state of our own."""
    stolen = parameters(authorization.authorize(Browser(browser.port).begin(server)))["code"]
    own = parameters(authorization.authorize(browser.begin(server)))
    return browser.get(f"/smart/callback?{urlencode({'code': stolen, 'state': own['state']})}")


def injected_past_pkce(browser: Browser, server: Double, authorization: Authorization) -> Any:
    """The same at a server that does not look at PKCE: our own number is not the one in the identity."""
    where = browser.begin(server)
    authorization.identity["nonce"] = "of another launch"
    return browser.come_back(authorization.authorize(where))


def replayed_state(browser: Browser, server: Double, authorization: Authorization) -> Any:
    back = authorization.authorize(browser.begin(server))
    assert browser.come_back(back)[0] == 303
    return browser.come_back(back)


def replayed_code(browser: Browser, server: Double, authorization: Authorization) -> Any:
    first = parameters(authorization.authorize(browser.begin(server)))
    assert browser.get(f"/smart/callback?{urlencode(first)}")[0] == 303
    state = parameters(browser.begin(server))["state"]
    return browser.get(f"/smart/callback?{urlencode({'code': first['code'], 'state': state})}")


def not_listed(browser: Browser, server: Double, authorization: Authorization) -> Any:
    return browser.get(f"/smart/launch?{urlencode({'iss': 'https://evil.example/fhir', 'launch': 'x'})}")


def beside_a_listed_one(browser: Browser, server: Double, authorization: Authorization) -> Any:
    return browser.get(f"/smart/launch?{urlencode({'iss': server.base + '.evil.example'})}")


def listed_with_more(browser: Browser, server: Double, authorization: Authorization) -> Any:
    return browser.get(f"/smart/launch?{urlencode({'iss': server.base + '/../other'})}")


def told_twice(browser: Browser, server: Double, authorization: Authorization) -> Any:
    own = authorization.authorize(browser.begin(server))
    return browser.come_back(f"{own}&state=other")


def mixed_up(browser: Browser, server: Double, authorization: Authorization) -> Any:
    own = authorization.authorize(browser.begin(server))
    return browser.come_back(f"{own}&iss=https%3A%2F%2Fevil.example")


def another_record(browser: Browser, server: Double, authorization: Authorization) -> Any:
    """The address of an open record, in a browser that did not launch it."""
    told = browser.come_back(authorization.authorize(browser.begin(server)))[1]
    other = Browser(browser.port)
    other.begin(server)
    return other.get(told["location"])


def refused_there(browser: Browser, server: Double, authorization: Authorization) -> Any:
    state = parameters(browser.begin(server))["state"]
    return browser.get(f"/smart/callback?{urlencode({'error': '<script>', 'error_description': NAME, 'state': state})}")


def endless_code(browser: Browser, server: Double, authorization: Authorization) -> Any:
    state = parameters(browser.begin(server))["state"]
    return browser.get(f"/smart/callback?{urlencode({'code': 'x' * 5000, 'state': state})}")


ATTACKS: dict[str, tuple[Attack, str]] = {
    "login CSRF: a launch of the attacker": (other_browser, "begun in another browser"),
    "login CSRF: no cookie": (no_cookie, "begun in another browser"),
    "a state that was made up": (made_up_state, "not known here"),
    "a code of another launch": (injected_code, "status 400"),
    "a code of another launch, past PKCE": (injected_past_pkce, "belongs to another launch"),
    "a launch that comes back twice": (replayed_state, "not known here"),
    "a code that was taken before": (replayed_code, "status 400"),
    "a server that is not listed": (not_listed, "none for which the page may be launched"),
    "a name that begins like a listed one": (beside_a_listed_one, "none for which the page may be launched"),
    "a listed server with a way out of it": (listed_with_more, "none for which the page may be launched"),
    "two states in one address": (told_twice, "says two things at once"),
    "a code of another server (mix-up)": (mixed_up, "comes back from another server"),
    "an open record in another browser": (another_record, "not open any more"),
    "the server refuses, with a script in its words": (refused_there, "did not let the page in"),
    "an endless code": (endless_code, "did not let the page in"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_launch_that_is_not_ours_is_refused(name: str) -> None:
    attack, says = ATTACKS[name]
    with launching() as (browser, server, authorization):
        status, headers, page = attack(browser, server, authorization)
    assert (status, says in page) == (403, True), page
    assert "location" not in headers
    assert "<script>" not in page
    assert "Muster" not in page


@pytest.mark.parametrize("name", TOKEN_LIES)
def test_an_address_for_tokens_that_lies_ends_the_launch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concordant.web.smart.launching.SECONDS", 1.0)
    with launching() as (browser, server, authorization):
        back = authorization.authorize(browser.begin(server))
        authorization.lie = TOKEN_LIES[name][0]
        status, _, page = browser.come_back(back)
    assert (status, TOKEN_LIES[name][1] in page) == (403, True), page


ANSWER_LIES: dict[str, tuple[Json, str]] = {
    "no patient": ({"patient": None}, "no patient was chosen"),
    "a patient that is a path": ({"patient": "../Patient/p2"}, "no patient was chosen"),
    "a patient that is a search": ({"patient": "p1?_include=*"}, "no patient was chosen"),
    "a patient that is a list": ({"patient": ["p1"]}, "its answer is none"),
    "no identity": ({"id_token": None}, "is missing, or too long"),
    "an identity that is no token": ({"id_token": "a.b"}, "not signed by a key of that server"),
    "an identity signed by nobody": ({"id_token": "eyJhbGciOiJub25lIn0.e30."}, "not signed by a key of that server"),
    "an endless identity": ({"id_token": "x" * 9000}, "is missing, or too long"),
}
OTHER = jwk.RSAKey.generate_key(2048, {"kid": "server"})
IDENTITY_LIES: dict[str, tuple[Json, str]] = {
    "an identity of another issuer": ({"iss": "https://evil.example"}, "made by another, or out to another"),
    "an identity for another page": ({"aud": "other"}, "made by another, or out to another"),
    "an identity that is over": ({"exp": 5}, "is over"),
    "an identity without end": ({"exp": None}, "is over"),
    "an identity of another key": ({"key": OTHER}, "not signed by a key of that server"),
    "an identity of a key that nobody knows": ({"head": {"kid": "other"}}, "not signed by a key of that server"),
    "an identity signed with the public key as a secret": ({"alg": "HS256"}, "not signed by a key of that server"),
}


@pytest.mark.parametrize("name", [*ANSWER_LIES, *IDENTITY_LIES])
def test_an_answer_that_is_not_for_this_launch_ends_it(name: str) -> None:
    told, says = {**ANSWER_LIES, **IDENTITY_LIES}[name]
    with launching(changed=told if name in ANSWER_LIES else {}, identity={} if name in ANSWER_LIES else told) as found:
        browser, server, authorization = found
        status, _, page = browser.come_back(authorization.authorize(browser.begin(server)))
    assert (status, says in page) == (403, True), page


CONFIGURED: dict[str, tuple[Json, str]] = {
    "no protection of codes": ({"code_challenge_methods_supported": ["plain"]}, "does not protect its codes"),
    "nowhere to sign in": ({"authorization_endpoint": ""}, "does not say where somebody signs in"),
    "a script to sign in": ({"authorization_endpoint": "javascript:alert(1)"}, "an address for tokens that is none"),
    "no configuration": ({"token_endpoint": None}, "no configuration of SMART"),
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_a_server_that_cannot_launch_is_told_so(name: str) -> None:
    told, says = CONFIGURED[name]
    with launching(configured=told) as (browser, server, _):
        status, headers, page = browser.get(f"/smart/launch?{urlencode({'iss': server.base})}")
    assert (status, says in page, "location" in headers) == (403, True, False), page


def test_nothing_in_an_address_says_where_a_launch_ends() -> None:
    evil = {"redirect_uri": "https://evil.example", "next": "//evil.example", "target": "https://evil.example"}
    with launching() as (browser, server, authorization):
        where = browser.begin(server, **evil)
        back = f"{authorization.authorize(where)}&{urlencode(evil)}"
        told = browser.come_back(back)[1]
    assert "evil" not in where
    assert where.startswith(authorization.configure(server)["authorization_endpoint"])
    assert re.fullmatch(r"/smart/record\?of=[A-Za-z0-9_-]{43}", told["location"])


def test_a_record_that_can_no_longer_be_read_is_said_to_be_so() -> None:
    with launching() as (browser, server, authorization):
        told = browser.come_back(authorization.authorize(browser.begin(server)))[1]
        authorization.refuses_reads = True
        status, _, page = browser.get(told["location"])
    assert (status, "status 401" in page) == (403, True)


def test_another_patient_than_the_chosen_one_is_not_shown() -> None:
    whole = serve_bundle(RECORD)

    def other(handler: Handler) -> None:
        if handler.path.startswith("/fhir/Patient/"):
            handler.send({"resourceType": "Patient", "id": "p2", "name": [{"text": NAME}]})
        else:
            whole(handler)

    with launching(other) as (browser, server, authorization):
        told = browser.come_back(authorization.authorize(browser.begin(server)))[1]
        status, _, page = browser.get(told["location"])
    assert (status, "another patient than the one that was chosen" in page, "Muster" in page) == (403, True, False)


def test_whose_record_it_is_stands_on_the_page_as_it_is_written() -> None:
    with launching() as (browser, server, authorization):
        told = browser.come_back(authorization.authorize(browser.begin(server)))[1]
        page = browser.get(told["location"])[2]
    assert "Erika &lt;b&gt;Muster&lt;/b&gt;mann" in page
    assert "<b>Muster" not in page


def test_a_server_without_identities_is_launched_by_the_rest() -> None:
    with launching(configured={"capabilities": ["launch-ehr", "permission-v2"]}, changed={"id_token": None}) as found:
        browser, server, authorization = found
        where = browser.begin(server)
        status = browser.come_back(authorization.authorize(where))[0]
    asked = parameters(where)
    assert (status, "nonce" in asked, "openid" in asked["scope"]) == (303, False, False)
    assert "patient/Condition.rs" in asked["scope"]


# -- what is remembered ----------------------------------------------------------------------------


def test_what_is_remembered_ends_and_is_never_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 3)
    kept: ShortMemory[int] = ShortMemory()
    names = [kept.keep_thing(number, 100) for number in range(5)]
    assert [kept.find_thing(name) for name in names] == [None, None, 2, 3, 4]
    assert (kept.take_thing(names[2]), kept.take_thing(names[2])) == (2, None)
    now = time.monotonic()
    monkeypatch.setattr(memory.time, "monotonic", lambda: now + 101)
    assert kept.find_thing(names[4]) is None
    assert kept._kept == {}


def test_a_launch_that_took_too_long_is_over() -> None:
    with authorizing(serve_bundle(RECORD)) as (server, authorization):
        launcher = Launcher(SmartSettings({}, {server.base: APP}), Outbound(private=True, insecure=True), BASE, ("Patient",))
        state = parameters(launcher.begin_launch(server.base, "", "b"))["state"]
        launcher.launches._kept[state] = (time.monotonic() - 1, launcher.launches._kept[state][1])
        with pytest.raises(LaunchRefused, match="took too long"):
            launcher.end_launch(state, "code", "", "b")
        assert authorization.asked == []


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "data:text/html,x", "http://a.example/", "https://", "//a.example", "https://u:p@a.example/", "/x",
     "https://a.example/ x", "https://a.example\\@b.example/", "https://a.example/#x", "https://a.example:0/", "https://[x/",
     "https://ä.example/", "https://a.example/\n", "https://a.example/" + "x" * 3000],
)  # fmt: skip
def test_nobody_is_sent_to_what_is_no_address(text: str) -> None:
    assert not is_address(text, insecure=False)
    assert is_address("https://a.example/authorize?tenant=1", insecure=False)
