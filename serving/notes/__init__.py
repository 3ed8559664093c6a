"""Restricted notes: for their author and supervisors alone, apart from the file."""
