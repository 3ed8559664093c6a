"""身份待核: who somebody is, decided by a person; everything open goes along, and it can be taken back."""
