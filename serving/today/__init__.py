"""今日跟进: the list of a school and the queues beside it."""
