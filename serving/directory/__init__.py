"""全部学生: everybody of a school, and who answers to what was typed into the search field."""
