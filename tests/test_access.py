"""Who may use the dashboard: a real server, a real database, forms as browsers send."""

import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from builders import NOW
from monitor.access import User, digest, name_fault, plain_name
from monitor.errors import ConfigError, MonitorError
from monitor.store.database import Store
from monitor.web import server
from monitor.web.api.problems import told as problem_of
from monitor.web.gate import is_browser
from monitor.web.guard import guarded
from monitor.web.passwords import BusyError, Passwords, password_fault
from monitor.web.reach import LOCAL_NAMES, Reach, check
from monitor.web.sessions import Door, Editor, known, who
from monitor.web.sign_in import add_account_pages, local
from monitor.web.throttle import Throttle
from monitor.web.visit import visit_of

PUBLIC = "desk.example"
PROXIED = Reach(public=f"https://{PUBLIC}")
GOOD = "agua y tratado de 1944"
OTHER = "otra contraseña larga"
TOKEN = "t" * 43
HTML = "text/html,*/*"
FORM = "application/x-www-form-urlencoded"


class Counting(PasswordHasher):
    """Hashes as the real one does, cheaply, and counts."""

    def __init__(self, **more: int) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1, **more)
        self.verified: list[str] = []

    __slots__ = ("verified",)

    def verify(self, kept, password):
        self.verified.append(kept)
        return super().verify(kept, password)


HASHER = Counting()
HASH = HASHER.hash(GOOD)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def csrf(self) -> str:
        return re.search(r'name="_csrf" value="([^"]+)"', self.text)[1]

    @property
    def set_cookies(self) -> list[str]:
        return self.headers.get_all("set-cookie") or []


@dataclass
class Browser:
    """Keeps cookies; says what browsers say."""

    port: int
    host: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path, method="GET", body: str | None = None, **headers) -> Answer:
        said = {"Host": self.host or f"127.0.0.1:{self.port}", "Accept": HTML}
        if self.cookies:
            said["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        if body is not None:
            said["Content-Type"] = FORM
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            connection.request(method, path, body, said)
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read().decode())
        for line in answer.set_cookies:
            name, value = line.partition(";")[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def post(self, path, form=None, csrf: str | None = None, **headers) -> Answer:
        fields = (form or {}) | ({} if csrf is None else {"_csrf": csrf})
        return self.ask(path, "POST", urlencode(fields), **headers)

    def sign_in(self, name="dana", password=GOOD, next="", **headers) -> Answer:  # noqa: A002
        csrf = Browser(self.port, self.host).ask("/sign-in").csrf
        form = {"name": name, "password": password, "next": next}
        return self.post("/sign-in", form, csrf, **headers)


@dataclass
class Desk:
    """One running dashboard, its clock, and what was asked of its one editor page."""

    store: Store
    door: Door
    port: int
    now: datetime = NOW
    changed: list[str] = field(default_factory=list)

    def browser(self, host: str = "") -> Browser:
        return Browser(self.port, host)

    def add(self, name="dana", role="editor") -> None:
        assert self.store.users.add(User(name, role, NOW), HASH)


def small_app(desk: Desk):
    """A page, an editors' page, a way to change something, and the account pages."""

    def page(request: Request) -> HTMLResponse:
        person = who(request)
        csrf = f'<input name="_csrf" value="{known(request).csrf}">'
        return HTMLResponse(f"{person.name} {person.role} {person.via} {csrf}")

    def change(request: Request) -> PlainTextResponse:
        desk.changed.append(who(request).name)
        return PlainTextResponse("changed")

    def editors_page(person: Editor) -> PlainTextResponse:
        return PlainTextResponse(person.name)

    def show(request, template, status, **values) -> HTMLResponse:
        return visit_of(request).page(template, status, **values)

    def told(request, error) -> Response:
        if not is_browser(request):
            return problem_of(request, error)
        status = getattr(error, "status_code", 503)
        return HTMLResponse(getattr(error, "detail", str(error)), status)

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/page", page, methods=["GET", "HEAD"])
    app.add_api_route("/editors", editors_page, methods=["GET"])
    app.add_api_route("/change", change, methods=["POST", "PUT", "PATCH", "DELETE"])

    def readers_page() -> PlainTextResponse:
        return PlainTextResponse("e")

    app.add_api_route("/livez", lambda: PlainTextResponse("ok"), methods=["GET"])
    app.add_api_route("/editions/{id}", readers_page)
    app.add_api_route("/unsubscribe/{id}", readers_page, methods=["POST"])
    app.add_exception_handler(AnyHTTPException, told)
    app.add_exception_handler(MonitorError, told)
    add_account_pages(app, desk.door, show)
    return guarded(app, desk.door, told)


@contextmanager
def serving(app, reach: Reach | None = None) -> Iterator[int]:
    """A server; yields its port."""
    listener, stop = server.listen(0), threading.Event()
    args = (app, listener, stop, reach or Reach())
    thread = threading.Thread(target=server.serve, args=args, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@dataclass
class House:
    """One server for all tests; each puts an app of its own into it."""

    port: int = 0
    app: object = None

    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    house = House()
    with serving(house) as house.port:
        yield house


def furnished(house: House, store: Store, reach: Reach) -> Desk:
    """A dashboard of its own in the house."""
    desk = Desk(store, None, house.port)
    desk.door = Door(
        lambda: Store(store.path), lambda: desk.now, reach, Passwords(HASHER)
    )
    house.app = small_app(desk)
    return desk


@pytest.fixture
def desk(house, store) -> Desk:
    return furnished(house, store, PROXIED)


# --- alone on this machine ---------------------------------------------------------


def test_without_users_whoever_is_at_this_machine_edits(desk):
    browser = desk.browser()
    page = browser.ask("/page")
    assert page.text.startswith("local editor local")
    assert browser.post("/change", csrf=page.csrf).text == "changed"
    assert page.set_cookies == []


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"]
)
def test_who_comes_through_a_proxy_is_not_at_this_machine(desk, name):
    answer = desk.browser().ask("/page", **{name: "192.0.2.7"})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=/page")


def test_a_form_of_another_site_changes_nothing_here(desk):
    browser = desk.browser()
    csrf = browser.ask("/page").csrf
    for headers in FOREIGN:
        assert browser.post("/change", csrf=csrf, **headers).status == 403
    for wrong in (None, "", csrf[:-1], csrf + "x", "ñ"):
        assert browser.post("/change", csrf=wrong).status == 403
    assert desk.changed == []


def test_the_first_user_ends_that_at_once(desk):
    browser = desk.browser()
    csrf = browser.ask("/page").csrf
    desk.add()
    assert browser.ask("/page").status == 303
    assert browser.post("/change", csrf=csrf).status == 401
    assert desk.changed == []


def test_the_public_name_leads_nowhere_until_somebody_can_sign_in(desk):
    browser = desk.browser(PUBLIC)
    closed = ("/page", "/sign-in", "/livez", "/static/style.css", "/account")
    assert {browser.ask(path).status for path in closed} == {400}
    assert browser.ask("/editions/x").status == 200
    desk.add()
    assert browser.ask("/sign-in").status == 200
    assert browser.ask("/page").status == 303


def test_readers_of_the_digest_need_no_account(desk):
    desk.add()
    browser = desk.browser(PUBLIC)
    assert browser.ask("/editions/x").status == 200
    assert browser.ask("/editions").status == 303
    assert browser.post("/unsubscribe/x", **FOREIGN[0]).status == 200


def test_a_name_that_is_not_ours_is_refused_whoever_can_sign_in(desk):
    desk.add()
    for host in ("evil.example", f"x.{PUBLIC}", f"{PUBLIC}.evil.example", "[::1]", "@"):
        assert desk.browser(host).ask("/sign-in").status == 400


# --- signing in ----------------------------------------------------------------------


def test_a_session_begins_with_the_right_password(desk):
    desk.add()
    browser = desk.browser()
    answer = browser.sign_in(next="/page?day=2026-03-02")
    assert (answer.status, answer.headers["location"]) == (303, "/page?day=2026-03-02")
    assert browser.ask("/page").text.startswith("dana editor session")


def test_a_name_is_one_however_it_is_typed(desk):
    desk.add()
    assert desk.browser().sign_in(" DaNa ").status == 303


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("dana", "agua y tratado de 1945"),
        ("dana", ""),
        ("dana", GOOD + " "),
        ("nobody", GOOD),
        ("", GOOD),
        ("x" * 9999, GOOD),
        ("dana\0", GOOD),
        ("dana", GOOD * 99),
    ],
)
def test_anything_else_is_refused_in_the_same_words(desk, name, password):
    desk.add()
    browser = desk.browser()
    answer = browser.sign_in(name, password)
    assert answer.status == 403
    assert "Name or password is wrong." in answer.text
    assert password not in answer.text or not password
    assert browser.cookies == {} and answer.headers["cache-control"] == "no-store"


def test_an_unknown_name_takes_as_many_hashes_as_a_known_one(desk):
    desk.add()
    desk.add("gone")
    desk.store.users.disable("gone", NOW)
    desk.browser().sign_in("dana", "wrong")
    for name in ("dana", "nobody", "gone", "", "x" * 9999):
        HASHER.verified.clear()
        assert desk.browser().sign_in(name, "wrong").status == 403
        [kept] = HASHER.verified
        assert kept.startswith("$argon2id$") and kept.split("$")[3] == "m=8,t=1,p=1"


def test_what_a_name_says_is_shown_as_text(desk):
    desk.add()
    answer = desk.browser().sign_in('"><script>alert(1)</script>', "wrong")
    assert answer.text.count("<script") == 1, "the desk's own, from a file"


def test_a_browser_gets_a_cookie_that_scripts_and_other_sites_do_not(desk):
    desk.add()
    [here] = desk.browser().sign_in().set_cookies
    [public] = desk.browser(PUBLIC).sign_in().set_cookies
    flags = {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"}
    assert here.startswith("monitor=") and set(here.split("; ")[1:]) == flags
    assert public.startswith("__Host-monitor=")
    assert set(public.split("; ")[1:]) == flags | {"Secure"}


def test_over_tls_a_cookie_that_came_without_is_none(desk):
    desk.add()
    browser = desk.browser()
    browser.sign_in()
    planted = Browser(desk.port, PUBLIC, dict(browser.cookies))
    assert planted.ask("/page").status == 303


def test_a_token_is_kept_as_its_hash_alone(desk, tmp_path):
    desk.add()
    browser = desk.browser()
    browser.sign_in()
    [token] = browser.cookies.values()
    assert len(token) == 43
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("monitor.db*"))
    assert token.encode() not in kept and digest(token).encode() in kept


def test_nobody_can_hand_a_person_a_session(desk):
    desk.add()
    desk.add("eve")
    eve = desk.browser()
    eve.sign_in("eve")
    victim = Browser(desk.port, cookies=dict(eve.cookies))
    victim.sign_in("dana")
    assert victim.cookies != eve.cookies
    assert victim.ask("/page").text.startswith("dana")
    assert eve.ask("/page").status == 303
    made_up = Browser(desk.port, cookies={"monitor": "chosen"})
    made_up.sign_in("dana")
    assert made_up.cookies["monitor"] != "chosen"


@given(st.text(max_size=40) | st.from_regex(r"[/\\.:@%\t ]*evil\.example.*"))
def test_where_sign_in_leads_is_a_page_of_ours(path):
    where = local(path)
    assert where.startswith("/") and not where.startswith(("//", "/\\"))
    assert not re.search(r"[\s\\\x00-\x1f]", where)


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "evil.example"),
        *("/\t/evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: a=b", "\\\\e"),
    ],
)
def test_nobody_is_led_elsewhere(desk, path):
    desk.add()
    browser = desk.browser()
    assert browser.sign_in(next=path).headers["location"] == "/"
    again = browser.ask("/sign-in?" + urlencode({"next": path}))
    assert (again.status, again.headers["location"]) == (303, "/")


# --- throttling ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dana", "nobody"])
def test_after_five_failures_a_name_waits(desk, name):
    desk.add()
    for _ in range(5):
        assert desk.browser().sign_in(name, "wrong").status == 403
    HASHER.verified.clear()
    answer = desk.browser().sign_in(name)
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "Try again in 15 min." in answer.text
    assert HASHER.verified == []


def test_a_success_clears_the_count(desk):
    desk.add()
    for _ in range(3):
        for _ in range(4):
            assert desk.browser().sign_in(password="wrong").status == 403
        assert desk.browser().sign_in().status == 303


def test_after_twenty_failures_an_address_waits_and_another_does_not(desk):
    desk.add()
    proxied = desk.browser(PUBLIC)
    for number in range(20):
        said = f"10.0.0.{number}, 192.0.2.7"  # all but the last is made up
        got = proxied.sign_in(f"n{number}", "wrong", X_Forwarded_For=said)
        assert got.status == 403
    assert proxied.sign_in(X_Forwarded_For="192.0.2.7").status == 429
    assert proxied.sign_in(X_Forwarded_For="192.0.2.8").status == 303


def test_what_anybody_says_of_their_address_is_not_believed_here(desk):
    desk.add()
    browser = desk.browser()
    for number in range(20):
        browser.sign_in(f"n{number}", "wrong", X_Forwarded_For=f"192.0.2.{number}")
    assert browser.sign_in(X_Forwarded_For="192.0.2.99").status == 429


def test_tries_side_by_side_find_no_more_room():
    throttle, waits = Throttle(), []
    threads = [
        threading.Thread(target=lambda: waits.append(throttle.wait_of("a", "::1")))
        for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(0) == 5 and len(waits) == 30


def test_of_processes_side_by_side_each_allows_its_share():
    throttle = Throttle(2)
    assert [throttle.wait_of("a", "::1") > 0 for _ in range(3)] == [False] * 2 + [True]
    found = [throttle.wait_of(f"n{n}", "192.0.2.1") > 0 for n in range(11)]
    assert found == [False] * 10 + [True]
    assert Throttle(64).wait_of("a", "::1") == 0


def test_when_the_window_has_passed_there_is_room_again():
    throttle = Throttle()
    assert [throttle.wait_of("a", "::1") > 0 for _ in range(6)] == [False] * 5 + [True]
    ends = throttle._storage.expirations
    assert all(0 < end - time.time() <= 15 * 60 for end in ends.values())
    for key in ends:  # fifteen minutes later
        ends[key] -= 15 * 60
    assert throttle.wait_of("a", "::1") == 0


def test_an_ipv6_network_is_one_client():
    throttle = Throttle()
    for number in range(20):
        assert throttle.wait_of(f"n{number}", f"2001:db8::{number:x}") == 0
    assert throttle.wait_of("other", "2001:db8::ffff") > 0
    assert throttle.wait_of("other", "2001:db8:0:1::1") == 0


def test_a_try_that_was_not_made_is_no_failure():
    throttle = Throttle()
    for _ in range(30):
        assert throttle.wait_of("a", "192.0.2.1") == 0
        throttle.excuse("a", "192.0.2.1")


# --- forms -------------------------------------------------------------------------------

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


@pytest.fixture
def editor(desk) -> Browser:
    desk.add()
    browser = desk.browser()
    browser.sign_in()
    return browser


def test_a_form_with_its_token_is_obeyed(desk, editor):
    csrf = editor.ask("/page").csrf
    own = f"http://127.0.0.1:{desk.port}"
    for headers in (
        {},
        {"Origin": own},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": own},
        {"Sec-Fetch-Site": "none"},
    ):
        assert editor.post("/change", csrf=csrf, **headers).status == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert editor.ask("/change", method, X_CSRF_Token=csrf).status == 200
    body = f'--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n{csrf}\r\n--b--'
    kind = "multipart/form-data; boundary=b"
    assert editor.ask("/change", "POST", body, Content_Type=kind).status == 200
    assert desk.changed == ["dana"] * 10


def test_under_the_public_name_our_origin_is_the_proxys(desk):
    desk.add()
    browser = desk.browser(PUBLIC)
    browser.sign_in(Origin=f"https://{PUBLIC}")
    csrf = browser.ask("/page").csrf
    assert browser.post("/change", csrf=csrf, Origin=f"https://{PUBLIC}").status == 200
    assert browser.post("/change", csrf=csrf, Origin=f"http://{PUBLIC}").status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_without_it_nothing_is_changed(desk, editor, method):
    stranger = desk.browser().ask("/sign-in").csrf
    for csrf in ("", "x", stranger):
        answer = editor.ask("/change", method, urlencode({"_csrf": csrf}))
        assert answer.status == 403
    for body in ("", "{}", "%", "_csrf", "--b\r\n"):
        for kind in ("application/json", "multipart/form-data; boundary=b", "x", FORM):
            got = editor.ask("/change", method, body, Content_Type=kind)
            assert got.status in (400, 403)
    assert desk.changed == []


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_another_site_sends_is_refused_token_or_not(desk, editor, headers):
    csrf = editor.ask("/page").csrf
    assert editor.post("/change", csrf=csrf, **headers).status == 403
    assert editor.post("/sign-out", csrf=csrf, **headers).status == 403
    assert desk.browser().sign_in(**headers).status == 403
    assert desk.changed == []


def test_one_sessions_token_is_no_good_in_another(desk, editor):
    other = desk.browser()
    other.sign_in()
    csrf = other.ask("/page").csrf
    assert editor.post("/change", csrf=csrf).status == 403


def test_a_body_without_end_is_not_read(desk, editor):
    assert editor.ask("/change", "POST", "x" * (2 << 20)).status == 413
    assert desk.changed == []


# --- readers and editors -----------------------------------------------------------------


def test_a_reader_looks_and_changes_nothing(desk):
    desk.add("luis", "reader")
    browser = desk.browser()
    browser.sign_in("luis")
    page = browser.ask("/page")
    assert page.text.startswith("luis reader session")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = browser.ask("/change", method, X_CSRF_Token=page.csrf)
        assert answer.status == 403 and "editor" in answer.text
    assert browser.ask("/editors").status == 403
    assert desk.changed == []


def test_who_has_not_signed_in_sees_nothing(desk):
    desk.add()
    browser = desk.browser()
    answer = browser.ask("/page?a=1&b=%2F")
    assert answer.status == 303
    assert answer.headers["location"] == "/sign-in?next=/page%3Fa%3D1%26b%3D%252F"
    program = browser.ask("/page", Accept="*/*")
    assert (program.status, program.headers["www-authenticate"]) == (401, "Bearer")
    assert program.headers["content-type"] == "application/problem+json"
    assert json.loads(program.text)["status"] == 401
    assert browser.ask("/nowhere").status == 303  # not even what there is not
    assert browser.ask("/livez").status == 200


def test_what_a_person_sees_is_kept_by_no_browser(desk, editor):
    assert editor.ask("/page").headers["cache-control"] == "private, no-store"
    assert editor.ask("/nowhere").headers["cache-control"] == "private, no-store"


# --- how sessions end ----------------------------------------------------------------------


def test_a_session_ends_after_twelve_idle_hours(desk, editor):
    desk.now += timedelta(hours=11, minutes=59)
    assert editor.ask("/page").status == 200
    desk.now += timedelta(hours=11, minutes=59)
    assert editor.ask("/page").status == 200
    desk.now += timedelta(hours=12)
    assert editor.ask("/page").status == 303


def test_a_session_ends_after_a_week_however_busy(desk, editor):
    for _ in range(7 * 24 - 1):
        desk.now += timedelta(hours=1)
        assert editor.ask("/page").status == 200
    desk.now += timedelta(hours=1)
    assert editor.ask("/page").status == 303


def test_what_is_over_is_forgotten_when_somebody_signs_in(desk, editor):
    desk.now += timedelta(days=8)
    desk.browser().sign_in()
    [count] = desk.store._db.execute("select count(*) from sessions").fetchone()
    assert count == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda users: users.disable("dana", NOW),
        lambda users: users.set_password("dana", HASH),
        lambda users: users.set_role("dana", "reader"),
    ],
)
def test_a_session_ends_with_what_it_rests_on(desk, editor, end):
    desk.add("luis")
    end(desk.store.users)
    assert editor.ask("/page").status == 303


def test_a_removed_user_cannot_sign_in_and_may_come_back(desk, editor):
    desk.add("luis")
    desk.store.users.disable("dana", NOW)
    assert desk.browser().sign_in().status == 403
    desk.add()
    assert desk.browser().sign_in().status == 303
    assert editor.ask("/page").status == 303


def test_signing_out_ends_the_session_itself(desk, editor):
    copied = Browser(desk.port, cookies=dict(editor.cookies))
    answer = editor.post("/sign-out", csrf=editor.ask("/page").csrf)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert editor.cookies == {}
    assert copied.ask("/page").status == 303


def test_a_password_that_changes_while_it_is_checked_lets_nobody_in(desk):
    desk.add()
    before = desk.store.users.password("dana")
    made, _ = desk.door._session("dana")
    desk.store.users.set_password("dana", HASHER.hash(OTHER))
    assert not desk.store.sessions.add(made, before)


# --- the account -----------------------------------------------------------------------------


def test_a_person_changes_their_password_and_stays(desk, editor):
    elsewhere = desk.browser()
    elsewhere.sign_in()
    csrf = editor.ask("/account").csrf
    form = {"current": GOOD, "new": OTHER, "again": OTHER}
    answer = editor.post("/account/password", form, csrf)
    assert answer.headers["location"] == "/account?done=password"
    assert "The password is changed." in editor.ask("/account?done=password").text
    assert elsewhere.ask("/page").status == 303
    assert desk.browser().sign_in().status == 403
    assert desk.browser().sign_in(password=OTHER).status == 303


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        (("wrong", OTHER, OTHER), 403, "The current password is wrong."),
        ((GOOD, OTHER, GOOD), 422, "not the same both times"),
        ((GOOD, "short", "short"), 422, "at least 12 characters"),
        ((GOOD, "x" * 1025, "x" * 1025), 422, "at most 1024 characters"),
    ],
)
def test_a_new_password_that_may_not_be_says_why(desk, editor, form, status, said):
    fields = dict(zip(("current", "new", "again"), form, strict=True))
    answer = editor.post("/account/password", fields, editor.ask("/account").csrf)
    assert answer.status == status and said in answer.text
    assert desk.browser().sign_in().status == 303


def test_guessing_the_current_password_is_throttled(desk, editor):
    csrf = editor.ask("/account").csrf
    form = {"current": "wrong", "new": OTHER, "again": OTHER}
    got = [editor.post("/account/password", form, csrf).status for _ in range(6)]
    assert got == [403] * 5 + [429]


def test_a_person_sees_and_revokes_their_own_tokens_alone(desk, editor):
    desk.add("luis")
    mine = desk.store.api_tokens.add("dana", "nightly <b>", digest(TOKEN), NOW)
    theirs = desk.store.api_tokens.add("luis", "secret label", digest("x"), NOW)
    page = editor.ask("/account")
    assert "nightly &lt;b&gt;" in page.text and "secret label" not in page.text
    bearer = f"Bearer {TOKEN}"
    assert desk.browser().ask("/page", Authorization=bearer).status == 200
    assert editor.post("/account/revoke", {"token": theirs}, page.csrf).status == 404
    assert editor.post("/account/revoke", {"token": mine}, page.csrf).status == 303
    assert desk.browser().ask("/page", Authorization=bearer).status == 401
    assert desk.store.api_tokens.of(digest("x"))


def test_an_account_is_for_who_signed_in(desk):
    assert desk.browser().ask("/account").status == 404


# --- tokens ---------------------------------------------------------------------------------


def test_a_program_writes_with_a_token_and_no_form(desk):
    desk.add()
    token = desk.store.api_tokens.add("dana", "", digest(TOKEN), NOW)
    headers = {"Authorization": f"bearer {TOKEN}", **FOREIGN[0]}
    assert desk.browser().ask("/change", "POST", "{}", **headers).status == 200
    assert desk.changed == ["dana"]
    assert desk.store.api_tokens.all()[0].used == NOW
    desk.store.api_tokens.revoke(token, NOW)
    assert desk.browser().ask("/change", "POST", "{}", **headers).status == 401


def test_a_token_has_its_users_role_and_ends_with_the_user(desk):
    desk.add()
    desk.add("luis", "reader")
    desk.store.api_tokens.add("luis", "", digest(TOKEN), NOW)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert desk.browser().ask("/page", **headers).text.startswith("luis reader token")
    assert desk.browser().ask("/change", "POST", "", **headers).status == 403
    desk.store.users.disable("luis", NOW)
    assert desk.browser().ask("/page", **headers).status == 401
    desk.add("luis")  # again, and yet the token is none
    assert desk.browser().ask("/page", **headers).status == 401


def test_a_wrong_token_is_worse_than_none(desk):
    for token in ("", "x", TOKEN):
        got = desk.browser().ask("/page", Authorization=f"Bearer {token}", Accept="*/*")
        assert got.status == 401


def test_the_environments_token_edits(house, store):
    reach = Reach(public=f"https://{PUBLIC}", token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    browser = furnished(house, store, reach).browser(PUBLIC)
    assert browser.ask("/page", **headers).text.startswith("MONITOR_TOKEN editor")
    assert browser.ask("/change", "POST", "", **headers).status == 200
    assert browser.ask("/page").status == 303
    for wrong in (TOKEN[:-1], TOKEN + "t", ""):
        got = browser.ask("/page", Authorization=f"Bearer {wrong}")
        assert got.status == 401
    assert TOKEN not in repr(reach)


# --- beyond this machine ----------------------------------------------------------------------

BEYOND = Reach("0.0.0.0", PROXIED.public, token=TOKEN)


@pytest.mark.parametrize(
    ("reach", "has_users", "said"),
    [
        (Reach("0.0.0.0"), False, "'monitor users add' or set MONITOR_TOKEN"),
        (Reach("192.0.2.7"), False, "nobody would have to sign in"),
        (Reach("::"), False, "nobody would have to sign in"),
        (Reach("desk.example", PROXIED.public), False, "'monitor users add'"),
        (Reach("0.0.0.0"), True, "--certificate and --key"),
        (Reach("0.0.0.0", "http://desk.example"), True, "https address at web.address"),
        (Reach("0.0.0.0", token=TOKEN), False, "could read passwords"),
        (Reach("0.0.0.0", "", Path("c"), Path("k")), True, "names no name"),
        (Reach(token="x" * 31), True, "MONITOR_TOKEN: has fewer than 32"),
        (Reach(certificate=Path("c")), True, "go together"),
        (Reach(key=Path("k")), True, "go together"),
    ],
)
def test_it_refuses_to_start_where_anybody_could_come_in(reach, has_users, said):
    with pytest.raises(ConfigError, match=re.escape(said)) as raised:
        check(reach, has_users)
    assert "\n" not in str(raised.value) and "x" * 31 not in str(raised.value)


@pytest.mark.parametrize(
    ("reach", "has_users"),
    [
        (Reach(), False),
        (Reach("localhost"), False),
        (Reach("127.0.0.2"), False),
        (Reach("::1"), False),
        (BEYOND, False),
        (Reach("0.0.0.0", PROXIED.public), True),
        (Reach("desk.example", "", Path("c"), Path("k")), True),
        (Reach("0.0.0.0", PROXIED.public, Path("c"), Path("k"), TOKEN), False),
    ],
)
def test_it_starts_where_it_may(reach, has_users):
    check(reach, has_users)


def test_its_names_are_those_that_lead_to_it():
    assert Reach().names == LOCAL_NAMES
    assert BEYOND.names == LOCAL_NAMES  # the proxy passes on the public one
    own = Reach("desk.example", "", Path("c"), Path("k"))
    assert own.names == LOCAL_NAMES | {"desk.example"}


def test_beyond_this_machine_nobody_is_at_this_machine(house, store):
    desk = furnished(house, store, BEYOND)
    assert desk.browser().ask("/page").status == 303
    assert desk.browser("localhost").ask("/page").status == 303


def test_with_tls_of_our_own_answers_say_so(house, store, tmp_path):
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_bytes(b"".join(b.bytes() for b in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    reach = Reach("127.0.0.1", certificate=certificate, key=key)
    server.check_certificate(reach)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    desk = furnished(house, store, reach)
    with serving(house, reach) as port:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=10, context=context
        )
        with closing(connection):
            connection.request("GET", "/page")
            answer = connection.getresponse()
            assert "max-age=" in answer.headers["strict-transport-security"]
            assert b"local editor" in answer.read()
            desk.add()
            connection.request("GET", "/sign-in")
            csrf = Answer(200, {}, connection.getresponse().read().decode()).csrf
            form = {"name": "dana", "password": GOOD, "_csrf": csrf}
            headers = {"Content-Type": FORM}
            connection.request("POST", "/sign-in", urlencode(form), headers)
            [cookie] = connection.getresponse().headers.get_all("set-cookie")
            assert cookie.startswith("__Host-monitor=") and "; Secure" in cookie
    key.write_bytes(b"no key")
    with pytest.raises(ConfigError, match="in PEM"):
        server.check_certificate(reach)
    key.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        server.check_certificate(reach)


def test_a_host_that_is_not_ours_is_refused_in_one_line():
    for host in ("192.0.2.7", "no-such-name.invalid", "x" * 300):
        with pytest.raises(ConfigError, match="no name or address of this machine"):
            server.listen(0, host)


def test_every_answer_has_the_headers(desk, editor):
    public = desk.browser(PUBLIC)
    answers = [
        editor.ask("/page"),
        editor.ask("/nowhere"),
        editor.post("/change"),
        desk.browser().ask("/sign-in"),
        public.ask("/page"),
        desk.browser("evil.example").ask("/page"),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "max-age=" in public.ask("/page").headers["strict-transport-security"]
    assert "strict-transport-security" not in editor.ask("/page").headers


# --- names and passwords -----------------------------------------------------------------


def test_a_password_is_the_same_from_every_keyboard():
    passwords = Passwords(HASHER)
    composed, apart = "contraseña de agua", "contrasen\u0303a de agua"
    assert passwords.is_right(passwords.hash(composed), apart)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("x" * 11, "short"),
        ("x" * 12, ""),
        ("x" * 1024, ""),
        ("x" * 1025, "long"),
        ("DANA@desk.example", "name"),
        ("n\u0303" * 11, "short"),
    ],
)
def test_what_may_be_a_password(password, fault):
    assert password_fault(password, "dana@desk.example") == fault


def test_a_hash_by_other_parameters_is_made_anew_at_sign_in(desk):
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(GOOD)
    desk.store.users.add(User("dana", "editor", NOW), old)
    browser = desk.browser()
    assert browser.sign_in().status == 303
    assert browser.ask("/page").status == 200
    kept = desk.store.users.password("dana")
    assert kept != old and not HASHER.check_needs_rehash(kept)


def test_our_hashes_are_argon2id_by_the_librarys_parameters():
    kept = Passwords().hash(GOOD)
    assert kept.startswith("$argon2id$") and "m=65536," in kept
    assert Passwords().is_right(kept, GOOD)
    assert not Passwords().is_right(kept, GOOD + "x")
    assert not Passwords().is_right("no hash", GOOD)


def test_a_flood_of_passwords_takes_two_turns_and_turns_others_away():
    inside, most, lock = 0, 0, threading.Lock()
    go = threading.Event()

    class Slow(Counting):
        def hash(self, password, **more):
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            go.wait(10)
            with lock:
                inside -= 1
            return super().hash(password, **more)

    passwords, outcomes = Passwords(Slow()), []

    def one() -> None:
        try:
            outcomes.append(passwords.hash(GOOD))
        except BusyError:
            outcomes.append("busy")
            if len(outcomes) == 20:
                go.set()

    threads = [threading.Thread(target=one) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 2
    assert outcomes.count("busy") == 20 and len(outcomes) == 30


@given(st.text(max_size=70))
def test_a_name_is_plain_once_and_for_all(name):
    plain = plain_name(name)
    if not name_fault(plain):
        assert plain_name(plain) == plain
        assert 0 < len(plain) <= 64 and plain.isprintable()
        assert plain != "local"


@pytest.mark.parametrize("name", ["", "local", "a b", "a/b", "-a", "x" * 65, "a\n"])
def test_what_may_not_be_a_name(name):
    assert name_fault(name)
