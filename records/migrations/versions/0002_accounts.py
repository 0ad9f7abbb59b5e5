"""Accounts of people, and the switch that asks for them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    """Adds accounts and settings."""
    op.create_table(
        "account",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("area", sa.String(80)),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("valid_until", sa.String(10)),
        sa.Column("is_locked", sa.Boolean, nullable=False),
        sa.Column("failed_attempts", sa.Integer, nullable=False),
        sa.Column("refused_until", sa.String(40)),
        sa.Column("session_number", sa.Integer, nullable=False),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(200), nullable=False),
    )


def downgrade() -> None:
    """Takes accounts and settings away; what people wrote stays."""
    op.drop_table("setting")
    op.drop_table("account")
