"""The HTTP face, for people, SDKs and adapters: in a cluster over its resources, on a laptop over one run."""
