"""The institution survey: one questionnaire, its forms out, its answers in, a demonstration."""
