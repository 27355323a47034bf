"""What can be said of an Evaluator or a Dataset by reading it: asked for its status, and again when a job uses it."""
