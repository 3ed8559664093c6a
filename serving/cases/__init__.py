"""Cases: taken on, talked about, planned, referred, handed over, reviewed and closed, by a table of moves."""
