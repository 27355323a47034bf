"""The run itself: which samples, so many in flight, scored, kept, and counted in one order."""
