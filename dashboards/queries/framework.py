"""The results framework: which outputs are meant to go with which outcomes."""

import pandas as pd

from dashboards.releases import Release


def links(release: Release) -> pd.DataFrame:
    """The edges of the framework with what is known of each, in the framework's order."""
    return release.frame("SELECT * FROM mart.result_link ORDER BY edge")
