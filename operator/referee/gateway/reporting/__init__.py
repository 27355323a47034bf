"""What adapters report, and where it is kept: the events endpoint, who may post to it, the port to the children."""
