"""Systems that send us reports in a protocol of their own and sign them, or are known by name: who they are, and how they prove it."""
