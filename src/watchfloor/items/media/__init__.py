"""The media store: pictures, video and sound of items, fetched safely, kept encrypted, decoded apart, shown from a second origin."""
