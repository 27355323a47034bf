"""What people read of a finished run: one HTML file with everything in it, and the view of a run that it is made from.

A run is read from a results directory, a gateway or another tool's file; `runview` is the one seam to all of them.
"""
