"""Logs of jobs: read from the kubelets while pods are there, kept in the results store before they are gone."""
