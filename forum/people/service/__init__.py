"""What people can do: sign in and out, run an organisation, invite and remove its members."""

from __future__ import annotations

from forum.people.service.accounts import change_account
from forum.people.service.attempts import note_failure, refuse_a_failing
from forum.people.service.invitations import accept_invitation, invite_member, withdraw_invitation
from forum.people.service.links import make_sign_in_link
from forum.people.service.members import change_role, remove_member
from forum.people.service.organisations import (
    NewOrganisation,
    OrganisationDetails,
    create_organisation,
    update_organisation,
)
from forum.people.service.sessions import (
    SignedIn,
    end_other_sessions,
    end_session,
    note_seen,
)
from forum.people.service.signing_in import answer_ask, consume_sign_in_link, request_sign_in, sweep

__all__ = [
    "NewOrganisation",
    "OrganisationDetails",
    "SignedIn",
    "accept_invitation",
    "answer_ask",
    "change_account",
    "change_role",
    "consume_sign_in_link",
    "create_organisation",
    "end_other_sessions",
    "end_session",
    "invite_member",
    "make_sign_in_link",
    "note_failure",
    "note_seen",
    "refuse_a_failing",
    "remove_member",
    "request_sign_in",
    "sweep",
    "update_organisation",
    "withdraw_invitation",
]
