"""What is forbidden and how bad it is: policies, versions, violation types, report reasons, service clocks."""
