"""Adapter for lm-evaluation-harness 0.4.13: any of its tasks, and task files of one's own."""
