"""Codes of the mart: SDMX statuses of an observation, confidentiality, total and no answer."""

TOTAL = "_T"


NOT_APPLICABLE = "_Z"


NORMAL = "A"


PROVISIONAL = "P"


NOT_REPORTED = "O"


NO_ACCESS = "L"


NOT_COMPUTABLE = "M"


TOO_IMPRECISE = "U"


FREE = "F"


CONFIDENTIAL = "C"


# What the display of an audience's copy made of a figure: `disclosure` of a value
EXACT = "exact"


ROUNDED = "rounded_5"


BELOW_8 = "below_8"


SUPPRESSED = "suppressed"


NO_ANSWER = ("dont_know", "refused", "not_asked")  # each outside every denominator

# Method of a count of harm: limits by the gamma distribution (definitions 73).
GAMMA = "gamma"
