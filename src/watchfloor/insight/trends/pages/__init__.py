"""Screens: topics, prevalence, over-enforcement, automation."""
