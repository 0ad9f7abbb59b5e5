"""What an account or a token opens, sessions that end here, wrong passwords, second factors.

Accounts of before are of the mission's own copy; tokens of before are of headquarters' copy alone.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"
_GONE = ("failed_attempts", "refused_until", "session_number")


def upgrade() -> None:
    """Adds the columns and the two tables, and takes away what they replace."""
    for table, audience in (("account", "mission"), ("api_token", "hq")):
        column = sa.Column("audience", sa.String(16), nullable=False, server_default=audience)
        op.add_column(table, column)
    op.add_column("account", sa.Column("mission", sa.String(64)))
    op.add_column("account", sa.Column("totp_secret", sa.String(64)))
    op.add_column("account", sa.Column("totp_step", sa.Integer))
    for name in _GONE:
        op.drop_column("account", name)
    op.create_table(
        "session",
        sa.Column("id_sha256", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("ends_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("name_sha256", sa.String(64), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("last_at", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Takes them away again; who has a second factor signs in without it."""
    op.drop_table("sign_in_attempt")
    op.drop_table("session")
    op.add_column(
        "account", sa.Column("failed_attempts", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("account", sa.Column("refused_until", sa.String(40)))
    op.add_column(
        "account", sa.Column("session_number", sa.Integer, nullable=False, server_default="1")
    )
    for name in ("totp_step", "totp_secret", "mission", "audience"):
        op.drop_column("account", name)
    op.drop_column("api_token", "audience")
