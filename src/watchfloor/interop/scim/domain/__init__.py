"""The protocol itself, pure: schemas, filters, patches, what is shown of a resource."""
