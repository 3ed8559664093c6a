"""值班: who is on duty at a school and when, seen as a week, changed on a page or by file, and looked over for gaps."""
