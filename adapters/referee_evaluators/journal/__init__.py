"""What was done is done: samples and scores are kept as they finish, and read back by who goes on."""
