"""The resources: what a user writes and what we write back, as typed models from which the CRDs are generated."""
