"""The HTTP face: adapters report here, in a cluster and on a laptop."""
