"""Full results and samples for people: what a resource's status is too small for, from the results store."""
