"""The parts of the page, one a file: each takes what is known of a run and gives rows of text and drawings.

Nothing here is HTML but the drawings; what is text stays text until the template escapes it.
"""
