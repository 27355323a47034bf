"""Results in the formats of others: CSV for tables, JUnit for CI. Pure text, from a job's document and its samples.

A sample is a row as `results?format=jsonl` has it: the adapter's record, with `benchmark_index`, `attempt`, `sample_id`
and `epoch`, and with `scores`, a list where evaluators made them. Whoever has such rows can use this, a gateway over a
store or a command over files.
"""
