"""Records: what people write in the mission's cycle (assess, decide, follow up), and who may.

Every record is a series of versions that are only ever added. Knows neither screens nor pipelines.
"""
