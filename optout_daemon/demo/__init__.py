"""A desk to look at: two embedded servers, sample mail and the real daemon on top."""
