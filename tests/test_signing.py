"""A signed mail is known as ours by a verifier that asks the DNS."""

from base64 import b64encode
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from builders import NOW
from monitor.digest import signing
from monitor.digest.message import Head, compose_mail
from monitor.digest.signing import open_signer
from monitor.errors import ConfigError
from monitor.readers import Image, RenderedEdition

PKCS1 = serialization.PrivateFormat.TraditionalOpenSSL
PKCS8 = serialization.PrivateFormat.PKCS8


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key, form=PKCS8, lock=None) -> str:
    lock = lock or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


def dns(name: bytes, timeout: int = 5) -> bytes:
    """The key as the domain would publish it, under the one name it is asked by."""
    assert name == b"monitor._domainkey.news.example."
    public = rsa_key().public_key()
    der = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return b"v=DKIM1; k=rsa; p=" + b64encode(public.public_bytes(*der))


def signed(way_out: str | None = "https://digest.example/unsubscribe/" + "t" * 22):
    rendered = RenderedEdition(
        "Llegó el agua: Río Bravo",
        "<p>Llegó el agua</p>" * 200,
        ".\nLlegó\n\n\n",
        (Image("lag", b"\x89PNG" * 99, "x"),),
    )
    sender = "monitor@news.example"
    head = Head("dana", "dana@desk.example", sender, "<1@news.example>", NOW, way_out)
    raw = compose_mail(rendered, head).as_bytes()
    return open_signer("monitor", "news.example", pem(rsa_key()))(raw)


def is_ours(mail: bytes) -> bool:
    return bool(dkim.verify(mail, dnsfunc=dns))


@pytest.mark.parametrize("way_out", ["https://d.example/unsubscribe/t", None])
def test_a_signed_mail_is_known_as_ours(way_out):
    assert is_ours(signed(way_out))


def test_spaces_that_a_server_changes_on_the_way_do_no_harm():
    mail = signed().replace(b"List-Id: <", b"List-ID:   <")
    assert is_ours(mail + b"\r\n\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<p>", b"<b>"),
        (b"To: dana@", b"To: luis@"),
        (b"unsubscribe/t", b"unsubscribe/x"),
        (b"One-Click", b"Two-Clicks"),
        (b"Subject: ", b"Subject: Re: "),
        (b"Date: Mon", b"Date: Tue"),
        (b"Message-ID: <1", b"Message-ID: <2"),
        (b"MIME-Version: 1.0", b"MIME-Version: 2.0"),
        (b"multipart/alternative", b"multipart/mixed"),
        (b"From: ", b"From: evil@news.example\r\nFrom: "),
        (b"Subject: ", b"Subject: Evil\r\nSubject: "),
    ],
)
def test_a_mail_that_was_changed_is_not_ours(before, after):
    mail = signed()
    assert before in mail
    start = mail.index(b"\r\nSubject: ")  # not within the signature's own header
    changed = mail[:start] + mail[start:].replace(before, after, 1)
    assert not is_ours(changed)


@pytest.mark.parametrize("form", [PKCS1, PKCS8])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n  "])
def test_a_key_may_come_in_either_form_with_any_line_ends(form, ends):
    assert open_signer("s", "a.example", pem(rsa_key(), form).replace("\n", ends))


LOCK = serialization.BestAvailableEncryption(b"secret")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "no key; put it into the environment variable MONITOR_DKIM_KEY"),
        ("hunter2", "no RSA private key"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "no RSA private key"),
        (pem(rsa_key())[:900], "no RSA private key"),
        (pem(rsa_key(), PKCS8, LOCK), "locked by a password"),
        (pem(rsa_key(), PKCS1, LOCK), "locked by a password"),
        ("-----\nAAAA\n-----", "no RSA private key"),
    ],
)
def test_a_key_that_cannot_sign_is_told_without_it(key, told):
    with pytest.raises(ConfigError, match=told) as caught:
        open_signer("s", "a.example", key)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("line", [3, 9, 14, 17, 20, 23, 25])
def test_a_key_with_a_wrong_letter_is_refused(line):
    lines = pem(rsa_key(), PKCS1).splitlines()
    wrong = "B" if lines[line][30] == "A" else "A"
    lines[line] = lines[line][:30] + wrong + lines[line][31:]
    with pytest.raises(ConfigError, match="MONITOR_DKIM_KEY"):
        open_signer("s", "a.example", "\n".join(lines))


def test_a_key_that_is_too_short_to_count_is_refused(monkeypatch):
    monkeypatch.setattr(signing, "LEAST_BITS", 2049)
    with pytest.raises(ConfigError, match="2048 bits are too few"):
        open_signer("s", "a.example", pem(rsa_key()))


def test_a_signer_does_not_show_its_key():
    signer = open_signer("s", "a.example", pem(rsa_key()))
    assert "PRIVATE" not in repr(signer)
