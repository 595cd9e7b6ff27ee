"""New cases of Salesforce Service Cloud as reports: by outbound messages (SOAP), or by a flow that calls with JSON."""
