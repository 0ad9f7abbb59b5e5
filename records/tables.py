"""The tables of the records store, as queries see them; `migrations/` makes them.

Times are UTC in ISO 8601, contents canonical JSON: texts, so that the audit log can hash them.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
HEAD = "0004"  # the migration that these tables stand at

AUDIT_ENTRY = Table(
    "audit_entry",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(640), nullable=False),  # mission/kind/key
    Column("detail", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

RECORD_VERSION = Table(
    "record_version",
    METADATA,
    Column("entry", Integer, ForeignKey("audit_entry.number"), primary_key=True),
    Column("mission", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("key", String(500), nullable=False),  # the longest: a table and two keys of rows
    Column("version", Integer, nullable=False),
    Column("written_at", String(40), nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("content", Text, nullable=False),
    UniqueConstraint("mission", "kind", "key", "version", name="one_version"),
)

ACCOUNT = Table(
    "account",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("area", String(80)),  # may write of this area and those below; null: of all
    Column("audience", String(16), nullable=False),  # whose copy it opens
    Column("mission", String(64)),  # null: of all missions
    Column("password_hash", String(200), nullable=False),
    Column("valid_until", String(10)),
    Column("is_locked", Boolean, nullable=False),
    Column("totp_secret", String(64)),  # null: no second factor
    Column("totp_step", Integer),  # of the last code that was taken: none is taken twice
)

SESSION = Table(
    "session",
    METADATA,
    Column("id_sha256", String(64), primary_key=True),  # the browser has the id
    Column("account", String(80), nullable=False),
    Column("ends_at", String(40), nullable=False),
)

SIGN_IN_ATTEMPT = Table(
    "sign_in_attempt",
    METADATA,
    # A hash: people type passwords where their name belongs.
    Column("name_sha256", String(64), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("last_at", String(40), nullable=False),
)

SETTING = Table(  # the switch of before it stood outside (`records/people/signing_in_asked.py`)
    "setting",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)

API_TOKEN = Table(
    "api_token",
    METADATA,
    Column("token_id", String(16), primary_key=True),
    Column("name", String(80), nullable=False),  # whose it is, for people
    Column("scopes", String(200), nullable=False),  # separated by spaces
    Column("mission", String(64)),  # null: of all missions
    Column("audience", String(16), nullable=False),  # whose copy it opens
    Column("secret_sha256", String(64), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("valid_until", String(10), nullable=False),
    Column("revoked_at", String(40)),
)

APPEND_ONLY = (AUDIT_ENTRY.name, RECORD_VERSION.name)
