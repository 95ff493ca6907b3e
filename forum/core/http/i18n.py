"""The language of a request: from the address, the link holder, the member, or the browser."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from babel.support import NullTranslations, Translations
from flask import Request, abort, g, has_app_context, has_request_context, request
from flask_babel import Babel, gettext, ngettext
from wtforms.i18n import messages_path

from forum.core import dates
from forum.core.i18n import Sentence
from forum.core.languages import ENGLISH, LANGUAGES, Language, by_key, by_path, negotiate

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from flask import Flask, Response

LANGUAGE_COOKIE = "forum-language"
REMEMBERED_UNDER = (
    "/manage", "/sign-in", "/account", "/invitations", "/door", "/r/", "/s/", "/i/", "/o/",
)  # fmt: skip
YEAR = 31_536_000


def current_language() -> Language:
    """Return the language this answer is written in."""
    if not has_request_context():
        language: Language = getattr(g, "language", ENGLISH) if has_app_context() else ENGLISH
        return language
    if "language" not in g:
        chosen = by_key(request.args.get("lang", "")) or by_key(
            request.cookies.get(LANGUAGE_COOKIE, ""),
        )
        g.language = chosen or negotiate(request.headers.get("Accept-Language"))
    found: Language = g.language
    return found


def use_language(language: Language | str) -> None:
    """Write this answer in a language that is known better than by the browser's header.

    What the reader asks for by `?lang=` stays.
    """
    wanted = by_key(language) if isinstance(language, str) else language
    if wanted and not by_key(request.args.get("lang", "")):
        g.language = wanted
        g.pop("_flask_babel", None)


def translated(sentence: Sentence | str) -> str:
    """Return a sentence in the language of the answer."""
    if isinstance(sentence, str):
        return sentence
    values = {
        key: translated(value) if isinstance(value, Sentence) else value
        for key, value in sentence.values.items()
    }
    if sentence.many:
        return str(ngettext(sentence.text, sentence.many, sentence.number, **values))
    return str(gettext(sentence.text, **values))


class SpeakingRequest(Request):
    """A request that keeps WTForms' own words from one request to the next, for each language.

    Flask-WTF looks here first; else it reads their catalogue from the disk for every request.
    """

    @property
    def wtforms_translations(self) -> NullTranslations:
        """Return the words in the language of the answer."""
        return _words_of_forms(current_language().babel)


@cache
def _words_of_forms(locale: str) -> NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")


def _moment(when: datetime, zone: tzinfo) -> str:
    return dates.moment(when, zone, current_language().key)


def _stamp(when: datetime, zone: tzinfo) -> str:
    return dates.stamp(when, zone, current_language().key)


def init_languages(app: Flask) -> None:
    """Wire Babel and the `lang` part of addresses into the application."""
    app.request_class = SpeakingRequest
    Babel(
        app,
        locale_selector=lambda: current_language().babel,
        default_translation_directories=app.config["FORUM_TRANSLATIONS"],
    )

    @app.url_value_preprocessor
    def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint and values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            language = by_path(values.pop("lang"))
            if language is None:
                abort(404)
            g.language = language

    @app.after_request
    def _remember(response: Response) -> Response:
        wanted = by_key(request.args.get("lang", ""))
        if wanted and request.path.startswith(REMEMBERED_UNDER):
            response.set_cookie(
                LANGUAGE_COOKIE,
                wanted.key,
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure,
            )
        return response

    @app.url_defaults
    def _give_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current_language().path

    app.jinja_env.globals.update(language=current_language, LANGUAGES=LANGUAGES)
    app.jinja_env.filters["translated"] = translated
    app.jinja_env.filters["moment"] = _moment
    app.jinja_env.filters["stamp"] = _stamp
