"""预约: times that counselors offer, who asks for one, and whether the talk took place."""
