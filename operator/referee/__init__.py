"""Referee: Kubernetes-native evaluation of models."""

__version__ = "0.1.0"
