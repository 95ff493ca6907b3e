"""The one family of errors that people see: a code, a sentence, an HTTP status."""

from __future__ import annotations

from forum.core.i18n import Sentence, sentence


class DomainError(Exception):
    """Something the rules refuse; rooms raise named children of the classes below."""

    code = "refused"
    status = 400
    says: Sentence = sentence("This cannot be done.")

    def __init__(self, says: Sentence | None = None, *, field: str | None = None) -> None:
        """Say what to do; name the form's field where one is to blame."""
        self.says = says or type(self).says
        self.field = field
        super().__init__(str(self.says))


class NotFound(DomainError):
    """There is no such thing, or none that this actor may know of."""

    code = "not_found"
    status = 404
    says = sentence("There is nothing at this address.")


class Forbidden(DomainError):
    """The thing is known to the actor, but this act is not theirs."""

    code = "forbidden"
    status = 403
    says = sentence("Your role does not include this. Ask an owner of the organisation.")


class Invalid(DomainError):
    """What was typed cannot be taken as it is."""

    code = "invalid"
    status = 422


class Conflict(DomainError):
    """The thing has moved on meanwhile."""

    code = "conflict"
    status = 409


class Gone(DomainError):
    """It was there, and is no more."""

    code = "gone"
    status = 410


class TooMany(DomainError):
    """Too many tries in too short a time."""

    code = "too_many"
    status = 429
    says = sentence("Too many tries. Wait a few minutes, then try again.")


class Unavailable(DomainError):
    """Something this needs is down for the moment."""

    code = "unavailable"
    status = 503
    says = sentence("Forum is busy for a moment. Nothing was changed. Try again in a few seconds.")
