"""Matched wake analysis as the R packages do it, for comparison with published work.

Schutte & Donnay (2014), Political Geography 41:1-10; rules of mwa 0.4.3 and cem 1.1.31. No page
shows it (docs/decisions/0015): it said no more than the case series.
"""

from indicators.linkage.wake.analysis import WakeResult, matched_wake

__all__ = ["WakeResult", "matched_wake"]
