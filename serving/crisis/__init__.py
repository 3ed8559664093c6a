"""The crisis clock: who is rung because of evidence that is to be answered in minutes, and who has answered."""
