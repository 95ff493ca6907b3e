"""The questions of a sample event, of every kind and in every state, and the pages on them."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.text import Text
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import Registration
from forum.registrations.queries.questions import AskedQuestion, questions_for
from forum.registrations.rules import DataClass, QuestionKind, RegistrationState
from forum.registrations.rules.ready_questions import READY
from forum.registrations.service import AnswerGiven, Filled, OptionDetails, QuestionDetails

LUNCH = QuestionDetails(
    Text({"en": "Lunch", "zh-Hant": "午餐"}),
    hint=Text({"en": "From 12:30 in the Garden Room.", "zh-Hant": "12時30分於花園廳。"}),
    required=True,
    options=(
        OptionDetails(None, Text({"en": "Set lunch", "zh-Hant": "午餐套餐"}), 40),
        OptionDetails(None, Text({"en": "Vegetarian set", "zh-Hant": "素食套餐"}), 3),
        OptionDetails(None, Text({"en": "No lunch", "zh-Hant": "不用午餐"})),
    ),
)


def question_pages(event: Event) -> tuple[str, ...]:
    """Ask every kind of question, let some be answered, and return the pages of the office."""
    now, made = clock.now(), {}
    lunch = service.add_question(SYSTEM, event.id, QuestionKind.ONE, LUNCH, now=now)
    for ready in READY.values():
        service.take_over(SYSTEM, event.id, ready, now=now)
    for kind in (
        QuestionKind.FILE,
        QuestionKind.COUNTRY,
        QuestionKind.DATE,
        QuestionKind.NUMBER,
        QuestionKind.CONSENT,
    ):
        words = QuestionDetails(Text({"en": f"Sample {kind.value}"}), data_class=DataClass.CONTACT)
        made[kind] = service.add_question(SYSTEM, event.id, kind, words, now=now)
    _answered(event.id, lunch)
    service.withdraw_question(SYSTEM, event.id, made[QuestionKind.NUMBER], now=now)
    base = f"/manage/{event.slug}/registrations"
    return (
        f"{base}/questions",
        f"{base}/questions/new?kind=several",
        f"{base}/questions/{lunch}",
        f"{base}/questions/{made[QuestionKind.FILE]}",
        f"{base}/questions/{made[QuestionKind.DATE]}/delete",
        f"{base}/questions/preview",
        f"{base}/questions/preview?in=zh-Hant",
        f"{base}/answers",
    )


def _answered(event_id: UUID, lunch: UUID) -> None:
    """Let guests choose their lunch, until the vegetarian one is full."""
    asked: dict[UUID, AskedQuestion] = {one.id: one for one in questions_for(event_id)}
    title = next(one for one in asked.values() if one.kind is QuestionKind.TEXT)
    guests = db.session.scalars(
        sa.select(Registration.id)
        .where(Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED)
        .order_by(Registration.id)
        .limit(12)
    ).all()
    for number, one in enumerate(guests):
        option = asked[lunch].options[1 if number < 3 else number % 2 * 2]
        given = [
            AnswerGiven(lunch, asked[lunch].version_id, (str(option.id),)),
            AnswerGiven(title.id, title.version_id, ("Sample engineer",)),
        ]
        service.change_answers(SYSTEM, one, Filled(given, {lunch, title.id}, "en"), now=clock.now())
