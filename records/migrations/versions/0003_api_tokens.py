"""Tokens of programs that fetch releases: their hashes, scopes and last days."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    """Adds the tokens."""
    op.create_table(
        "api_token",
        sa.Column("token_id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("mission", sa.String(64)),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", sa.String(40), nullable=False),
        sa.Column("valid_until", sa.String(10), nullable=False),
        sa.Column("revoked_at", sa.String(40)),
    )


def downgrade() -> None:
    """Takes the tokens away: no program gets in any more."""
    op.drop_table("api_token")
