"""The decisions: pure functions of (spec, plan, children seen, now). No I/O, no clock, no asyncio."""
