"""The programme as files: for conference apps, for the editor's spreadsheet, for paper."""
