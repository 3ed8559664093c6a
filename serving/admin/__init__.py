"""Administration: accounts and the state of the service."""
