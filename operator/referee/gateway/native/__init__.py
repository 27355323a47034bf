"""The custom resources as they are, over HTTP: what kubectl sees, for those who have a token and no kubeconfig."""
