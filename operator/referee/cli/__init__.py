"""The command `referee`. Each command imports what it needs when it is called: `--help` must not cost a second."""
