"""The spine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the state to this shape."""
    op.create_table(
        "commerce_duplicate",
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("offset"),
        info={"owner": "commerce", "subject": ""},
    )
    op.create_table(
        "commerce_order",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        info={"owner": "commerce", "subject": "ident:ident"},
    )
    with op.batch_alter_table("commerce_order", schema=None) as batch_op:
        batch_op.create_index(
            "commerce_order_original",
            ["original"],
            unique=False,
            sqlite_where=sa.text("original IS NOT NULL"),
            postgresql_where=sa.text("original IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_commerce_order_ident"), ["ident"], unique=False)

    op.create_table(
        "commerce_order_line",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "line"),
        info={"owner": "commerce", "subject": ""},
    )
    op.create_table(
        "commerce_redemption",
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("coupon", sa.String(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("offset"),
        info={"owner": "commerce", "subject": "ident:ident"},
    )
    with op.batch_alter_table("commerce_redemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commerce_redemption_coupon"), ["coupon"], unique=False)

    op.create_table(
        "commerce_sku",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sku"),
        info={"owner": "commerce", "subject": ""},
    )
    op.create_table(
        "commerce_tender",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "line"),
        info={"owner": "commerce", "subject": ""},
    )
    op.create_table(
        "delivery_channel",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        info={"owner": "delivery", "subject": ""},
    )
    op.create_table(
        "delivery_inbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("coupon", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "delivery", "subject": "member:member"},
    )
    with op.batch_alter_table("delivery_inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_inbox_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_inbox_member"), ["member"], unique=False)

    op.create_table(
        "delivery_outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("coupon", sa.String(length=32), nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("ns", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "delivery", "subject": "member:member"},
    )
    with op.batch_alter_table("delivery_outbox", schema=None) as batch_op:
        batch_op.create_index("delivery_outbox_due", ["channel", "state", "due"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_outbox_campaign"), ["campaign"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_outbox_created"), ["created"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_outbox_member"), ["member"], unique=False)

    op.create_table(
        "identity_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("other", sa.BigInteger(), nullable=True),
        sa.Column("ns", sa.String(length=64), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(length=512), nullable=False),
        sa.Column("detail", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        info={"owner": "identity", "subject": "member:member"},
    )
    with op.batch_alter_table("identity_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_event_member"), ["member"], unique=False)
        batch_op.create_index(
            "ix_identity_event_other",
            ["other"],
            unique=False,
            sqlite_where=sa.text("other IS NOT NULL"),
            postgresql_where=sa.text("other IS NOT NULL"),
        )

    op.create_table(
        "identity_link",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("ns", sa.String(length=64), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        info={"owner": "identity", "subject": "member:member"},
    )
    with op.batch_alter_table("identity_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_link_member"), ["member"], unique=False)

    op.create_table(
        "identity_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("families", sa.SmallInteger(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "identity", "subject": "id:member"},
    )
    with op.batch_alter_table("identity_member", schema=None) as batch_op:
        batch_op.create_index("ix_identity_member_live", ["merged_into", "families"], unique=False)

    op.create_table(
        "identity_shown",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "member"),
        info={"owner": "identity", "subject": "member:member"},
    )
    with op.batch_alter_table("identity_shown", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_shown_member"), ["member"], unique=False)

    op.create_table(
        "identity_trait",
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("member", "field"),
        info={"owner": "identity", "subject": "member:member"},
    )
    op.create_table(
        "marketing_assignment",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("drawn_for", sa.BigInteger(), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "member"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_assignment", schema=None) as batch_op:
        batch_op.create_index("marketing_assignment_member", ["member"], unique=False)

    op.create_table(
        "marketing_assignment_history",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("drawn_for", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "drawn_for"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_assignment_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_assignment_history_member"), ["member"], unique=False)

    op.create_table(
        "marketing_campaign",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("serials", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        info={"owner": "marketing", "subject": ""},
    )
    op.create_table(
        "marketing_coupon",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=False),
        sa.Column("redeemed", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_coupon", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_coupon_campaign"), ["campaign"], unique=False)
        batch_op.create_index(batch_op.f("ix_marketing_coupon_member"), ["member"], unique=False)

    op.create_table(
        "marketing_decision",
        sa.Column("firing", sa.String(length=256), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("message", sa.String(length=32), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("firing", "campaign"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_decision_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_marketing_decision_member"), ["member"], unique=False)

    op.create_table(
        "marketing_launch",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "marketing", "subject": ""},
    )
    op.create_table(
        "marketing_message",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("coupon", sa.String(length=32), nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("ns", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_message_member"), ["member"], unique=False)

    op.create_table(
        "marketing_redemption",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("coupon", sa.Text(), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_redemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_redemption_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_marketing_redemption_coupon"), ["coupon"], unique=False)
        batch_op.create_index(batch_op.f("ix_marketing_redemption_member"), ["member"], unique=False)

    op.create_table(
        "marketing_target",
        sa.Column("launch", sa.String(length=96), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("launch", "position"),
        info={"owner": "marketing", "subject": "member:member"},
    )
    with op.batch_alter_table("marketing_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_marketing_target_member"), ["member"], unique=False)

    op.create_table(
        "places_presence",
        sa.Column("ident", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("zone_since", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ident"),
        info={"owner": "places", "subject": "ident:ident"},
    )
    with op.batch_alter_table("places_presence", schema=None) as batch_op:
        batch_op.create_index("places_presence_due", ["here", "due"], unique=False)

    op.create_table(
        "places_sensor",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        info={"owner": "places", "subject": ""},
    )
    op.create_table(
        "places_store",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("venue", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        info={"owner": "places", "subject": ""},
    )
    op.create_table(
        "places_venue",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        info={"owner": "places", "subject": ""},
    )
    op.create_table(
        "places_zone",
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("floor", sa.String(length=64), nullable=False),
        sa.Column("shop", sa.String(length=64), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", "zone"),
        info={"owner": "places", "subject": ""},
    )
    op.create_table(
        "privacy_consent",
        sa.Column("ident", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("ident", "purpose", "channel"),
        info={"owner": "privacy", "subject": "ident:ident"},
    )
    op.create_table(
        "privacy_consent_change",
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("offset"),
        info={"owner": "privacy", "subject": "ident:ident"},
    )
    with op.batch_alter_table("privacy_consent_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_privacy_consent_change_ident"), ["ident"], unique=False)

    op.create_table(
        "scenes_definition",
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scene", "version"),
        info={"owner": "scenes", "subject": ""},
    )
    op.create_table(
        "scenes_firing",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=48), nullable=False),
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("ident", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("binds", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        info={"owner": "scenes", "subject": "member:member"},
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("scenes_firing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenes_firing_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_scenes_firing_member"), ["member"], unique=False)

    op.create_table(
        "scenes_state",
        sa.Column("member", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("wake", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("member"),
        info={"owner": "scenes", "subject": "member:member"},
    )
    with op.batch_alter_table("scenes_state", schema=None) as batch_op:
        batch_op.create_index("scenes_state_wake", ["wake"], unique=False)

    op.create_table(
        "storage_cursor",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("now", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name"),
        info={"owner": "storage", "subject": ""},
    )
    op.create_table(
        "tags_plan",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        info={"owner": "tags", "subject": ""},
    )
    op.create_table(
        "tags_state",
        sa.Column("member", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("wake", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("member"),
        info={"owner": "tags", "subject": "member:member"},
    )
    with op.batch_alter_table("tags_state", schema=None) as batch_op:
        batch_op.create_index("tags_state_wake", ["wake"], unique=False)

    op.create_table(
        "tags_value",
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("num", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("member", "tag"),
        info={"owner": "tags", "subject": "member:member"},
    )
    op.create_table(
        "touchpoints_load",
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file", sa.String(length=512), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", "file"),
        info={"owner": "touchpoints", "subject": ""},
    )
    op.create_table(
        "touchpoints_quarantine",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        info={"owner": "touchpoints", "subject": ""},
    )
    with op.batch_alter_table("touchpoints_quarantine", schema=None) as batch_op:
        batch_op.create_index("ix_touchpoints_quarantine_state", ["state", "code"], unique=False)

    op.create_table(
        "touchpoints_source",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("events_today", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        info={"owner": "touchpoints", "subject": ""},
    )


def downgrade() -> None:
    """Go back to the shape before."""
    op.drop_table("touchpoints_source")
    with op.batch_alter_table("touchpoints_quarantine", schema=None) as batch_op:
        batch_op.drop_index("ix_touchpoints_quarantine_state")

    op.drop_table("touchpoints_quarantine")
    op.drop_table("touchpoints_load")
    op.drop_table("tags_value")
    with op.batch_alter_table("tags_state", schema=None) as batch_op:
        batch_op.drop_index("tags_state_wake")

    op.drop_table("tags_state")
    op.drop_table("tags_plan")
    op.drop_table("storage_cursor")
    with op.batch_alter_table("scenes_state", schema=None) as batch_op:
        batch_op.drop_index("scenes_state_wake")

    op.drop_table("scenes_state")
    with op.batch_alter_table("scenes_firing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenes_firing_member"))
        batch_op.drop_index(batch_op.f("ix_scenes_firing_at"))

    op.drop_table("scenes_firing")
    op.drop_table("scenes_definition")
    with op.batch_alter_table("privacy_consent_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_privacy_consent_change_ident"))

    op.drop_table("privacy_consent_change")
    op.drop_table("privacy_consent")
    op.drop_table("places_zone")
    op.drop_table("places_venue")
    op.drop_table("places_store")
    op.drop_table("places_sensor")
    with op.batch_alter_table("places_presence", schema=None) as batch_op:
        batch_op.drop_index("places_presence_due")

    op.drop_table("places_presence")
    with op.batch_alter_table("marketing_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_target_member"))

    op.drop_table("marketing_target")
    with op.batch_alter_table("marketing_redemption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_redemption_member"))
        batch_op.drop_index(batch_op.f("ix_marketing_redemption_coupon"))
        batch_op.drop_index(batch_op.f("ix_marketing_redemption_at"))

    op.drop_table("marketing_redemption")
    with op.batch_alter_table("marketing_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_message_member"))

    op.drop_table("marketing_message")
    op.drop_table("marketing_launch")
    with op.batch_alter_table("marketing_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_decision_member"))
        batch_op.drop_index(batch_op.f("ix_marketing_decision_at"))

    op.drop_table("marketing_decision")
    with op.batch_alter_table("marketing_coupon", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_coupon_member"))
        batch_op.drop_index(batch_op.f("ix_marketing_coupon_campaign"))

    op.drop_table("marketing_coupon")
    op.drop_table("marketing_campaign")
    with op.batch_alter_table("marketing_assignment_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_marketing_assignment_history_member"))

    op.drop_table("marketing_assignment_history")
    with op.batch_alter_table("marketing_assignment", schema=None) as batch_op:
        batch_op.drop_index("marketing_assignment_member")

    op.drop_table("marketing_assignment")
    op.drop_table("identity_trait")
    with op.batch_alter_table("identity_shown", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_shown_member"))

    op.drop_table("identity_shown")
    with op.batch_alter_table("identity_member", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_member_live")

    op.drop_table("identity_member")
    with op.batch_alter_table("identity_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_link_member"))

    op.drop_table("identity_link")
    with op.batch_alter_table("identity_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_identity_event_other",
            sqlite_where=sa.text("other IS NOT NULL"),
            postgresql_where=sa.text("other IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_identity_event_member"))

    op.drop_table("identity_event")
    with op.batch_alter_table("delivery_outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_outbox_member"))
        batch_op.drop_index(batch_op.f("ix_delivery_outbox_created"))
        batch_op.drop_index(batch_op.f("ix_delivery_outbox_campaign"))
        batch_op.drop_index("delivery_outbox_due")

    op.drop_table("delivery_outbox")
    with op.batch_alter_table("delivery_inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_inbox_member"))
        batch_op.drop_index(batch_op.f("ix_delivery_inbox_at"))

    op.drop_table("delivery_inbox")
    op.drop_table("delivery_channel")
    op.drop_table("commerce_tender")
    op.drop_table("commerce_sku")
    with op.batch_alter_table("commerce_redemption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commerce_redemption_coupon"))

    op.drop_table("commerce_redemption")
    op.drop_table("commerce_order_line")
    with op.batch_alter_table("commerce_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commerce_order_ident"))
        batch_op.drop_index(
            "commerce_order_original",
            sqlite_where=sa.text("original IS NOT NULL"),
            postgresql_where=sa.text("original IS NOT NULL"),
        )

    op.drop_table("commerce_order")
    op.drop_table("commerce_duplicate")
