"""`referee results` and `referee diff`: runs that are over, here or elsewhere, for people and for programs."""
