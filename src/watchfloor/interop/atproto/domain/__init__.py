"""What can be said of the protocol without a database: names, DAG-CBOR, signatures, tokens. Pure."""
