"""Practice, exams and certificates: how people come to know a policy, and how the floor knows that they do."""
