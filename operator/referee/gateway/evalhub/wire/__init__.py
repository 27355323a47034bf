"""Job documents as EvalHub writes them, to and from an EvaluationJob: pure functions, no I/O and no clock."""
