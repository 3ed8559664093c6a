"""The report on a model: what it holds, what it says in words, its pictures and pages, and the model card."""
