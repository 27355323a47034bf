"""Templates: what the model, an application or a judge is asked, made of a datapoint or a sample."""
