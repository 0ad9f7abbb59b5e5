"""The signature of a release: Ed25519 over its publication, which holds the manifest's hash.

The manifest lists every file with its hash but the databases and briefs, which the publication
lists, with the release's name: signed together, no file can be changed and no release can be passed
off as another one.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.workspace.keys import is_signed_by, public_key, public_text

SIGNATURE = "signature"
_PURPOSE = b"poclens release 1\n"
Signed = Literal["signed", "unsigned", "unknown_key", "wrong"]
"""By a key that is trusted; not at all; by a key that nobody said to trust; not by that key."""


def signed(publication: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """The publication with its signature."""
    value = base64.b64encode(key.sign(_message(publication))).decode()
    entry = {"algorithm": "Ed25519", "key": public_text(key.public_key()), "value": value}
    return dict(publication) | {SIGNATURE: entry}


def state_of(publication: Mapping[str, Any], trusted: str | None) -> Signed:
    """What the signature is worth to whoever trusts this public key; None: to nobody's.

    Raises WrongUse where the trusted key is none.
    """
    known = public_key(trusted) if trusted else None
    entry = publication.get(SIGNATURE)
    if not isinstance(entry, Mapping):
        return "unsigned"
    message, value = _message(publication), str(entry.get("value", ""))
    if known is not None:
        return "signed" if is_signed_by(known, value, message) else "wrong"
    own = _own_key(entry)
    return "unknown_key" if own and is_signed_by(own, value, message) else "wrong"


def _own_key(entry: Mapping[str, Any]) -> Any:
    try:
        return public_key(str(entry.get("key", "")))
    except Exception:  # whatever stands there is no key
        return None


def _message(publication: Mapping[str, Any]) -> bytes:
    content = {name: value for name, value in publication.items() if name != SIGNATURE}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return _PURPOSE + text.encode()
