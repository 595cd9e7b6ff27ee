"""The console's words in other languages: find them in the code, keep the catalogues, compile and check them. Needs Babel."""
