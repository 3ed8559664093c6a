"""Recording a talk, or a try, on a student's page: the same facts that imports and platforms bring, by one account."""
