"""扶助与课程: what a family may ask for, what was asked for, and what the city offers families like theirs."""
