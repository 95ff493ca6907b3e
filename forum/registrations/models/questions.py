"""Tables of questions: what the form asks, each wording it ever had, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.core.db import Model, enum_column
from forum.core.ids import uuid7
from forum.core.text import Text
from forum.registrations.models.guests import Registration
from forum.registrations.rules import AskedPer, DataClass, FileKind, QuestionKind


class Question(Model):
    """What an event's form asks beyond name, organisation and address.

    Shown only where `needs_id` was answered with one of `needs_values` (an option's id, or "yes").
    Answers are erased `keep_days` after the event's end.
    """

    __tablename__ = "question"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind, "question_kind"))
    per: Mapped[AskedPer] = mapped_column(
        enum_column(AskedPer, "asked_per"), default=AskedPer.ATTENDEE
    )
    position: Mapped[int] = mapped_column(default=0)
    required: Mapped[bool] = mapped_column(default=False)
    data_class: Mapped[DataClass] = mapped_column(
        enum_column(DataClass, "data_class"), default=DataClass.ORDINARY
    )
    keep_days: Mapped[int] = mapped_column(default=365)
    all_types: Mapped[bool] = mapped_column(default=True)
    needs_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("question.id", ondelete="SET NULL"), index=True
    )
    needs_values: Mapped[list[str]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    options: Mapped[list[Option]] = relationship(
        lazy="raise_on_sql", order_by="Option.position", passive_deletes=True
    )
    versions: Mapped[list[QuestionVersion]] = relationship(
        lazy="raise_on_sql", order_by="QuestionVersion.number", passive_deletes=True
    )

    __table_args__ = (
        sa.CheckConstraint("keep_days BETWEEN 1 AND 3660", name="keep_days"),
        sa.CheckConstraint("needs_id <> id", name="needs_another"),
    )


class QuestionType(Model):
    """A ticket type whose form asks a question that is not asked of all."""

    __tablename__ = "question_type"

    question_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_type_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("ticket_type.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class QuestionVersion(Model):
    """One wording of a question; `options` are {"id", "label": {language: words}} in order."""

    __tablename__ = "question_version"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[Text]
    hint: Mapped[Text] = mapped_column(default=Text)
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    made_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("question_id", "number"),)


class Option(Model):
    """One choice of a question; its pool counts places where they are limited."""

    __tablename__ = "question_option"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    question_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), index=True
    )
    pool_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("seat_pool.id", ondelete="RESTRICT"), unique=True
    )
    position: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[datetime | None]


class Answer(Model):
    """What was answered, to which wording; of one attendee, or of the booking as a whole.

    `value` is a list of what was answered: a text, a number, the ids of options, "yes" or "no", an
    ISO date, a territory's ISO code, or {"file": id, "name": …}.
    """

    __tablename__ = "answer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    question_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), index=True
    )
    version_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question_version.id", ondelete="RESTRICT")
    )
    booking_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    registration_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    value: Mapped[list[Any]]
    lang: Mapped[str] = mapped_column(sa.String(8))
    answered_at: Mapped[datetime]

    version: Mapped[QuestionVersion] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.Index(
            "uq_answer_of_attendee",
            "question_id",
            "registration_id",
            unique=True,
            sqlite_where=sa.text("registration_id IS NOT NULL"),
            postgresql_where=sa.text("registration_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_answer_of_booking",
            "question_id",
            "booking_id",
            unique=True,
            sqlite_where=sa.text("registration_id IS NULL"),
            postgresql_where=sa.text("registration_id IS NULL"),
        ),
    )


class ChoicePlace(Model):
    """A place of a limited choice that a registration holds; the option's pool counts these."""

    __tablename__ = "choice_place"

    registration_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    option_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question_option.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")


class AnswerFile(Model):
    """A file that somebody sent as an answer; kept aside until a booking claims it.

    Its bytes lie in the folder of uploads under `file_name`; `name` is what the sender called it.
    `from_form` and `from_network` are keyed digests by which it is counted while it waits.
    """

    __tablename__ = "answer_file"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    event_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("event.id", ondelete="CASCADE"), index=True
    )
    question_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), index=True
    )
    booking_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("booking.id", ondelete="CASCADE"), index=True
    )
    file_name: Mapped[str] = mapped_column(sa.String(48), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[FileKind] = mapped_column(enum_column(FileKind, "answer_file_kind"))
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    from_form: Mapped[bytes] = mapped_column(sa.LargeBinary(16), default=b"")
    from_network: Mapped[bytes] = mapped_column(sa.LargeBinary(16), default=b"")
    sent_at: Mapped[datetime]
