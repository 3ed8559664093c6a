"""What happened to one student, sent by the program that hears of it first: joined with what is on record."""
