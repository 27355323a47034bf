"""What the built-in adapter costs, beside a bare client and beside other frameworks, against one endpoint."""
