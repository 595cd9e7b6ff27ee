"""The law: clocks that run, orders of authorities, trusted flaggers, requests of people, holds, retention and erasure."""
