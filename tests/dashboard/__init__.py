"""The operator's page, over HTTP: what each page shows and what each form does."""
