"""The first house: every table of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import forum.core.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("thing_kind", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal_number", sa.Integer(), nullable=True),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint(
            "(seal_number IS NULL) = (seal IS NULL)", name=op.f("ck_audit_entry_sealed_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("seal_number", name=op.f("uq_audit_entry_seal_number")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_entry_organisation", ["organisation_id", "at"], unique=False
        )
        batch_op.create_index("ix_audit_entry_thing", ["thing_kind", "thing_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("privacy", forum.core.db.TextColumn(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("leased_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("done_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_outbox_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_waiting",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "page_bytes",
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("gzipped", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.String(length=40), nullable=False),
        sa.Column("last_modified", sa.BigInteger(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_page_bytes")),
    )
    with op.batch_alter_table("page_bytes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_bytes_scope"), ["scope"], unique=False)

    op.create_table(
        "page_scope",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_page_scope")),
    )
    op.create_table(
        "personal_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agenda",
                "speaker",
                "staff",
                name="feed_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_generation", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revoked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("alarm_minutes", sa.Integer(), nullable=True),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fetched_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fetched_by", sa.String(length=20), nullable=False),
        sa.Column("shown_as", sa.String(length=40), nullable=False),
        sa.Column("shown_etag", sa.String(length=40), nullable=False),
        sa.Column("shown_size", sa.Integer(), nullable=False),
        sa.Column("shown_changed", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(fetched_at IS NULL) = (fetched_by = '')", name=op.f("ck_personal_feed_fetched_whole")
        ),
        sa.CheckConstraint(
            "alarm_minutes BETWEEN 5 AND 10080", name=op.f("ck_personal_feed_alarm_minutes")
        ),
        sa.CheckConstraint(
            "generation >= 0 AND holder_generation >= 0 AND revision > 0 AND shown_size >= 0",
            name=op.f("ck_personal_feed_counters"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_feed")),
        sa.UniqueConstraint("kind", "holder_id", name=op.f("uq_personal_feed_kind_holder_id")),
    )
    op.create_table(
        "sent_form",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("leads_to", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sent_form")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_key", ["key", "at"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email_key", name=op.f("uq_user_email_key")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "programme",
                "registrar",
                "door",
                "viewer",
                name="member_role",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_member_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_member_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint(
            "organisation_id", "user_id", name=op.f("uq_member_organisation_id_user_id")
        ),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "member_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "programme",
                "registrar",
                "door",
                "viewer",
                name="invitation_role",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "accepted_at IS NULL OR withdrawn_at IS NULL",
            name=op.f("ck_member_invitation_accepted_or_withdrawn"),
        ),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_member_invitation_expires_later")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_member_invitation_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_invitation")),
    )
    with op.batch_alter_table("member_invitation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_member_invitation_organisation", ["organisation_id", "email_key"], unique=False
        )

    op.create_table(
        "opt_out",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "form",
                "own_page",
                "mail",
                "office",
                "import",
                "replaced",
                name="consent_source",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("since", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_opt_out_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation_id", "email_key", name=op.f("pk_opt_out")),
    )
    op.create_table(
        "picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name=op.f("ck_picture_focus")
        ),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_picture_size")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_picture_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("file_name", name=op.f("uq_picture_file_name")),
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_picture_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("summary", forum.core.db.TextColumn(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_series_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_series_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("onward", sa.String(length=500), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_sign_in_link_expires_later")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_in_link_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_link_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sign_in_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_user_session_expires_later")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_user_session_secret_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_user_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column("address", forum.core.db.TextColumn(), nullable=False),
        sa.Column("directions", forum.core.db.TextColumn(), nullable=False),
        sa.Column("access", forum.core.db.TextColumn(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_venue_place_whole")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_venue_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_venue_longitude")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_venue_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_venue_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("summary", forum.core.db.TextColumn(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "postponed",
                "cancelled",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("state_note", forum.core.db.TextColumn(), nullable=False),
        sa.Column("dates_open", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opens_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("spoken_languages", forum.core.db.TextColumn(), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("privacy", forum.core.db.TextColumn(), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "toolpath",
                "rings",
                "streets",
                "coastline",
                name="event_subject",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("published_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("import_source", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at",
            name=op.f("ck_event_closes_after_opening"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_ends_after_start")),
        sa.CheckConstraint(
            "revision > 0 AND calendar_sequence >= 0", name=op.f("ck_event_counters")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_event_series_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk_event_venue_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_event_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_event_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "organisation_mail",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("nod_above", sa.Integer(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("words_kept_days", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("held_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("nod_above >= 0", name=op.f("ck_organisation_mail_nod_above")),
        sa.CheckConstraint(
            "per_minute > 0 AND per_day > 0", name=op.f("ck_organisation_mail_limits")
        ),
        sa.CheckConstraint(
            "words_kept_days BETWEEN 1 AND 3650", name=op.f("ck_organisation_mail_words_kept_days")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_mail_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"],
            ["picture.id"],
            name=op.f("fk_organisation_mail_picture_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation_mail")),
    )
    op.create_table(
        "speaker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("surname", sa.String(length=100), nullable=False),
        sa.Column("salutation", sa.String(length=40), nullable=False),
        sa.Column("post_nominals", sa.String(length=80), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("affiliation", forum.core.db.TextColumn(), nullable=False),
        sa.Column("biography", forum.core.db.TextColumn(), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> '' OR name_zh <> ''", name=op.f("ck_speaker_named")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_speaker_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_speaker_picture_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint(
            "organisation_id", "slug", name=op.f("uq_speaker_organisation_id_slug")
        ),
    )
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_speaker_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "letter",
                "reminder",
                "doors_open",
                "thanks",
                name="announcement_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "awaiting_nod",
                "scheduled",
                "sending",
                "sent",
                "stopped",
                name="announcement_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("segment", sa.JSON(), nullable=False),
        sa.Column("subject", forum.core.db.TextColumn(), nullable=False),
        sa.Column("words", forum.core.db.TextColumn(), nullable=False),
        sa.Column("about_booking", sa.Boolean(), nullable=False),
        sa.Column(
            "timing",
            sa.Enum(
                "now",
                "at",
                "relative",
                name="announcement_timing",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "anchor",
            sa.Enum(
                "start",
                "end",
                name="announcement_anchor",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("clock", sa.String(length=5), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("due_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(length=200), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("nodded_by", sa.Uuid(), nullable=True),
        sa.Column("nodded_by_name", sa.String(length=200), nullable=False),
        sa.Column("nodded_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("nodded_for", sa.Integer(), nullable=True),
        sa.Column("started_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("queued_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("overtaken_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Uuid(), nullable=True),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'sending' OR started_at IS NOT NULL", name=op.f("ck_announcement_started_at")
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR finished_at IS NOT NULL", name=op.f("ck_announcement_finished_at")
        ),
        sa.CheckConstraint("timing <> 'at' OR at IS NOT NULL", name=op.f("ck_announcement_at")),
        sa.CheckConstraint(
            "timing <> 'relative' OR anchor IS NOT NULL", name=op.f("ck_announcement_anchor")
        ),
        sa.CheckConstraint(
            "(nodded_at IS NULL) = (nodded_for IS NULL)", name=op.f("ck_announcement_nodded")
        ),
        sa.CheckConstraint(
            "queued >= 0 AND skipped >= 0 AND reached >= 0", name=op.f("ck_announcement_counters")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_announcement_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_announcement_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index(
            "ix_announcement_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('scheduled', 'sending')"),
            postgresql_where=sa.text("state IN ('scheduled', 'sending')"),
        )
        batch_op.create_index(
            "ix_announcement_event", ["event_id", "state", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_announcement_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_key", sa.String(length=254), nullable=False),
        sa.Column(
            "mails_to",
            sa.Enum(
                "attendees",
                "contact",
                "both",
                name="mails_to",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "form",
                "hand",
                "import",
                "invitation",
                "speaker",
                "door",
                name="booking_source",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_booking_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("event_id", "form_key", name=op.f("uq_booking_event_id_form_key")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_contact", ["event_id", "contact_key"], unique=False)
        batch_op.create_index("ix_booking_source", ["event_id", "source"], unique=False)

    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "entrance",
                "room",
                name="checkpoint_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name=op.f("ck_checkpoint_opens_before_it_closes"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_checkpoint_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    with op.batch_alter_table("checkpoint", schema=None) as batch_op:
        batch_op.create_index("ix_checkpoint_event_id", ["event_id"], unique=False)

    op.create_table(
        "engagement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "asked",
                "confirmed",
                "declined",
                name="engagement_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("asked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_engagement_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["speaker.id"],
            name=op.f("fk_engagement_speaker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint(
            "event_id", "speaker_id", name=op.f("uq_engagement_event_id_speaker_id")
        ),
    )
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagement_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "event_mail",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("paused_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(length=200), nullable=False),
        sa.Column("held_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("per_minute > 0", name=op.f("ck_event_mail_per_minute")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_mail_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_mail")),
    )
    with op.batch_alter_table("event_mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix_event_mail_held",
            ["event_id"],
            unique=False,
            sqlite_where=sa.text("paused_at IS NOT NULL OR held_until IS NOT NULL"),
            postgresql_where=sa.text("paused_at IS NOT NULL OR held_until IS NOT NULL"),
        )

    op.create_table(
        "event_news",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("made_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.CheckConstraint("reached >= 0", name=op.f("ck_event_news_reached")),
        sa.CheckConstraint(
            "told_at IS NULL OR settled_at IS NOT NULL", name=op.f("ck_event_news_told")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_news_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_news")),
    )
    with op.batch_alter_table("event_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_news_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "uq_event_news_gathers",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL AND stopped_at IS NULL"),
        )

    op.create_table(
        "imported_thing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("thing", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("imported_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "thing IN ('session', 'speaker', 'room', 'track')", name=op.f("ck_imported_thing_thing")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_imported_thing_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_thing")),
        sa.UniqueConstraint(
            "event_id",
            "source",
            "thing",
            "key",
            name=op.f("uq_imported_thing_event_id_source_thing_key"),
        ),
    )
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "confirmed",
                "promoted",
                "waitlisted",
                "cancelled",
                "again",
                "again_waiting",
                "again_pending",
                "again_offered",
                "requested",
                "approved",
                "approved_waiting",
                "declined",
                "offered",
                "offer_expired",
                "cancelled_by_office",
                "not_coming",
                "left",
                "named",
                "named_waiting",
                "type_changed",
                "type_changed_waiting",
                "links",
                "ask_coming",
                "calendar_no",
                "calendar_no_place",
                "calendar_invited_no",
                "calendar_invited_yes",
                "guest_invitation",
                "guest_reminder",
                "event_cancelled",
                "event_postponed",
                "event_moved",
                "event_back",
                "sign_in",
                "invitation",
                "speaker_asked",
                "place_given",
                "place_left",
                "programme_yours",
                "programme_news",
                "programme_speaker",
                "speaker_slot",
                "announcement",
                "advertisement",
                "event_changed",
                "speaker_event",
                "speaker_cancelled",
                "speaker_postponed",
                "speaker_moved",
                "speaker_back",
                "reminder",
                "doors_open",
                "thanks",
                "staff_digest",
                "nod_wanted",
                "nod_outgrown",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("heading", sa.String(length=140), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "lang IN ('en', 'zh-Hant', 'zh-Hans')", name=op.f("ck_mail_template_lang")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_mail_template_revision")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_mail_template_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint(
            "event_id", "kind", "lang", name=op.f("uq_mail_template_event_id_kind_lang")
        ),
    )
    op.create_table(
        "old_slug",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_old_slug_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_old_slug")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "organiser",
                "co_host",
                "co_organiser",
                "sponsor",
                "supporting",
                "media",
                name="partner_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("tier", forum.core.db.TextColumn(), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_partner_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_partner_picture_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
    )
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "at_once",
                "held",
                name="release_mode",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("strict", sa.JSON(), nullable=False),
        sa.Column("turnaround", sa.Integer(), nullable=False),
        sa.Column("nod", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("preview_generation", sa.Integer(), nullable=False),
        sa.Column("telling_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("former_names", sa.JSON(), nullable=False),
        sa.CheckConstraint("turnaround BETWEEN 0 AND 240", name=op.f("ck_programme_turnaround")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_programme_version")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_programme_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_programme")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "one",
                "several",
                "yes_no",
                "number",
                "date",
                "country",
                "phone",
                "file",
                "consent",
                name="question_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "per",
            sa.Enum(
                "attendee",
                "booking",
                name="asked_per",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column(
            "data_class",
            sa.Enum(
                "ordinary",
                "contact",
                "sensitive",
                name="data_class",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("all_types", sa.Boolean(), nullable=False),
        sa.Column("needs_id", sa.Uuid(), nullable=True),
        sa.Column("needs_values", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("keep_days BETWEEN 1 AND 3660", name=op.f("ck_question_keep_days")),
        sa.CheckConstraint("needs_id <> id", name=op.f("ck_question_needs_another")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["needs_id"], ["question.id"], name=op.f("fk_question_needs_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_needs_id"), ["needs_id"], unique=False)

    op.create_table(
        "registration_policy",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("over_percent", sa.Integer(), nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=True),
        sa.Column("several_per_address", sa.Boolean(), nullable=False),
        sa.Column("changes_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ask_hours", sa.Integer(), nullable=True),
        sa.Column("coming_asked_for", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stand_by", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ask_hours BETWEEN 1 AND 720", name=op.f("ck_registration_policy_ask_hours")
        ),
        sa.CheckConstraint(
            "offer_hours BETWEEN 1 AND 336", name=op.f("ck_registration_policy_offer_hours")
        ),
        sa.CheckConstraint(
            "over_percent BETWEEN 0 AND 100", name=op.f("ck_registration_policy_over_percent")
        ),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_registration_policy_seats")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_registration_policy_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_registration_policy")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "first",
                "saved",
                "released",
                "rolled_back",
                "late",
                "imported",
                name="release_cause",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("back_to", sa.Integer(), nullable=True),
        sa.Column("note", forum.core.db.TextColumn(), nullable=False),
        sa.Column("tell_all", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("released_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_release_number")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_release_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_release_event_id_number")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_room_capacity")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_room_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_room_event_id_slug")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_event_id"), ["event_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=3000), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_saved_view_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_saved_view_event_id_name")),
    )
    op.create_table(
        "seat_pool",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "about",
            sa.Enum(
                "event",
                "type",
                "limit",
                "block",
                "choice",
                "session",
                "speakers",
                "stand_by",
                name="pool_about",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column(
            "order",
            sa.Enum(
                "first_come",
                "draw",
                name="wait_order",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("smaller_pass", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(about = 'block') = (parent_id IS NOT NULL)",
            name=op.f("ck_seat_pool_block_has_parent"),
        ),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name=op.f("ck_seat_pool_taken")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_seat_pool_waiting")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_pool_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["seat_pool.id"], name=op.f("fk_seat_pool_parent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pool")),
    )
    with op.batch_alter_table("seat_pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_pool_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_pool_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=65), nullable=False),
        sa.Column("private_key", sa.LargeBinary(length=80), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("retired_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("algorithm = 1", name=op.f("ck_signing_key_algorithm")),
        sa.CheckConstraint("number BETWEEN 1 AND 65535", name=op.f("ck_signing_key_number")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_signing_key_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_signing_key_event_id_number")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_key_number"), ["number"], unique=False)
        batch_op.create_index(
            "uq_signing_key_in_use",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )

    op.create_table(
        "speaker_contact",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("assistant", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["speaker.id"],
            name=op.f("fk_speaker_contact_speaker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("speaker_id", name=op.f("pk_speaker_contact")),
    )
    op.create_table(
        "track",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_track_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("event_id", "slug", name=op.f("uq_track_event_id_slug")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_event_id"), ["event_id"], unique=False)

    op.create_table(
        "waiting_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_waiting_import_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_waiting_import_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_import")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_waiting_import_event_id_user_id")),
    )
    with op.batch_alter_table("waiting_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiting_import_created_at"), ["created_at"], unique=False
        )
        batch_op.create_index(
            "ix_waiting_import_new_event",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("event_id IS NULL"),
            postgresql_where=sa.text("event_id IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_waiting_import_user_id"), ["user_id"], unique=False)

    op.create_table(
        "answer_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(length=48), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf",
                "png",
                "jpeg",
                "docx",
                name="answer_file_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("from_form", sa.LargeBinary(length=16), nullable=False),
        sa.Column("from_network", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sent_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_answer_file_booking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_answer_file_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_answer_file_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("file_name", name=op.f("uq_answer_file_file_name")),
    )
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_file_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_file_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_answer_file_question_id"), ["question_id"], unique=False
        )

    op.create_table(
        "consent_wording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "collection",
                "privacy",
                "marketing",
                "partner",
                "photo",
                name="consent_purpose",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", forum.core.db.TextColumn(), nullable=False),
        sa.Column("made_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'partner') = (partner_id IS NOT NULL)",
            name=op.f("ck_consent_wording_partner_named"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_consent_wording_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["partner.id"],
            name=op.f("fk_consent_wording_partner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
    )
    with op.batch_alter_table("consent_wording", schema=None) as batch_op:
        batch_op.create_index("ix_consent_wording_event_id", ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_consent_wording_partner_id"), ["partner_id"], unique=False
        )
        batch_op.create_index(
            "uq_consent_wording_shown",
            ["event_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
        )
        batch_op.create_index(
            "uq_consent_wording_shown_of_partner",
            ["partner_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
        )

    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("may_search", sa.Boolean(), nullable=False),
        sa.Column("office", sa.Boolean(), nullable=False),
        sa.Column("paired_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("clock_behind_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > paired_at", name=op.f("ck_device_lasts")),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_device_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_device_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_device_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_device_secret_hash")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index("ix_device_checkpoint_id", ["checkpoint_id"], unique=False)
        batch_op.create_index("ix_device_event_id", ["event_id"], unique=False)
        batch_op.create_index("ix_device_organisation_id", ["organisation_id"], unique=False)

    op.create_table(
        "mail_body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_mail_body_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_body")),
        sa.UniqueConstraint(
            "announcement_id",
            "created_at",
            "lang",
            name=op.f("uq_mail_body_announcement_id_created_at_lang"),
        ),
    )
    op.create_table(
        "pairing_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("may_search", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_pairing_link_lasts")),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_pairing_link_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_pairing_link_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_pairing_link_secret_hash")),
    )
    with op.batch_alter_table("pairing_link", schema=None) as batch_op:
        batch_op.create_index("ix_pairing_link_checkpoint_id", ["checkpoint_id"], unique=False)
        batch_op.create_index("ix_pairing_link_event_id", ["event_id"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "accepted",
                "declined",
                "replaced",
                name="proposal_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_proposal_decided")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_proposal_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_proposal_picture_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speaker.id"], name=op.f("fk_proposal_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_engagement_id"), ["engagement_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_proposal_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "question_option",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["seat_pool.id"],
            name=op.f("fk_question_option_pool_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_option_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_option")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_question_option_pool_id")),
    )
    with op.batch_alter_table("question_option", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_option_question_id"), ["question_id"], unique=False
        )

    op.create_table(
        "question_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", forum.core.db.TextColumn(), nullable=False),
        sa.Column("hint", forum.core.db.TextColumn(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("made_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_version_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint(
            "question_id", "number", name=op.f("uq_question_version_question_id_number")
        ),
    )
    op.create_table(
        "room_calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("odd", sa.JSON(), nullable=False),
        sa.Column(
            "unread",
            sa.Enum(
                "no_event",
                "too_large",
                "too_long",
                "too_many",
                name="why_unread",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("read_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_room_calendar_room_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_calendar")),
        sa.UniqueConstraint("room_id", "waiting", name=op.f("uq_room_calendar_room_id_waiting")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "keynote",
                "address",
                "panel",
                "talk",
                "fireside",
                "ceremony",
                "break",
                "networking",
                "meal",
                "workshop",
                "other",
                name="session_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                "cancelled",
                name="session_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("abstract", forum.core.db.TextColumn(), nullable=False),
        sa.Column("delivered_in", sa.JSON(), nullable=False),
        sa.Column("interpreted_into", sa.JSON(), nullable=False),
        sa.Column("also_in", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("starts_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("stream_url", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(starts_at IS NULL AND ends_at IS NULL AND day IS NULL) OR (ends_at > starts_at AND day IS NOT NULL)",
            name=op.f("ck_session_time_whole"),
        ),
        sa.CheckConstraint(
            "revision > 0 AND calendar_sequence >= 0", name=op.f("ck_session_counters")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_session_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["seat_pool.id"], name=op.f("fk_session_pool_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_session_room_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("fk_session_track_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("pool_id", name=op.f("uq_session_pool_id")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("ix_session_event", ["event_id", "starts_at"], unique=False)

    op.create_table(
        "speaker_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("given_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('photo', 'recording')", name=op.f("ck_speaker_consent_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_speaker_consent_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_consent")),
    )
    with op.batch_alter_table("speaker_consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_speaker_consent_engagement_id"), ["engagement_id"], unique=False
        )

    op.create_table(
        "ticket_type",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("limit_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", forum.core.db.TextColumn(), nullable=False),
        sa.Column("description", forum.core.db.TextColumn(), nullable=False),
        sa.Column(
            "access",
            sa.Enum(
                "open",
                "approval",
                "invitation",
                "code",
                "link",
                "office",
                name="ticket_access",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "attendance",
            sa.Enum(
                "on_site",
                "online",
                name="attendance",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("opens_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("most_per_booking", sa.Integer(), nullable=False),
        sa.Column("holds_while_pending", sa.Boolean(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("closed_for_good_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "most_per_booking BETWEEN 1 AND 50", name=op.f("ck_ticket_type_most_per_booking")
        ),
        sa.CheckConstraint("number BETWEEN 1 AND 255", name=op.f("ck_ticket_type_number")),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name=op.f("ck_ticket_type_closes_after_opening"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_ticket_type_price")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_ticket_type_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["limit_id"],
            ["seat_pool.id"],
            name=op.f("fk_ticket_type_limit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["seat_pool.id"], name=op.f("fk_ticket_type_pool_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_type")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_ticket_type_event_id_number")),
    )
    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_type_limit_id"), ["limit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_type_pool_id"), ["pool_id"], unique=False)

    op.create_table(
        "unavailability",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_unavailability_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_unavailability_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unavailability")),
    )
    with op.batch_alter_table("unavailability", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unavailability_engagement_id"), ["engagement_id"], unique=False
        )

    op.create_table(
        "wait_list_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_wait_list_entry_seats")),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["seat_pool.id"],
            name=op.f("fk_wait_list_entry_pool_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wait_list_entry")),
        sa.UniqueConstraint("holder_id", name=op.f("uq_wait_list_entry_holder_id")),
        sa.UniqueConstraint("pool_id", "number", name=op.f("uq_wait_list_entry_pool_id_number")),
    )
    op.create_table(
        "access_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("used BETWEEN 0 AND uses", name=op.f("ck_access_code_used")),
        sa.CheckConstraint("uses BETWEEN 1 AND 10000", name=op.f("ck_access_code_uses")),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["seat_pool.id"],
            name=op.f("fk_access_code_block_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_access_code_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_access_code_ticket_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_code")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_access_code_event_id_code")),
    )
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_code_ticket_type_id"), ["ticket_type_id"], unique=False
        )

    op.create_table(
        "appearance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "officiating_guest",
                "guest_of_honour",
                "keynote_speaker",
                "welcome",
                "opening",
                "special",
                "closing",
                "chair",
                "moderator",
                "panellist",
                "presenter",
                "mc",
                "interpreter",
                "rapporteur",
                "other",
                name="appearance_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("called", forum.core.db.TextColumn(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("part >= 0", name=op.f("ck_appearance_part")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_appearance_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["speaker.id"],
            name=op.f("fk_appearance_speaker_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appearance")),
        sa.UniqueConstraint(
            "session_id",
            "speaker_id",
            "role",
            name=op.f("uq_appearance_session_id_speaker_id_role"),
        ),
    )
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appearance_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "approval_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "domain",
                "invitation",
                "answer",
                name="approval_rule_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_approval_rule_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_approval_rule_ticket_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_rule")),
        sa.UniqueConstraint(
            "ticket_type_id",
            "kind",
            "question_id",
            "value",
            name=op.f("uq_approval_rule_ticket_type_id_kind_question_id_value"),
        ),
    )
    op.create_table(
        "checkpoint_type",
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_checkpoint_type_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_checkpoint_type_ticket_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", "ticket_type_id", name=op.f("pk_checkpoint_type")),
    )
    with op.batch_alter_table("checkpoint_type", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checkpoint_type_ticket_type_id"), ["ticket_type_id"], unique=False
        )

    op.create_table(
        "cue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "audience IN ('mc', 'av', 'interpreters', 'stage')", name=op.f("ck_cue_audience")
        ),
        sa.CheckConstraint("minutes BETWEEN -240 AND 1440", name=op.f("ck_cue_minutes")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_cue_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cue")),
    )
    with op.batch_alter_table("cue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cue_session_id"), ["session_id"], unique=False)

    op.create_table(
        "guest_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("greet", sa.Boolean(), nullable=False),
        sa.Column("kept_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("released_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reply_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name=op.f("ck_guest_list_companions")),
        sa.ForeignKeyConstraint(
            ["block_id"], ["seat_pool.id"], name=op.f("fk_guest_list_block_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_guest_list_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_guest_list_ticket_type_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_list")),
        sa.UniqueConstraint("block_id", name=op.f("uq_guest_list_block_id")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_guest_list_event_id_name")),
    )
    with op.batch_alter_table("guest_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_list_event_id"), ["event_id"], unique=False)

    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("file_name", sa.String(length=80), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("published_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("after_session", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(url <> '') <> (file_name IS NOT NULL)", name=op.f("ck_material_link_or_file")
        ),
        sa.CheckConstraint(
            "kind IN ('slides', 'handout', 'recording', 'link')", name=op.f("ck_material_kind")
        ),
        sa.CheckConstraint(
            "NOT after_session OR published_at IS NULL", name=op.f("ck_material_one_time")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_material_size")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_material_engagement_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_material_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("file_name", name=op.f("uq_material_file_name")),
    )
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_session_id"), ["session_id"], unique=False)

    op.create_table(
        "question_type",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_type_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_question_type_ticket_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "ticket_type_id", name=op.f("pk_question_type")),
    )
    with op.batch_alter_table("question_type", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_type_ticket_type_id"), ["ticket_type_id"], unique=False
        )

    op.create_table(
        "release_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["release.id"],
            name=op.f("fk_release_change_release_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_release_change_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_change")),
        sa.UniqueConstraint(
            "release_id", "session_id", name=op.f("uq_release_change_release_id_session_id")
        ),
    )
    with op.batch_alter_table("release_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_release_change_session_id"), ["session_id"], unique=False
        )

    op.create_table(
        "room_busy_time",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_room_busy_time_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["room_calendar.id"],
            name=op.f("fk_room_busy_time_calendar_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_busy_time")),
    )
    with op.batch_alter_table("room_busy_time", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_room_busy_time_calendar_id"), ["calendar_id"], unique=False
        )

    op.create_table(
        "session_draft",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("cast", sa.JSON(), nullable=False),
        sa.Column("back_to", sa.Integer(), nullable=True),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "keynote",
                "address",
                "panel",
                "talk",
                "fireside",
                "ceremony",
                "break",
                "networking",
                "meal",
                "workshop",
                "other",
                name="session_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "confirmed",
                "cancelled",
                name="session_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("title", forum.core.db.TextColumn(), nullable=False),
        sa.Column("abstract", forum.core.db.TextColumn(), nullable=False),
        sa.Column("delivered_in", sa.JSON(), nullable=False),
        sa.Column("interpreted_into", sa.JSON(), nullable=False),
        sa.Column("also_in", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("starts_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("stream_url", sa.String(length=500), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(starts_at IS NULL AND ends_at IS NULL AND day IS NULL) OR (ends_at > starts_at AND day IS NOT NULL)",
            name=op.f("ck_session_draft_time_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_session_draft_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_session_draft_room_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_session_draft_session_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("fk_session_draft_track_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_draft")),
    )
    with op.batch_alter_table("session_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_draft_event_id"), ["event_id"], unique=False)

    op.create_table(
        "guest_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                name="guest_file_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("leave_out", sa.Boolean(), nullable=False),
        sa.Column("send_mails", sa.Boolean(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_guest_file_done_at")
        ),
        sa.CheckConstraint("rows_done BETWEEN 0 AND rows_total", name=op.f("ck_guest_file_rows")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_guest_file_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["guest_list.id"], name=op.f("fk_guest_file_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_guest_file_ticket_type_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_guest_file_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_file")),
    )
    with op.batch_alter_table("guest_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_file_event_id"), ["event_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "sent",
                "opened",
                "accepted",
                "declined",
                name="invitation_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("salutation", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("post_nominals", sa.String(length=60), nullable=False),
        sa.Column("job_title", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=True),
        sa.Column("seating", sa.String(length=80), nullable=False),
        sa.Column("greet", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("delegate", sa.Boolean(), nullable=False),
        sa.Column(
            "reply_by",
            sa.Enum(
                "link",
                "letter",
                "phone",
                "mail",
                "in_person",
                name="reply_by",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("reply_note", sa.Text(), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(length=800), nullable=False),
        sa.Column("sent_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("replied_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined')) = (replied_at IS NOT NULL)",
            name=op.f("ck_invitation_replied_at"),
        ),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name=op.f("ck_invitation_companions")),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_invitation_booking_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_invitation_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["guest_list.id"], name=op.f("fk_invitation_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_invitation_booking_id")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invitation_list", ["event_id", "state", "created_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invitation_list_id"), ["list_id"], unique=False)
        batch_op.create_index("ix_invitation_name", ["event_id", "name_key"], unique=False)
        batch_op.create_index(
            "uq_invitation_address",
            ["event_id", "email_key"],
            unique=True,
            sqlite_where=sa.text("email_key <> ''"),
            postgresql_where=sa.text("email_key <> ''"),
        )

    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticket_type_id", sa.Uuid(), nullable=False),
        sa.Column("block_id", sa.Uuid(), nullable=True),
        sa.Column("access_code_id", sa.Uuid(), nullable=True),
        sa.Column("in_home", sa.Boolean(), nullable=False),
        sa.Column("in_limit", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "offered",
                "confirmed",
                "waitlisted",
                "declined",
                "cancelled",
                name="registration_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("holds_address", sa.Boolean(), nullable=False),
        sa.Column(
            "sort_name",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "sort_organisation",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("search_text", sa.String(length=800), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("offered_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "ended",
            sa.Enum(
                "guest",
                "office",
                "expired",
                "not_coming",
                "declined",
                "replaced",
                "merged",
                name="registration_ended",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("still_coming_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_words", sa.Text(), nullable=False),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_registration_cancelled_at"),
        ),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_until IS NOT NULL)",
            name=op.f("ck_registration_offered"),
        ),
        sa.CheckConstraint(
            "NOT holds_address OR email_key <> ''", name=op.f("ck_registration_address_held")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL",
            name=op.f("ck_registration_confirmed_at"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('cancelled', 'declined') OR NOT (in_home OR in_limit)",
            name=op.f("ck_registration_freed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'offered') OR in_home", name=op.f("ck_registration_seated")
        ),
        sa.ForeignKeyConstraint(
            ["access_code_id"],
            ["access_code.id"],
            name=op.f("fk_registration_access_code_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["block_id"],
            ["seat_pool.id"],
            name=op.f("fk_registration_block_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_registration_booking_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"],
            ["ticket_type.id"],
            name=op.f("fk_registration_ticket_type_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "code", name=op.f("uq_registration_event_id_code")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_access_code_id"), ["access_code_id"], unique=False
        )
        batch_op.create_index("ix_registration_address", ["email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_block_id"), ["block_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_booking_id"), ["booking_id"], unique=False
        )
        batch_op.create_index(
            "ix_registration_list", ["event_id", "state", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_registration_name", ["event_id", "sort_name", "id"], unique=False)
        batch_op.create_index(
            "ix_registration_newest", ["event_id", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_registration_offers", ["offered_until"], unique=False)
        batch_op.create_index(
            "ix_registration_organisation", ["event_id", "sort_organisation", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_registration_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_ticket_type_id"), ["ticket_type_id"], unique=False
        )
        batch_op.create_index(
            "uq_registration_holds_address",
            ["event_id", "email_key"],
            unique=True,
            sqlite_where=sa.text(
                "holds_address AND state IN ('confirmed', 'offered', 'pending', 'waitlisted')"
            ),
            postgresql_where=sa.text(
                "holds_address AND state IN ('confirmed', 'offered', 'pending', 'waitlisted')"
            ),
        )

    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("answered_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_answer_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_answer_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_answer_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["question_version.id"],
            name=op.f("fk_answer_version_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_question_id"), ["question_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_answer_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index(
            "uq_answer_of_attendee",
            ["question_id", "registration_id"],
            unique=True,
            sqlite_where=sa.text("registration_id IS NOT NULL"),
            postgresql_where=sa.text("registration_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_answer_of_booking",
            ["question_id", "booking_id"],
            unique=True,
            sqlite_where=sa.text("registration_id IS NULL"),
            postgresql_where=sa.text("registration_id IS NULL"),
        )

    op.create_table(
        "choice_place",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("option_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["option_id"],
            ["question_option.id"],
            name=op.f("fk_choice_place_option_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_choice_place_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "option_id", name=op.f("pk_choice_place")),
    )
    with op.batch_alter_table("choice_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_choice_place_option_id"), ["option_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "collection",
                "privacy",
                "marketing",
                "partner",
                "photo",
                name="consent_purpose",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("wording_id", sa.Uuid(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "form",
                "own_page",
                "mail",
                "office",
                "import",
                "replaced",
                name="consent_source",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("given_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawn_by",
            sa.Enum(
                "form",
                "own_page",
                "mail",
                "office",
                "import",
                "replaced",
                name="consent_withdrawn_by",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_consent_withdrawn_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_consent_partner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_consent_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["wording_id"],
            ["consent_wording.id"],
            name=op.f("fk_consent_wording_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_consent_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index(
            "uq_consent_stands",
            ["registration_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
        )
        batch_op.create_index(
            "uq_consent_stands_for_partner",
            ["registration_id", "partner_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
        )

    op.create_table(
        "guest_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("sent_sequence", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "REQUEST",
                "CANCEL",
                name="guest_entry_method",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum(
                "NEEDS-ACTION",
                "ACCEPTED",
                "TENTATIVE",
                "DECLINED",
                name="guest_entry_answer",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer_stamp", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer_sequence", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=254), nullable=False),
        sa.Column("made_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer_stamp IS NULL)", name=op.f("ck_guest_entry_answered")
        ),
        sa.CheckConstraint("ahead >= 0", name=op.f("ck_guest_entry_ahead")),
        sa.CheckConstraint("answer_sequence >= 0", name=op.f("ck_guest_entry_answer_sequence")),
        sa.CheckConstraint("sent_sequence >= 0", name=op.f("ck_guest_entry_sent_sequence")),
        sa.CheckConstraint("uid = coalesce(session_id, event_id)", name=op.f("ck_guest_entry_uid")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_guest_entry_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_guest_entry_invitation_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_guest_entry_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_guest_entry_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_entry")),
        sa.UniqueConstraint("uid", "email_key", name=op.f("uq_guest_entry_uid_email_key")),
    )
    with op.batch_alter_table("guest_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_entry_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_guest_entry_invitation_id"), ["invitation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_guest_entry_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_guest_entry_session_id"), ["session_id"], unique=False)

    op.create_table(
        "registration_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_note_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_note")),
    )
    with op.batch_alter_table("registration_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_note_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "registration_tag",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("tagged_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_registration_tag_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_tag_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "event_id", "tag", "registration_id", name=op.f("pk_registration_tag")
        ),
    )
    with op.batch_alter_table("registration_tag", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registration_tag_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(
                "camera",
                "scanner",
                "typed",
                "search",
                "stand_by",
                name="scan_way",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("code_shown", sa.String(length=24), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "admit",
                "look",
                "stop",
                "neutral",
                name="scan_kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "received",
                "admitted",
                "already_in",
                "cancelled",
                "declined",
                "waitlisted",
                "offered",
                "pending",
                "revoked",
                "wrong_event",
                "wrong_day",
                "not_this_door",
                "forged",
                "unknown_code",
                "not_a_ticket",
                "locked",
                "undone",
                name="scan_reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("earlier_id", sa.Uuid(), nullable=True),
        sa.Column("scanned_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_because", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_scan_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_scan_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["scan.id"], name=op.f("fk_scan_earlier_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_scan_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_scan_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
        sa.UniqueConstraint("device_id", "scan_id", name="uq_scan_device_id_scan_id"),
    )
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.create_index("ix_scan_checkpoint_id", ["checkpoint_id"], unique=False)
        batch_op.create_index("ix_scan_earlier_id", ["earlier_id"], unique=False)
        batch_op.create_index(
            "ix_scan_event_id_received_at", ["event_id", "received_at"], unique=False
        )
        batch_op.create_index("ix_scan_registration_id", ["registration_id"], unique=False)

    op.create_table(
        "search_word",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column(
            "word",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "sort_name",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "sort_organisation",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_search_word_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_search_word_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "word", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_word_found",
            ["event_id", "word", "sort_name", "sort_organisation", "created_at", "registration_id"],
            unique=False,
        )

    op.create_table(
        "session_place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("seated", sa.Boolean(), nullable=False),
        sa.Column("asked_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seated_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "seated = (seated_at IS NOT NULL)", name=op.f("ck_session_place_seated_at")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_session_place_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_session_place_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_place")),
        sa.UniqueConstraint(
            "registration_id",
            "session_id",
            name=op.f("uq_session_place_registration_id_session_id"),
        ),
    )
    with op.batch_alter_table("session_place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_place_session_id"), ["session_id"], unique=False
        )

    op.create_table(
        "speaker_seat",
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagement.id"],
            name=op.f("fk_speaker_seat_engagement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_speaker_seat_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_speaker_seat")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_speaker_seat_registration_id")),
    )
    op.create_table(
        "stand_by",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("joined_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "admitted_at IS NULL OR left_at IS NULL", name=op.f("ck_stand_by_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_stand_by_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_stand_by_registration_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_by")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_stand_by_event_id_number")),
    )
    with op.batch_alter_table("stand_by", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stand_by_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "star",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("starred_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_star_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_star_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("registration_id", "session_id", name=op.f("pk_star")),
    )
    with op.batch_alter_table("star", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_star_session_id"), ["session_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("type_number", sa.Integer(), nullable=False),
        sa.Column("valid_from", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("valid_until", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("issued_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(payload) = 16", name=op.f("ck_ticket_payload")),
        sa.CheckConstraint("length(signature) = 64", name=op.f("ck_ticket_signature")),
        sa.CheckConstraint("number BETWEEN 0 AND 281474976710655", name=op.f("ck_ticket_number")),
        sa.CheckConstraint("type_number BETWEEN 1 AND 255", name=op.f("ck_ticket_type_number")),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_ticket_validity")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_ticket_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["signing_key.id"], name=op.f("fk_ticket_key_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_ticket_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_ticket_event_id_number")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_key_id"), ["key_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_ticket_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index(
            "uq_ticket_stands",
            ["registration_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "admission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.String(length=80), nullable=False),
        sa.Column("admitted_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_admission_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_admission_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_admission_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_admission_scan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_admission_scan_id")),
    )
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.create_index("ix_admission_checkpoint_id", ["checkpoint_id"], unique=False)
        batch_op.create_index("ix_admission_event_id", ["event_id"], unique=False)
        batch_op.create_index(
            "ix_admission_place_id",
            ["place_id"],
            unique=False,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.create_index(
            "uq_admission_registration_id_place_id",
            ["registration_id", "place_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "confirmed",
                "promoted",
                "waitlisted",
                "cancelled",
                "again",
                "again_waiting",
                "again_pending",
                "again_offered",
                "requested",
                "approved",
                "approved_waiting",
                "declined",
                "offered",
                "offer_expired",
                "cancelled_by_office",
                "not_coming",
                "left",
                "named",
                "named_waiting",
                "type_changed",
                "type_changed_waiting",
                "links",
                "ask_coming",
                "calendar_no",
                "calendar_no_place",
                "calendar_invited_no",
                "calendar_invited_yes",
                "guest_invitation",
                "guest_reminder",
                "event_cancelled",
                "event_postponed",
                "event_moved",
                "event_back",
                "sign_in",
                "invitation",
                "speaker_asked",
                "place_given",
                "place_left",
                "programme_yours",
                "programme_news",
                "programme_speaker",
                "speaker_slot",
                "announcement",
                "advertisement",
                "event_changed",
                "speaker_event",
                "speaker_cancelled",
                "speaker_postponed",
                "speaker_moved",
                "speaker_back",
                "reminder",
                "doors_open",
                "thanks",
                "staff_digest",
                "nod_wanted",
                "nod_outgrown",
                name="message_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("to_email", sa.String(length=254), nullable=False),
        sa.Column("to_name", sa.String(length=200), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("link_purpose", sa.String(length=24), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("link_generation", sa.Integer(), nullable=False),
        sa.Column("with_ticket", sa.Boolean(), nullable=False),
        sa.Column(
            "calendar_method",
            sa.Enum(
                "REQUEST",
                "CANCEL",
                name="calendar_method",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=True,
        ),
        sa.Column("calendar_entry_id", sa.Uuid(), nullable=True),
        sa.Column("calendar_ahead", sa.Integer(), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False),
        sa.Column("good_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "kept",
                "failed",
                "bounced",
                name="message_state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("message_id", sa.String(length=320), nullable=False),
        sa.Column("created_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("leased_until", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("body_gone_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'sending') = (leased_until IS NOT NULL)", name=op.f("ck_message_lease")
        ),
        sa.CheckConstraint(
            "state <> 'bounced' OR bounced_at IS NOT NULL", name=op.f("ck_message_bounced_at")
        ),
        sa.CheckConstraint(
            "state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_message_sent_at")
        ),
        sa.CheckConstraint(
            "(link_purpose IS NULL) = (link_id IS NULL)", name=op.f("ck_message_link_whole")
        ),
        sa.CheckConstraint("calendar_ahead >= 0", name=op.f("ck_message_calendar_ahead")),
        sa.CheckConstraint("tries >= 0 AND copies >= 0", name=op.f("ck_message_counters")),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_message_announcement_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["body_id"], ["mail_body.id"], name=op.f("fk_message_body_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_message_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["calendar_entry_id"],
            ["guest_entry.id"],
            name=op.f("fk_message_calendar_entry_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_message_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_message_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_message_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_announcement_id"), ["announcement_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_message_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_message_calendar_entry_id"), ["calendar_entry_id"], unique=False
        )
        batch_op.create_index("ix_message_event", ["event_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_message_link", ["link_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_message_registration_id"), ["registration_id"], unique=False
        )
        batch_op.create_index("ix_message_sent", ["organisation_id", "sent_at"], unique=False)
        batch_op.create_index(
            "ix_message_state", ["event_id", "state", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_message_to_email", ["to_email", "created_at"], unique=False)
        batch_op.create_index(
            "ix_message_waiting",
            ["bulk", "due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_message_words",
            ["event_id"],
            unique=False,
            sqlite_where=sa.text("body_gone_at IS NULL"),
            postgresql_where=sa.text("body_gone_at IS NULL"),
        )

    op.create_table(
        "bounce",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address_key", sa.String(length=254), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "failed",
                "delayed",
                "delivered",
                "relayed",
                "expanded",
                name="bounce_action",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("diagnostic", sa.String(length=500), nullable=False),
        sa.Column("at", forum.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", forum.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_bounce_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_bounce_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint(
            "message_id", "copy", "action", name=op.f("uq_bounce_message_id_copy_action")
        ),
    )
    with op.batch_alter_table("bounce", schema=None) as batch_op:
        batch_op.create_index("ix_bounce_address", ["address_key", "organisation_id"], unique=False)
        batch_op.create_index("ix_bounce_organisation", ["organisation_id", "at"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("bounce", schema=None) as batch_op:
        batch_op.drop_index("ix_bounce_organisation")
        batch_op.drop_index("ix_bounce_address")

    op.drop_table("bounce")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_words",
            sqlite_where=sa.text("body_gone_at IS NULL"),
            postgresql_where=sa.text("body_gone_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_message_waiting",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.drop_index("ix_message_to_email")
        batch_op.drop_index("ix_message_state")
        batch_op.drop_index("ix_message_sent")
        batch_op.drop_index(batch_op.f("ix_message_registration_id"))
        batch_op.drop_index("ix_message_link")
        batch_op.drop_index("ix_message_event")
        batch_op.drop_index(batch_op.f("ix_message_calendar_entry_id"))
        batch_op.drop_index(batch_op.f("ix_message_booking_id"))
        batch_op.drop_index(batch_op.f("ix_message_body_id"))
        batch_op.drop_index(batch_op.f("ix_message_announcement_id"))

    op.drop_table("message")
    with op.batch_alter_table("admission", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_admission_registration_id_place_id",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_admission_place_id",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index("ix_admission_event_id")
        batch_op.drop_index("ix_admission_checkpoint_id")

    op.drop_table("admission")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ticket_stands",
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_ticket_registration_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_key_id"))

    op.drop_table("ticket")
    with op.batch_alter_table("star", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_star_session_id"))

    op.drop_table("star")
    with op.batch_alter_table("stand_by", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stand_by_registration_id"))

    op.drop_table("stand_by")
    op.drop_table("speaker_seat")
    with op.batch_alter_table("session_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_place_session_id"))

    op.drop_table("session_place")
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.drop_index("ix_search_word_found")

    op.drop_table("search_word")
    with op.batch_alter_table("scan", schema=None) as batch_op:
        batch_op.drop_index("ix_scan_registration_id")
        batch_op.drop_index("ix_scan_event_id_received_at")
        batch_op.drop_index("ix_scan_earlier_id")
        batch_op.drop_index("ix_scan_checkpoint_id")

    op.drop_table("scan")
    with op.batch_alter_table("registration_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_tag_registration_id"))

    op.drop_table("registration_tag")
    with op.batch_alter_table("registration_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_note_registration_id"))

    op.drop_table("registration_note")
    with op.batch_alter_table("guest_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_entry_session_id"))
        batch_op.drop_index(batch_op.f("ix_guest_entry_registration_id"))
        batch_op.drop_index(batch_op.f("ix_guest_entry_invitation_id"))
        batch_op.drop_index(batch_op.f("ix_guest_entry_event_id"))

    op.drop_table("guest_entry")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_stands_for_partner",
            sqlite_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_consent_stands",
            sqlite_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
        )
        batch_op.drop_index(batch_op.f("ix_consent_registration_id"))
        batch_op.drop_index(batch_op.f("ix_consent_partner_id"))

    op.drop_table("consent")
    with op.batch_alter_table("choice_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_choice_place_option_id"))

    op.drop_table("choice_place")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_answer_of_booking",
            sqlite_where=sa.text("registration_id IS NULL"),
            postgresql_where=sa.text("registration_id IS NULL"),
        )
        batch_op.drop_index(
            "uq_answer_of_attendee",
            sqlite_where=sa.text("registration_id IS NOT NULL"),
            postgresql_where=sa.text("registration_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_answer_registration_id"))
        batch_op.drop_index(batch_op.f("ix_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_answer_booking_id"))

    op.drop_table("answer")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registration_holds_address",
            sqlite_where=sa.text(
                "holds_address AND state IN ('confirmed', 'offered', 'pending', 'waitlisted')"
            ),
            postgresql_where=sa.text(
                "holds_address AND state IN ('confirmed', 'offered', 'pending', 'waitlisted')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_registration_ticket_type_id"))
        batch_op.drop_index(batch_op.f("ix_registration_party_id"))
        batch_op.drop_index("ix_registration_organisation")
        batch_op.drop_index("ix_registration_offers")
        batch_op.drop_index("ix_registration_newest")
        batch_op.drop_index("ix_registration_name")
        batch_op.drop_index("ix_registration_list")
        batch_op.drop_index(batch_op.f("ix_registration_booking_id"))
        batch_op.drop_index(batch_op.f("ix_registration_block_id"))
        batch_op.drop_index("ix_registration_address")
        batch_op.drop_index(batch_op.f("ix_registration_access_code_id"))

    op.drop_table("registration")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invitation_address",
            sqlite_where=sa.text("email_key <> ''"),
            postgresql_where=sa.text("email_key <> ''"),
        )
        batch_op.drop_index("ix_invitation_name")
        batch_op.drop_index(batch_op.f("ix_invitation_list_id"))
        batch_op.drop_index("ix_invitation_list")

    op.drop_table("invitation")
    with op.batch_alter_table("guest_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_file_event_id"))

    op.drop_table("guest_file")
    with op.batch_alter_table("session_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_draft_event_id"))

    op.drop_table("session_draft")
    with op.batch_alter_table("room_busy_time", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_busy_time_calendar_id"))

    op.drop_table("room_busy_time")
    with op.batch_alter_table("release_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_change_session_id"))

    op.drop_table("release_change")
    with op.batch_alter_table("question_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_type_ticket_type_id"))

    op.drop_table("question_type")
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_session_id"))

    op.drop_table("material")
    with op.batch_alter_table("guest_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guest_list_event_id"))

    op.drop_table("guest_list")
    with op.batch_alter_table("cue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cue_session_id"))

    op.drop_table("cue")
    with op.batch_alter_table("checkpoint_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkpoint_type_ticket_type_id"))

    op.drop_table("checkpoint_type")
    op.drop_table("approval_rule")
    with op.batch_alter_table("appearance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appearance_speaker_id"))

    op.drop_table("appearance")
    with op.batch_alter_table("access_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_code_ticket_type_id"))

    op.drop_table("access_code")
    op.drop_table("wait_list_entry")
    with op.batch_alter_table("unavailability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unavailability_engagement_id"))

    op.drop_table("unavailability")
    with op.batch_alter_table("ticket_type", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_type_pool_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_type_limit_id"))

    op.drop_table("ticket_type")
    with op.batch_alter_table("speaker_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_consent_engagement_id"))

    op.drop_table("speaker_consent")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index("ix_session_event")

    op.drop_table("session")
    op.drop_table("room_calendar")
    op.drop_table("question_version")
    with op.batch_alter_table("question_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_option_question_id"))

    op.drop_table("question_option")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_speaker_id"))
        batch_op.drop_index(batch_op.f("ix_proposal_engagement_id"))

    op.drop_table("proposal")
    with op.batch_alter_table("pairing_link", schema=None) as batch_op:
        batch_op.drop_index("ix_pairing_link_event_id")
        batch_op.drop_index("ix_pairing_link_checkpoint_id")

    op.drop_table("pairing_link")
    op.drop_table("mail_body")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index("ix_device_organisation_id")
        batch_op.drop_index("ix_device_event_id")
        batch_op.drop_index("ix_device_checkpoint_id")

    op.drop_table("device")
    with op.batch_alter_table("consent_wording", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consent_wording_shown_of_partner",
            sqlite_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND partner_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_consent_wording_shown",
            sqlite_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
            postgresql_where=sa.text("withdrawn_at IS NULL AND purpose <> 'partner'"),
        )
        batch_op.drop_index(batch_op.f("ix_consent_wording_partner_id"))
        batch_op.drop_index("ix_consent_wording_event_id")

    op.drop_table("consent_wording")
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_file_question_id"))
        batch_op.drop_index(batch_op.f("ix_answer_file_event_id"))
        batch_op.drop_index(batch_op.f("ix_answer_file_booking_id"))

    op.drop_table("answer_file")
    with op.batch_alter_table("waiting_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_import_user_id"))
        batch_op.drop_index(
            "ix_waiting_import_new_event",
            sqlite_where=sa.text("event_id IS NULL"),
            postgresql_where=sa.text("event_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_waiting_import_created_at"))

    op.drop_table("waiting_import")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_event_id"))

    op.drop_table("track")
    op.drop_table("speaker_contact")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_signing_key_in_use",
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_signing_key_number"))

    op.drop_table("signing_key")
    with op.batch_alter_table("seat_pool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_pool_parent_id"))
        batch_op.drop_index(batch_op.f("ix_seat_pool_event_id"))

    op.drop_table("seat_pool")
    op.drop_table("saved_view")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_event_id"))

    op.drop_table("room")
    op.drop_table("release")
    op.drop_table("registration_policy")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_needs_id"))
        batch_op.drop_index(batch_op.f("ix_question_event_id"))

    op.drop_table("question")
    op.drop_table("programme")
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partner_event_id"))

    op.drop_table("partner")
    op.drop_table("old_slug")
    op.drop_table("mail_template")
    op.drop_table("imported_thing")
    with op.batch_alter_table("event_news", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_event_news_gathers",
            sqlite_where=sa.text("settled_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL AND stopped_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_event_news_event_id"))

    op.drop_table("event_news")
    with op.batch_alter_table("event_mail", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_event_mail_held",
            sqlite_where=sa.text("paused_at IS NOT NULL OR held_until IS NOT NULL"),
            postgresql_where=sa.text("paused_at IS NOT NULL OR held_until IS NOT NULL"),
        )

    op.drop_table("event_mail")
    with op.batch_alter_table("engagement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_engagement_speaker_id"))

    op.drop_table("engagement")
    with op.batch_alter_table("checkpoint", schema=None) as batch_op:
        batch_op.drop_index("ix_checkpoint_event_id")

    op.drop_table("checkpoint")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_source")
        batch_op.drop_index("ix_booking_contact")

    op.drop_table("booking")
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_organisation_id"))
        batch_op.drop_index("ix_announcement_event")
        batch_op.drop_index(
            "ix_announcement_due",
            sqlite_where=sa.text("state IN ('scheduled', 'sending')"),
            postgresql_where=sa.text("state IN ('scheduled', 'sending')"),
        )

    op.drop_table("announcement")
    with op.batch_alter_table("speaker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_organisation_id"))

    op.drop_table("speaker")
    op.drop_table("organisation_mail")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_starts_at"))
        batch_op.drop_index(batch_op.f("ix_event_series_id"))
        batch_op.drop_index(batch_op.f("ix_event_organisation_id"))

    op.drop_table("event")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_organisation_id"))

    op.drop_table("venue")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_user_session_expires_at"))

    op.drop_table("user_session")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_user_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_link_expires_at"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_organisation_id"))

    op.drop_table("series")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picture_organisation_id"))

    op.drop_table("picture")
    op.drop_table("opt_out")
    with op.batch_alter_table("member_invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_member_invitation_organisation")

    op.drop_table("member_invitation")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_user_id"))

    op.drop_table("member")
    op.drop_table("user")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_key")
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("sent_form")
    op.drop_table("personal_feed")
    op.drop_table("page_scope")
    with op.batch_alter_table("page_bytes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_bytes_scope"))

    op.drop_table("page_bytes")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_waiting",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.drop_table("outbox")
    op.drop_table("organisation")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_thing")
        batch_op.drop_index("ix_audit_entry_organisation")

    op.drop_table("audit_entry")
