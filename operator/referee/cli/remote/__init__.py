"""Jobs that run somewhere else: in a cluster, asked directly or through a gateway."""
