"""Exports to a registry: the adapter pushes to localhost:8080 without a credential, the agent pushes on with one.

One repository of one registry, the ones that the job names. The adapter may be anybody's code: it gets neither the
credential nor anything else that the credential would open.
"""
