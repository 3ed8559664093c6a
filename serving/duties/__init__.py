"""计划任务: the city's plan as dated work, who has what to do, and what was done."""
