"""What leaves the pages: a list, a queue, a student's file, a handover, as an Excel workbook or a view to print."""
