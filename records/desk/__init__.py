"""The door between pages and pipelines: what a form asks of who serves, and what it is told.

A protocol and its values for each subject; pages ask by them, `pipelines/` answers by them.
"""
