"""Work that is done beside requests: jobs with leases, and messages that go out until they have arrived."""
