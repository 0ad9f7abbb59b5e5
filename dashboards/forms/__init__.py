"""Forms in which people write: plain HTML, sent by the browser itself, readable without scripts.

They stand beside the pages, are made for each request and never kept.
"""
