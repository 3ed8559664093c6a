"""Reading outside the caseload: who has to ask first, who answers, and what is looked at afterwards."""
