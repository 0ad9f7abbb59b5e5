"""Case series by area: is an area's own rate of incidents lower on the days after an activity?

    from indicators.linkage.methods.case_series.analysis import analyse
    analyse(connection)

Counts and models follow `case_series.md` (specification 1 to 8) and know no mission; which
activities and incidents belong to an edge, and its grade, is `method.py` and `secondary.py` alone.
"""
