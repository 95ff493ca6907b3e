"""The token of a form, made when it is shown: a form that was sent and taken shows none."""

from __future__ import annotations

from typing import Any

from flask_wtf.csrf import _FlaskFormCSRF
from flask_wtf.form import FlaskForm
from wtforms import HiddenField
from wtforms.csrf.core import CSRFTokenField


class LateTokenField(CSRFTokenField):
    """A field whose token is signed once somebody looks at it."""

    _token: str | None = None

    @property
    def current_token(self) -> str:
        """The token that the form shows."""
        if self._token is None:
            self._token = self.csrf_impl.generate_csrf_token(self)
        return self._token

    @current_token.setter
    def current_token(self, token: str) -> None:
        self._token = token

    def process(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own shape
        """Read what was sent, and make no token yet."""
        HiddenField.process(self, *args, **values)


class LateTokens(_FlaskFormCSRF):
    """Flask-WTF's tokens, made late."""

    field_class = LateTokenField


class LateTokenMeta(FlaskForm.Meta):
    """What a form's `Meta` is made of."""

    csrf_class = LateTokens
