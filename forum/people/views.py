"""Signing in and out, one's account, and taking up an invitation."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from uuid import UUID

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext, ngettext
from werkzeug.exceptions import HTTPException

from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import link_holder, public, signed_in
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import LANGUAGE_COOKIE, current_language, translated, use_language
from forum.core.languages import LANGUAGES
from forum.people import queries, service
from forum.people.forms import AccountForm, EmptyForm, NameForm, SignInForm
from forum.people.rules import ROLE_WORDS, InvitationUsed, LinkUsed, safe_path
from forum.people.session_of_request import drop_cookie, init_session, keep_cookie, network

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

    from forum.core.actor import Actor
    from forum.people.service import SignedIn

blueprint = Blueprint("people", __name__)

NEVER_ONWARD = {"people.sign_in", "people.open_link", "people.mail", "people.open_invitation"}


def init_app(app: Flask) -> None:
    """Let requests find their actor by the session cookie."""
    init_session(app)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response:
    """Show the form, or send on who is signed in already."""
    onward = known_path(request.args.get("next"))
    if current_actor().is_user:
        return redirect(onward or _home(current_actor()), 303)
    return _sign_in_page(SignInForm(formdata=None, next=onward), 200)


@blueprint.post("/sign-in")
@public
def ask() -> Response:
    """Take an address; the answer is the same whether or not anybody has it."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 422)
    service.request_sign_in(
        form.email.data or "",
        network=network(),
        lang=current_language().key,
        now=clock.now(),
        onward=known_path(form.next.data),
    )
    return redirect(url_for(".mail"), 303)


@blueprint.get("/sign-in/mail")
@public
def mail() -> Response:
    """Say that the link is in the mail."""
    return private(make_response(render_template("people/mail.html", **_frame())))


@blueprint.get("/sign-in/<token>")
@link_holder
def open_link(token: str) -> Response:
    """Show the button that uses a link; programs that follow links use nothing up."""
    try:
        user = queries.user_of_link(token, clock.now())
    except LinkUsed as error:
        return _spent(error)
    return private(
        make_response(render_template("people/open.html", user=user, form=EmptyForm(), **_frame()))
    )


@blueprint.post("/sign-in/<token>")
@link_holder
def use_link(token: str) -> Response:
    """Use a link: a new session, and on to where its owner wanted to go."""
    try:
        begun = service.consume_sign_in_link(
            token, network=network(), user_agent=request.user_agent.string, now=clock.now()
        )
    except LinkUsed as error:
        return _spent(error)
    return _welcome(begun)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the present session, wherever else its cookie may have been copied to."""
    actor = current_actor()
    if actor.session_id:
        service.end_session(actor, actor.session_id, now=clock.now())
    session.clear()
    flash(gettext("You are signed out."), "go")
    response = redirect(url_for(".sign_in"), 303)
    drop_cookie(response)
    return response


@blueprint.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> Response:
    """Show and change one's own name and language; list one's sessions."""
    actor = current_actor()
    user = queries.user_who_acts(actor)
    shown = {"name": user.name, "lang": user.lang or current_language().key, "digest": user.digest}
    form = AccountForm(data=shown)
    status = 200
    if request.method == "POST":
        if form.validate():
            service.change_account(
                actor,
                name=form.name.data or "",
                lang=form.lang.data,
                digest=bool(form.digest.data),
                now=clock.now(),
            )
            use_language(form.lang.data)
            flash(gettext("Saved."), "go")
            response = redirect(url_for(".account"), 303)
            response.delete_cookie(LANGUAGE_COOKIE)
            return response
        status = 422
    memberships = queries.memberships_of(actor)
    page = render_template(
        "people/account.html",
        form=form,
        user=user,
        present=actor.session_id,
        sessions=queries.sessions_of(user.id, clock.now()),
        memberships=memberships,
        zone=memberships[0].organisation.zone if memberships else UTC,
        words=ROLE_WORDS,
    )
    return private(make_response(page, status))


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@signed_in
def end_session(session_id: UUID) -> Response:
    """End one of one's own sessions; the present one is signed out."""
    actor = current_actor()
    if session_id == actor.session_id:
        return sign_out()
    if not service.end_session(actor, session_id, now=clock.now()):
        raise NotFound
    flash(gettext("That session is ended."), "go")
    return redirect(url_for(".account"), 303)


@blueprint.post("/account/sessions/end-others")
@signed_in
def end_others() -> Response:
    """End all of one's sessions but this one."""
    ended = service.end_other_sessions(current_actor(), now=clock.now())
    flash(ngettext("One other session is ended.", "%(num)s other sessions are ended.", ended), "go")
    return redirect(url_for(".account"), 303)


@blueprint.get("/invitations/<token>")
@link_holder
def open_invitation(token: str) -> Response:
    """Show who invites to what; nothing is used up."""
    return _invitation_page(token, NameForm(formdata=None), 200)


@blueprint.post("/invitations/<token>")
@link_holder
def accept_invitation(token: str) -> Response:
    """Take an invitation up, and sign in."""
    now = clock.now()
    try:
        _, user = queries.open_invitation(token, now)
    except InvitationUsed as error:
        return _invitation_spent(error)
    form = NameForm()
    if user and user.name:
        del form.name
    if not form.validate_on_submit():
        return _invitation_page(token, form, 422)
    try:
        begun = service.accept_invitation(
            token,
            name=form.data.get("name") or "",
            lang=current_language().key,
            network=network(),
            user_agent=request.user_agent.string,
            now=now,
        )
    except InvitationUsed as error:
        return _invitation_spent(error)
    return _welcome(begun)


def known_path(typed: str | None) -> str:
    """Return a path that a page of ours answers, or an empty string (SECURITY.md M38)."""
    path = safe_path(typed)
    if not path:
        return ""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except HTTPException:
        return ""
    return "" if endpoint in NEVER_ONWARD else path


def _home(actor: Actor) -> str:
    return "/manage/" if actor.roles else url_for("people.account")


def _welcome(begun: SignedIn) -> Response:
    session.clear()
    onward = known_path(begun.onward) or known_path("/manage/") or url_for(".account")
    response = make_response(redirect(onward, 303))
    keep_cookie(response, begun)
    return private(response)


def _frame() -> dict[str, object]:
    where = request.path
    return {
        "site_name": "Forum",
        "alternates": [(one, f"{where}?lang={one.key}") for one in LANGUAGES],
    }


def _sign_in_page(form: SignInForm, status: int) -> Response:
    return private(
        make_response(render_template("people/sign_in.html", form=form, **_frame()), status)
    )


def _spent(error: LinkUsed) -> Response:
    page = render_template(
        "people/spent.html",
        says=translated(error.says),
        form=SignInForm(formdata=None, next=""),
        **_frame(),
    )
    return private(make_response(page, error.status))


def _invitation_page(token: str, form: NameForm, status: int) -> Response:
    try:
        invitation, user = queries.open_invitation(token, clock.now())
    except InvitationUsed as error:
        return _invitation_spent(error)
    key = current_language().key
    page = render_template(
        "people/invitation.html",
        invitation=invitation,
        form=form,
        organisation=invitation.organisation.name.pick(key, invitation.organisation.languages),
        role=ROLE_WORDS[invitation.role],
        asks_name=not (user and user.name),
        **_frame(),
    )
    return private(make_response(page, status))


def _invitation_spent(error: InvitationUsed) -> Response:
    page = render_template("people/invitation_spent.html", says=translated(error.says), **_frame())
    return private(make_response(page, error.status))
