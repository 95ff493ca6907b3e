"""Which calendar asked, by its User-Agent, in words that its owner knows."""

from __future__ import annotations

import re

from forum.core.i18n import Sentence, sentence

UNKNOWN = "other"

_SIGNS = (
    ("google", r"google-calendar|google calendar|googlebot-calendar|feedfetcher-google"),
    ("icsx5", r"icsx5|icsdroid"),
    ("davx5", r"davx5|davdroid"),
    ("apple_phone", r"\b(ios|iphone os|ipados)\b.*(dataaccessd|accountsd|calendar)"),
    ("apple_mac", r"(mac ?os( x)?|macosx?)\b.*(calendaragent|dataaccessd|accountsd|ical/)|^ical/"),
    ("apple", r"dataaccessd|calendaragent|coredav|remindd"),
    ("thunderbird", r"thunderbird|betterbird"),
    ("outlook", r"outlook|microsoft office|microsoft\.exchange|exchangeservicesclient|ms-office"),
    ("nextcloud", r"nextcloud"),
    ("proton", r"proton"),
    ("fastmail", r"fastmail|cyrus-http"),
    ("evolution", r"evolution|gnome-calendar|gnome-online"),
    ("kde", r"korganizer|kalendar|merkuro|akonadi"),
    ("fantastical", r"fantastical|flexibits"),
    ("yahoo", r"yahoo"),
    ("samsung", r"samsung"),
    ("home_assistant", r"home ?assistant"),
    ("vdirsyncer", r"vdirsyncer|khal"),
    ("command", r"^(curl|wget|python|go-http|java|okhttp|libwww|httpie)"),
    ("browser", r"^mozilla/"),
)
_CLIENTS = tuple((name, re.compile(signs, re.IGNORECASE)) for name, signs in _SIGNS)

WORDS: dict[str, Sentence | str] = {
    "google": "Google Calendar",
    "icsx5": "ICSx⁵ (Android)",
    "davx5": "DAVx⁵ (Android)",
    "apple_phone": sentence("Apple Calendar on an iPhone or iPad"),
    "apple_mac": sentence("Apple Calendar on a Mac"),
    "apple": sentence("Apple Calendar"),
    "thunderbird": "Thunderbird",
    "outlook": "Outlook",
    "nextcloud": "Nextcloud",
    "proton": "Proton Calendar",
    "fastmail": "Fastmail",
    "evolution": "GNOME",
    "kde": "KDE",
    "fantastical": "Fantastical",
    "yahoo": "Yahoo",
    "samsung": "Samsung",
    "home_assistant": "Home Assistant",
    "vdirsyncer": "vdirsyncer",
    "command": sentence("A program"),
    "browser": sentence("A browser"),
    UNKNOWN: sentence("Another calendar"),
}
"""What each is called; names stay names in every language."""

LONGEST_AGENT = 300


def client_of(user_agent: str) -> str:
    """Return the key in WORDS of the calendar that sends this User-Agent."""
    said = user_agent[:LONGEST_AGENT]
    return next((name for name, signs in _CLIENTS if signs.search(said)), UNKNOWN)


def client_in_words(key: str) -> Sentence | str:
    """Return what a client is called; one that was known once is another calendar."""
    return WORDS.get(key, WORDS[UNKNOWN])
