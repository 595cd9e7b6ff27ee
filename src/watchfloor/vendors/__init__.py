"""Vendors: contracts as data, scorecards with intervals, credits, invoices, check-ins, questions, announcements, visits."""
