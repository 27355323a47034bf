"""What people post into a run that has no pod: outputs and scores, kept in the store and counted on the job."""
