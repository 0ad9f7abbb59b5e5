"""${message}."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = ${repr(up_revision)}, ${repr(down_revision)}


def upgrade() -> None:
    """Adds it."""


def downgrade() -> None:
    """Takes it away."""
