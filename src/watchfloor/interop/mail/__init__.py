"""The door for mail: complaints by SMTP, pipe, file or API become reports; answers go back; a reply joins its case."""
