"""Small drawings as inline SVG: text from text, with no script, no font and no request.

Rejected: a plotting library. Every one of them either draws pixels, or brings a script that a reader without a network
does not have; and what is drawn here are lines, dots and bars.
"""
