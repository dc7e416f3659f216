"""Papers: content in, PDF bytes out.

``document`` is the content of a paper as data, ``layout`` places it on A4 pages, ``render`` draws the pages,
``compose`` makes the content of each paper of the trade from a case. Fonts are prepared once per user (``fonts``).
"""
