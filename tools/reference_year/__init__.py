"""The generator behind tools/reference-year, one idea a module. All numbers are integers."""
