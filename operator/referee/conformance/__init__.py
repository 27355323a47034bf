"""The conformance kit: does an adapter keep the contract that it claims?

It is run against a host that plays good and bad, once a scenario; rules are then judged on what was seen. Nothing here
needs a cluster, and nothing trusts what the adapter says of itself.
"""
