"""Handing over many students at once: a change of class, stage or school, accepted or declined one by one."""
