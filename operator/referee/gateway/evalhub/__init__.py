"""EvalHub's HTTP interface over our resources: jobs, providers and collections, as the published SDK speaks it.

`*wire` reads and writes documents, purely; the surfaces are `jobs`, `providers` and `collections`. Where EvalHub's own
server does what harms its users, this does better in a way that its SDK accepts.
"""
