"""Asking models: one HTTP client with retries, pace, budget, cache and count."""
