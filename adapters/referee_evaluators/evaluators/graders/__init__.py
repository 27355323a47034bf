"""One file for each grader; how text is normalised is in `texts`, what a target may be in `targets`."""
