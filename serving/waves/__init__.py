"""筛查安排: a wave of screening planned by class and day, and afterwards what was planned beside what came."""
