"""What has changed, for platforms that follow it: by a cursor that they read on from, or at an address of theirs."""
