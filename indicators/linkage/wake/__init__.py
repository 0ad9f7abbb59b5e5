"""Matched wake analysis: incidents around an activity before and after, beside matched controls.

Schutte & Donnay (2014), Political Geography 41:1-10; rules of the R packages mwa 0.4.3 and cem
1.1.31 where `mode="reference"`, with stricter inference where `mode="product"`.
"""

from indicators.linkage.wake.analysis import matched_wake
from indicators.linkage.wake.result import WakeResult

__all__ = ["WakeResult", "matched_wake"]
