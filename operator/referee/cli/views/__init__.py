"""Where a `RunView` comes from: a results directory of this machine, or a job that a gateway or a cluster knows."""
