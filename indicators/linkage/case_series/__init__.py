"""Case series by area: is an area's own rate of incidents lower on the days after an activity?

    from indicators.linkage.case_series.analysis import analyse
    analyse(connection)

Counts and models follow `case_series.md` (specification 1 to 8). Which activities
and incidents belong to an edge, and its grade, do not belong here.
"""
