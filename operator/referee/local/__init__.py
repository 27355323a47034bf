"""The same core with processes instead of pods: a manifest is run on this machine, without a cluster."""
