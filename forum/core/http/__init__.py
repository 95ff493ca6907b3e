"""HTTP basics: access, language, CSRF, headers, conditional answers, cached pages, error pages."""
