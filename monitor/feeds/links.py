"""Links as published to addresses that compare."""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

MAX_URL = 2048  # characters; what browsers, proxies and sitemaps agree to carry

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_TRACKING_PREFIXES = ("utm_", "mtm_", "itm_", "hsa_", "piwik_", "matomo_")
_TRACKING = frozenset(
    """
    fbclid fb_action_ids fb_action_types fb_source fb_ref fb_comment_id igshid igsh
    gclid gclsrc dclid gbraid wbraid gad_source gad_campaignid srsltid _ga _gl
    msclkid yclid ysclid _openstat twclid ttclid li_fat_id epik rb_clickid ef_id
    mc_cid mc_eid mc_tc mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking
    vero_id vero_conv oly_anon_id oly_enc_id wickedid sc_cid s_cid s_kwcid soc_src
    soc_trk cmpid icid ncid ocid ns_campaign ns_mchannel ns_source ns_linkname xtor
    at_campaign at_medium pk_campaign pk_kwd pk_source pk_medium smid smtyp ftag
    guccounter guce_referrer guce_referrer_sig __twitter_impression
    """.split()  # noqa: SIM905 - a list of sixty literals reads worse
)
"""Parameters that say how a reader came, on any site; none chooses an article.
``partner``, ``ref``, ``source`` or ``id`` do on some sites: they belong into the
``drop_params`` of the outlets where they do not."""


def canonical_url(url: str, base: str, drop_params: Collection[str]) -> str:
    """A link as readers should follow it: absolute, in one spelling, untracked.

    Scheme and host come in lower case, without credentials, default port or
    fragment; parameters keep their order, less the tracking ones and those in
    ``drop_params`` (the outlet's own, in any case). Empty if ``url``, read relative
    to ``base``, is no http or https address or longer than ``MAX_URL``.

    >>> canonical_url("/nota/7?utm_source=rss&p=2#top", "HTTPS://Diario.example/", ())
    'https://diario.example/nota/7?p=2'
    """
    url = url.strip()
    if not url:
        return ""
    try:
        # urljoin would eat the last ; of an absolute link.
        absolute = url if _ABSOLUTE.match(url) else urljoin(base, url)
        parts = urlsplit(safe_url_string(absolute))
        netloc = _netloc(parts)
    except ValueError:
        return ""
    if not netloc:
        return ""
    query = _query(parts.query, {name.lower() for name in drop_params})
    plain = urlunsplit((parts.scheme, netloc, parts.path or "/", query, ""))
    canonical = _ESCAPE.sub(lambda escape: escape[0].upper(), plain)
    return canonical if len(canonical) <= MAX_URL else ""


def _netloc(parts: SplitResult) -> str:
    """Host and port; empty if the scheme is not ours. Raises ValueError."""
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    if " " in parts.hostname or not parts.hostname.isprintable():
        return ""  # urlsplit lets a no-break blank through, and NUL beside a letter
    if "%" in parts.hostname and ":" in parts.hostname:
        return ""  # [::1%eth0] is of one machine's own network
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    return host if is_default else f"{host}:{parts.port}"


def _query(query: str, drop: set[str]) -> str:
    return "&".join(
        parameter
        for parameter in query.split("&")
        if parameter and not _is_dropped(parameter.split("=", 1)[0].lower(), drop)
    )


def _is_dropped(name: str, drop: set[str]) -> bool:
    return name in drop or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
