"""A second factor: codes of six digits that change every half minute (TOTP, RFC 6238, by pyotp)."""

from datetime import datetime

import pyotp

ISSUER = "POC Lens"
_CLOCKS_APART = 1  # steps of half a minute that two clocks may be apart


def new_secret() -> str:
    """The key that the server and the person's device share."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """The key as apps take it (`otpauth://…`)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, last_step: int | None = None) -> int | None:
    """The step that this code is of, later than the last one taken; None where it is wrong."""
    totp, digits = pyotp.TOTP(secret), "".join(code.split())
    current = totp.timecode(now)
    for step in range(current - _CLOCKS_APART, current + _CLOCKS_APART + 1):
        is_new = last_step is None or step > last_step
        if is_new and pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            return step
    return None
